import { describe, expect, it } from 'vitest';
import { mistakeIn } from '../../../test/support/small.ts';
import {
  assert,
  atomic_cmpxchg,
  atomic_t,
  choose,
  flags,
  kernelFunction,
  READ_ONCE,
  s32,
  set_bit,
  smp_mb,
  WRITE_ONCE,
} from '../../memory/index.ts';
import { operation } from '../../memory/operation.ts';
import type { Stage } from '../../scenario/stage.ts';
import { sameContext, sameOperation } from './agreement.ts';
import { EMPTY_CONTEXT } from '../replay/context.ts';

const page = flags('page', ['PG_locked', 'PG_dirty']);

/** What is said of a thread that does something else in each run. */
async function told(body: (run: number, words: ReturnType<typeof wordsOf>) => unknown) {
  let runs = 0;
  const found = await mistakeIn(
    (stage) => {
      const words = wordsOf(stage);
      stage.thread('t', () => {
        READ_ONCE(words.x);
        return body(runs++, words) as number;
      });
    },
    { model: 'tso' },
  );
  expect(found.code).toBe('HF021');
  return found.details.join('\n');
}

function wordsOf({ alloc, sometimes }: Stage) {
  return {
    x: alloc(s32, 'x'),
    y: alloc(s32, 'y'),
    v: alloc(atomic_t, 'v'),
    state: alloc(page, 'state'),
    seen: sometimes('seen'),
  };
}

describe('what differs when a thread is run again', () => {
  it('is said of accesses of different fields', async () => {
    expect(await told((run, { x, y }) => READ_ONCE(run % 2 ? x : y))).toMatch(
      /^thread t: READ_ONCE of [xy] became READ_ONCE of [xy]$/,
    );
  });

  it('is the value, where only that differs', async () => {
    const written = await told((run, { x }) => WRITE_ONCE(x, run));
    expect(written).toMatch(/^thread t: WRITE_ONCE of x := \d became WRITE_ONCE of x := \d$/);
    const compared = await told((run, { v }) => atomic_cmpxchg(v, run, 7));
    expect(compared).toMatch(/^thread t: atomic_cmpxchg of v if \d := 7 became .* if \d := 7$/);
    const flagged = await told((run, { state }) =>
      set_bit(run % 2 ? page.bit.PG_dirty : page.bit.PG_locked, state),
    );
    expect(flagged).toMatch(/^thread t: set_bit of state \|= (dirty|locked) became set_bit/);
  });

  it('is how many outcomes a choice has', async () => {
    expect(await told((run) => choose(1 + run))).toMatch(/^thread t: choose\(\d\) became choose/);
  });

  it('is the end, and with which result', async () => {
    expect(await told((run) => run)).toMatch(/^thread t: its end with \d became its end with \d$/);
    expect(await told((run) => assert(run % 2 === 0, 'even'))).toMatch(
      /^thread t: (its end became even \(even\)|even \(even\) became its end)$/,
    );
  });

  it('is a mark', async () => {
    const marking = await told((run, { x, seen }) => {
      if (run % 2) seen.mark();
      READ_ONCE(x);
    });
    expect(marking).toContain("with mark() of 'seen'");
    expect(marking).toContain('without a mark');
  });

  it('is a barrier', async () => {
    const passing = await told((run, { x }) => {
      if (run % 2) smp_mb();
      READ_ONCE(x);
    });
    expect(passing).toContain('READ_ONCE of x with');
    expect(passing).toContain('a barrier just passed');
    expect(passing).toContain('with nothing held');
  });

  it('is said with the place of the thread, if it makes no access', async () => {
    let runs = 0;
    const found = await mistakeIn(({ thread }) => void thread('t', () => runs++));
    expect(found.details).toEqual(['thread t: its end with 1 became its end with 0']);
    expect(found.position?.file).toMatch(/agreement\.test\.ts$/);
  });

  it('is said of a call whose observations were not what decided', async () => {
    const found = await mistakeIn(({ alloc, thread }) => {
      const x = alloc(s32, 'x');
      thread('writer', () => WRITE_ONCE(x, 1));
      thread('t', () => {
        let seen = 0;
        const look = kernelFunction('mm/x.c', '6.18', function look(): void {
          seen = READ_ONCE(x);
        });
        look();
        WRITE_ONCE(x, 5 + seen);
      });
    });
    expect(found.details.join()).toMatch(/WRITE_ONCE of x := \d became WRITE_ONCE of x := \d/);
  });
});

describe('two runs differ', () => {
  it.each(Object.keys(operation('smp_mb', {})))('if the %s of an access does', (key) => {
    const one = operation('smp_mb', {});
    expect(sameOperation(one, { ...one })).toBe(true);
    expect(sameOperation(one, { ...one, [key]: 77 })).toBe(false);
  });

  it.each(Object.keys(EMPTY_CONTEXT))('if the %s of a context does', (key) => {
    expect(sameContext(EMPTY_CONTEXT, { ...EMPTY_CONTEXT })).toBe(true);
    expect(sameContext(EMPTY_CONTEXT, { ...EMPTY_CONTEXT, [key]: 77 })).toBe(false);
  });
});
