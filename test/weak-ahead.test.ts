/**
 * Model `weak` looks ahead (weak-ahead.ts): old messages that a thread cannot come to
 * need are forgotten, and no others. Without one of its rules a program here has no end; and what
 * programs can return is the same as where nothing is forgotten.
 */

import { describe, expect, it } from 'vitest';
import { scenario } from '../src/index.ts';
import {
  atomic_add,
  atomic_add_return,
  atomic_dec,
  atomic_dec_and_test,
  atomic_inc,
  atomic_inc_not_zero,
  atomic_read,
  loop,
  READ_ONCE,
  smp_load_acquire,
  smp_mb,
  smp_store_release,
  spin_lock,
  spin_unlock,
  waitUntilEquals,
  WRITE_ONCE,
  xchg_acquire,
} from '../src/memory/index.ts';
import { reachableFinals } from '../src/scenario/finals.ts';
import { outcomes, words } from './support/weak.ts';
import type { Body, Words } from './support/weak.ts';

/** Looks so often that what there is to tell has no end. */
function look(w: Words): number {
  let sum = 0;
  for (let i = 0; i < 3; i++) sum = 2 * sum + atomic_read(w.a);
  return sum;
}

const full: Body = (w) => void atomic_dec_and_test(w.a);

/** What the looper does before its loop and in it, and a fourth thread. */
interface More {
  readonly before?: Body;
  readonly countDown?: Body;
  readonly other?: Body;
}

/** A loop counts up and down until it is told to stop; then it tells the looker. */
function beside(tell: Body, looker: Body, more: More = {}): string {
  const { before, countDown = full, other } = more;
  const one = scenario('rounds', ({ alloc, thread }) => {
    const w = alloc(words, 'w');
    thread('looper', () => {
      before?.(w);
      loop(() => {
        atomic_inc(w.a);
        countDown(w);
        return READ_ONCE(w.x) === 0;
      });
      tell(w);
    });
    thread('stopper', () => WRITE_ONCE(w.x, 1));
    thread('looker', () => looker(w));
    if (other !== undefined) thread('other', () => other(w));
  });
  const { result } = reachableFinals(one, { model: 'weak' });
  return result.open === null ? result.verdict : result.open.limit;
}

const release: Body = (w) => smp_store_release(w.y, 1);
const relaxed: Body = (w) => WRITE_ONCE(w.y, 1);

describe('a thread that is about to acquire needs nothing older than what it will learn', () => {
  const behindFlag: Body = (w) => (smp_load_acquire(w.y) === 0 ? 0 : look(w));

  it('from a flag, where it leaves if it is not set', () => {
    expect(beside(release, behindFlag)).toBe('pass');
  });

  it('from a lock that another holds', () => {
    const takes: Body = (w) => {
      spin_lock(w.l);
      const seen = look(w);
      spin_unlock(w.l);
      return seen;
    };
    expect(beside((w) => spin_unlock(w.l), takes, { before: (w) => spin_lock(w.l) })).toBe('pass');
  });

  it('from a store behind a full barrier', () => {
    expect(beside(relaxed, behindFlag)).toBe('pass');
  });

  it('but nothing from a store that is no release', () => {
    const countDown: Body = (w) => atomic_dec(w.a);
    expect(beside(relaxed, behindFlag, { countDown })).toBe('messages');
  });

  it('and without acquire neither', () => {
    expect(beside(release, (w) => (READ_ONCE(w.y) === 0 ? 0 : look(w)))).toBe('messages');
  });

  it('nor where it goes on though the flag is not set', () => {
    expect(beside(release, (w) => 10 * smp_load_acquire(w.y) + look(w))).toBe('messages');
  });

  it('nor where somebody else may set the flag who knows nothing', () => {
    expect(beside(release, behindFlag, { other: release })).toBe('messages');
  });
});

describe('a thread that waits for a value of the counter itself', () => {
  it('needs no message with another value', () => {
    const waits: Body = (w) => {
      waitUntilEquals(w.a as never, 5);
      return look(w);
    };
    expect(beside((w) => atomic_add(5, w.a), waits)).toBe('pass');
  });
});

describe('a handler on the CPU of a thread that is about to acquire', () => {
  it('may set the flag itself, from which the thread learns nothing then', () => {
    const results = [true, false].map((reduction) => {
      const one = scenario('handler', ({ alloc, thread }) => {
        const w = alloc(words, 'w');
        thread('counts', () => {
          atomic_inc(w.a);
          smp_store_release(w.z, 1);
        });
        const looker = thread('looks', () => {
          const seen = READ_ONCE(w.z);
          WRITE_ONCE(w.x, 1);
          return smp_load_acquire(w.y) === 0 ? 0 : 100 + 10 * seen + atomic_read(w.a);
        });
        thread.irq('sets', () => smp_store_release(w.y, READ_ONCE(w.x)), { on: looker });
      });
      const { finals } = reachableFinals(one, { model: 'weak', reduction });
      return [...new Set(finals.map((final) => final.results.join(' ')))].toSorted();
    });
    expect(results[0]).toEqual(results[1]);
    expect(results[0]?.some((final) => final.includes('110'))).toBe(true);
  });
});

describe('what threads can return is what they can where nothing is forgotten', () => {
  const counts: Body = (w) => {
    atomic_inc(w.a);
    WRITE_ONCE(w.z, 1);
    atomic_inc(w.a);
    WRITE_ONCE(w.z, 2);
    smp_store_release(w.y, 1);
    atomic_dec(w.a);
    WRITE_ONCE(w.z, 3);
  };
  const both = (w: Words): number => 10 * atomic_read(w.a) + READ_ONCE(w.z);
  const programs: Record<string, readonly Body[]> = {
    'behind a flag': [counts, (w) => (smp_load_acquire(w.y) === 0 ? 0 : both(w))],
    'behind a flag that two set': [
      counts,
      (w) => smp_store_release(w.y, 2),
      (w) => 100 * smp_load_acquire(w.y) + both(w),
    ],
    'behind an exchange': [counts, (w) => 100 * xchg_acquire(w.y, 5) + both(w)],
    'behind a lock': [
      (w) => {
        spin_lock(w.l);
        counts(w);
        spin_unlock(w.l);
      },
      (w) => {
        spin_lock(w.l);
        const seen = both(w);
        spin_unlock(w.l);
        return seen;
      },
    ],
    'behind a barrier': [
      (w) => {
        atomic_inc(w.a);
        smp_mb();
        return READ_ONCE(w.x);
      },
      (w) => {
        WRITE_ONCE(w.x, 1);
        smp_mb();
        return atomic_read(w.a);
      },
      (w) => {
        WRITE_ONCE(w.x, 2);
        return 10 * atomic_add_return(1, w.a) + READ_ONCE(w.x);
      },
    ],
    'behind an update that fails': [
      counts,
      (w) => 100 * (atomic_inc_not_zero(w.b) ? 1 : 0) + both(w),
      (w) => atomic_inc(w.b),
    ],
    'behind an update that may be one of several': [
      counts,
      (w) => 100 * (atomic_inc_not_zero(w.a) ? 1 : 0) + both(w),
    ],
    'behind a store of its own': [
      counts,
      (w) => {
        WRITE_ONCE(w.z, 7);
        return 100 * smp_load_acquire(w.y) + both(w);
      },
    ],
    'behind a loop that its own store ends': [
      (w) => {
        atomic_inc(w.a);
        WRITE_ONCE(w.y, 1);
      },
      (w) => {
        const seen = READ_ONCE(w.y);
        loop(() => {
          if (READ_ONCE(w.x) !== 0) return false;
          WRITE_ONCE(w.x, 1);
          return true;
        });
        return 10 * seen + atomic_read(w.a);
      },
    ],
    'behind a flag of a flag': [
      counts,
      (w) => {
        if (READ_ONCE(w.y) === 1) smp_store_release(w.x, 1);
      },
      (w) => (smp_load_acquire(w.x) === 0 ? 0 : both(w)),
    ],
  };

  it.each(Object.entries(programs))('%s', (_, bodies) => {
    expect(outcomes(bodies, true)).toEqual(outcomes(bodies, false));
  });
});
