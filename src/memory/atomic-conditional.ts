/**
 * Exchanges and conditional read-modify-writes of `atomic_t`, and those that tell about the result.
 * A failed one orders nothing: ordering.ts. Source: Documentation/atomic_t.txt, 6.18.
 */

import { allPresent, bothPresent, integer } from './argument.ts';
import { negative, perform, performWith, same } from './atomic.ts';
import type { Atomic } from './atomic.ts';
import { Modify, Result, Test } from './operation.ts';
import type { PrimitiveName } from './ordering.ts';

type AtomicExchange = (v: Atomic, value: number) => number;
type AtomicCompareExchange = (v: Atomic, old: number, value: number) => number;
type AtomicTryCompareExchange = (v: Atomic, old: number, value: number) => boolean;

function exchange(primitive: PrimitiveName): AtomicExchange {
  return (v, value) => {
    bothPresent(primitive, v, value);
    return perform(primitive, v, {
      modify: Modify.SET,
      modifyArgument: integer(value, 'atomic_t'),
      result: Result.OLD,
    });
  };
}

function compareExchange(primitive: PrimitiveName, result: Result): AtomicCompareExchange {
  return (v, old, value) => {
    allPresent(primitive, [v, old, value]);
    return perform(primitive, v, {
      test: Test.EQUALS,
      testArgument: integer(old, 'atomic_t'),
      modify: Modify.SET,
      modifyArgument: integer(value, 'atomic_t'),
      result,
    });
  };
}

function tryCompareExchange(primitive: PrimitiveName): AtomicTryCompareExchange {
  const attempt = compareExchange(primitive, Result.TESTED);
  return (v, old, value) => attempt(v, old, value) !== 0;
}

export const atomic_xchg: AtomicExchange = exchange('atomic_xchg');
export const atomic_xchg_acquire: AtomicExchange = exchange('atomic_xchg_acquire');
export const atomic_xchg_release: AtomicExchange = exchange('atomic_xchg_release');
export const atomic_xchg_relaxed: AtomicExchange = exchange('atomic_xchg_relaxed');

export const atomic_cmpxchg: AtomicCompareExchange = compareExchange('atomic_cmpxchg', Result.OLD);
export const atomic_cmpxchg_acquire: AtomicCompareExchange = compareExchange(
  'atomic_cmpxchg_acquire',
  Result.OLD,
);
export const atomic_cmpxchg_release: AtomicCompareExchange = compareExchange(
  'atomic_cmpxchg_release',
  Result.OLD,
);
export const atomic_cmpxchg_relaxed: AtomicCompareExchange = compareExchange(
  'atomic_cmpxchg_relaxed',
  Result.OLD,
);

export const atomic_try_cmpxchg: AtomicTryCompareExchange =
  tryCompareExchange('atomic_try_cmpxchg');
export const atomic_try_cmpxchg_acquire: AtomicTryCompareExchange = tryCompareExchange(
  'atomic_try_cmpxchg_acquire',
);
export const atomic_try_cmpxchg_release: AtomicTryCompareExchange = tryCompareExchange(
  'atomic_try_cmpxchg_release',
);
export const atomic_try_cmpxchg_relaxed: AtomicTryCompareExchange = tryCompareExchange(
  'atomic_try_cmpxchg_relaxed',
);

function addUnless(
  primitive: PrimitiveName,
  v: Atomic,
  add: number,
  unless: number,
  result: Result,
): number {
  return perform(primitive, v, {
    test: Test.DIFFERS,
    testArgument: integer(unless, 'atomic_t'),
    modify: Modify.ADD,
    modifyArgument: integer(add, 'atomic_t'),
    result,
  });
}

/** Adds `a` unless the counter is `u`; tells whether it did. */
export function atomic_add_unless(v: Atomic, a: number, u: number): boolean {
  allPresent('atomic_add_unless', [v, a, u]);
  return addUnless('atomic_add_unless', v, a, u, Result.TESTED) !== 0;
}

/** Adds `a` unless the counter is `u`; gives the old value. */
export function atomic_fetch_add_unless(v: Atomic, a: number, u: number): number {
  allPresent('atomic_fetch_add_unless', [v, a, u]);
  return addUnless('atomic_fetch_add_unless', v, a, u, Result.OLD);
}

/** Adds 1 unless the counter is 0; tells whether it did. */
export function atomic_inc_not_zero(v: Atomic): boolean {
  return addUnless('atomic_inc_not_zero', v, 1, 0, Result.TESTED) !== 0;
}

/** Takes 1 away if the result is not negative; gives the old value minus 1 in either case. */
export function atomic_dec_if_positive(v: Atomic): number {
  const old = perform('atomic_dec_if_positive', v, {
    test: Test.AT_LEAST,
    testArgument: 1,
    modify: Modify.ADD,
    modifyArgument: -1,
    result: Result.OLD,
  });
  return (old - 1) | 0;
}

const REACHES_ZERO = {
  modify: Modify.ADD,
  result: Result.NEW_EQUALS,
  resultArgument: 0,
} as const;

function reachesZero(primitive: PrimitiveName, v: Atomic, by: number): boolean {
  return perform(primitive, v, { ...REACHES_ZERO, modifyArgument: by }) !== 0;
}

/** Takes 1 away; tells whether the counter is now 0. */
export function atomic_dec_and_test(v: Atomic): boolean {
  return reachesZero('atomic_dec_and_test', v, -1);
}

/** Adds 1; tells whether the counter is now 0. */
export function atomic_inc_and_test(v: Atomic): boolean {
  return reachesZero('atomic_inc_and_test', v, 1);
}

/** Takes `i` away; tells whether the counter is now 0. */
export function atomic_sub_and_test(i: number, v: Atomic): boolean {
  return performWith('atomic_sub_and_test', i, v, negative, REACHES_ZERO) !== 0;
}

/** Adds `i`; tells whether the counter is now negative. */
export function atomic_add_negative(i: number, v: Atomic): boolean {
  const parts = { modify: Modify.ADD, result: Result.NEW_NEGATIVE } as const;
  return performWith('atomic_add_negative', i, v, same, parts) !== 0;
}
