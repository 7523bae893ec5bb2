/**
 * Slow GUP: the lookup under the page-table lock (mm/gup.c, 6.18).
 *
 * The permission test and the count stand in one critical section of the lock under which every
 * permission is taken away, so no barrier and no second look at the PTE are needed. Where the
 * lookup fails, a page fault runs and the lookup is made again (gup.ts).
 *
 * Left out: upper levels and huge entries; PROT_NONE, special entries other than the zero page,
 * gate pages; FOLL_DUMP, FOLL_HONOR_NUMA_FAULT; in try_grab_folio P2P DMA and large folios; after
 * it arch_make_folio_accessible (s390) and folio_mark_accessed.
 */

import { assert, design, kernelFunction, label, READ_ONCE } from '../../memory/index.ts';
import { EMLINK, ENOMEM } from '../errno.ts';
import { pinByDesign, PIN_PATHS } from './gup-2019.ts';
import { gup_fast, gup_must_unshare } from './gup-fast.ts';
import { folio_is_longterm_pinnable } from './gup-longterm.ts';
import { page_folio } from './mm_types.ts';
import type { Folio, Page, VmArea } from './mm_types.ts';
import { folio_test_dirty, PageAnonExclusive } from './page-flags.ts';
import { folio_test_anon } from './mapping.ts';
import { folio_mark_dirty } from './page-writeback.ts';
import { folio_ref_add, folio_ref_count } from './page_ref.ts';
import {
  FOLL_FORCE,
  FOLL_LONGTERM,
  FOLL_PIN,
  FOLL_TOUCH,
  FOLL_WRITE,
  isUncounted,
  refsOf,
} from './pin-count.ts';
import { pte_offset_map_lock, pte_unmap_unlock, ptep_get } from './pgtable.ts';
import { pte_dirty, pte_page, pte_present, pte_write } from './pte.ts';
import type { Pte } from './pte.ts';
import { is_cow_mapping, VM_WRITE, vmMm } from './vma.ts';

/** What a lookup finds: a page, nothing, or an error number: -EMLINK, or -ENOMEM (design). */
export type Followed = Page | null | number;

/** The page that was found, if there is one. */
export function pageOf(found: Followed): Page | null {
  return typeof found === 'number' ? null : found;
}

/**
 * Looks one address up and takes a reference or a pin.
 *
 * @param flags FOLL_PIN or FOLL_GET, and FOLL_WRITE, FOLL_FORCE, FOLL_LONGTERM, FOLL_TOUCH
 * @returns the page; null: the caller must fault; -EMLINK: fault with FAULT_FLAG_UNSHARE
 */
export const follow_page_pte: (vma: VmArea, address: number, flags: number) => Followed =
  kernelFunction(
    'mm/gup.c',
    '6.18',
    function follow_page_pte(vma: VmArea, address: number, flags: number): Followed {
      const mm = vmMm(vma);
      const how = design('pin-path', PIN_PATHS);
      if (how !== 'linux') return pinByDesign(how, mm, address, flags);
      const ptep = pte_offset_map_lock(mm, address);
      label('read pte under its lock');
      const pte = ptep_get(ptep);
      let page = followable(vma, pte, flags);
      if (page !== null && typeof page !== 'number') {
        const isGrabbed = grabsAtOnce(page_folio(page), flags);
        if (isGrabbed) try_grab_folio(page_folio(page), 1, flags);
        if (!isGrabbed) page = -ENOMEM;
        else if ((flags & FOLL_TOUCH) !== 0) touch(page_folio(page), pte, flags);
      }
      pte_unmap_unlock(mm);
      return page;
    },
  );

/** The answers to `slow-grab`: Linux since 6.11, and before, for huge mappings. */
export const SLOW_GRAB = ['any page', 'as GUP-fast'] as const;

/**
 * Whether slow GUP takes the pin. It takes every one, and looks afterwards whether the page must be
 * moved. With the helper of GUP-fast, which refuses such a page for slow GUP to move it, there was
 * nobody left to do so.
 */
function grabsAtOnce(folio: Folio, flags: number): boolean {
  if ((flags & FOLL_LONGTERM) === 0 || folio_is_longterm_pinnable(folio)) return true;
  return design('slow-grab', SLOW_GRAB) === 'any page';
}

/** What is written through the page will not show in a PTE that is clean now. */
function touch(folio: Folio, pte: Pte, flags: number): void {
  if ((flags & FOLL_WRITE) === 0 || pte_dirty(pte)) return;
  label('dirty already?');
  if (!folio_test_dirty(folio)) folio_mark_dirty(folio);
}

function followable(vma: VmArea, pte: Pte, flags: number): Followed {
  if (!pte_present(pte)) return null;
  const page = pte_page(pte);
  if ((flags & FOLL_WRITE) !== 0 && !can_follow_write_pte(pte, page, vma, flags)) return null;
  return !pte_write(pte) && gup_must_unshare(vma, flags, page) ? -EMLINK : page;
}

/**
 * Whether a page may be written through a PTE: the PTE is writable, or a debugger (FOLL_FORCE)
 * writes to a private mapping that is read-only and to a page that is this process's alone. That
 * the PTE is dirty proves nothing (CVE-2016-5195, CVE-2017-1000405): the page has to be exclusive.
 */
export function can_follow_write_pte(pte: Pte, page: Page, vma: VmArea, flags: number): boolean {
  if (pte_write(pte)) return true;
  const vm_flags = READ_ONCE(vma.vm_flags);
  if ((flags & FOLL_FORCE) === 0 || !is_cow_mapping(vm_flags)) return false;
  if ((vm_flags & VM_WRITE) !== 0) return false;
  return folio_test_anon(page_folio(page)) && PageAnonExclusive(page);
}

/** Counts references or pins on a folio that a PTE under our lock keeps alive. */
export const try_grab_folio: (folio: Folio, refs: number, flags: number) => void = kernelFunction(
  'mm/gup.c',
  '6.18',
  function try_grab_folio(folio: Folio, refs: number, flags: number): void {
    if ((flags & FOLL_PIN) !== 0 && isUncounted(folio)) return;
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
      return page ?? pageOf(follow_page_pte(vma, address, flags | FOLL_TOUCH));
    },
  );
