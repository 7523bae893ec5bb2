/**
 * `atomic_t` (Documentation/atomic_t.txt, 6.18): counters that several threads change at once.
 *
 * Argument order is the kernel's: the operand first, the counter last. A call that returns nothing
 * is relaxed, one that returns a value is fully ordered, a failed conditional one orders nothing;
 * the suffixes weaken. Orders: ordering.ts. Arithmetic is 32-bit two's complement, as in the
 * kernel.
 */

import { addressOf, bothPresent, integer, operandFirst } from './argument.ts';
import { machine } from './machine.ts';
import { Modify, operation, Result, Test } from './operation.ts';
import type { Operation } from './operation.ts';
import type { PrimitiveName } from './ordering.ts';
import type { atomic_t, Field } from './type.ts';

/** A field of type atomic_t. */
export type Atomic = Field<typeof atomic_t>;

/** Takes an operand and the counter. */
export type WithOperand<R> = (operand: number, v: Atomic) => R;
/** Takes the counter. */
export type WithoutOperand<R> = (v: Atomic) => R;

/** Makes one access to a counter. */
export function perform(primitive: PrimitiveName, v: Atomic, parts: Partial<Operation>): number {
  return machine().perform(operation(primitive, parts, addressOf(primitive, v, 'atomic_t')));
}

/**
 * How the operand reaches the modification: `sub` adds its negative, `andnot` masks its complement.
 */
export type Operand = (operand: number) => number;
export const same: Operand = (operand) => integer(operand, 'atomic_t');
export const negative: Operand = (operand) => -integer(operand, 'atomic_t') | 0;
export const complement: Operand = (operand) => ~integer(operand, 'atomic_t');

/** Makes one access whose operand the kernel names before the counter. */
export function performWith(
  primitive: PrimitiveName,
  operand: number,
  v: Atomic,
  of: Operand,
  parts: Partial<Operation>,
): number {
  operandFirst(primitive, operand, v);
  return perform(primitive, v, { ...parts, modifyArgument: of(operand) });
}

function silent(primitive: PrimitiveName, modify: Modify, of: Operand): WithOperand<void> {
  return (operand, v) => void performWith(primitive, operand, v, of, { modify });
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
export function atomic_set(v: Atomic, i: number): void {
  bothPresent('atomic_set', v, i);
  perform('atomic_set', v, { modify: Modify.SET, modifyArgument: integer(i, 'atomic_t') });
}

/** Sets the counter; every earlier access comes before it. */
export function atomic_set_release(v: Atomic, i: number): void {
  bothPresent('atomic_set_release', v, i);
  perform('atomic_set_release', v, {
    modify: Modify.SET,
    modifyArgument: integer(i, 'atomic_t'),
  });
}

/**
 * Reads the counter and tells only whether it is at least `limit` (as unsigned numbers).
 * Ours, not the kernel's: see `readEquals`.
 */
export function atomicAtLeast(v: Atomic, limit: number): boolean {
  bothPresent('atomicAtLeast', v, limit);
  const test = Test.UNSIGNED_AT_LEAST;
  return (
    perform('atomic_read', v, {
      test,
      testArgument: integer(limit, 'atomic_t'),
      result: Result.TESTED,
    }) !== 0
  );
}

export const atomic_add: WithOperand<void> = silent('atomic_add', Modify.ADD, same);
export const atomic_sub: WithOperand<void> = silent('atomic_sub', Modify.ADD, negative);
export const atomic_and: WithOperand<void> = silent('atomic_and', Modify.AND, same);
export const atomic_or: WithOperand<void> = silent('atomic_or', Modify.OR, same);
export const atomic_xor: WithOperand<void> = silent('atomic_xor', Modify.XOR, same);
export const atomic_andnot: WithOperand<void> = silent('atomic_andnot', Modify.AND, complement);
export const atomic_inc: WithoutOperand<void> = silentStep('atomic_inc', 1);
export const atomic_dec: WithoutOperand<void> = silentStep('atomic_dec', -1);
