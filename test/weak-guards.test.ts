/**
 * Model `weak` looks behind guards (guards.ts): what a thread takes with acquire before
 * it comes to a word. Each program here can return something that a slip in one of the rules would
 * lose: P1 has seen the newer of two stores of P2, goes on for some steps, takes a guard that does
 * not bring the older one, and does not see it.
 */

import { describe, expect, it } from 'vitest';
import {
  atomic_fetch_add_relaxed,
  atomic_fetch_add_unless,
  atomic_inc,
  atomic_inc_not_zero,
  atomic_inc_return_release,
  atomic_read,
  atomic_read_acquire,
  atomic_set,
  atomic_set_release,
  READ_ONCE,
  smp_cond_load_acquire,
  smp_mb,
  smp_store_release,
  spin_lock,
  spin_trylock,
  spin_unlock,
  WRITE_ONCE,
  xchg_acquire,
  xchg_relaxed,
  xchg_release,
} from '../src/memory/index.ts';
import { outcomes } from './support/weak.ts';
import type { Body, Words } from './support/weak.ts';

/** Steps that have nothing to do with anything, so that looking two steps ahead is not enough. */
function goOn(w: Words): void {
  for (let i = 0; i < 3; i++) atomic_read(w.b);
}

const stores: Body = (w) => {
  WRITE_ONCE(w.x, 1);
  WRITE_ONCE(w.y, 1);
};

/** P1: 1 for the newer store, what the guard gave, 0 for the older store. */
function looks(guard: (w: Words) => number): Body {
  return (w) => {
    const newer = READ_ONCE(w.y);
    goOn(w);
    const given = guard(w);
    return 100 * newer + 10 * given + READ_ONCE(w.x);
  };
}

/** P1 where it goes on only behind an update, whose old value it tells. */
const updates: Body = (w) => {
  const newer = READ_ONCE(w.y);
  goOn(w);
  const old = atomic_fetch_add_unless(w.a, 2, 0);
  return old === 0 ? 0 : 100 * newer + 10 * old + READ_ONCE(w.x);
};

describe('a thread needs an old message behind a guard', () => {
  const programs: Record<string, { bodies: readonly Body[]; returns: string }> = {
    'that it has given back itself': {
      bodies: [
        stores,
        (w) => {
          spin_lock(w.l);
          const newer = READ_ONCE(w.y);
          goOn(w);
          spin_unlock(w.l);
          spin_lock(w.l);
          const older = READ_ONCE(w.x);
          spin_unlock(w.l);
          return 100 * newer + older;
        },
      ],
      returns: '100',
    },
    'that it did not get': {
      bodies: [
        stores,
        (w) => 1000 * READ_ONCE(w.z) + Number(looks((one) => +atomic_inc_not_zero(one.a))(w)),
        (w) => {
          const seen = READ_ONCE(w.x);
          smp_mb();
          WRITE_ONCE(w.z, 1);
          atomic_inc(w.a);
          return seen;
        },
      ],
      returns: '1100 1',
    },
    'that only some ways pass': {
      bodies: [
        stores,
        looks((w) => {
          if (!spin_trylock(w.l)) return 1;
          spin_unlock(w.l);
          return 0;
        }),
        (w) => {
          spin_lock(w.l);
          const seen = READ_ONCE(w.x);
          smp_mb();
          spin_unlock(w.l);
          return seen;
        },
      ],
      returns: '110 1',
    },
    'that another holds who knows nothing': {
      bodies: [
        stores,
        (w) => {
          const held = READ_ONCE(w.z);
          xchg_relaxed(w.z, 2);
          const newer = READ_ONCE(w.y);
          goOn(w);
          spin_lock(w.l);
          const older = READ_ONCE(w.x);
          spin_unlock(w.l);
          return 100 * newer + 10 * held + older;
        },
        (w) => {
          spin_lock(w.l);
          WRITE_ONCE(w.z, 1);
          const answered = READ_ONCE(w.z);
          spin_unlock(w.l);
          return answered;
        },
      ],
      returns: '110 2',
    },
    'whose last message somebody overwrites': {
      bodies: [
        (w) => {
          WRITE_ONCE(w.x, 1);
          WRITE_ONCE(w.y, 1);
          xchg_release(w.z, 1);
        },
        looks((w) => xchg_acquire(w.z, 7)),
        (w) => {
          const seen = READ_ONCE(w.z);
          WRITE_ONCE(w.z, 5);
          return seen;
        },
      ],
      returns: '150 1',
    },
    'that somebody updates before its last message': {
      bodies: [
        (w) => {
          WRITE_ONCE(w.x, 1);
          WRITE_ONCE(w.y, 1);
          atomic_set_release(w.a, 1);
        },
        updates,
        (w) => atomic_fetch_add_relaxed(5, w.a),
      ],
      returns: '150 0',
    },
    'that it updates by what is not the last message': {
      bodies: [
        (w) => {
          atomic_set(w.a, 2);
          WRITE_ONCE(w.x, 1);
          WRITE_ONCE(w.y, 1);
          atomic_set_release(w.a, 1);
        },
        updates,
      ],
      returns: '120',
    },
    'that it waits for, and that was free before': {
      bodies: [
        (w) => {
          smp_store_release(w.z, 1);
          WRITE_ONCE(w.x, 1);
          WRITE_ONCE(w.y, 1);
          smp_store_release(w.z, 2);
        },
        looks((w) => smp_cond_load_acquire(w.z, (value) => value !== 0)),
      ],
      returns: '110',
    },
  };

  it.each(Object.entries(programs))('%s', (_, { bodies, returns }) => {
    const reduced = outcomes(bodies, true);
    expect(reduced).toEqual(outcomes(bodies, false));
    expect(reduced).toContain(returns);
  });
});

describe('of two messages with one meaning, both are needed', () => {
  it('where one of them carries more', () => {
    const bodies: readonly Body[] = [
      (w) => {
        atomic_inc(w.a);
        WRITE_ONCE(w.x, 1);
        atomic_inc_return_release(w.a);
        atomic_inc(w.a);
        WRITE_ONCE(w.y, 1);
      },
      looks((w) => (atomic_read_acquire(w.a) > 0 ? 1 : 0)),
    ];
    expect(outcomes(bodies, true)).toEqual(outcomes(bodies, false));
    expect(outcomes(bodies, true)).toContain('110');
  });

  it('where a store has its place between them', () => {
    const bodies: readonly Body[] = [
      (w) => {
        WRITE_ONCE(w.x, 1);
        WRITE_ONCE(w.x, 2);
        atomic_inc(w.b);
        WRITE_ONCE(w.x, 3);
      },
      (w) => WRITE_ONCE(w.x, 9),
      (w) => 100 * READ_ONCE(w.x) + 10 * READ_ONCE(w.x) + (READ_ONCE(w.x) > 2 ? 1 : 0),
    ];
    expect(outcomes(bodies, true)).toEqual(outcomes(bodies, false));
  });

  it('where something else is asked of them later', () => {
    const bodies: readonly Body[] = [
      (w) => {
        for (let i = 0; i < 3; i++) atomic_inc(w.a);
        WRITE_ONCE(w.y, 1);
      },
      (w) => {
        const newer = READ_ONCE(w.y);
        const some = atomic_read(w.a) > 0 ? 1 : 0;
        return 100 * newer + 10 * some + atomic_read(w.a);
      },
    ];
    expect(outcomes(bodies, true)).toEqual(outcomes(bodies, false));
    expect(outcomes(bodies, true)).toEqual(expect.arrayContaining(['111', '112', '113']));
  });
});
