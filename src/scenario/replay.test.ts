import { describe, expect, it } from 'vitest';
import { traceOf } from '../../test/support/small.ts';
import type { Trace } from '../explore/result.ts';
import {
  assert,
  choose,
  kernelFunction,
  READ_ONCE,
  s32,
  smp_mb,
  waitUntilEquals,
  WRITE_ONCE,
} from '../memory/index.ts';
import type { Field } from '../memory/index.ts';
import { check } from './check.ts';
import type { CheckOptions } from './check.ts';
import { replayTrace } from './replay.ts';
import type { Replayed } from './replay.ts';
import { scenario } from './scenario.ts';
import type { Scenario } from './scenario.ts';

/** A writer that makes `steps` stores, the last of which the reader shall not see. */
function writer(steps: readonly number[], barrier = false): Scenario {
  return scenario('writer', ({ alloc, thread }) => {
    const [x, y] = [alloc(s32, 'x'), alloc(s32, 'y')];
    thread('writer', () => {
      for (const value of steps) WRITE_ONCE(x, value);
      if (barrier) smp_mb();
      WRITE_ONCE(y, choose(2));
    });
    thread('reader', () => assert(READ_ONCE(y) === 0, 'y is 0'));
  });
}

async function traced(from: Scenario, options: CheckOptions = {}): Promise<Trace> {
  return traceOf(await check(from, options));
}

function replayed(on: Scenario, trace: Trace): Replayed {
  const found = replayTrace(on, trace);
  if ('code' in found) throw new Error(found.what);
  return found;
}

describe('a trace under weak', () => {
  it('is the same where a thread waits before it reads what is old by then', async () => {
    const waits = scenario('waits', ({ alloc, thread }) => {
      const [x, y] = [alloc(s32, 'x'), alloc(s32, 'y')];
      thread('writer', () => {
        WRITE_ONCE(x, 1);
        WRITE_ONCE(y, 1);
      });
      thread('reader', () => {
        waitUntilEquals(y, 1);
        assert(READ_ONCE(x) === 1, 'x is 1');
      });
    });
    const trace = await traced(waits, { model: 'weak' });
    expect(replayed(waits, trace).divergence).toBeNull();
  });
});

describe.each(['sc', 'tso'] as const)('a trace under %s', (model) => {
  it('is the same when nothing has changed', async () => {
    const trace = await traced(writer([1, 2]), { model });
    const again = replayed(writer([1, 2]), trace);
    expect(again.divergence).toBeNull();
    expect(again.matched).toBe(trace.steps.length);
    expect(again.trace).toEqual(trace);
  });

  it('is the same where it was saved without the errors that calls give', async () => {
    const fails = kernelFunction('mm/fails.c', '6.18', function fails(x: Field<typeof s32>) {
      return READ_ONCE(x) === 0 ? -14 : 0;
    });
    const tried = scenario('fails', ({ alloc, thread, never }) => {
      const x = alloc(s32, 'x');
      const failing = thread('t', () => {
        const error = fails(x);
        WRITE_ONCE(x, 1);
        return error;
      });
      never('failed', () => failing.result() === -14);
    });
    const trace = await traced(tried, { model });
    const isOld = ({ kind }: Trace['steps'][number]): boolean => kind !== 'return';
    const steps = trace.steps.filter(isOld).map((step, at) => ({ ...step, number: at + 1 }));
    expect([trace.steps.length - steps.length, replayed(tried, trace).divergence]).toEqual([
      1,
      null,
    ]);
    const { matched, divergence } = replayed(tried, { ...trace, steps });
    expect([matched, divergence]).toEqual([steps.length, null]);
  });

  it('is the same after it was written and read as JSON', async () => {
    const trace = await traced(writer([1, 2]), { model });
    const copy = JSON.parse(JSON.stringify(trace)) as Trace;
    expect(replayed(writer([1, 2]), copy).divergence).toBeNull();
  });

  it('diverges at the first step that has changed', async () => {
    const trace = await traced(writer([1, 2]), { model });
    const { divergence, matched } = replayed(writer([1, 3]), trace);
    expect(matched).toBe(1);
    expect(divergence?.recorded).toMatchObject({ number: 2, written: '2' });
    expect(divergence?.now).toMatchObject({ number: 2, written: '3' });
  });

  it('ends where the thread now ends', async () => {
    const trace = await traced(writer([1, 2]), { model });
    const shorter = scenario('writer', ({ alloc, thread }) => {
      const [x] = [alloc(s32, 'x'), alloc(s32, 'y')];
      thread('writer', () => WRITE_ONCE(x, 1));
      thread('reader', () => {});
    });
    const { divergence, matched } = replayed(shorter, trace);
    expect(matched).toBe(1);
    expect(divergence).toMatchObject({ recorded: { number: 2 }, now: null });
  });
});

describe('a trace with removed defences', () => {
  const guarded = scenario('guarded', ({ alloc, thread, never }) => {
    const [x, y] = [alloc(s32, 'x'), alloc(s32, 'y')];
    const side = (mine: typeof x, other: typeof x) => (): number => {
      WRITE_ONCE(mine, 1);
      smp_mb();
      return READ_ONCE(other);
    };
    const left = thread('left', side(x, y));
    const right = thread('right', side(y, x));
    never('both read 0', () => left.result() === 0 && right.result() === 0);
  });

  it('is replayed without them', async () => {
    const without = ['left/smp_mb', 'right/smp_mb'];
    const trace = await traced(guarded, { model: 'tso', without });
    expect(trace.without).toEqual(without);
    expect(replayed(guarded, trace).divergence).toBeNull();
    const whole = replayed(guarded, { ...trace, without: [] });
    expect(whole.divergence).not.toBeNull();
  });
});

describe('a damaged trace', () => {
  it('whose choices name a thread that there is not ends there', async () => {
    const trace = await traced(writer([1]));
    for (const wrong of [
      [7, 0],
      [-1, 0],
      [0, 9],
      [0.5, 0],
      [0, -1],
    ] as const) {
      const damaged = { ...trace, choices: trace.choices.with(1, wrong) };
      const { matched, divergence } = replayed(writer([1]), damaged);
      expect([matched, divergence === null]).toEqual([1, false]);
    }
  });

  it('with more choices than steps ends where nobody can step', async () => {
    const trace = await traced(writer([1]));
    const longer = { ...trace, choices: [...trace.choices, [0, 0], [1, 0]] as const };
    expect(replayed(writer([1]), longer).trace.steps.length).toBeGreaterThan(0);
  });

  it('with fewer choices than steps diverges where they end', async () => {
    const trace = await traced(writer([1]));
    const { matched, divergence } = replayed(writer([1]), {
      ...trace,
      choices: trace.choices.slice(0, 1),
    });
    expect([matched, divergence?.now]).toEqual([1, null]);
  });
});

describe('a trace of a scenario that is wrong now', () => {
  it('gives the mistake', async () => {
    const trace = await traced(writer([1]));
    const empty = scenario('writer', () => {});
    expect(replayTrace(empty, trace)).toMatchObject({ code: 'HF020' });
    const throws = scenario('writer', ({ thread }) => {
      thread('writer', () => {
        throw new Error('no');
      });
    });
    expect(replayTrace(throws, trace)).toMatchObject({ code: 'HF024' });
  });
});
