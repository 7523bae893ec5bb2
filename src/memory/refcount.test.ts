import { describe, expect, it } from 'vitest';
import { expectCases } from '../../test/support/solo.ts';
import { finalsOf, wrongWith } from '../../test/support/small.ts';
import { READ_ONCE, WRITE_ONCE } from './access.ts';
import { mutex_unlock, spin_unlock } from './lock.ts';
import * as refcounts from './refcount.ts';
import type { Refcount } from './refcount.ts';
import { mutex, refcount_t, s32, spinlock_t } from './type.ts';
import type { Field } from './type.ts';

const all = refcounts as unknown as Record<string, (...parameters: unknown[]) => unknown>;
const called = new Set<string>();

/** Expects what a call does to counters from `from` on. */
function expectCounts(
  name: keyof typeof refcounts,
  from: number,
  left: (old: number) => number,
  told: (old: number) => number | boolean | undefined,
  ...operands: number[]
): void {
  called.add(name);
  const call = all[name];
  if (call === undefined) throw new Error(`there is no ${name}`);
  const cases = [0, 1, 2, 3].filter((old) => old >= from);
  const first = /_(add|sub)_?/.test(name);
  expectCases(
    refcount_t,
    cases.map((old) => ({ old, left: left(old), told: told(old) })),
    (r) => (first ? call(...operands, r) : call(r, ...operands)),
  );
}

const nothing = (): undefined => undefined;
const same = (old: number): number => old;

describe('a counter of references', () => {
  it('is set and read', () => {
    expectCounts('refcount_set', 0, () => 7, nothing, 7);
    expectCounts('refcount_set_release', 0, () => 7, nothing, 7);
    expectCounts('refcount_read', 0, same, same);
  });

  it('goes up by who has a reference', () => {
    expectCounts('refcount_inc', 1, (old) => old + 1, nothing);
    expectCounts('refcount_add', 1, (old) => old + 3, nothing, 3);
  });

  it.each(['refcount_inc_not_zero', 'refcount_inc_not_zero_acquire'] as const)(
    '%s tells whether there was one to share',
    (name) =>
      expectCounts(
        name,
        0,
        (old) => (old === 0 ? 0 : old + 1),
        (old) => old !== 0,
      ),
  );

  it.each(['refcount_add_not_zero', 'refcount_add_not_zero_acquire'] as const)(
    '%s tells whether there was one to share',
    (name) =>
      expectCounts(
        name,
        0,
        (old) => (old === 0 ? 0 : old + 2),
        (old) => old !== 0,
        2,
      ),
  );

  it('goes down, and tells who was last', () => {
    expectCounts(
      'refcount_dec_and_test',
      1,
      (old) => old - 1,
      (old) => old === 1,
    );
    expectCounts(
      'refcount_sub_and_test',
      2,
      (old) => old - 2,
      (old) => old === 2,
      2,
    );
    expectCounts('refcount_dec', 2, (old) => old - 1, nothing);
    expectCounts(
      'refcount_dec_if_one',
      0,
      (old) => (old === 1 ? 0 : old),
      (old) => old === 1,
    );
    expectCounts(
      'refcount_dec_not_one',
      0,
      (old) => Math.max(old - 1, Math.min(old, 1)),
      (old) => old > 1,
    );
  });
});

describe('what Linux warns of is a finding', () => {
  const after = (n: number, call: (r: Refcount) => void): Promise<string[]> =>
    wrongWith(({ alloc, thread }) => {
      const r = alloc(refcount_t, 'r');
      refcounts.refcount_set(r, n);
      thread('t', () => call(r));
    });

  it.each([
    ['refcount_inc', refcounts.refcount_inc],
    ['refcount_add', (r: Refcount) => refcounts.refcount_add(2, r)],
  ])('%s from 0', async (_, call) => {
    expect(await after(0, call)).toEqual(['refcount_t: addition on 0; use-after-free']);
  });

  it.each([
    ['refcount_dec_and_test', (r: Refcount) => void refcounts.refcount_dec_and_test(r), 0],
    ['refcount_sub_and_test', (r: Refcount) => void refcounts.refcount_sub_and_test(2, r), 1],
  ])('%s below 0', async (_, call, n) => {
    expect(await after(n, call)).toEqual(['refcount_t: underflow; use-after-free']);
  });

  it('refcount_dec that reaches 0', async () => {
    const message = 'refcount_t: decrement hit 0; leaking memory';
    expect(await after(1, refcounts.refcount_dec)).toEqual([message]);
  });
});

describe.each(['refcount_dec_and_lock', 'refcount_dec_and_mutex_lock'] as const)('%s', (name) => {
  called.add(name);

  it('takes the lock for the last reference only', () => {
    const finals = finalsOf(({ alloc, thread }) => {
      const r = alloc(refcount_t, 'r');
      const [spin, mtx] = [alloc(spinlock_t, 'spin'), alloc(mutex, 'mtx')];
      refcounts.refcount_set(r, 2);
      thread('t', { count: 2 }, () => {
        if (name === 'refcount_dec_and_lock') {
          const last = refcounts.refcount_dec_and_lock(r, spin);
          if (last) spin_unlock(spin);
          return last;
        }
        const last = refcounts.refcount_dec_and_mutex_lock(r, mtx);
        if (last) mutex_unlock(mtx);
        return last;
      });
    });
    expect(finals).toEqual(['0 0 0 | false true']);
  });
});

describe('a lookup of an object that may be going', () => {
  /** The owner takes the object out of sight and gives its reference back; a user looks it up. */
  const lookup = (take: (r: Refcount) => boolean): Promise<string[]> =>
    wrongWith(({ alloc, thread, never }) => {
      const [refs, visible, gone] = [alloc(refcount_t, 'refs'), alloc(s32, 'v'), alloc(s32, 'g')];
      refcounts.refcount_set(refs, 1);
      WRITE_ONCE(visible, 1);
      const put = (): void => {
        if (refcounts.refcount_dec_and_test(refs)) WRITE_ONCE(gone, 1);
      };
      thread('owner', () => {
        WRITE_ONCE(visible, 0);
        put();
      });
      const user = thread('user', () => {
        if (READ_ONCE(visible) === 0 || !take(refs)) return false;
        const wasGone = READ_ONCE(gone) === 1;
        put();
        return wasGone;
      });
      never('used after it was gone', () => user.result());
    });

  it('takes a reference unless there are none', async () => {
    expect(await lookup(refcounts.refcount_inc_not_zero)).toEqual([]);
  });

  it('is wrong with refcount_inc', async () => {
    const found = await lookup((r) => {
      refcounts.refcount_inc(r);
      return true;
    });
    expect(found).toEqual(['refcount_t: addition on 0; use-after-free']);
  });
});

describe('who gives the last reference back', () => {
  /** Two use an object and give it back; the last one looks at what both have written. */
  const lastLooks = (without: readonly string[]): Promise<string[]> =>
    wrongWith(
      ({ alloc, thread, always }) => {
        const [r, x, y] = [alloc(refcount_t, 'r'), alloc(s32, 'x'), alloc(s32, 'y')];
        refcounts.refcount_set(r, 2);
        const use = (mine: Field<typeof s32>) => (): boolean => {
          WRITE_ONCE(mine, 1);
          if (!refcounts.refcount_dec_and_test(r)) return true;
          return READ_ONCE(x) === 1 && READ_ONCE(y) === 1;
        };
        const [first, second] = [thread('first', use(x)), thread('second', use(y))];
        always('the last one sees every use', () => first.result() && second.result());
      },
      { model: 'weak', without },
    );

  it('sees every use, on weak CPUs too', async () => {
    expect(await lastLooks([])).toEqual([]);
  });

  it('would not without the acquire that follows the last decrement', async () => {
    const found = await lastLooks([
      'first/smp_acquire__after_ctrl_dep',
      'second/smp_acquire__after_ctrl_dep',
    ]);
    expect(found).toEqual(['the last one sees every use']);
  });
});

it('every exported call is called above', () => {
  expect([...called].toSorted()).toEqual(Object.keys(refcounts).toSorted());
});
