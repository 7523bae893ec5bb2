/**
 * `refcount_t` (include/linux/refcount.h, lib/refcount.c, 6.18): counters that warn of misuse.
 *
 * Orders (core-api/refcount-vs-atomic.rst): taking a reference is relaxed, since whoever has the
 * pointer was given it by something that orders; a failed `_not_zero` orders nothing, a successful
 * one later stores only, by its control dependency. Giving back is a release; who gives back the
 * last one gets an acquire as well, so that it frees after everybody's last use.
 *
 * Where Linux warns and saturates the counter, there is a finding here: a reference taken from 0, a
 * counter that goes below 0, refcount_dec() that reaches 0. So saturation itself is left out, and
 * with it overflow; so are the forms that disable interrupts.
 */

import { addressOf, bothPresent, integer, operandFirst } from './argument.ts';
import { smp_acquire__after_ctrl_dep } from './barrier.ts';
import { assert } from './control.ts';
import { mutex_lock, mutex_unlock, spin_lock, spin_unlock } from './lock.ts';
import { machine } from './machine.ts';
import { Modify, operation, Result, Test } from './operation.ts';
import type { Operation } from './operation.ts';
import type { PrimitiveName } from './ordering.ts';
import type { Field, mutex, refcount_t, spinlock_t } from './type.ts';

/** A field of type refcount_t. */
export type Refcount = Field<typeof refcount_t>;

function perform(primitive: PrimitiveName, r: Refcount, parts: Partial<Operation>): number {
  return machine().perform(operation(primitive, parts, addressOf(primitive, r, 'refcount_t')));
}

/** Sets the counter. */
export function refcount_set(r: Refcount, n: number): void {
  bothPresent('refcount_set', r, n);
  perform('refcount_set', r, { modify: Modify.SET, modifyArgument: integer(n, 'refcount_t') });
}

/**
 * Sets the counter; every earlier access comes before it: for memory that readers may still hold a
 * pointer to when it becomes another object (SLAB_TYPESAFE_BY_RCU).
 */
export function refcount_set_release(r: Refcount, n: number): void {
  bothPresent('refcount_set_release', r, n);
  perform('refcount_set_release', r, {
    modify: Modify.SET,
    modifyArgument: integer(n, 'refcount_t'),
  });
}

/** Reads the counter. */
export function refcount_read(r: Refcount): number {
  return perform('refcount_read', r, { result: Result.OLD });
}

/** Takes `i` references more by who has one. */
export function refcount_add(i: number, r: Refcount): void {
  assert(addIf('refcount_add', r, i, Test.AT_LEAST, 1), FROM_ZERO);
}

/** Takes one reference more by who has one. */
export function refcount_inc(r: Refcount): void {
  assert(addIf('refcount_inc', r, 1, Test.AT_LEAST, 1), FROM_ZERO);
}

/** Takes `i` references unless there are none; tells whether it did. */
export function refcount_add_not_zero(i: number, r: Refcount): boolean {
  return addIf('refcount_add_not_zero', r, i, Test.DIFFERS, 0);
}

/** Takes a reference unless there are none; tells whether it did. */
export function refcount_inc_not_zero(r: Refcount): boolean {
  return addIf('refcount_inc_not_zero', r, 1, Test.DIFFERS, 0);
}

/** `refcount_add_not_zero` with acquire order if it did. */
export function refcount_add_not_zero_acquire(i: number, r: Refcount): boolean {
  return addIf('refcount_add_not_zero_acquire', r, i, Test.DIFFERS, 0);
}

/** `refcount_inc_not_zero` with acquire order if it did. */
export function refcount_inc_not_zero_acquire(r: Refcount): boolean {
  return addIf('refcount_inc_not_zero_acquire', r, 1, Test.DIFFERS, 0);
}

/** Gives `i` references back; tells whether there are none left, and acquires then. */
export function refcount_sub_and_test(i: number, r: Refcount): boolean {
  return givenBack('refcount_sub_and_test', r, i);
}

/** Gives a reference back; tells whether there are none left, and acquires then. */
export function refcount_dec_and_test(r: Refcount): boolean {
  return givenBack('refcount_dec_and_test', r, 1);
}

/** Gives a reference back that is known not to be the last. */
export function refcount_dec(r: Refcount): void {
  const isNotLast = addIf('refcount_dec', r, -1, Test.AT_LEAST, 2);
  assert(isNotLast, 'refcount_t: decrement hit 0; leaking memory');
}

/** Gives the last reference back if there is exactly one; tells whether it did. */
export function refcount_dec_if_one(r: Refcount): boolean {
  return addIf('refcount_dec_if_one', r, -1, Test.EQUALS, 1);
}

/** Gives a reference back unless it is the last; tells whether it did. */
export function refcount_dec_not_one(r: Refcount): boolean {
  return addIf('refcount_dec_not_one', r, -1, Test.AT_LEAST, 2);
}

/** Gives a reference back; tells whether it was the last, and holds the mutex then. */
export function refcount_dec_and_mutex_lock(r: Refcount, lock: Field<typeof mutex>): boolean {
  bothPresent('refcount_dec_and_mutex_lock', r, lock);
  if (refcount_dec_not_one(r)) return false;
  mutex_lock(lock);
  if (refcount_dec_and_test(r)) return true;
  mutex_unlock(lock);
  return false;
}

/** Gives a reference back; tells whether it was the last, and holds the spin lock then. */
export function refcount_dec_and_lock(r: Refcount, lock: Field<typeof spinlock_t>): boolean {
  bothPresent('refcount_dec_and_lock', r, lock);
  if (refcount_dec_not_one(r)) return false;
  spin_lock(lock);
  if (refcount_dec_and_test(r)) return true;
  spin_unlock(lock);
  return false;
}

const FROM_ZERO = 'refcount_t: addition on 0; use-after-free';

function addIf(
  primitive: PrimitiveName,
  r: Refcount,
  add: number,
  test: Test,
  testArgument: number,
): boolean {
  operandFirst(primitive, add, r);
  const parts = {
    test,
    testArgument,
    modify: Modify.ADD,
    modifyArgument: integer(add, 'refcount_t'),
  } as const;
  return perform(primitive, r, { ...parts, result: Result.TESTED }) !== 0;
}

function givenBack(primitive: PrimitiveName, r: Refcount, i: number): boolean {
  operandFirst(primitive, i, r);
  const parts = { modify: Modify.ADD, modifyArgument: -integer(i, 'refcount_t') } as const;
  const sign = perform(primitive, r, { ...parts, result: Result.NEW_SIGN });
  assert(sign >= 0, 'refcount_t: underflow; use-after-free');
  if (sign !== 0) return false;
  smp_acquire__after_ctrl_dep();
  return true;
}
