/**
 * `struct kref` (include/linux/kref.h, 6.18): a reference counter inside of an object, and who is
 * to be called with the last reference. Orders and warnings are those of refcount_t.
 */

import { allPresent, bothPresent, present } from './argument.ts';
import {
  refcount_dec_and_lock,
  refcount_dec_and_mutex_lock,
  refcount_dec_and_test,
  refcount_inc,
  refcount_inc_not_zero,
  refcount_read,
  refcount_set,
} from './refcount.ts';
import { struct } from './struct.ts';
import type { Struct, StructType } from './struct.ts';
import { refcount_t } from './type.ts';
import type { Field, mutex, spinlock_t } from './type.ts';

/** The members of `struct kref`. */
export type KrefMembers = { refcount: typeof refcount_t };

/** `struct kref`: a member of the counted object; `container_of` leads back to it. */
export const kref: StructType<KrefMembers> = struct('kref', { refcount: refcount_t });

/** A counter inside of an object. */
export type Kref = Struct<KrefMembers>;

/** The object begins with one reference. */
export function kref_init(counter: Kref): void {
  refcount_set(present('kref_init', counter).refcount, 1);
}

/** The number of references. */
export function kref_read(counter: Kref): number {
  return refcount_read(present('kref_read', counter).refcount);
}

/** Takes another reference by who has one. */
export function kref_get(counter: Kref): void {
  refcount_inc(present('kref_get', counter).refcount);
}

/** Takes a reference unless there are none; tells whether it did. */
export function kref_get_unless_zero(counter: Kref): boolean {
  return refcount_inc_not_zero(present('kref_get_unless_zero', counter).refcount);
}

/**
 * Gives a reference back; the last one calls `release`.
 *
 * @returns whether it was the last
 */
export function kref_put(counter: Kref, release: (kref: Kref) => void): boolean {
  bothPresent('kref_put', counter, release);
  if (!refcount_dec_and_test(counter.refcount)) return false;
  release(counter);
  return true;
}

/** `kref_put` that calls `release` with the mutex held; `release` gives it back. */
export function kref_put_mutex(
  counter: Kref,
  release: (kref: Kref) => void,
  lock: Field<typeof mutex>,
): boolean {
  allPresent('kref_put_mutex', [counter, release, lock]);
  if (!refcount_dec_and_mutex_lock(counter.refcount, lock)) return false;
  release(counter);
  return true;
}

/** `kref_put` that calls `release` with the spin lock held; `release` gives it back. */
export function kref_put_lock(
  counter: Kref,
  release: (kref: Kref) => void,
  lock: Field<typeof spinlock_t>,
): boolean {
  allPresent('kref_put_lock', [counter, release, lock]);
  if (!refcount_dec_and_lock(counter.refcount, lock)) return false;
  release(counter);
  return true;
}
