import { describe, expect, it } from 'vitest';
import { onlyFinding, tried } from '../../../test/support/small.ts';
import { READ_ONCE, s32, WRITE_ONCE } from '../../memory/index.ts';
import type { CheckOptions } from '../../scenario/check.ts';
import type { Stage } from '../../scenario/stage.ts';
import { findingId } from './finding-id.ts';
import type { Program } from '../program.ts';

/** Two threads that add to one word without an atomic: an addition is lost. */
function adding(by: number) {
  return ({ alloc, thread, always }: Stage): void => {
    const x = alloc(s32, 'x');
    for (const name of ['left', 'right']) {
      thread(name, () => WRITE_ONCE(x, READ_ONCE(x) + by));
    }
    always('nothing is lost', () => READ_ONCE(x) === 2 * by);
  };
}

/** Store buffering: only tso shows it. */
const crossed = ({ alloc, thread, never }: Stage): void => {
  const [x, y] = [alloc(s32, 'x'), alloc(s32, 'y')];
  const left = thread('left', () => {
    WRITE_ONCE(x, 1);
    return READ_ONCE(y);
  });
  const right = thread('right', () => {
    WRITE_ONCE(y, 1);
    return READ_ONCE(x);
  });
  never('both read 0', () => left.result() === 0 && right.result() === 0);
};

async function idOf(body: (stage: Stage) => void, options: CheckOptions = {}): Promise<string> {
  return onlyFinding(await tried(body, options)).id;
}

describe('the name of a finding', () => {
  it('is the same under every model that shows the same steps', async () => {
    const [sc, tso] = [await tried(adding(1)), await tried(adding(1), { model: 'tso' })];
    const [one, other] = [onlyFinding(sc), onlyFinding(tso)];
    expect(other.trace?.steps.length).toBeGreaterThan(one.trace?.steps.length ?? 0);
    expect(other.id).toBe(one.id);
    expect(one.id).toMatch(/^[0-9a-z]{5}$/);
  });

  it('does not depend on how it was searched for', async () => {
    const whole = await idOf(adding(1), { reduction: false, symmetry: false, keepGoing: true });
    expect(whole).toBe(await idOf(adding(1)));
  });

  it('is another one where something else happens', async () => {
    expect(await idOf(adding(2))).not.toBe(await idOf(adding(1)));
  });

  it('is another one where something else was left out, though the same happens', async () => {
    const { trace, property, id } = onlyFinding(await tried(adding(1)));
    if (trace === null) throw new Error('the finding has no trace');
    const program = { name: trace.scenario } as Program;
    const without = findingId(program, property, { ...trace, without: ['left/smp_mb'] });
    const designed = findingId(program, property, { ...trace, designs: { order: 'other' } });
    expect(new Set([id, without, designed]).size).toBe(3);
  });

  it('counts the store buffers where a read is stale', async () => {
    const { trace, property, id } = onlyFinding(await tried(crossed, { model: 'tso' }));
    if (trace === null) throw new Error('the finding has no trace');
    const program = { name: trace.scenario } as Program;
    expect(findingId(program, property, trace)).toBe(id);
    const steps = trace.steps.filter(({ kind }) => kind !== 'drain');
    expect(findingId(program, property, { ...trace, steps })).not.toBe(id);
  });

  it('tells properties apart, and not where the source stands', async () => {
    const { trace, property, id } = onlyFinding(await tried(adding(1)));
    if (trace === null) throw new Error('the finding has no trace');
    const program = { name: trace.scenario } as Program;
    const moved = trace.steps.map((step) => ({ ...step, position: null, stack: [] }));
    expect(findingId(program, property, { ...trace, steps: moved })).toBe(id);
    const other = { ...property, name: 'something else' };
    expect(findingId(program, other, trace)).not.toBe(id);
  });
});
