/**
 * KSM makes an anonymous page read-only before it compares and merges it (mm/ksm.c, 6.18).
 *
 * The caller holds the folio lock, under which the swap cache's flag does not change, and one
 * reference; mmap_lock is held for reading. KSM asks twice whether somebody else uses the page: its
 * own count must be exactly mappings plus its reference (and the swap cache's), and then
 * `folio_try_share_anon_rmap_pte` asks for pins. GUP-fast takes no lock, so both are asked after
 * the PTE is cleared and the TLB flushed.
 *
 * Left out: MMU notifiers, flush_cache_page, large folios (KSM takes none), and the flush that is
 * still pending (mm_tlb_flush_pending), which makes KSM go through all steps for a PTE that is
 * read-only and clean already. Merging itself (replace_page) comes later.
 */

import { defence, kernelFunction, label } from '../../memory/index.ts';
import type { Folio, VmArea } from './mm_types.ts';
import { folio_test_swapcache, PageAnonExclusive } from './page-flags.ts';
import { folio_mark_dirty } from './page-writeback.ts';
import { folio_ref_count } from './page_ref.ts';
import {
  pte_offset_map_lock,
  pte_unmap_unlock,
  ptep_clear_flush,
  ptep_get,
  set_pte_at,
} from './pgtable.ts';
import type { Ptep } from './pgtable.ts';
import { pte_dirty, pte_mkclean, pte_page, pte_present, pte_write, pte_wrprotect } from './pte.ts';
import type { Pte } from './pte.ts';
import { folio_mapcount } from './rmap.ts';
import { folio_try_share_anon_rmap_pte } from './rmap-share.ts';
import { page_address_in_vma, vmMm } from './vma.ts';

/**
 * Write-protects the folio's PTE in `vma` and makes the page shareable.
 *
 * @returns whether it did; if not, the PTE is as before
 */
export const write_protect_page: (vma: VmArea, folio: Folio) => boolean = kernelFunction(
  'mm/ksm.c',
  '6.18',
  function write_protect_page(vma: VmArea, folio: Folio): boolean {
    const mm = vmMm(vma);
    const address = page_address_in_vma(folio, vma);
    const ptep = pte_offset_map_lock(mm, address);
    label('read pte');
    const pte = ptep_get(ptep);
    let done = pte_present(pte) && pte_page(pte) === folio;
    if (done) {
      label('exclusive?');
      const exclusive = PageAnonExclusive(folio);
      if (pte_write(pte) || pte_dirty(pte) || exclusive) {
        label('in the swap cache?');
        const references = 1 + (folio_test_swapcache(folio) ? 1 : 0);
        label('A1 clear pte');
        const old = ptep_clear_flush(mm, address);
        done = makeShareable(folio, exclusive, references);
        putBack(ptep, old, folio, done);
      }
    }
    pte_unmap_unlock(mm);
    return done;
  },
);

/**
 * After A1: whether the page is unused beside its mappings and these references, and no longer
 * exclusive.
 */
function makeShareable(folio: Folio, exclusive: boolean, references: number): boolean {
  if (defence('no other references', () => hasOtherReferences(folio, references))) return false;
  return !exclusive || folio_try_share_anon_rmap_pte(folio, folio);
}

function hasOtherReferences(folio: Folio, references: number): boolean {
  const mappings = folio_mapcount(folio);
  label('other references?');
  return folio_ref_count(folio) !== mappings + references;
}

/** Puts the old entry back if the page is in use, else a clean, read-only one. */
function putBack(ptep: Ptep, old: Pte, folio: Folio, done: boolean): void {
  if (!done) {
    label('restore pte');
    set_pte_at(ptep, old);
    return;
  }
  if (pte_dirty(old)) folio_mark_dirty(folio);
  label('A4 restore pte');
  set_pte_at(ptep, pte_wrprotect(pte_mkclean(old)));
}
