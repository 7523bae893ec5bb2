/**
 * Other ways to pin, as they were proposed on linux-mm in January 2019 (discussion 000).
 *
 * None of them is in Linux. `design('pin-path')` selects one, for GUP-fast and for slow GUP; the
 * name tells what the pin path does between reading the PTE and counting the pin:
 *
 *   page lock                       lock the page, wait for a stable page, count, unlock
 *   page lock, pte again            the same, with the PTE read again under the lock
 *   page lock, wait for write-back  the same as the first, but it waits on every device
 *   page trylock, pte again         back off if the page is locked or the PTE changed
 *   write-back test                 count, then back off if the page is under write-back
 *   write-back test, barrier        the same with a full barrier in between
 *   page-table trylock              slow GUP's critical section, backing off instead of waiting
 *
 * Each gives null where slow GUP, or a page fault, would take over.
 */

import { label, smp_mb, spin_trylock, spin_unlock } from '../../memory/index.ts';
import {
  folio_lock,
  folio_trylock,
  folio_unlock,
  folio_wait_stable,
  folio_wait_writeback,
} from './folio-lock.ts';
import { page_folio } from './mm_types.ts';
import type { Folio, MmStruct, Page } from './mm_types.ts';
import { folio_test_writeback } from './page-flags.ts';
import { folio_ref_add, folio_ref_try_add } from './page_ref.ts';
import { FOLL_WRITE, gup_put_folio, refsOf } from './pin-count.ts';
import { pte_access_permitted, pte_page } from './pte.ts';
import type { Pte } from './pte.ts';
import { pte_offset_map, ptep_get, ptep_get_lockless, pteUnchanged } from './pgtable.ts';
import type { Ptep } from './pgtable.ts';

/** The answers to `pin-path`; the first is what Linux does. */
export const PIN_PATHS = [
  'linux',
  'page lock',
  'page lock, pte again',
  'page lock, wait for write-back',
  'page trylock, pte again',
  'write-back test',
  'write-back test, barrier',
  'page-table trylock',
] as const;

/** One of the proposals. */
export type PinPath = Exclude<(typeof PIN_PATHS)[number], 'linux'>;

/** Pins the page at an address in one of the proposed ways; null: fall back or fault. */
export function pinByDesign(
  how: PinPath,
  mm: MmStruct,
  address: number,
  flags: number,
): Page | null {
  if (how === 'page-table trylock') return pinUnderPageTableTrylock(mm, address, flags);
  const ptep = pte_offset_map(mm, address);
  label('B1 read pte');
  const pte = ptep_get_lockless(ptep);
  if (!pte_access_permitted(pte, (flags & FOLL_WRITE) !== 0)) return null;
  const folio = page_folio(pte_page(pte));
  switch (how) {
    case 'page lock':
      return pinUnderPageLock(folio, flags, folio_wait_stable);
    case 'page lock, wait for write-back':
      return pinUnderPageLock(folio, flags, folio_wait_writeback);
    case 'page lock, pte again':
      folio_lock(folio);
      folio_wait_stable(folio);
      return finishUnderPageLock(folio, ptep, pte, flags);
    case 'page trylock, pte again':
      return folio_trylock(folio) ? finishUnderPageLock(folio, ptep, pte, flags) : null;
    case 'write-back test':
      return pinUnlessWriteback(folio, flags, false);
    case 'write-back test, barrier':
      return pinUnlessWriteback(folio, flags, true);
  }
}

function pinUnderPageLock(folio: Folio, flags: number, wait: (folio: Folio) => void): Page {
  folio_lock(folio);
  wait(folio);
  label('B3 pin the folio');
  folio_ref_add(folio, refsOf(1, flags));
  folio_unlock(folio);
  return folio;
}

function finishUnderPageLock(folio: Folio, ptep: Ptep, pte: Pte, flags: number): Page | null {
  label('B4 pte unchanged?');
  const unchanged = pteUnchanged(ptep, pte);
  if (unchanged) {
    label('B3 pin the folio');
    folio_ref_add(folio, refsOf(1, flags));
  }
  folio_unlock(folio);
  return unchanged ? folio : null;
}

function pinUnlessWriteback(folio: Folio, flags: number, barrier: boolean): Page | null {
  label('B3 pin the folio');
  if (!folio_ref_try_add(folio, refsOf(1, flags))) return null;
  if (barrier) smp_mb();
  label('under write-back?');
  if (!folio_test_writeback(folio)) return folio;
  gup_put_folio(folio, 1, flags);
  return null;
}

function pinUnderPageTableTrylock(mm: MmStruct, address: number, flags: number): Page | null {
  if (!spin_trylock(mm.page_table_lock)) return null;
  label('B1 read pte');
  const pte = ptep_get(pte_offset_map(mm, address));
  const permitted = pte_access_permitted(pte, (flags & FOLL_WRITE) !== 0);
  if (permitted) {
    label('B3 pin the folio');
    folio_ref_add(page_folio(pte_page(pte)), refsOf(1, flags));
  }
  spin_unlock(mm.page_table_lock);
  return permitted ? pte_page(pte) : null;
}
