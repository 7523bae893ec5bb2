/**
 * Locks: spin locks, reader-writer locks, semaphores, mutexes and folio-style bit locks.
 *
 * A lock is one word. Spinning locks switch preemption off while they are held; sleeping locks may
 * not be taken then. Fairness is not modelled: any waiter may be next, and a waiting writer does
 * not hold readers back, so every order of acquisition that Linux allows is explored (and some that
 * its queues make rare). A lock is a defence, and so is that some keep interrupts or bottom halves
 * off: without that they are `spin_lock`. Orders: ordering.ts (include/linux/spinlock.h, rwlock.h,
 * rwsem.h, mutex.h, 6.18).
 */

import { addressOf, present } from './argument.ts';
import { machine } from './machine.ts';
import { Modify, operation, Result, Test } from './operation.ts';
import type { LockKind, OperationParts } from './operation.ts';
import type { PrimitiveName } from './ordering.ts';
import { enterSection } from './section.ts';
import type { Field, Kind } from './type.ts';
import type { mutex, rw_semaphore, rwlock_t, spinlock_t } from './type.ts';

type SpinLock = Field<typeof spinlock_t>;
type RwLock = Field<typeof rwlock_t>;
type RwSemaphore = Field<typeof rw_semaphore>;
type Mutex = Field<typeof mutex>;

const FREE = { test: Test.EQUALS, testArgument: 0 } as const;
const NO_WRITER = { test: Test.AT_LEAST, testArgument: 0 } as const;
const LOCKED = { modify: Modify.SET, modifyArgument: 1 } as const;
const WRITER = { modify: Modify.SET, modifyArgument: -1 } as const;
const UNLOCKED = { modify: Modify.SET, modifyArgument: 0 } as const;
const ONE_READER_MORE = { modify: Modify.ADD, modifyArgument: 1 } as const;
const ONE_READER_LESS = { modify: Modify.ADD, modifyArgument: -1 } as const;

/** How a lock is taken: by who waits for it, and by who only tries. Made once, not at each call. */
interface Taking {
  readonly wait: OperationParts;
  readonly try: OperationParts;
}

function taking(parts: OperationParts, kind: LockKind, shared: boolean): Taking {
  const all = { ...parts, hold: { take: kind, shared } };
  return { wait: { ...all, wait: true }, try: { ...all, result: Result.TESTED } };
}

function releasing(parts: OperationParts, kind: LockKind, shared: boolean): OperationParts {
  return { ...parts, hold: { release: kind, shared } };
}

const TAKE_SPIN = taking({ ...FREE, ...LOCKED }, 'spin', false);
const TAKE_SPIN_READER = taking({ ...NO_WRITER, ...ONE_READER_MORE }, 'spin', true);
const TAKE_SPIN_WRITER = taking({ ...FREE, ...WRITER }, 'spin', false);
const TAKE_READER = taking({ ...NO_WRITER, ...ONE_READER_MORE }, 'sleep', true);
const TAKE_WRITER = taking({ ...FREE, ...WRITER }, 'sleep', false);
const TAKE_MUTEX = taking({ ...FREE, ...LOCKED }, 'sleep', false);

const RELEASE_SPIN = releasing(UNLOCKED, 'spin', false);
const RELEASE_SPIN_READER = releasing(ONE_READER_LESS, 'spin', true);
const RELEASE_SLEEPING = releasing(UNLOCKED, 'sleep', false);
const RELEASE_READER = releasing(ONE_READER_LESS, 'sleep', true);
const DOWNGRADE: OperationParts = { ...LOCKED, hold: { downgrade: true } };
const LOOK: OperationParts = { result: Result.OLD_BITS, resultArgument: 1 };

function perform(
  kind: Kind,
  primitive: PrimitiveName,
  lock: Field,
  parts: OperationParts,
): boolean {
  const address = addressOf(primitive, lock, kind);
  return machine().perform(operation(primitive, parts, address)) !== 0;
}

/** Spins until the lock is free and takes it. */
export function spin_lock(lock: SpinLock): void {
  perform('spinlock_t', 'spin_lock', lock, TAKE_SPIN.wait);
}

/** Takes the lock if it is free; tells whether it did. */
export function spin_trylock(lock: SpinLock): boolean {
  return perform('spinlock_t', 'spin_trylock', lock, TAKE_SPIN.try);
}

/** Releases the lock. */
export function spin_unlock(lock: SpinLock): void {
  perform('spinlock_t', 'spin_unlock', lock, RELEASE_SPIN);
}

/** Whether somebody holds the lock. */
export function spin_is_locked(lock: SpinLock): boolean {
  return perform('spinlock_t', 'spin_is_locked', lock, LOOK);
}

/** Interrupts off on this CPU, then `spin_lock`. */
export function spin_lock_irq(lock: SpinLock): void {
  enterSection('irq', 'spin_lock_irq');
  spin_lock(present('spin_lock_irq', lock));
}

/** `spin_unlock`, then interrupts on. */
export function spin_unlock_irq(lock: SpinLock): void {
  spin_unlock(present('spin_unlock_irq', lock));
  machine().nest('irq', -1);
}

/** Interrupts off on this CPU, then `spin_lock`; sections may nest. */
export function spin_lock_irqsave(lock: SpinLock): void {
  enterSection('irq', 'spin_lock_irqsave');
  spin_lock(present('spin_lock_irqsave', lock));
}

/** `spin_unlock`, then interrupts as they were before the matching `spin_lock_irqsave`. */
export function spin_unlock_irqrestore(lock: SpinLock): void {
  spin_unlock_irq(present('spin_unlock_irqrestore', lock));
}

/** Bottom halves off on this CPU, then `spin_lock`. */
export function spin_lock_bh(lock: SpinLock): void {
  enterSection('bh', 'spin_lock_bh');
  spin_lock(present('spin_lock_bh', lock));
}

/** `spin_unlock`, then bottom halves as they were. */
export function spin_unlock_bh(lock: SpinLock): void {
  spin_unlock(present('spin_unlock_bh', lock));
  machine().nest('bh', -1);
}

/** Spins until no writer holds the lock and enters as a reader. */
export function read_lock(lock: RwLock): void {
  perform('rwlock_t', 'read_lock', lock, TAKE_SPIN_READER.wait);
}

/** Enters as a reader if no writer holds the lock; tells whether it did. */
export function read_trylock(lock: RwLock): boolean {
  return perform('rwlock_t', 'read_trylock', lock, TAKE_SPIN_READER.try);
}

/** Leaves as a reader. */
export function read_unlock(lock: RwLock): void {
  perform('rwlock_t', 'read_unlock', lock, RELEASE_SPIN_READER);
}

/** Spins until nobody holds the lock and enters as the writer. */
export function write_lock(lock: RwLock): void {
  perform('rwlock_t', 'write_lock', lock, TAKE_SPIN_WRITER.wait);
}

/** Enters as the writer if nobody holds the lock; tells whether it did. */
export function write_trylock(lock: RwLock): boolean {
  return perform('rwlock_t', 'write_trylock', lock, TAKE_SPIN_WRITER.try);
}

/** Leaves as the writer. */
export function write_unlock(lock: RwLock): void {
  perform('rwlock_t', 'write_unlock', lock, RELEASE_SPIN);
}

/** Sleeps until no writer holds the semaphore and enters as a reader. */
export function down_read(sem: RwSemaphore): void {
  perform('rw_semaphore', 'down_read', sem, TAKE_READER.wait);
}

/** Enters as a reader if no writer holds the semaphore; tells whether it did. */
export function down_read_trylock(sem: RwSemaphore): boolean {
  return perform('rw_semaphore', 'down_read_trylock', sem, TAKE_READER.try);
}

/** Leaves as a reader. */
export function up_read(sem: RwSemaphore): void {
  perform('rw_semaphore', 'up_read', sem, RELEASE_READER);
}

/** Sleeps until nobody holds the semaphore and enters as the writer. */
export function down_write(sem: RwSemaphore): void {
  perform('rw_semaphore', 'down_write', sem, TAKE_WRITER.wait);
}

/** Enters as the writer if nobody holds the semaphore; tells whether it did. */
export function down_write_trylock(sem: RwSemaphore): boolean {
  return perform('rw_semaphore', 'down_write_trylock', sem, TAKE_WRITER.try);
}

/** Leaves as the writer. */
export function up_write(sem: RwSemaphore): void {
  perform('rw_semaphore', 'up_write', sem, RELEASE_SLEEPING);
}

/** Turns a writer into a reader without letting another writer in. */
export function downgrade_write(sem: RwSemaphore): void {
  perform('rw_semaphore', 'downgrade_write', sem, DOWNGRADE);
}

/** Sleeps until the mutex is free and takes it. */
export function mutex_lock(lock: Mutex): void {
  perform('mutex', 'mutex_lock', lock, TAKE_MUTEX.wait);
}

/** Takes the mutex if it is free; tells whether it did. */
export function mutex_trylock(lock: Mutex): boolean {
  return perform('mutex', 'mutex_trylock', lock, TAKE_MUTEX.try);
}

/** Releases the mutex. */
export function mutex_unlock(lock: Mutex): void {
  perform('mutex', 'mutex_unlock', lock, RELEASE_SLEEPING);
}
