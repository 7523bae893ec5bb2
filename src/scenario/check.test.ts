import { describe, expect, it } from 'vitest';
import { findingsOf, tried } from '../../test/support/small.ts';
import type { CheckResult, Progress } from '../explore/result.ts';
import {
  atomic_inc_return,
  atomic_t,
  choose,
  loop,
  READ_ONCE,
  s32,
  smp_mb,
  spin_lock,
  spin_trylock,
  spin_unlock,
  spinlock_t,
  store,
  waitUntilEquals,
  WRITE_ONCE,
} from '../memory/index.ts';
import { check } from './check.ts';
import { scenario } from './scenario.ts';
import type { Stage } from './stage.ts';

/** Three threads that count together: some thousand states without reduction. */
const counting = ({ alloc, thread }: Stage): void => {
  const v = alloc(atomic_t, 'v');
  for (const name of ['a', 'b', 'c']) {
    thread(name, () => {
      for (let i = 0; i < 3; i++) atomic_inc_return(v);
    });
  }
};

describe('a verdict', () => {
  it('is PASS when every execution was explored and none is bad', async () => {
    const result = await tried(counting);
    expect(result).toMatchObject({ verdict: 'pass', complete: true, open: null, findings: [] });
    expect(result.threads).toBe(3);
    expect(result.depth).toBe(9);
  });

  it('is FAIL with a finding, although not everything was explored', async () => {
    const result = await tried(({ alloc, thread }) => {
      const x = alloc(s32, 'x');
      thread('t', { count: 2 }, () => {
        store(x, 1);
        for (let i = 0; i < 5; i++) WRITE_ONCE(x, i);
      });
    });
    expect(result).toMatchObject({ verdict: 'fail', complete: false, open: null });
  });

  it('knows what was expected, per model', async () => {
    const one = scenario('one', { expect: { sc: 'pass', tso: 'fail' } }, counting);
    expect((await check(one)).expected).toBe('pass');
    expect((await check(one, { model: 'tso' })).expected).toBe('fail');
    expect((await check(scenario.fails('known', counting))).expected).toBe('fail');
  });
});

describe('a limit', () => {
  const whole = { reduction: false, symmetry: false } as const;

  it('of states leaves the verdict open, with what was covered', async () => {
    const all = await tried(counting, whole);
    const part = await tried(counting, { ...whole, until: { states: 100 } });
    expect(part).toMatchObject({
      verdict: 'open',
      complete: false,
      open: { limit: 'states', states: 100 },
    });
    expect(part.states).toBeGreaterThanOrEqual(100);
    expect(part.states).toBeLessThan(all.states);
    expect(part.transitions).toBeGreaterThan(0);
  });

  it('of time does so too', async () => {
    const part = await tried(counting, { ...whole, until: { seconds: 0 } });
    expect(part).toMatchObject({ verdict: 'open', open: { limit: 'time', seconds: 0 } });
  });

  it('of memory does so too', async () => {
    const part = await tried(counting, { ...whole, until: { bytes: 1000 } });
    expect(part).toMatchObject({ verdict: 'open', open: { limit: 'memory', bytes: 1000 } });
  });

  it('that is not reached changes nothing', async () => {
    const until = { seconds: 1000, states: 1e9, bytes: 1e12 };
    const [free, limited] = [await tried(counting), await tried(counting, { until })];
    expect(counts(limited)).toEqual(counts(free));
  });

  it('is reached when somebody says stop', async () => {
    const part = await tried(counting, { ...whole, stop: () => true });
    expect(part).toMatchObject({ verdict: 'open', open: { limit: 'interrupted' } });
  });

  it('does not hide what was found before', async () => {
    const result = await tried(
      ({ alloc, thread }) => {
        const x = alloc(s32, 'x');
        thread('t', { count: 2 }, () => store(x, 1));
        thread('long', () => {
          for (let i = 0; i < 300; i++) WRITE_ONCE(x, i);
        });
      },
      { ...whole, keepGoing: true, until: { states: 50 } },
    );
    expect(findingsOf(result)).toEqual(['data race on x']);
    expect([result.verdict, result.complete]).toEqual(['fail', false]);
  });
});

describe('progress', () => {
  it('is told layer by layer, and never goes back', async () => {
    const seen: Progress[] = [];
    const onProgress = (progress: Progress): void => void seen.push(progress);
    const { states, transitions, depth } = await tried(counting, { reduction: false, onProgress });
    expect(seen.length).toBeGreaterThanOrEqual(depth);
    const column = (what: 'states' | 'transitions' | 'depth'): number[] =>
      seen.map((one) => one[what]);
    for (const what of ['states', 'transitions', 'depth'] as const) {
      expect(column(what)).toEqual(column(what).toSorted((a, b) => a - b));
    }
    expect(seen.at(-1)).toMatchObject({ states, transitions, depth, scenario: 'small' });
  });
});

/** What must be the same in every run. */
function counts(result: CheckResult): object {
  const { states, transitions, depth, finals, automatonStates, runs, findings } = result;
  return { states, transitions, depth, finals, automatonStates, runs, findings };
}

describe('the counts of a search', () => {
  const programs: Record<string, (stage: Stage) => void> = {
    counting,
    locked({ alloc, thread, always }) {
      const [lock, x] = [alloc(spinlock_t, 'lock'), alloc(s32, 'x')];
      thread('t', { count: 3 }, () => {
        spin_lock(lock);
        store(x, READ_ONCE(x) + 1);
        spin_unlock(lock);
      });
      always('three', () => READ_ONCE(x) === 3);
    },
    'store buffering'({ alloc, thread }) {
      const [x, y] = [alloc(s32, 'x'), alloc(s32, 'y')];
      const side = (mine: typeof x, other: typeof x) => (): number => {
        WRITE_ONCE(mine, choose(2));
        return READ_ONCE(other);
      };
      thread('left', side(x, y));
      thread('right', side(y, x));
    },
    spinning({ alloc, thread }) {
      const lock = alloc(spinlock_t, 'lock');
      thread('t', { count: 3 }, () => {
        loop(() => !spin_trylock(lock));
        smp_mb();
        spin_unlock(lock);
      });
    },
    stuck({ alloc, thread }) {
      const x = alloc(s32, 'x');
      thread('t', { count: 3 }, () => {
        WRITE_ONCE(x, choose(3));
        waitUntilEquals(x, 1);
      });
    },
  };

  it.each(Object.entries(programs))('of %s are the same in every run', async (_, body) => {
    for (const model of ['sc', 'tso'] as const) {
      const first = counts(await tried(body, { model }));
      for (let i = 0; i < 3; i++) expect(counts(await tried(body, { model }))).toEqual(first);
    }
  });

  it('are these, for all executions of a few programs', async () => {
    const table: Record<string, string> = {};
    for (const [name, body] of Object.entries(programs)) {
      for (const model of ['sc', 'tso'] as const) {
        const options = { model, reduction: false, symmetry: false, keepGoing: true } as const;
        const { states, transitions, depth, finals } = await tried(body, options);
        table[`${name}, ${model}`] = `${states} ${transitions} ${depth} ${finals}`;
      }
    }
    expect(table).toMatchInlineSnapshot(`
      {
        "counting, sc": "1517 3195 9 1",
        "counting, tso": "1517 3195 9 1",
        "locked, sc": "44 48 12 1",
        "locked, tso": "80 96 18 1",
        "spinning, sc": "20 36 6 1",
        "spinning, tso": "32 60 9 1",
        "store buffering, sc": "57 88 6 8",
        "store buffering, tso": "138 280 8 9",
        "stuck, sc": "698 1692 9 1",
        "stuck, tso": "2034 5778 12 1",
      }
    `);
  });
});
