/**
 * A fault on a page of a file that is not mapped yet (mm/memory.c, 6.18).
 *
 * The file gives the page, locked and with a reference (`__do_fault`); then the PTE is written if
 * it is still empty, and the reference becomes the PTE's. A write to a shared mapping asks the file
 * system in between, exactly as a write to a read-only PTE does. Left out: fault-around, which maps
 * neighbours that are in memory already, and the page-table page allocated beforehand.
 */

import { defence, atomic_inc, kernelFunction, label, READ_ONCE } from '../../memory/index.ts';
import { filemap_fault } from '../fs/filemap-fault.ts';
import { xfs_write_fault } from '../fs/write-fault.ts';
import { present } from '../fs/inode.ts';
import { folio_unlock } from './folio-lock.ts';
import type { Folio, VmArea } from './mm_types.ts';
import { alloc_pages } from './page_alloc.ts';
import { folio_put } from './page_ref.ts';
import { folio_test_dirty } from './page-flags.ts';
import { pte_offset_map_lock, pte_unmap_unlock, pteUnchanged, set_pte_at } from './pgtable.ts';
import { mk_pte, pte_mkdirty, pte_mkwrite } from './pte.ts';
import type { Pte } from './pte.ts';
import { faultFailed, FAULT_FLAG_WRITE, VM_FAULT_NOPAGE, VM_FAULT_OOM } from './vm_fault.ts';
import {
  hasPageMkwrite,
  linear_page_index,
  VM_SHARED,
  VM_WRITE,
  vma_needs_dirty_tracking,
  vmMm,
} from './vma.ts';
import { copyPage, fault_dirty_shared_page, maybe_mkwrite } from './wp-fault.ts';

/** Brings the page in and maps it. @returns VM_FAULT flags */
export const do_fault: (vma: VmArea, address: number, flags: number) => number = kernelFunction(
  'mm/memory.c',
  '6.18',
  function do_fault(vma: VmArea, address: number, flags: number): number {
    if ((flags & FAULT_FLAG_WRITE) === 0) return do_read_fault(vma, address);
    if ((READ_ONCE(vma.vm_flags) & VM_SHARED) === 0) return do_cow_fault(vma, address);
    return do_shared_fault(vma, address);
  },
);

/** A read: the page is mapped read-only, unless nobody needs to hear of a write. */
function do_read_fault(vma: VmArea, address: number): number {
  const [fault, folio] = filemap_fault(vma, linear_page_index(vma, address));
  if (folio === null) return fault;
  const finished = finish_fault(vma, address, folio, readPte(vma, folio));
  folio_unlock(folio);
  if (faultFailed(finished)) folio_put(folio);
  return finished;
}

/**
 * `vma->vm_page_prot`: writable at once where the first write need not be noticed, and dirty if the
 * folio is (set_pte_range).
 */
function readPte(vma: VmArea, folio: Folio): Pte {
  const both = VM_SHARED | VM_WRITE;
  const isWritable = (READ_ONCE(vma.vm_flags) & both) === both && !vma_needs_dirty_tracking(vma);
  if (!isWritable) return mk_pte(folio);
  const pte = pte_mkwrite(mk_pte(folio));
  return folio_test_dirty(folio) ? pte_mkdirty(pte) : pte;
}

/** A write to a private mapping: the process gets a copy at once. */
function do_cow_fault(vma: VmArea, address: number): number {
  const copy = alloc_pages(present(READ_ONCE(vmMm(vma).zone), 'mm_struct: zone'));
  if (copy === null) return VM_FAULT_OOM;
  const [fault, folio] = filemap_fault(vma, linear_page_index(vma, address));
  if (folio === null) {
    folio_put(copy);
    return fault;
  }
  copyPage(copy, folio);
  const pte = maybe_mkwrite(pte_mkdirty(mk_pte(copy)), vma);
  const finished = finish_fault(vma, address, null, pte);
  folio_unlock(folio);
  folio_put(folio);
  if (faultFailed(finished)) folio_put(copy);
  return finished;
}

/** A write to a shared mapping: the file system hears of it before the PTE is writable. */
function do_shared_fault(vma: VmArea, address: number): number {
  const [fault, folio] = filemap_fault(vma, linear_page_index(vma, address));
  if (folio === null) return fault;
  if (hasPageMkwrite(vma)) {
    folio_unlock(folio);
    const told = xfs_write_fault(vma, folio);
    if (faultFailed(told)) {
      folio_put(folio);
      return told;
    }
  }
  const pte = pte_mkdirty(pte_mkwrite(mk_pte(folio)));
  const finished = finish_fault(vma, address, folio, pte);
  if (faultFailed(finished)) {
    folio_unlock(folio);
    folio_put(folio);
    return finished;
  }
  fault_dirty_shared_page(folio);
  return 0;
}

/**
 * Writes the PTE if there still is none, and counts the mapping. The copy of a private mapping is
 * counted when it is made.
 */
const finish_fault: (vma: VmArea, address: number, file: Folio | null, pte: Pte) => number =
  kernelFunction(
    'mm/memory.c',
    '6.18',
    function finish_fault(vma: VmArea, address: number, file: Folio | null, pte: Pte): number {
      const mm = vmMm(vma);
      const ptep = pte_offset_map_lock(mm, address);
      const isTaken = defence('pte unchanged', () => {
        label('fault: still no pte?');
        return !pteUnchanged(ptep, 0);
      });
      if (!isTaken) {
        if (file !== null) atomic_inc(file._mapcount);
        label('fault: write pte');
        set_pte_at(ptep, pte);
      }
      pte_unmap_unlock(mm);
      return isTaken ? VM_FAULT_NOPAGE : 0;
    },
  );
