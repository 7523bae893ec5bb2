/**
 * smp_mb__before_atomic (model `weak`), which is a barrier only beside an atomic, as its relatives
 * are: smp_mb__after_atomic, smp_mb__after_spinlock, smp_mb__after_srcu_read_unlock.
 *
 * linux-kernel.cat gives them no order by themselves. What stands before smp_mb__before_atomic()
 * comes before the next read-modify-write and all behind it; what stands before a
 * read-modify-write, and that itself, comes before all behind smp_mb__after_atomic(), also where it
 * fails. An access between the two is ordered by neither. So the CPU marks what it has seen at the
 * earlier of the two (`Observer.marks`), and the barrier orders that. Where they stand next to each
 * other, as nearly always, that is all there is, and the barrier a full one.
 */

import { Modify, Result, Test } from '../../memory/operation.ts';
import type { Operation } from '../../memory/operation.ts';

/** Where a thread is behind smp_mb__before_atomic, as bits: `Context.beforeAtomic`. */
export const BeforeAtomic = {
  /** It has made no access since. */
  DIRECTLY: 1,
  /** It has made accesses since that are no atomics. */
  APART: 2,
} as const;

/**
 * Whether an operation is a read-modify-write that these barriers stand beside: no store, and no
 * lock. Locks that are one bit have bit operations of their own (atomic_bitops.txt).
 */
export function isAtomic({ modify, result, test, hold, primitive }: Operation): boolean {
  if (modify === Modify.NOTHING || isSpinLock(primitive)) return false;
  if (hold !== null && !BIT_OPERATIONS.has(primitive)) return false;
  return modify !== Modify.SET || result !== Result.NONE || test !== Test.ALWAYS;
}

/** Where the thread is after an access. @param before where it was */
export function afterBarrier(before: number, operation: Operation): number {
  return before === 0 || isAtomic(operation) ? 0 : BeforeAtomic.APART;
}

const BIT_OPERATIONS: ReadonlySet<string> = new Set([
  'test_and_set_bit_lock',
  'clear_bit_unlock',
  'xor_unlock_is_negative_byte',
]);

function isSpinLock(primitive: string): boolean {
  return primitive === 'spin_lock' || primitive === 'spin_trylock';
}
