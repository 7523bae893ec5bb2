/**
 * MMU notifiers: whoever has a copy of page-table entries hears *before* an entry loses a right
 * (mm/mmu_notifier.c, include/linux/mmu_notifier.h, 6.18).
 *
 * Who changes PTEs: `invalidate_range_start`, change, `invalidate_range_end`. In between the copies
 * of the range are gone. Who makes a copy: `mmu_interval_read_begin`, look at the PTEs without
 * keeping them, take the lock of the copy, `mmu_interval_read_retry`, write the copy. Either the
 * retry sees the invalidation, or the invalidation finds the copy, because both hold that lock.
 *
 * Left out: the older notifiers with a list and SRCU, ranges that cannot sleep, event types, and
 * adding or removing subscribers while an invalidation is under way (deferred_list).
 */

import {
  assert,
  defence,
  kernelFunction,
  label,
  READ_ONCE,
  spin_lock,
  spin_unlock,
  wait_event,
  wake_up,
  WRITE_ONCE,
} from '../../memory/index.ts';
import { present } from '../fs/inode.ts';
import type { MmStruct } from './mm_types.ts';
import type { MmuIntervalNotifier, MmuNotifierSubscriptions } from './mmu_notifier_types.ts';

/** Virtual pages from `start` on, up to and without `end`. */
export interface MmuNotifierRange {
  readonly start: number;
  readonly end: number;
}

/** `ops->invalidate`: gives up the copies of a range. Sleeps until nobody uses them. */
export type Invalidate = (
  subscriber: MmuIntervalNotifier,
  range: MmuNotifierRange,
  cur_seq: number,
) => void;

/** Memory holds no functions: `ops` is a number, this is what it stands for. */
const operations: Invalidate[] = [];

/** What a driver does when it is told; once, when the driver is loaded. @returns `ops` */
export function intervalNotifierOps(invalidate: Invalidate): number {
  return operations.push(invalidate) - 1;
}

/** Behind every virtual page (ULONG_MAX). */
const EVERYTHING: MmuNotifierRange = { start: 0, end: 1 << 20 };

/** Whether anybody has asked to hear of changes (include/linux/mmu_notifier.h). */
export function mm_has_notifiers(mm: MmStruct): boolean {
  return READ_ONCE(mm.notifier_subscriptions) !== null;
}

/**
 * Whether a change must be told: somebody has asked, and the defence `notifier` of the function
 * that makes the change is there.
 */
export function isNotified(mm: MmStruct): boolean {
  return mm_has_notifiers(mm) && defence('notifier', () => true);
}

/** PTEs of the range are about to lose rights. Sleeps until nobody uses a copy of them. */
export const mmu_notifier_invalidate_range_start: (mm: MmStruct, range: MmuNotifierRange) => void =
  kernelFunction(
    'include/linux/mmu_notifier.h',
    '6.18',
    function mmu_notifier_invalidate_range_start(mm: MmStruct, range: MmuNotifierRange): void {
      mn_itree_invalidate(subscriptionsOf(mm), range);
    },
  );

/** The PTEs have lost their rights: copies may be made again. */
export const mmu_notifier_invalidate_range_end: (mm: MmStruct) => void = kernelFunction(
  'include/linux/mmu_notifier.h',
  '6.18',
  function mmu_notifier_invalidate_range_end(mm: MmStruct): void {
    mn_itree_inv_end(subscriptionsOf(mm));
  },
);

/** The address space ends: every copy goes (mmu_notifier_release, mn_itree_release). */
export const mmu_notifier_release: (mm: MmStruct) => void = kernelFunction(
  'mm/mmu_notifier.c',
  '6.18',
  function mmu_notifier_release(mm: MmStruct): void {
    mn_itree_invalidate(subscriptionsOf(mm), EVERYTHING);
    mn_itree_inv_end(subscriptionsOf(mm));
  },
);

/** Counts the invalidation and tells the subscriber whose range it touches (mm/mmu_notifier.c). */
function mn_itree_invalidate(all: MmuNotifierSubscriptions, range: MmuNotifierRange): void {
  const [subscriber, seq] = mn_itree_inv_start_range(all, range);
  if (subscriber === null) return;
  const invalidate = operations[READ_ONCE(subscriber.ops)];
  present(invalidate ?? null, 'mmu_interval_notifier: ops')(subscriber, range, seq);
}

/** Counts the invalidation and finds the subscriber (mm/mmu_notifier.c). */
function mn_itree_inv_start_range(
  all: MmuNotifierSubscriptions,
  range: MmuNotifierRange,
): readonly [MmuIntervalNotifier | null, number] {
  spin_lock(all.lock);
  WRITE_ONCE(all.active_invalidate_ranges, READ_ONCE(all.active_invalidate_ranges) + 1);
  const first = READ_ONCE(all.itree);
  const found = first !== null && overlaps(first, range) ? first : null;
  let seq = READ_ONCE(all.invalidate_seq);
  if (found !== null) {
    seq |= 1;
    label('the copies become invalid');
    WRITE_ONCE(all.invalidate_seq, seq);
  }
  spin_unlock(all.lock);
  return [found, seq];
}

function overlaps(subscriber: MmuIntervalNotifier, { start, end }: MmuNotifierRange): boolean {
  return READ_ONCE(subscriber.start) < end && start < READ_ONCE(subscriber.end);
}

/**
 * The last one that ends makes the sequence number even and wakes who waits for that
 * (mm/mmu_notifier.c).
 */
function mn_itree_inv_end(all: MmuNotifierSubscriptions): void {
  spin_lock(all.lock);
  const others = READ_ONCE(all.active_invalidate_ranges) - 1;
  WRITE_ONCE(all.active_invalidate_ranges, others);
  const seq = READ_ONCE(all.invalidate_seq);
  const ends = others === 0 && (seq & 1) === 1;
  if (ends) {
    label('copies may be made again');
    WRITE_ONCE(all.invalidate_seq, seq + 1);
  }
  spin_unlock(all.lock);
  if (ends) wake_up(all.wq);
}

/**
 * Begins to make a copy of PTEs: sleeps while an invalidation of the range is under way.
 *
 * @returns what `mmu_interval_read_retry` compares with
 */
export const mmu_interval_read_begin: (subscriber: MmuIntervalNotifier) => number = kernelFunction(
  'mm/mmu_notifier.c',
  '6.18',
  function mmu_interval_read_begin(subscriber: MmuIntervalNotifier): number {
    const all = subscriptionsOf(present(READ_ONCE(subscriber.mm), 'mmu_interval_notifier: mm'));
    spin_lock(all.lock);
    label('last invalidation');
    const seq = READ_ONCE(subscriber.invalidate_seq);
    label('still under way?');
    const isInvalidating = seq === READ_ONCE(all.invalidate_seq);
    spin_unlock(all.lock);
    if (defence('wait for the invalidation', () => isInvalidating)) {
      wait_event(all.wq, () => READ_ONCE(all.invalidate_seq) !== seq);
    }
    return seq;
  },
);

/**
 * Whether the range was invalidated since `mmu_interval_read_begin`, so that what was read of the
 * PTEs is worthless (include/linux/mmu_notifier.h); the caller holds the lock under which it keeps
 * its copy.
 */
export function mmu_interval_read_retry(subscriber: MmuIntervalNotifier, seq: number): boolean {
  label('invalidated meanwhile?');
  return READ_ONCE(subscriber.invalidate_seq) !== seq;
}

/**
 * The same without the lock, to give up early (include/linux/mmu_notifier.h): only "yes" can be
 * relied on.
 */
export function mmu_interval_check_retry(subscriber: MmuIntervalNotifier, seq: number): boolean {
  label('invalidated already?');
  return READ_ONCE(subscriber.invalidate_seq) !== seq;
}

/**
 * Notes the invalidation, first of all under the lock of the copy (include/linux/mmu_notifier.h).
 */
export function mmu_interval_set_seq(subscriber: MmuIntervalNotifier, cur_seq: number): void {
  label('note the invalidation');
  WRITE_ONCE(subscriber.invalidate_seq, cur_seq);
}

/**
 * Subscribes to a range of an mm, with no invalidation under way. The copy's number is odd, and not
 * the next one that the mm will have.
 */
export const mmu_interval_notifier_insert: (
  subscriber: MmuIntervalNotifier,
  mm: MmStruct,
  range: MmuNotifierRange,
  ops: number,
) => void = kernelFunction(
  'mm/mmu_notifier.c',
  '6.18',
  function mmu_interval_notifier_insert(
    subscriber: MmuIntervalNotifier,
    mm: MmStruct,
    { start, end }: MmuNotifierRange,
    ops: number,
  ): void {
    const all = subscriptionsOf(mm);
    WRITE_ONCE(subscriber.mm, mm);
    WRITE_ONCE(subscriber.start, start);
    WRITE_ONCE(subscriber.end, end);
    WRITE_ONCE(subscriber.ops, ops);
    spin_lock(all.lock);
    assert(READ_ONCE(all.active_invalidate_ranges) === 0, 'no invalidation is under way');
    WRITE_ONCE(subscriber.invalidate_seq, READ_ONCE(all.invalidate_seq) - 1);
    WRITE_ONCE(all.itree, subscriber);
    spin_unlock(all.lock);
  },
);

function subscriptionsOf(mm: MmStruct): MmuNotifierSubscriptions {
  return present(READ_ONCE(mm.notifier_subscriptions), 'mm_struct: notifier_subscriptions');
}
