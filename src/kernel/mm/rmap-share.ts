/**
 * Making an exclusive anonymous page shareable (include/linux/rmap.h, 6.18).
 *
 * Against GUP-fast (gup-fast.ts, B1 to B5) in four steps: A1 the caller clears the PTE; A2 give up
 * if the page may be pinned; A3 clear PageAnonExclusive; A4 the caller writes a PTE that is not
 * writable. Between A1 and A2 a full barrier: either A2 sees the pin or B4 sees the cleared PTE.
 * Between A3 and A4 a write barrier: whoever sees the new PTE, which may be equal to the old one,
 * sees A3 too. Left out: large folios, and device-private ones, which nobody can pin.
 */

import {
  assert,
  defence,
  kernelFunction,
  label,
  smp_mb,
  smp_mb__after_atomic,
} from '../../memory/index.ts';
import type { Folio, Page } from './mm_types.ts';
import { ClearPageAnonExclusive, PageAnonExclusive } from './page-flags.ts';
import { folio_maybe_dma_pinned } from './pin-count.ts';

/**
 * Tries to make the page possibly shared. The caller holds the page-table lock and has cleared the
 * page's PTE.
 *
 * @returns whether it was done; false (-EBUSY) if the page may be pinned
 */
export const folio_try_share_anon_rmap_pte: (folio: Folio, page: Page) => boolean = kernelFunction(
  'include/linux/rmap.h',
  '6.18',
  function folio_try_share_anon_rmap_pte(folio: Folio, page: Page): boolean {
    assert(PageAnonExclusive(page), 'the page to share is exclusive');
    smp_mb();
    if (defence('pinned', () => looksPinned(folio))) return false;
    label('A3 clear exclusive');
    ClearPageAnonExclusive(page);
    smp_mb__after_atomic();
    return true;
  },
);

function looksPinned(folio: Folio): boolean {
  label('A2 pinned?');
  return folio_maybe_dma_pinned(folio);
}
