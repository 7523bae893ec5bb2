/**
 * The structs of MMU notifiers (include/linux/mmu_notifier.h, mm/mmu_notifier.c, 6.18).
 *
 * `invalidate_seq` of an mm is odd while some subscriber's range is being invalidated and even
 * otherwise; a subscriber's own copy is always odd: the number of its last invalidation. So the two
 * are equal exactly while that invalidation is under way.
 */

import {
  constant,
  forward,
  pointer,
  spinlock_t,
  struct,
  u32,
  wait_queue_head_t,
} from '../../memory/index.ts';
import type { Struct, StructType, Type } from '../../memory/index.ts';
import type { MmMembers, MmStruct } from './mm_types.ts';

type Word = Type<'word', number>;

/** The members of `struct mmu_interval_notifier`. */
export type MmuIntervalNotifierMembers = {
  mm: Type<'pointer', MmStruct | null>;
  /** `interval_tree.start` and, one behind Linux's `last`, the end. Constant. */
  start: Word;
  end: Word;
  /** What to call: mmu_notifier.ts. Constant. */
  ops: Word;
  /** Of its last invalidation. Written under the subscriber's own lock. */
  invalidate_seq: Word;
};

/** `struct mmu_interval_notifier`: somebody who has a copy of a range of PTEs. */
export const mmu_interval_notifier: StructType<MmuIntervalNotifierMembers> = struct(
  'mmu_interval_notifier',
  {
    mm: constant(pointer(forward<MmMembers>('mm_struct'))),
    start: constant(u32),
    end: constant(u32),
    ops: constant(u32),
    invalidate_seq: u32,
  },
);

/** A subscriber in memory. */
export interface MmuIntervalNotifier extends Struct<MmuIntervalNotifierMembers> {}

/** The members of `struct mmu_notifier_subscriptions`. */
export type MmuNotifierSubscriptionsMembers = {
  /** Protects all of this. Never held while a subscriber is told. */
  lock: typeof spinlock_t;
  /** Odd: some subscriber's range is being invalidated, and the tree does not change. */
  invalidate_seq: Word;
  active_invalidate_ranges: Word;
  /** The interval tree: one subscriber is enough here. */
  itree: Type<'pointer', MmuIntervalNotifier | null>;
  /** Who waits for `invalidate_seq` to become even. */
  wq: typeof wait_queue_head_t;
};

/** `struct mmu_notifier_subscriptions`: what an mm knows of its subscribers. */
export const mmu_notifier_subscriptions: StructType<MmuNotifierSubscriptionsMembers> = struct(
  'mmu_notifier_subscriptions',
  {
    lock: spinlock_t,
    invalidate_seq: u32,
    active_invalidate_ranges: u32,
    itree: pointer(mmu_interval_notifier),
    wq: wait_queue_head_t,
  },
);

/** The subscribers of an mm, in memory. */
export interface MmuNotifierSubscriptions extends Struct<MmuNotifierSubscriptionsMembers> {}
