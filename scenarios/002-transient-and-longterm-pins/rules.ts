/**
 * Dave Chinner's rules for transient pins (discussion 002), each as a design, and the pins that the
 * scenarios hold against them.
 *
 * (a) page_mkwrite always waits for write-back; (b) write-back for WB_SYNC_ALL waits until a page
 * is not pinned; (c) truncation and hole punching wait until it is not pinned.
 */

import {
  deviceStores,
  folio_mapping,
  FOLL_WRITE,
  pin_user_pages_fast,
  unpinUserPages,
} from 'holdfast/linux/mm';
import type { MmStruct, Pages } from 'holdfast/linux/mm';

/** What a device writes; pages and disks hold 0 before. */
export const NEW = 7;

/** Rule (a). */
export const A = { 'stable-pages': 'always' };

/** Rule (b) as written: nothing is said about the flusher. */
export const B_AS_WRITTEN = { 'pinned-folio': 'wait for WB_SYNC_ALL' };

/** Rule (b) completed: where write-back does not wait it leaves pinned pages dirty. */
export const B = { 'pinned-folio': 'wait or skip' };

/** Rule (c), with the invalidate lock dropped while it waits. */
export const C = { 'truncate-pinned': 'wait' };

/** All three, completed. */
export const ABC = { ...A, ...B, ...C };

/** One direct read's worth of pin: pins, has the device write, marks dirty, unpins. */
export function transientPin(mm: MmStruct, address: number): boolean {
  const pages = pin_user_pages_fast(mm, address, 1, FOLL_WRITE);
  if (typeof pages === 'number') return false;
  for (const page of pages) deviceStores(page, NEW);
  unpinUserPages(pages, true);
  return true;
}

/** What `writeThrough` tells. */
export const IN_ITS_FILE = 0;
export const LEFT_ITS_FILE = 1;

/** Has the device write to pinned pages, looks whether they still are in their file, and unpins. */
export function writeThrough(pages: Pages): number {
  if (typeof pages === 'number') return pages;
  let hasLeft = false;
  for (const page of pages) {
    deviceStores(page, NEW);
    hasLeft ||= folio_mapping(page) === null;
  }
  unpinUserPages(pages, true);
  return hasLeft ? LEFT_ITS_FILE : IN_ITS_FILE;
}
