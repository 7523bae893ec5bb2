/**
 * Giving pins back (mm/gup.c, 6.18).
 *
 * Order: the device has written, the folio is marked dirty, the pin goes. While the pin is there,
 * nobody takes the folio for clean and unused; so the mark comes first. Left out: large folios, and
 * the debug check that pinned anonymous pages are exclusive.
 */

import { design, kernelFunction, label } from '../../memory/index.ts';
import { tellFs } from '../fs/buffer-head.ts';
import { folio_lock, folio_unlock, folio_wait_stable } from './folio-lock.ts';
import { folio_mapping } from './mapping.ts';
import { page_folio } from './mm_types.ts';
import type { Folio, Page } from './mm_types.ts';
import { folio_mark_dirty } from './page-writeback.ts';
import { folio_test_dirty } from './page-flags.ts';
import { FOLL_PIN, gup_put_folio } from './pin-count.ts';

/** Gives back a pin through which nothing was written. */
export const unpin_user_page: (page: Page) => void = kernelFunction(
  'mm/gup.c',
  '6.18',
  function unpin_user_page(page: Page): void {
    label('unpin');
    gup_put_folio(page_folio(page), 1, FOLL_PIN);
  },
);

/**
 * Gives back the pins of the first `npages` pages, through which nothing was written. As in Linux,
 * a negative number, which is an error of the pin call and no count, gives nothing back.
 */
export const unpin_user_pages: (pages: readonly Page[], npages: number) => void = kernelFunction(
  'mm/gup.c',
  '6.18',
  function unpin_user_pages(pages: readonly Page[], npages: number): void {
    for (const page of pages.slice(0, Math.max(0, npages))) {
      label('unpin');
      gup_put_folio(page_folio(page), 1, FOLL_PIN);
    }
  },
);

/**
 * Gives back the pins of the first `npages` pages after they were written through them. Linux goes
 * folio by folio; here pages are small folios, one pin each.
 *
 * The look at PG_dirty without the lock is safe: a folio that is dirty now will be written, and
 * what the device wrote is in it already. Sleeps.
 *
 * Design `unpin-order`: the second answer is a mistake to learn from.
 */
export const unpin_user_pages_dirty_lock: (
  pages: readonly Page[],
  npages: number,
  make_dirty: boolean,
) => void = kernelFunction(
  'mm/gup.c',
  '6.18',
  function unpin_user_pages_dirty_lock(
    pages: readonly Page[],
    npages: number,
    make_dirty: boolean,
  ): void {
    for (const page of pages.slice(0, npages)) unpinDirtied(page, make_dirty);
  },
);

function unpinDirtied(page: Page, make_dirty: boolean): void {
  const folio = page_folio(page);
  if (design('unpin-order', ['dirty first', 'unpin first']) === 'unpin first') {
    unpin_user_page(page);
    if (make_dirty) markDirtyLocked(folio);
    return;
  }
  if (make_dirty) markDirtyLocked(folio);
  unpin_user_page(page);
}

function markDirtyLocked(folio: Folio): void {
  label('dirty already?');
  if (folio_test_dirty(folio)) return;
  markPinnedDirty(folio);
}

/**
 * Marks a pinned folio dirty, under its lock. Design `unpin-page-mkwrite`: Linux does not tell the
 * file system; `called` does what its page_mkwrite does with a folio that still is the file's.
 */
export function markPinnedDirty(folio: Folio): void {
  folio_lock(folio);
  if (design('unpin-page-mkwrite', ['not called', 'called']) === 'called') tellFileSystem(folio);
  folio_mark_dirty(folio);
  folio_unlock(folio);
}

function tellFileSystem(folio: Folio): void {
  label('truncated?');
  const mapping = folio_mapping(folio);
  if (mapping === null) return;
  label('page_mkwrite');
  tellFs(mapping, folio);
  folio_wait_stable(folio);
}
