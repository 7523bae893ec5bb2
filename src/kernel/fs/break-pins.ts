/**
 * What truncation and hole punching do about pins before they take pages away: designs `truncate-
 * pinned` and `truncate-waits`. Linux 6.18 does nothing, except for DAX (fs/dax.c
 * dax_break_layout, fs/xfs/xfs_file.c xfs_break_dax_layouts): unmap, so that no new pin begins;
 * look for pins; drop the invalidate lock while waiting, and begin again.
 *
 * For the page cache that is not enough. A fault of DAX writes the PTE while it holds the
 * invalidate lock; page_mkwrite gives that lock back before, and has the folio locked until the
 * PTE is there. So each page is unmapped and looked at under its folio lock. When this returns
 * with the invalidate lock held, none of the pages is pinned for writing, nor will be.
 */

import { design, down_write, loop, READ_ONCE, up_write } from '../../memory/index.ts';
import { EBUSY } from '../errno.ts';
import { slotOf } from '../mm/filemap.ts';
import { folio_lock, folio_unlock } from '../mm/folio-lock.ts';
import { isElevated, waitUntilUnpinned } from '../mm/pin-wait.ts';
import { unmap_mapping_pages } from '../mm/truncate.ts';
import type { Folio } from '../mm/mm_types.ts';
import type { AddressSpace } from './address_space.ts';

/** The answers to `truncate-pinned`; the first is Linux's, the second rule (c). */
export const TRUNCATE_PINNED = ['ignore', 'wait', 'EBUSY'] as const;

/** How rule (c) waits; the others are mistakes to learn from. */
export const TRUNCATE_WAITS = [
  'invalidate lock dropped',
  'folio not locked, as DAX',
  'invalidate lock held',
  'before unmapping',
] as const;

/**
 * Sees to it that no page of the range is pinned for writing; i_rwsem and the invalidate lock are
 * held for writing.
 *
 * @returns 0, or -EBUSY
 */
export function breakPins(mapping: AddressSpace, start: number, end: number): number {
  switch (design('truncate-pinned', TRUNCATE_PINNED)) {
    case 'ignore':
      return 0;
    case 'wait':
      waitForPins(mapping, start, end);
      return 0;
    case 'EBUSY':
      return pinnedPage(mapping, start, end) === null ? 0 : -EBUSY;
  }
}

function waitForPins(mapping: AddressSpace, start: number, end: number): void {
  const how = design('truncate-waits', TRUNCATE_WAITS);
  if (how === 'before unmapping') return waitForAll(mapping, start, end);
  if (how === 'invalidate lock held') {
    unmap_mapping_pages(mapping, start, end, false);
    return waitForAll(mapping, start, end);
  }
  loop(() => {
    const pinned = pinnedPage(mapping, start, end);
    if (pinned === null) return false;
    up_write(mapping.invalidate_lock);
    waitUntilUnpinned(pinned);
    down_write(mapping.invalidate_lock);
    return true;
  });
}

function waitForAll(mapping: AddressSpace, start: number, end: number): void {
  for (let index = start; index < end; index++) {
    const folio = READ_ONCE(slotOf(mapping, index));
    if (folio !== null) waitUntilUnpinned(folio);
  }
}

/** Unmaps the pages one after the other. @returns the first that is pinned */
function pinnedPage(mapping: AddressSpace, start: number, end: number): Folio | null {
  const locks = design('truncate-waits', TRUNCATE_WAITS) !== 'folio not locked, as DAX';
  for (let index = start; index < end; index++) {
    const folio = READ_ONCE(slotOf(mapping, index));
    if (folio === null) continue;
    if (locks) folio_lock(folio);
    unmap_mapping_pages(mapping, index, index + 1, false);
    const isPinned = isElevated(folio);
    if (locks) folio_unlock(folio);
    if (isPinned) return folio;
  }
  return null;
}
