/**
 * `atomic_t` (Documentation/atomic_t.txt, 6.18): counters that several threads change at once.
 *
 * Argument order is the kernel's: the operand first, the counter last. A call that returns nothing is
 * relaxed, one that returns a value is fully ordered, a failed conditional one orders nothing; the
 * suffixes weaken. Orders: ordering.ts. Arithmetic is 32-bit two's complement, as in the kernel.
 */

import { machine } from './machine.ts';
import { Modify, operation, Result, Test } from './operation.ts';
import type { Operation } from './operation.ts';
import type { PrimitiveName } from './ordering.ts';
import type { atomic_t, Field } from './type.ts';

/** A field of type atomic_t. */
export type Atomic = Field<typeof atomic_t>;

type WithOperand<R> = (operand: number, v: Atomic) => R;
type WithoutOperand<R> = (v: Atomic) => R;

function perform(primitive: PrimitiveName, v: Atomic, parts: Partial<Operation>): number {
  return machine().perform(operation(primitive, { address: v.address, ...parts }));
}

/** How the operand reaches the modification: `sub` adds its negative, `andnot` masks its complement. */
type Operand = (operand: number) => number;
const same: Operand = (operand) => operand | 0;
const negative: Operand = (operand) => -operand | 0;
const complement: Operand = (operand) => ~operand;

function silent(primitive: PrimitiveName, modify: Modify, of: Operand): WithOperand<void> {
  return (operand, v) => void perform(primitive, v, { modify, modifyArgument: of(operand) });
}

function telling(
  primitive: PrimitiveName,
  modify: Modify,
  of: Operand,
  result: Result,
): WithOperand<number> {
  return (operand, v) => perform(primitive, v, { modify, modifyArgument: of(operand), result });
}

function step(primitive: PrimitiveName, by: number, result: Result): WithoutOperand<number> {
  return (v) => perform(primitive, v, { modify: Modify.ADD, modifyArgument: by, result });
}

function silentStep(primitive: PrimitiveName, by: number): WithoutOperand<void> {
  return (v) => void perform(primitive, v, { modify: Modify.ADD, modifyArgument: by });
}

/** Reads the counter. */
export function atomic_read(v: Atomic): number {
  return perform('atomic_read', v, { result: Result.OLD });
}

/** Reads the counter; every later access comes after it. */
export function atomic_read_acquire(v: Atomic): number {
  return perform('atomic_read_acquire', v, { result: Result.OLD });
}

/** Sets the counter. */
export function atomic_set(v: Atomic, value: number): void {
  perform('atomic_set', v, { modify: Modify.SET, modifyArgument: value | 0 });
}

/** Sets the counter; every earlier access comes before it. */
export function atomic_set_release(v: Atomic, value: number): void {
  perform('atomic_set_release', v, { modify: Modify.SET, modifyArgument: value | 0 });
}

/**
 * Reads the counter and tells only whether it is at least `limit` (as unsigned numbers).
 * Ours, not the kernel's: see `readEquals`.
 */
export function atomicAtLeast(v: Atomic, limit: number): boolean {
  const test = Test.UNSIGNED_AT_LEAST;
  return perform('atomic_read', v, { test, testArgument: limit, result: Result.TESTED }) !== 0;
}

export const atomic_add: WithOperand<void> = silent('atomic_add', Modify.ADD, same);
export const atomic_sub: WithOperand<void> = silent('atomic_sub', Modify.ADD, negative);
export const atomic_and: WithOperand<void> = silent('atomic_and', Modify.AND, same);
export const atomic_or: WithOperand<void> = silent('atomic_or', Modify.OR, same);
export const atomic_xor: WithOperand<void> = silent('atomic_xor', Modify.XOR, same);
export const atomic_andnot: WithOperand<void> = silent('atomic_andnot', Modify.AND, complement);
export const atomic_inc: WithoutOperand<void> = silentStep('atomic_inc', 1);
export const atomic_dec: WithoutOperand<void> = silentStep('atomic_dec', -1);

export const atomic_add_return: WithOperand<number> = telling(
  'atomic_add_return',
  Modify.ADD,
  same,
  Result.NEW,
);
export const atomic_add_return_acquire: WithOperand<number> = telling(
  'atomic_add_return_acquire',
  Modify.ADD,
  same,
  Result.NEW,
);
export const atomic_add_return_release: WithOperand<number> = telling(
  'atomic_add_return_release',
  Modify.ADD,
  same,
  Result.NEW,
);
export const atomic_add_return_relaxed: WithOperand<number> = telling(
  'atomic_add_return_relaxed',
  Modify.ADD,
  same,
  Result.NEW,
);
export const atomic_sub_return: WithOperand<number> = telling(
  'atomic_sub_return',
  Modify.ADD,
  negative,
  Result.NEW,
);
export const atomic_sub_return_acquire: WithOperand<number> = telling(
  'atomic_sub_return_acquire',
  Modify.ADD,
  negative,
  Result.NEW,
);
export const atomic_sub_return_release: WithOperand<number> = telling(
  'atomic_sub_return_release',
  Modify.ADD,
  negative,
  Result.NEW,
);
export const atomic_sub_return_relaxed: WithOperand<number> = telling(
  'atomic_sub_return_relaxed',
  Modify.ADD,
  negative,
  Result.NEW,
);
export const atomic_inc_return: WithoutOperand<number> = step('atomic_inc_return', 1, Result.NEW);
export const atomic_inc_return_acquire: WithoutOperand<number> = step(
  'atomic_inc_return_acquire',
  1,
  Result.NEW,
);
export const atomic_inc_return_release: WithoutOperand<number> = step(
  'atomic_inc_return_release',
  1,
  Result.NEW,
);
export const atomic_inc_return_relaxed: WithoutOperand<number> = step(
  'atomic_inc_return_relaxed',
  1,
  Result.NEW,
);
export const atomic_dec_return: WithoutOperand<number> = step('atomic_dec_return', -1, Result.NEW);
export const atomic_dec_return_acquire: WithoutOperand<number> = step(
  'atomic_dec_return_acquire',
  -1,
  Result.NEW,
);
export const atomic_dec_return_release: WithoutOperand<number> = step(
  'atomic_dec_return_release',
  -1,
  Result.NEW,
);
export const atomic_dec_return_relaxed: WithoutOperand<number> = step(
  'atomic_dec_return_relaxed',
  -1,
  Result.NEW,
);

export const atomic_fetch_add: WithOperand<number> = telling(
  'atomic_fetch_add',
  Modify.ADD,
  same,
  Result.OLD,
);
export const atomic_fetch_add_acquire: WithOperand<number> = telling(
  'atomic_fetch_add_acquire',
  Modify.ADD,
  same,
  Result.OLD,
);
export const atomic_fetch_add_release: WithOperand<number> = telling(
  'atomic_fetch_add_release',
  Modify.ADD,
  same,
  Result.OLD,
);
export const atomic_fetch_add_relaxed: WithOperand<number> = telling(
  'atomic_fetch_add_relaxed',
  Modify.ADD,
  same,
  Result.OLD,
);
export const atomic_fetch_sub: WithOperand<number> = telling(
  'atomic_fetch_sub',
  Modify.ADD,
  negative,
  Result.OLD,
);
export const atomic_fetch_sub_acquire: WithOperand<number> = telling(
  'atomic_fetch_sub_acquire',
  Modify.ADD,
  negative,
  Result.OLD,
);
export const atomic_fetch_sub_release: WithOperand<number> = telling(
  'atomic_fetch_sub_release',
  Modify.ADD,
  negative,
  Result.OLD,
);
export const atomic_fetch_sub_relaxed: WithOperand<number> = telling(
  'atomic_fetch_sub_relaxed',
  Modify.ADD,
  negative,
  Result.OLD,
);
export const atomic_fetch_and: WithOperand<number> = telling(
  'atomic_fetch_and',
  Modify.AND,
  same,
  Result.OLD,
);
export const atomic_fetch_and_acquire: WithOperand<number> = telling(
  'atomic_fetch_and_acquire',
  Modify.AND,
  same,
  Result.OLD,
);
export const atomic_fetch_and_release: WithOperand<number> = telling(
  'atomic_fetch_and_release',
  Modify.AND,
  same,
  Result.OLD,
);
export const atomic_fetch_and_relaxed: WithOperand<number> = telling(
  'atomic_fetch_and_relaxed',
  Modify.AND,
  same,
  Result.OLD,
);
export const atomic_fetch_or: WithOperand<number> = telling(
  'atomic_fetch_or',
  Modify.OR,
  same,
  Result.OLD,
);
export const atomic_fetch_or_acquire: WithOperand<number> = telling(
  'atomic_fetch_or_acquire',
  Modify.OR,
  same,
  Result.OLD,
);
export const atomic_fetch_or_release: WithOperand<number> = telling(
  'atomic_fetch_or_release',
  Modify.OR,
  same,
  Result.OLD,
);
export const atomic_fetch_or_relaxed: WithOperand<number> = telling(
  'atomic_fetch_or_relaxed',
  Modify.OR,
  same,
  Result.OLD,
);
export const atomic_fetch_xor: WithOperand<number> = telling(
  'atomic_fetch_xor',
  Modify.XOR,
  same,
  Result.OLD,
);
export const atomic_fetch_xor_acquire: WithOperand<number> = telling(
  'atomic_fetch_xor_acquire',
  Modify.XOR,
  same,
  Result.OLD,
);
export const atomic_fetch_xor_release: WithOperand<number> = telling(
  'atomic_fetch_xor_release',
  Modify.XOR,
  same,
  Result.OLD,
);
export const atomic_fetch_xor_relaxed: WithOperand<number> = telling(
  'atomic_fetch_xor_relaxed',
  Modify.XOR,
  same,
  Result.OLD,
);
export const atomic_fetch_andnot: WithOperand<number> = telling(
  'atomic_fetch_andnot',
  Modify.AND,
  complement,
  Result.OLD,
);
export const atomic_fetch_andnot_acquire: WithOperand<number> = telling(
  'atomic_fetch_andnot_acquire',
  Modify.AND,
  complement,
  Result.OLD,
);
export const atomic_fetch_andnot_release: WithOperand<number> = telling(
  'atomic_fetch_andnot_release',
  Modify.AND,
  complement,
  Result.OLD,
);
export const atomic_fetch_andnot_relaxed: WithOperand<number> = telling(
  'atomic_fetch_andnot_relaxed',
  Modify.AND,
  complement,
  Result.OLD,
);
export const atomic_fetch_inc: WithoutOperand<number> = step('atomic_fetch_inc', 1, Result.OLD);
export const atomic_fetch_inc_acquire: WithoutOperand<number> = step(
  'atomic_fetch_inc_acquire',
  1,
  Result.OLD,
);
export const atomic_fetch_inc_release: WithoutOperand<number> = step(
  'atomic_fetch_inc_release',
  1,
  Result.OLD,
);
export const atomic_fetch_inc_relaxed: WithoutOperand<number> = step(
  'atomic_fetch_inc_relaxed',
  1,
  Result.OLD,
);
export const atomic_fetch_dec: WithoutOperand<number> = step('atomic_fetch_dec', -1, Result.OLD);
export const atomic_fetch_dec_acquire: WithoutOperand<number> = step(
  'atomic_fetch_dec_acquire',
  -1,
  Result.OLD,
);
export const atomic_fetch_dec_release: WithoutOperand<number> = step(
  'atomic_fetch_dec_release',
  -1,
  Result.OLD,
);
export const atomic_fetch_dec_relaxed: WithoutOperand<number> = step(
  'atomic_fetch_dec_relaxed',
  -1,
  Result.OLD,
);

type AtomicExchange = (v: Atomic, value: number) => number;
type AtomicCompareExchange = (v: Atomic, old: number, value: number) => number;
type AtomicTryCompareExchange = (v: Atomic, old: number, value: number) => boolean;

function exchange(primitive: PrimitiveName): AtomicExchange {
  return (v, value) =>
    perform(primitive, v, {
      modify: Modify.SET,
      modifyArgument: value | 0,
      result: Result.OLD,
    });
}

function compareExchange(primitive: PrimitiveName, result: Result): AtomicCompareExchange {
  return (v, old, value) =>
    perform(primitive, v, {
      test: Test.EQUALS,
      testArgument: old | 0,
      modify: Modify.SET,
      modifyArgument: value | 0,
      result,
    });
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
    testArgument: unless | 0,
    modify: Modify.ADD,
    modifyArgument: add | 0,
    result,
  });
}

/** Adds `a` unless the counter is `u`; tells whether it did. */
export function atomic_add_unless(v: Atomic, a: number, u: number): boolean {
  return addUnless('atomic_add_unless', v, a, u, Result.TESTED) !== 0;
}

/** Adds `a` unless the counter is `u`; gives the old value. */
export function atomic_fetch_add_unless(v: Atomic, a: number, u: number): number {
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

function reachesZero(primitive: PrimitiveName, v: Atomic, by: number): boolean {
  const told = perform(primitive, v, {
    modify: Modify.ADD,
    modifyArgument: by | 0,
    result: Result.NEW_EQUALS,
    resultArgument: 0,
  });
  return told !== 0;
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
  return reachesZero('atomic_sub_and_test', v, -i);
}

/** Adds `i`; tells whether the counter is now negative. */
export function atomic_add_negative(i: number, v: Atomic): boolean {
  const told = perform('atomic_add_negative', v, {
    modify: Modify.ADD,
    modifyArgument: i | 0,
    result: Result.NEW_NEGATIVE,
  });
  return told !== 0;
}
