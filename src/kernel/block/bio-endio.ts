/**
 * The end of an I/O, in the interrupt (block/bio.c bio_endio; fs/iomap/ioend.c, fs/iomap/
 * direct-io.c, 6.18).
 *
 * Direct reads: the waiter is woken *first*. Then the pages are looked at: if write-back cleaned
 * one of them meanwhile it must be marked dirty again, which needs the folio lock, so a kernel
 * worker does it (`bio_dirty_work`); only then is the pin given back. The read may have returned by
 * then.
 */

import {
  clear_bit,
  complete,
  design,
  kernelFunction,
  label,
  loop,
  READ_ONCE,
  set_bit,
  waitForWork,
} from '../../memory/index.ts';
import { folio_test_dirty } from '../mm/page-flags.ts';
import { folio_end_writeback } from '../mm/page-writeback.ts';
import { markPinnedDirty, unpin_user_page } from '../mm/unpin.ts';
import { bio_put, numberOf, segmentsOf } from './bio.ts';
import { bio_set, END_DIRECT_READ, END_WRITEBACK } from './request_queue.ts';
import type { Bio, RequestQueue } from './request_queue.ts';

/** The interrupt's work: `bio->bi_end_io(bio)`. */
export const bio_endio: (queue: RequestQueue, bio: Bio) => void = kernelFunction(
  'block/bio.c',
  '6.18',
  function bio_endio(queue: RequestQueue, bio: Bio): void {
    const end = READ_ONCE(bio.bi_end_io);
    if (end === END_WRITEBACK) return iomap_finish_ioend(bio);
    iomap_dio_bio_end_io(queue, bio, end === END_DIRECT_READ);
  },
);

/** Write-back of every folio of the bio has ended. */
export const iomap_finish_ioend: (bio: Bio) => void = kernelFunction(
  'fs/iomap/ioend.c',
  '6.18',
  function iomap_finish_ioend(bio: Bio): void {
    for (const { page } of segmentsOf(bio)) folio_end_writeback(page);
    bio_put(bio);
  },
);

/** @param should_dirty IOMAP_DIO_DIRTY: pages of user space were written */
export const iomap_dio_bio_end_io: (queue: RequestQueue, bio: Bio, should_dirty: boolean) => void =
  kernelFunction(
    'fs/iomap/direct-io.c',
    '6.18',
    function iomap_dio_bio_end_io(queue: RequestQueue, bio: Bio, should_dirty: boolean): void {
      label('wake the reader');
      complete(bio.done);
      if (should_dirty) return bio_check_pages_dirty(queue, bio);
      bio_release_pages(bio);
      bio_put(bio);
    },
  );

/** Gives the pins back if every page is still dirty; otherwise a worker does the rest. */
export const bio_check_pages_dirty: (queue: RequestQueue, bio: Bio) => void = kernelFunction(
  'block/bio.c',
  '6.18',
  function bio_check_pages_dirty(queue: RequestQueue, bio: Bio): void {
    for (const { page } of segmentsOf(bio)) {
      if (!dirtiesAfter()) break;
      label('dirty still?');
      if (folio_test_dirty(page)) continue;
      set_bit(bio_set.bit[numberOf(queue, bio)], queue.bio_dirty_list);
      return;
    }
    bio_release_pages(bio);
    bio_put(bio);
  },
);

/** When direct I/O marks the pages of its buffer dirty; the first answer is Linux's. */
export const DIO_DIRTY = ['before and after', 'before', 'after', 'never'] as const;

/** Design `dio-dirty`: whether the pages are marked when they are pinned. */
export function dirtiesBefore(): boolean {
  return design('dio-dirty', DIO_DIRTY).startsWith('before');
}

/** Design `dio-dirty`: whether those that are clean at the end are marked again. */
function dirtiesAfter(): boolean {
  return design('dio-dirty', DIO_DIRTY).endsWith('after');
}

/** The kernel worker's life: `bio_dirty_work`. Sleeps on folio locks, which an interrupt cannot. */
export function serveBioDirtyWork(queue: RequestQueue): void {
  loop(() => {
    const waiting = waitForWork(queue.bio_dirty_list);
    const number = (waiting & 1) === 1 ? '0' : '1';
    clear_bit(bio_set.bit[number], queue.bio_dirty_list);
    const bio = queue.bio[Number(number)];
    if (bio !== undefined) bio_dirty_fn(bio);
    return true;
  });
}

/** Marks the pages dirty again and gives the pins back. */
export const bio_dirty_fn: (bio: Bio) => void = kernelFunction(
  'block/bio.c',
  '6.18',
  function bio_dirty_fn(bio: Bio): void {
    bio_set_pages_dirty(bio);
    bio_release_pages(bio);
    bio_put(bio);
  },
);

/** Marks every page dirty, under its lock. */
export const bio_set_pages_dirty: (bio: Bio) => void = kernelFunction(
  'block/bio.c',
  '6.18',
  function bio_set_pages_dirty(bio: Bio): void {
    for (const { page } of segmentsOf(bio)) markPinnedDirty(page);
  },
);

/** Gives the pins of the bio's pages back (BIO_PAGE_PINNED; include/linux/bio.h). */
export function bio_release_pages(bio: Bio): void {
  for (const { page } of segmentsOf(bio)) unpin_user_page(page);
}
