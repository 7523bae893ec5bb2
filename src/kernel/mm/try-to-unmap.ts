/**
 * Unmapping a folio from every process, so that it can be freed (mm/rmap.c, 6.18).
 *
 * The caller holds the folio lock. i_mmap_rwsem is held for reading, and one page-table lock at a
 * time. What a PTE knew of stores goes to the folio, before the mapping is gone: whoever then sees
 * the folio unmapped and clean may drop it. A page that was mapped read-only by a private mapping
 * is the file's own and goes too; a private copy is another folio.
 *
 * Left out: batched flushes of the TLB (TTU_BATCH_FLUSH), which reclaim makes before it gives the
 * folio back; anonymous folios and swap; mlock, which keeps the folio; huge entries, userfaultfd.
 */

import { down_read, kernelFunction, label, READ_ONCE, up_read } from '../../memory/index.ts';
import type { AddressSpace } from '../fs/address_space.ts';
import { folio_mapping } from './mapping.ts';
import type { Folio, VmArea } from './mm_types.ts';
import {
  isNotified,
  mmu_notifier_invalidate_range_end,
  mmu_notifier_invalidate_range_start,
} from './mmu_notifier.ts';
import { folio_mark_dirty } from './page-writeback.ts';
import { folio_put } from './page_ref.ts';
import { pte_offset_map_lock, pte_unmap_unlock, ptep_clear_flush, ptep_get } from './pgtable.ts';
import { pte_dirty, pte_page, pte_present } from './pte.ts';
import { folio_remove_rmap_pte } from './rmap.ts';
import { page_address_in_vma, vmMm } from './vma.ts';

/** Unmaps a locked folio of a file; the caller looks afterwards whether it is still mapped. */
export const try_to_unmap: (folio: Folio) => void = kernelFunction(
  'mm/rmap.c',
  '6.18',
  function try_to_unmap(folio: Folio): void {
    const mapping = folio_mapping(folio);
    if (mapping !== null) walkMappings(folio, mapping);
  },
);

function walkMappings(folio: Folio, mapping: AddressSpace): void {
  down_read(mapping.i_mmap_rwsem);
  for (let vma = READ_ONCE(mapping.i_mmap); vma !== null; vma = READ_ONCE(vma.next)) {
    try_to_unmap_one(folio, vma);
  }
  up_read(mapping.i_mmap_rwsem);
}

/** Unmaps the folio from one mapping, and gives that mapping's reference back. */
export const try_to_unmap_one: (folio: Folio, vma: VmArea) => void = kernelFunction(
  'mm/rmap.c',
  '6.18',
  function try_to_unmap_one(folio: Folio, vma: VmArea): void {
    const mm = vmMm(vma);
    const address = page_address_in_vma(folio, vma);
    const notified = isNotified(mm);
    if (notified) {
      mmu_notifier_invalidate_range_start(mm, { start: address, end: address + 1 });
    }
    const ptep = pte_offset_map_lock(mm, address);
    label('unmap: read pte');
    const pte = ptep_get(ptep);
    const ours = pte_present(pte) && pte_page(pte) === folio;
    if (ours) {
      label('unmap: clear pte');
      if (pte_dirty(ptep_clear_flush(mm, address))) folio_mark_dirty(folio);
      folio_remove_rmap_pte(folio);
      folio_put(folio);
    }
    pte_unmap_unlock(mm);
    if (notified) mmu_notifier_invalidate_range_end(mm);
  },
);
