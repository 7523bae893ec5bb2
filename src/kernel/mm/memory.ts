/**
 * What a process does to its page table: unmapping (mm/memory.c, mm/mmu_gather.c, 6.18), and
 * storing through an entry, which is what the CPU does.
 *
 * One page is unmapped instead of a range, and the batches of `struct mmu_gather` hold it alone.
 * Left out: swap entries and markers, what large folios and userfaultfd need, the accessed bit,
 * counters (rss), the freeing of empty page tables, and the deferred flushes of the reclaim
 * (flush_tlb_batched_pending).
 */

import {
  design,
  kernelFunction,
  label,
  modelFunction,
  try_cmpxchg,
  WRITE_ONCE,
} from '../../memory/index.ts';
import { folio_test_anon } from './mapping.ts';
import { page_folio } from './mm_types.ts';
import type { Folio, MmStruct } from './mm_types.ts';
import { folio_mark_dirty } from './page-writeback.ts';
import { folio_put } from './page_ref.ts';
import {
  pte_offset_map,
  pte_offset_map_lock,
  pte_unmap_unlock,
  ptep_get,
  ptep_get_and_clear,
} from './pgtable.ts';
import type { Ptep } from './pgtable.ts';
import { pte_dirty, pte_mkdirty, pte_page, pte_present, pte_special, pte_write } from './pte.ts';
import { folio_remove_rmap_pte } from './rmap.ts';
import { beginAccess, endAccess, flush_tlb_page } from './tlb.ts';

/**
 * Unmaps one page and gives the mapping's reference back (munmap, exit). The folio lock is not
 * held: the page-table lock and the mapping keep the folio from being truncated meanwhile.
 *
 * The page is given back after every CPU has forgotten the entry, and after the lock is released.
 */
export const zap_pte_range: (mm: MmStruct, address: number) => void = kernelFunction(
  'mm/memory.c',
  '6.18',
  function zap_pte_range(mm: MmStruct, address: number): void {
    const ptep = pte_offset_map_lock(mm, address);
    label('zap: read pte');
    const pte = ptep_get(ptep);
    const isCounted = pte_present(pte) && !pte_special(pte);
    const folio = isCounted ? page_folio(pte_page(pte)) : null;
    if (pte_special(pte)) ptep_get_and_clear(ptep);
    const flushed = folio !== null && zap_present_folio_ptes(mm, ptep, folio);
    pte_unmap_unlock(mm);
    if (pte_special(pte)) flush_tlb_page(mm);
    if (folio === null) return;
    if (!flushed) flush_tlb_page(mm);
    folio_put(folio);
  },
);

/**
 * Clears the entry and ends the mapping. What the entry knew of stores goes to the folio: after
 * this nobody else knows it.
 *
 * A CPU may still store through an entry that it remembers as writable and dirty. So if the entry
 * was dirty, the flush is made here, under the page-table lock, and the mapping stays in the
 * reverse map until then: write-back finds it and waits for the lock (`tlb_delay_rmap`, since 6.2).
 * Design `zap-rmap`: `at once` is the order before, which could lose a store.
 *
 * @returns whether the flush was made; if not, it is the caller's to make
 */
export const zap_present_folio_ptes: (mm: MmStruct, ptep: Ptep, folio: Folio) => boolean =
  kernelFunction(
    'mm/memory.c',
    '6.18',
    function zap_present_folio_ptes(mm: MmStruct, ptep: Ptep, folio: Folio): boolean {
      label('zap: clear pte');
      const pte = ptep_get_and_clear(ptep);
      if (!pte_dirty(pte) || folio_test_anon(folio)) {
        folio_remove_rmap_pte(folio);
        return false;
      }
      folio_mark_dirty(folio);
      const atOnce = design('zap-rmap', ZAP_RMAP) === 'at once';
      if (atOnce) folio_remove_rmap_pte(folio);
      flush_tlb_page(mm);
      if (!atOnce) folio_remove_rmap_pte(folio);
      return true;
    },
  );

/** When a dirty mapping leaves the reverse map: design `zap-rmap`. The first is Linux's. */
export const ZAP_RMAP = ['after the flush', 'at once'] as const;

/**
 * A store by the process itself, through the page table: what the CPU does, not the kernel.
 *
 * It sets the dirty bit by a locked operation on an entry that is still writable, then stores. A
 * flush of the TLB waits for it (tlb.ts).
 *
 * @returns whether the store was made; false: it would fault
 */
export const storeThroughPte: (mm: MmStruct, address: number, value: number) => boolean =
  modelFunction('CPU', function storeThroughPte(mm: MmStruct, address: number, value: number) {
    const ptep = pte_offset_map(mm, address);
    beginAccess(mm);
    label('read pte');
    const pte = ptep_get(ptep);
    let permitted = pte_present(pte) && pte_write(pte);
    if (permitted && !pte_dirty(pte)) permitted = try_cmpxchg(ptep, pte, pte_mkdirty(pte));
    const word = pte_page(pte).data[0];
    if (permitted && word !== undefined) {
      label('store');
      WRITE_ONCE(word, value);
    }
    endAccess(mm);
    return permitted;
  });
