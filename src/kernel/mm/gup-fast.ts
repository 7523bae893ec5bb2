/**
 * GUP-fast: a reference or pin on a mapped page without mmap_lock and without page-table lock
 * (mm/gup.c, 6.18).
 *
 * Steps: B1 read the PTE; B2 stop unless it permits the access; B3 count, then a full barrier;
 * B4 stop if the PTE changed; B5 if it is read-only, stop unless the anonymous page is exclusive.
 * Whoever takes a permission away does the mirror image: change the PTE, full barrier, look at the
 * count. So one of the two sees the other; that is all the synchronisation there is.
 *
 * Interrupts are off during the walk, which keeps page tables from being freed. One entry is
 * walked, and the page is the result instead of an element of `pages`.
 *
 * Left out: upper levels, and the PMD that Linux compares again with the PTE (page tables here are
 * never freed); PROT_NONE; in try_grab_folio_fast the zero page, which the walk never gets to;
 * large folios with their _pincount and the second look at the head of the page; write_protect_seq,
 * by which fork makes the walk fail, and MMF_HAS_PINNED; P2P DMA, secretmem, hugetlb and slab
 * pages; arch_make_folio_accessible (s390, only for FOLL_PIN), folio_set_referenced and statistics.
 */

import {
  atomic_add_unless,
  defence,
  design,
  kernelFunction,
  label,
  local_irq_restore,
  local_irq_save,
  READ_ONCE,
  smp_mb__after_atomic,
  smp_rmb,
} from '../../memory/index.ts';
import { shmem_mapping } from '../fs/address_space.ts';
import { mayNotPinFiles } from './file-pins.ts';
import { folio_is_longterm_pinnable, MOVABLE_PAGES } from './gup-longterm.ts';
import { PIN_PATHS, pinByDesign } from './gup-2019.ts';
import { folio_mapping, folio_test_anon, isAnonMapping } from './mapping.ts';
import { page_folio } from './mm_types.ts';
import type { Folio, MmStruct, Page, VmArea } from './mm_types.ts';
import { PageAnonExclusive } from './page-flags.ts';
import {
  folio_put_refs,
  folio_ref_add,
  folio_ref_try_add,
  refCountIsNegative,
} from './page_ref.ts';
import {
  FOLL_GET,
  FOLL_LONGTERM,
  FOLL_PIN,
  FOLL_WRITE,
  GUP_PIN_COUNTING_BIAS,
  gup_put_folio,
} from './pin-count.ts';
import type { Ptep } from './pgtable.ts';
import type { Pte } from './pte.ts';
import { pte_access_permitted, pte_page, pte_special, pte_write } from './pte.ts';
import { pte_offset_map, ptep_get_lockless, pteUnchanged } from './pgtable.ts';
import { is_cow_mapping } from './vma.ts';

/**
 * Pins one page without locks.
 *
 * @param address the virtual page
 * @param flags FOLL_PIN or FOLL_GET, and FOLL_WRITE and FOLL_LONGTERM
 * @returns the page, or null where the slow path must decide
 */
export const gup_fast: (mm: MmStruct, address: number, flags: number) => Page | null =
  kernelFunction(
    'mm/gup.c',
    '6.18',
    function gup_fast(mm: MmStruct, address: number, flags: number): Page | null {
      local_irq_save();
      const page = gup_fast_pte_range(mm, address, flags);
      local_irq_restore();
      return page;
    },
  );

/** The walk of one page table; one entry so far. Interrupts are off. */
export const gup_fast_pte_range: (mm: MmStruct, address: number, flags: number) => Page | null =
  kernelFunction(
    'mm/gup.c',
    '6.18',
    function gup_fast_pte_range(mm: MmStruct, address: number, flags: number): Page | null {
      const how = design('pin-path', PIN_PATHS);
      if (how !== 'linux') return pinByDesign(how, mm, address, flags);
      const ptep = pte_offset_map(mm, address);
      label('B1 read pte');
      const pte = ptep_get_lockless(ptep);
      if (!pte_access_permitted(pte, (flags & FOLL_WRITE) !== 0)) return null;
      if (pte_special(pte)) return null;
      const page = pte_page(pte);
      const folio = try_grab_folio_fast(page, 1, flags);
      if (folio === null) return null;
      if (defence('pte unchanged', () => pteChanged(ptep, pte))) {
        gup_put_folio(folio, 1, flags);
        return null;
      }
      if (!gup_fast_folio_allowed(folio, flags)) {
        gup_put_folio(folio, 1, flags);
        return null;
      }
      if (!pte_write(pte) && defence('exclusive', () => gup_must_unshare(null, flags, page))) {
        gup_put_folio(folio, 1, flags);
        return null;
      }
      return page;
    },
  );

/** B4; the value of the PTE is compared as a whole. */
function pteChanged(ptep: Ptep, pte: Pte): boolean {
  label('B4 pte unchanged?');
  return !pteUnchanged(ptep, pte);
}

/**
 * Takes references or pins on a page that may be freed at any moment.
 *
 * Design `pin-increment`: Linux takes a plain reference first, which alone decides whether the page
 * is alive, and turns it into a pin by a second, relaxed add; hence the barrier. `one step` is what
 * January 2019 had in mind: one fully ordered add of the whole bias.
 *
 * @returns the folio, or null if it is free
 */
export const try_grab_folio_fast: (page: Page, refs: number, flags: number) => Folio | null =
  kernelFunction(
    'mm/gup.c',
    '6.18',
    function try_grab_folio_fast(page: Page, refs: number, flags: number): Folio | null {
      if ((flags & FOLL_GET) !== 0) return try_get_folio(page, refs);
      const folio = page_folio(page);
      if (design('pin-increment', ['two steps', 'one step']) === 'one step') {
        label('B3 pin the folio');
        const bias = refs * GUP_PIN_COUNTING_BIAS;
        return atomic_add_unless(folio._refcount, bias, 0) ? folio : null;
      }
      if (try_get_folio(page, refs) === null) return null;
      if ((flags & FOLL_LONGTERM) !== 0 && !mayStay(folio)) {
        folio_put_refs(folio, refs);
        return null;
      }
      label('B3 pin the folio');
      folio_ref_add(folio, refs * (GUP_PIN_COUNTING_BIAS - 1));
      smp_mb__after_atomic();
      return folio;
    },
  );

/** Whether a page may be pinned for long; if not, slow GUP moves it. */
function mayStay(folio: Folio): boolean {
  if (folio_is_longterm_pinnable(folio)) return true;
  return design('movable-pages', MOVABLE_PAGES) === 'pinned where they are';
}

/**
 * Takes plain references on a page that may be freed at any moment.
 *
 * Linux then looks again whether the page still belongs to the folio; folios cannot be split here.
 *
 * @returns the folio, or null if it is free or its count overflowed
 */
export const try_get_folio: (page: Page, refs: number) => Folio | null = kernelFunction(
  'mm/gup.c',
  '6.18',
  function try_get_folio(page: Page, refs: number): Folio | null {
    const folio = page_folio(page);
    if (defence('overflow', () => refCountIsNegative(folio))) return null;
    label('B3 get a reference');
    return folio_ref_try_add(folio, refs) ? folio : null;
  },
);

/**
 * Whether GUP-fast, which sees no VMA, may keep the folio: it refuses long-term pins for writing of
 * file pages, except of shmem. The caller holds a reference.
 */
export const gup_fast_folio_allowed: (folio: Folio, flags: number) => boolean = kernelFunction(
  'mm/gup.c',
  '6.18',
  function gup_fast_folio_allowed(folio: Folio, flags: number): boolean {
    if (!mayNotPinFiles(flags)) return true;
    const mapping = READ_ONCE(folio.mapping);
    if (mapping === 0) return false;
    if (isAnonMapping(mapping)) return true;
    const file = folio_mapping(folio);
    return file !== null && shmem_mapping(file);
  },
);

/**
 * Whether a read-only mapped page must be un-shared by a page fault before it may be pinned
 * (mm/internal.h). Without that, a later write by its owner would go to a copy, away from the pin.
 *
 * @param vma null in GUP-fast
 */
export const gup_must_unshare: (vma: VmArea | null, flags: number, page: Page) => boolean =
  kernelFunction(
    'mm/internal.h',
    '6.18',
    function gup_must_unshare(vma: VmArea | null, flags: number, page: Page): boolean {
      if ((flags & FOLL_WRITE) !== 0 || (flags & FOLL_PIN) === 0) return false;
      if (!folio_test_anon(page_folio(page))) {
        if ((flags & FOLL_LONGTERM) === 0) return false;
        return vma === null || is_cow_mapping(READ_ONCE(vma.vm_flags));
      }
      smp_rmb();
      label('B5 exclusive?');
      return !PageAnonExclusive(page);
    },
  );
