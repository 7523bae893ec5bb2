/**
 * The first write to a clean, mapped page of a file (mm/memory.c, fs/iomap/buffered-io.c, 6.18).
 *
 * The file system must hear of it: it reserves blocks, opens a journal transaction, un-shares
 * extents. Here it only remembers that it was told, in `folio->private`; write-back uses that up.
 * Order: folio lock, tell the file system, mark dirty, wait for a stable page; then, under the
 * page-table lock, make the PTE writable if it is still the one that faulted; then unlock the
 * folio.
 *
 * This is the end of the real fault path. VMA lookup, retries and truncation come later.
 */

import { defence, kernelFunction, label, READ_ONCE, WRITE_ONCE } from '../../memory/index.ts';
import { folio_lock, folio_unlock, folio_wait_stable } from '../mm/folio-lock.ts';
import { page_folio } from '../mm/mm_types.ts';
import type { Folio, VmArea } from '../mm/mm_types.ts';
import { folio_mark_dirty } from '../mm/page-writeback.ts';
import {
  pte_offset_map_lock,
  pte_unmap_unlock,
  ptep_get_lockless,
  pte_offset_map,
  pteUnchanged,
  set_pte_at,
} from '../mm/pgtable.ts';
import { pte_mkdirty, pte_mkwrite, pte_page, pte_present, pte_write } from '../mm/pte.ts';
import type { Pte } from '../mm/pte.ts';
import { vmMm } from '../mm/vma.ts';

/** Values of `folio->private`: whether the file system expects the folio to be dirty. */
export const FS_CLEAN = 0;
export const FS_TOLD = 1;

/** Whether the file system was told that the folio would be written. */
export function fsWasTold(folio: Folio): boolean {
  return READ_ONCE(folio.private) === FS_TOLD;
}

/** The file system's handler: leaves the folio locked, known to be dirty soon, and stable. */
export const iomap_page_mkwrite: (folio: Folio) => void = kernelFunction(
  'fs/iomap/buffered-io.c',
  '6.18',
  function iomap_page_mkwrite(folio: Folio): void {
    folio_lock(folio);
    label('page_mkwrite');
    WRITE_ONCE(folio.private, FS_TOLD);
    folio_mark_dirty(folio);
    folio_wait_stable(folio);
  },
);

/**
 * A write fault on a present, read-only PTE of a shared mapping.
 *
 * @returns whether the PTE is writable now; false: it changed meanwhile, the access is tried again
 */
export const wp_page_shared: (vma: VmArea, address: number) => boolean = kernelFunction(
  'mm/memory.c',
  '6.18',
  function wp_page_shared(vma: VmArea, address: number): boolean {
    label('fault: read pte');
    const pte = ptep_get_lockless(pte_offset_map(vmMm(vma), address));
    if (!pte_present(pte)) return false;
    if (pte_write(pte)) return true;
    const folio = page_folio(pte_page(pte));
    iomap_page_mkwrite(folio);
    const writable = finish_mkwrite_fault(vma, address, pte);
    if (writable) folio_mark_dirty(folio);
    folio_unlock(folio);
    return writable;
  },
);

/** Makes the PTE writable if it still is `orig_pte`. */
export const finish_mkwrite_fault: (vma: VmArea, address: number, orig_pte: Pte) => boolean =
  kernelFunction(
    'mm/memory.c',
    '6.18',
    function finish_mkwrite_fault(vma: VmArea, address: number, orig_pte: Pte): boolean {
      const mm = vmMm(vma);
      const ptep = pte_offset_map_lock(mm, address);
      const changed = defence('pte unchanged', () => {
        label('fault: pte unchanged?');
        return !pteUnchanged(ptep, orig_pte);
      });
      if (!changed) {
        label('pte writable');
        set_pte_at(ptep, pte_mkdirty(pte_mkwrite(orig_pte)));
      }
      pte_unmap_unlock(mm);
      return !changed;
    },
  );
