/**
 * Page faults (mm/memory.c, arch/x86/mm/fault.c, 6.18).
 *
 * mmap_lock is held for reading from the lookup of the mapping to the end. Linux tries a lock of
 * the one mapping first (`lock_vma_under_rcu`); mappings do not change under either, so that is
 * left out. The PTE is read without its lock, and compared under it before anything depends on it.
 */

import {
  defence,
  down_read,
  kernelFunction,
  label,
  READ_ONCE,
  up_read,
  WRITE_ONCE,
} from '../../memory/index.ts';
import { present } from '../fs/inode.ts';
import { do_fault } from './file-fault.ts';
import { find_vma } from './mmap.ts';
import type { Folio, MmStruct, VmArea } from './mm_types.ts';
import { alloc_pages } from './page_alloc.ts';
import { folio_put } from './page_ref.ts';
import {
  pte_offset_map,
  pte_offset_map_lock,
  pte_unmap_unlock,
  ptep_get_lockless,
  pteUnchanged,
  set_pte_at,
} from './pgtable.ts';
import { mk_pte, pte_mkdirty, pte_mkspecial, pte_none, pte_write } from './pte.ts';
import type { Pte } from './pte.ts';
import {
  FAULT_FLAG_UNSHARE,
  FAULT_FLAG_WRITE,
  VM_FAULT_OOM,
  VM_FAULT_SIGSEGV,
} from './vm_fault.ts';
import { is_cow_mapping, VM_WRITE, vma_is_anonymous, vmMm } from './vma.ts';
import { becomeAnonymous, do_wp_page, maybe_mkwrite } from './wp-fault.ts';

/** A fault of the process itself. @returns VM_FAULT flags */
export const do_user_addr_fault: (mm: MmStruct, address: number, flags: number) => number =
  kernelFunction(
    'arch/x86/mm/fault.c',
    '6.18',
    function do_user_addr_fault(mm: MmStruct, address: number, flags: number): number {
      down_read(mm.mmap_lock);
      const vma = find_vma(mm, address);
      const isBad = vma === null || accessError(vma, flags);
      const fault = isBad ? VM_FAULT_SIGSEGV : handle_mm_fault(vma, address, flags);
      up_read(mm.mmap_lock);
      return fault;
    },
  );

/** Whether the mapping does not permit the access (`access_error`). */
function accessError(vma: VmArea, flags: number): boolean {
  return (flags & FAULT_FLAG_WRITE) !== 0 && (READ_ONCE(vma.vm_flags) & VM_WRITE) === 0;
}

/**
 * Makes an address accessible as far as the mapping permits; mmap_lock is held for reading.
 *
 * @returns VM_FAULT flags; after 0 the access (or the lookup of GUP) is tried again
 */
export const handle_mm_fault: (vma: VmArea, address: number, flags: number) => number =
  kernelFunction(
    'mm/memory.c',
    '6.18',
    function handle_mm_fault(vma: VmArea, address: number, flags: number): number {
      const clean = sanitize_fault_flags(vma, flags);
      label('fault: read pte');
      const pte = ptep_get_lockless(pte_offset_map(vmMm(vma), address));
      return pte_none(pte)
        ? do_pte_missing(vma, address, clean)
        : handle_pte_fault(vma, address, clean, pte);
    },
  );

/** Un-sharing has a meaning in private mappings only (mm/memory.c). */
function sanitize_fault_flags(vma: VmArea, flags: number): number {
  if ((flags & FAULT_FLAG_UNSHARE) === 0) return flags;
  return is_cow_mapping(READ_ONCE(vma.vm_flags)) ? flags : flags & ~FAULT_FLAG_UNSHARE;
}

/** A fault on an empty PTE (mm/memory.c). */
function do_pte_missing(vma: VmArea, address: number, flags: number): number {
  if (!vma_is_anonymous(vma)) return do_fault(vma, address, flags);
  return do_anonymous_page(vma, address, flags);
}

/** A fault on a PTE that is there: a write to a read-only one, or one that was repaired already. */
const handle_pte_fault: (vma: VmArea, address: number, flags: number, orig_pte: Pte) => number =
  kernelFunction(
    'mm/memory.c',
    '6.18',
    function handle_pte_fault(vma: VmArea, address: number, flags: number, orig_pte: Pte): number {
      const ptep = pte_offset_map_lock(vmMm(vma), address);
      const changed = defence('pte unchanged', () => {
        label('fault: pte unchanged?');
        return !pteUnchanged(ptep, orig_pte);
      });
      if (!changed && flags !== 0 && !pte_write(orig_pte)) {
        return do_wp_page(vma, address, flags, orig_pte);
      }
      if (!changed && (flags & FAULT_FLAG_WRITE) !== 0) set_pte_at(ptep, pte_mkdirty(orig_pte));
      pte_unmap_unlock(vmMm(vma));
      return 0;
    },
  );

/** A new page of zeroes, or for a read the one that all share, if the machine has it. */
const do_anonymous_page: (vma: VmArea, address: number, flags: number) => number = kernelFunction(
  'mm/memory.c',
  '6.18',
  function do_anonymous_page(vma: VmArea, address: number, flags: number): number {
    const mm = vmMm(vma);
    const from = present(READ_ONCE(mm.zone), 'mm_struct: zone');
    const zero = (flags & FAULT_FLAG_WRITE) === 0 ? READ_ONCE(from.zero_page) : null;
    if (zero !== null) return mapZeroPage(mm, address, zero);
    const folio = alloc_pages(from);
    if (folio === null) return VM_FAULT_OOM;
    for (const word of folio.data) WRITE_ONCE(word, 0);
    const ptep = pte_offset_map_lock(mm, address);
    const isTaken = defence('pte unchanged', () => {
      label('fault: still no pte?');
      return !pteUnchanged(ptep, 0);
    });
    if (!isTaken) {
      becomeAnonymous(folio);
      set_pte_at(ptep, maybe_mkwrite(pte_mkdirty(mk_pte(folio)), vma));
    }
    pte_unmap_unlock(mm);
    if (isTaken) folio_put(folio);
    return 0;
  },
);

/** Neither a reference nor a mapping is counted: the page is never given back. */
function mapZeroPage(mm: MmStruct, address: number, zero: Folio): number {
  const ptep = pte_offset_map_lock(mm, address);
  label('fault: still no pte?');
  if (pteUnchanged(ptep, 0)) {
    label('map the zero page');
    set_pte_at(ptep, pte_mkspecial(mk_pte(zero)));
  }
  pte_unmap_unlock(mm);
  return 0;
}
