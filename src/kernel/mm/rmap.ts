/**
 * From a folio to the PTEs that map it: write-protecting and cleaning them (mm/rmap.c, 6.18).
 *
 * The caller holds the folio lock (Linux stops if not; here nothing tests it, so that removing the
 * lock shows what it is for). The walk holds i_mmap_rwsem for reading, so the set of mappings
 * stays, and one page-table lock at a time. It looks at shared mappings only: a private mapping
 * never shows the file's own page writable. Pins are not looked at: a PTE is write-protected
 * whatever the reference count is.
 *
 * Who has copies of the PTE (mmu_notifier.ts) hears before it changes, without its lock.
 *
 * Left out: huge entries, flush_cache_page, DAX, and the walk of anonymous folios.
 * Of ending a mapping: statistics, mlock, and the deferred split of a large folio.
 */

import {
  atomic_add_negative,
  atomic_read,
  design,
  down_read,
  kernelFunction,
  label,
  READ_ONCE,
  up_read,
} from '../../memory/index.ts';
import type { AddressSpace } from '../fs/address_space.ts';
import { folio_mapping } from './mapping.ts';
import type { Folio, VmArea } from './mm_types.ts';
import {
  isNotified,
  mmu_notifier_invalidate_range_end,
  mmu_notifier_invalidate_range_start,
} from './mmu_notifier.ts';
import {
  pte_offset_map_lock,
  pte_unmap_unlock,
  ptep_clear_flush,
  ptep_get,
  set_pte_at,
} from './pgtable.ts';
import { pte_dirty, pte_mkclean, pte_page, pte_present, pte_write, pte_wrprotect } from './pte.ts';
import { page_address_in_vma, VM_SHARED, vmMm } from './vma.ts';

/**
 * Write-protects and cleans every PTE of shared mappings that maps the folio.
 *
 * @returns how many PTEs were writable or dirty
 */
export const folio_mkclean: (folio: Folio) => number = kernelFunction(
  'mm/rmap.c',
  '6.18',
  function folio_mkclean(folio: Folio): number {
    if (!folio_mapped(folio)) return 0;
    const mapping = folio_mapping(folio);
    return mapping === null ? 0 : rmap_walk_file(folio, mapping);
  },
);

/** Whether some PTE maps the folio (include/linux/mm.h). */
export function folio_mapped(folio: Folio): boolean {
  return folio_mapcount(folio) > 0;
}

/** How many PTEs map the folio (include/linux/mm.h). */
export function folio_mapcount(folio: Folio): number {
  return atomic_read(folio._mapcount) + 1;
}

/** A mapping of the folio ends; the caller holds the page-table lock (fully ordered). */
export function folio_remove_rmap_pte(folio: Folio): void {
  label('remove the rmap');
  atomic_add_negative(-1, folio._mapcount);
}

/** Visits every mapping of a file folio; the only visitor so far is `page_mkclean_one`. */
export const rmap_walk_file: (folio: Folio, mapping: AddressSpace) => number = kernelFunction(
  'mm/rmap.c',
  '6.18',
  function rmap_walk_file(folio: Folio, mapping: AddressSpace): number {
    let cleaned = 0;
    down_read(mapping.i_mmap_rwsem);
    let vma = READ_ONCE(mapping.i_mmap);
    while (vma !== null) {
      if (!invalid_mkclean_vma(vma)) cleaned += page_vma_mkclean_one(folio, vma);
      vma = READ_ONCE(vma.next);
    }
    up_read(mapping.i_mmap_rwsem);
    return cleaned;
  },
);

function invalid_mkclean_vma(vma: VmArea): boolean {
  return (READ_ONCE(vma.vm_flags) & VM_SHARED) === 0;
}

/**
 * Write-protects and cleans the folio's PTE in one mapping.
 *
 * The PTE is empty for a moment: an access in between faults and waits for the page-table lock.
 *
 * @returns 1 if the PTE was writable or dirty, else 0
 */
export const page_vma_mkclean_one: (folio: Folio, vma: VmArea) => number = kernelFunction(
  'mm/rmap.c',
  '6.18',
  function page_vma_mkclean_one(folio: Folio, vma: VmArea): number {
    const mm = vmMm(vma);
    const address = page_address_in_vma(folio, vma);
    const notified = isNotified(mm);
    if (notified) {
      mmu_notifier_invalidate_range_start(mm, { start: address, end: address + 1 });
    }
    const ptep = pte_offset_map_lock(mm, address);
    label('mkclean: read pte');
    const pte = ptep_get(ptep);
    const ours = pte_present(pte) && pte_page(pte) === folio;
    const cleans = ours && (pte_dirty(pte) || pte_write(pte));
    if (cleans) {
      label('mkclean: clear pte');
      const old = ptep_clear_flush(mm, address);
      label('mkclean: pte read-only');
      set_pte_at(ptep, pte_mkclean(pte_wrprotect(old)));
    }
    pte_unmap_unlock(mm);
    if (notified) mmu_notifier_invalidate_range_end(mm);
    return cleans ? 1 : 0;
  },
);

/** What may stand between changing a PTE and reading the count: design `after-mkclean`. */
export const AFTER_MKCLEAN = ['nothing', 'smp_rmb', 'smp_mb'] as const;

/** The design that was selected for `after-mkclean`. */
export function afterMkclean(): (typeof AFTER_MKCLEAN)[number] {
  return design('after-mkclean', AFTER_MKCLEAN);
}
