/**
 * The plug: requests that a thread holds back to give them to the device together
 * (block/blk-core.c, kernel/sched/core.c, 6.18).
 *
 * Nobody knows of them but the thread, so it must let them go before it sleeps: whoever it waits
 * for may wait for their end. Linux does that wherever a thread sleeps; here a thread that has a
 * plug (the flusher, who visits one file after the other under one plug) sleeps on folio locks
 * only. A bio that is still being filled is in no plug, and no sleep submits it
 * (fs/iomap-writeback.ts).
 */

import {
  defence,
  kernelFunction,
  label,
  struct,
  test_and_clear_bit,
  test_and_set_bit,
} from '../../memory/index.ts';
import type { Struct, StructType } from '../../memory/index.ts';
import { folio_lock, folio_trylock } from '../mm/folio-lock.ts';
import type { Folio } from '../mm/mm_types.ts';
import { numberOf } from './bio.ts';
import { bio_set } from './request_queue.ts';
import type { Bio, RequestQueue } from './request_queue.ts';

/** The members of `struct blk_plug`. */
export type BlkPlugMembers = {
  /** The bios that are held back. Its thread's own. */
  mq_list: typeof bio_set;
};

/** `struct blk_plug`. */
export const blk_plug: StructType<BlkPlugMembers> = struct('blk_plug', { mq_list: bio_set });

/** A plug in memory. */
export interface BlkPlug extends Struct<BlkPlugMembers> {}

/** Holds a bio back (`blk_add_rq_to_plug`). */
export function addToPlug(queue: RequestQueue, bio: Bio, { mq_list }: BlkPlug): void {
  label('into the plug');
  test_and_set_bit(bio_set.bit[numberOf(queue, bio)], mq_list);
}

/** Gives what is held back to the device. */
export const blk_flush_plug: (queue: RequestQueue, plug: BlkPlug) => void = kernelFunction(
  'include/linux/blkdev.h',
  '6.18',
  function blk_flush_plug(queue: RequestQueue, plug: BlkPlug): void {
    for (const number of ['0', '1'] as const) {
      label('in the plug?');
      if (!test_and_clear_bit(bio_set.bit[number], plug.mq_list)) continue;
      label('submit the bio');
      test_and_set_bit(bio_set.bit[number], queue.pending);
    }
  },
);

/** The thread is about to sleep. */
export const io_schedule_prepare: (queue: RequestQueue, plug: BlkPlug) => void = kernelFunction(
  'kernel/sched/core.c',
  '6.18',
  function io_schedule_prepare(queue: RequestQueue, plug: BlkPlug): void {
    if (defence('flush the plug', () => true)) blk_flush_plug(queue, plug);
  },
);

/** Locks a folio; lets the held requests go first if that means to sleep. */
export function lockWithPlug(queue: RequestQueue, folio: Folio, plug: BlkPlug): void {
  if (folio_trylock(folio)) return;
  io_schedule_prepare(queue, plug);
  folio_lock(folio);
}
