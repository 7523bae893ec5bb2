/**
 * What an access orders under model `weak`, as bits of its row.
 *
 * The kernel's promise comes from the table in memory/ordering.ts (column `lkmm`); what the promise
 * means for views stands in weak.ts.
 */

import { Modify, Result, Test } from '../../memory/operation.ts';
import { BeforeAtomic, isAtomic } from './atomic-barriers.ts';
import type { Operation } from '../../memory/operation.ts';
import { ORDERING } from '../../memory/ordering.ts';
import type { Order, PrimitiveName } from '../../memory/ordering.ts';
import type { Context } from '../replay/context.ts';
import { isReader } from '../replay/context.ts';

/** Bits of the ORDER column. */
export const WeakOrder = {
  ACQUIRE: 1,
  RELEASE: 2,
  /** A full barrier before a successful read-modify-write, and after it. */
  FULL_BEFORE: 4,
  FULL_AFTER: 8,
  /** A spin lock is taken, or given back: RCtso order (tools/memory-model, po-unlock-lock-po). */
  LOCK: 16,
  UNLOCK: 32,
  /** A read-modify-write that returns nothing: smp_rmb does not order its read. */
  NORETURN: 64,
  /** What is written depends on what was read. */
  DATA: 128,
  /** No access: a full barrier. */
  FENCE: 256,
  /** smp_rmb or smp_wmb stands before the access. */
  RMB: 512,
  WMB: 1024,
  /** Inside a section that a grace period waits for, or one with interrupts off. */
  SECTION: 2048,
  IRQ_SECTION: 4096,
  /** A store that reads nothing. */
  STORE: 8192,
  /** Where nothing changes, it only acquires and releases: a wake-up that wakes nobody. */
  QUIET: 16384,
  /** Some edge to here comes from a fully ordered access: its barrier may still be owed. */
  AFTER_FULL: 32768,
  /** The full barrier before it is passed also where its test fails. */
  FAILS_FULL: 65536,
  /** FENCE is smp_mb__after_unlock_lock: only for what came before an unlock. */
  AFTER_UNLOCK: 131072,
  /** The full barrier before a read-modify-write is one step with it (weak-access.ts). */
  ONE_STEP: 262144,
  /** A section that grace periods wait for begins if it succeeds: a spinning lock is taken. */
  TAKES_SECTION: 524288,
  /** FENCE is only for what came before something that the CPU has marked: Mark. */
  AFTER_SECTION: 1048576,
  AFTER_ATOMIC: 2097152,
  AFTER_LOCK: 4194304,
  BEFORE_ATOMIC: 8388608,
  /** smp_mb__before_atomic stands before the access, which is no atomic: it is marked there. */
  MARKS: 16777216,
  /** A read-modify-write that smp_mb__after_atomic can stand behind. */
  ATOMIC: 33554432,
} as const;

/**
 * The bits of an access in its context.
 *
 * @param isTied whether a handler shares the thread's CPU, and can come behind a barrier
 */
export function weakOrderOf(operation: Operation, context: Context, isTied: boolean): number {
  let bits = 0;
  if ((context.orders & Orders.READ) !== 0) bits |= WeakOrder.RMB;
  if ((context.orders & Orders.WRITE) !== 0) bits |= WeakOrder.WMB;
  if (isReader(context)) bits |= WeakOrder.SECTION;
  else if (takesSpin(operation)) bits |= WeakOrder.TAKES_SECTION;
  if (context.irq > 0) bits |= WeakOrder.IRQ_SECTION;
  if (operation.address === 0) bits |= fenceOf(operation);
  const isBehind = (context.beforeAtomic & BeforeAtomic.DIRECTLY) !== 0;
  if (isBehind && operation.address !== 0 && !isAtomic(operation)) bits |= WeakOrder.MARKS;
  if (isAtomic(operation)) bits |= WeakOrder.ATOMIC;
  bits |= promiseOf(operation);
  const isFull = (bits & WeakOrder.FULL_BEFORE) !== 0 && operation.modify !== Modify.NOTHING;
  return isFull && !isTied ? bits | WeakOrder.ONE_STEP : bits;
}

function takesSpin({ hold }: Operation): boolean {
  return hold !== null && 'take' in hold && hold.take === 'spin';
}

function fenceOf({ primitive }: Operation): number {
  if (primitive === 'smp_mb') return WeakOrder.FENCE;
  if (primitive === AFTER_UNLOCK_LOCK) return WeakOrder.FENCE | WeakOrder.AFTER_UNLOCK;
  return MARKED_FENCES.get(primitive) ?? 0;
}

/** Whether a step that goes to no word is a full barrier, at least for some accesses. */
export function isBarrier(primitive: PrimitiveName): boolean {
  return primitive === 'smp_mb' || primitive === AFTER_UNLOCK_LOCK || MARKED_FENCES.has(primitive);
}

/** What partial barriers order, by the index of `Observer.marks`: see atomic-barriers.ts. */
export const Mark = { AFTER_SECTION: 0, AFTER_ATOMIC: 1, AFTER_LOCK: 2, BEFORE_ATOMIC: 3 } as const;

/** The place of smp_mb__after_unlock_lock in `Observer.taken`. */
export const UNLOCK_MARK = 4;

/** The bit of the barrier for each mark. */
export const MARK_BITS: readonly number[] = [
  WeakOrder.AFTER_SECTION,
  WeakOrder.AFTER_ATOMIC,
  WeakOrder.AFTER_LOCK,
  WeakOrder.BEFORE_ATOMIC,
];

const MARKED_FENCES: ReadonlyMap<PrimitiveName, number> = new Map([
  ['smp_mb__after_srcu_read_unlock', WeakOrder.FENCE | WeakOrder.AFTER_SECTION],
  ['smp_mb__after_atomic', WeakOrder.FENCE | WeakOrder.AFTER_ATOMIC],
  ['smp_mb__after_spinlock', WeakOrder.FENCE | WeakOrder.AFTER_LOCK],
  ['smp_mb__before_atomic', WeakOrder.FENCE | WeakOrder.BEFORE_ATOMIC],
]);

/** The barrier behind a lock that orders what came before an unlock. */
export const AFTER_UNLOCK_LOCK = 'smp_mb__after_unlock_lock';

/** Barriers for reads and for stores that stand before the next access: `Context.orders`. */
export const Orders = { READ: 1, WRITE: 2 } as const;

/** What the primitive itself promises when its test holds. */
function promiseOf(operation: Operation): number {
  const { modify, result, test, primitive } = operation;
  const { lkmm, failed, unchanged } = ORDERING[primitive];
  let bits = PROMISES[lkmm];
  if (failed === 'full' && test !== Test.ALWAYS) bits |= WeakOrder.FAILS_FULL;
  const stores = modify === Modify.SET && result === Result.NONE && test === Test.ALWAYS;
  if (stores) bits |= WeakOrder.STORE;
  if (modify !== Modify.NOTHING && !stores) bits |= ofUpdate(operation);
  if (unchanged !== lkmm) bits |= WeakOrder.QUIET;
  if (SPIN_LOCKS.has(primitive)) bits |= WeakOrder.LOCK;
  if (primitive === 'spin_unlock') bits |= WeakOrder.UNLOCK;
  return bits;
}

/** Barriers that are no part of an access do not come here: replay-access.ts. */
const PROMISES: Readonly<Record<Order, number>> = {
  relaxed: 0,
  acquire: WeakOrder.ACQUIRE,
  release: WeakOrder.RELEASE,
  'acquire-release': WeakOrder.ACQUIRE | WeakOrder.RELEASE,
  full: WeakOrder.FULL_BEFORE | WeakOrder.FULL_AFTER,
  'full-after': WeakOrder.FULL_AFTER,
  read: 0,
  write: 0,
  'full-before-rmw': 0,
  'full-after-rmw': 0,
  'full-after-lock': 0,
  'full-after-unlock-lock': 0,
  'full-after-section': 0,
};

const SPIN_LOCKS: ReadonlySet<PrimitiveName> = new Set(['spin_lock', 'spin_trylock']);

function ofUpdate({ modify, result, test, wait }: Operation): number {
  const silent = result === Result.NONE && test === Test.ALWAYS && !wait;
  const fromOld = modify !== Modify.SET;
  return (silent ? WeakOrder.NORETURN : 0) | (fromOld ? WeakOrder.DATA : 0);
}
