/**
 * Slow GUP: the lookup under the page-table lock (mm/gup.c, 6.18).
 *
 * The permission test and the count stand in one critical section of the lock under which every
 * permission is taken away, so no barrier and no second look at the PTE are needed. Where the
 * lookup fails, Linux lets a page fault run and looks again; page faults are not modelled yet, so
 * the caller is told that it would fault.
 *
 * Left out: upper levels and huge entries; PROT_NONE, special entries, the zero page, gate pages;
 * FOLL_FORCE, FOLL_DUMP, FOLL_HONOR_NUMA_FAULT; in try_grab_folio P2P DMA and large folios; after
 * it arch_make_folio_accessible (s390) and folio_mark_accessed; in the loop around it the checks of
 * the VMA (secretmem, writable_file_mapping_allowed), and the migration of pages that a long-term
 * pin must not hold (folio_is_longterm_pinnable).
 */

import { assert, design, kernelFunction, label } from '../../memory/index.ts';
import { pinByDesign, PIN_PATHS } from './gup-2019.ts';
import { gup_fast, gup_must_unshare } from './gup-fast.ts';
import { page_folio } from './mm_types.ts';
import type { Folio, Page, VmArea } from './mm_types.ts';
import { folio_test_dirty } from './page-flags.ts';
import { folio_mark_dirty } from './page-writeback.ts';
import { folio_ref_add, folio_ref_count } from './page_ref.ts';
import { FOLL_TOUCH, FOLL_WRITE, refsOf } from './pin-count.ts';
import { pte_offset_map_lock, pte_unmap_unlock, ptep_get } from './pgtable.ts';
import { pte_dirty, pte_page, pte_present, pte_write } from './pte.ts';
import type { Pte } from './pte.ts';
import { vmMm } from './vma.ts';

/**
 * Looks one address up and takes a reference or a pin.
 *
 * @param flags FOLL_PIN or FOLL_GET, and FOLL_WRITE
 * @returns the page; null: the caller would fault (NULL and -EMLINK in Linux)
 */
export const follow_page_pte: (vma: VmArea, address: number, flags: number) => Page | null =
  kernelFunction(
    'mm/gup.c',
    '6.18',
    function follow_page_pte(vma: VmArea, address: number, flags: number): Page | null {
      const mm = vmMm(vma);
      const how = design('pin-path', PIN_PATHS);
      if (how !== 'linux') return pinByDesign(how, mm, address, flags);
      const ptep = pte_offset_map_lock(mm, address);
      label('read pte under its lock');
      const pte = ptep_get(ptep);
      const page = followable(vma, pte, flags);
      if (page !== null) {
        try_grab_folio(page_folio(page), 1, flags);
        if ((flags & FOLL_TOUCH) !== 0) touch(page_folio(page), pte, flags);
      }
      pte_unmap_unlock(mm);
      return page;
    },
  );

/** What is written through the page will not show in a PTE that is clean now. */
function touch(folio: Folio, pte: Pte, flags: number): void {
  if ((flags & FOLL_WRITE) === 0 || pte_dirty(pte)) return;
  label('dirty already?');
  if (!folio_test_dirty(folio)) folio_mark_dirty(folio);
}

function followable(vma: VmArea, pte: number, flags: number): Page | null {
  if (!pte_present(pte)) return null;
  if ((flags & FOLL_WRITE) !== 0 && !pte_write(pte)) return null;
  const page = pte_page(pte);
  return !pte_write(pte) && gup_must_unshare(vma, flags, page) ? null : page;
}

/** Counts references or pins on a folio that a PTE under our lock keeps alive. */
export const try_grab_folio: (folio: Folio, refs: number, flags: number) => void = kernelFunction(
  'mm/gup.c',
  '6.18',
  function try_grab_folio(folio: Folio, refs: number, flags: number): void {
    assert(folio_ref_count(folio) > 0, 'a mapped folio has a reference');
    label('pin the folio');
    folio_ref_add(folio, refsOf(refs, flags));
  },
);

/** GUP-fast, and slow GUP where it gives up; null: the caller would fault. */
export const gup_fast_fallback: (vma: VmArea, address: number, flags: number) => Page | null =
  kernelFunction(
    'mm/gup.c',
    '6.18',
    function gup_fast_fallback(vma: VmArea, address: number, flags: number): Page | null {
      const page = gup_fast(vmMm(vma), address, flags);
      return page ?? follow_page_pte(vma, address, flags | FOLL_TOUCH);
    },
  );
