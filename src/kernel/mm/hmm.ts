/**
 * Looking at PTEs for a device, with page faults, without taking a reference (mm/hmm.c, 6.18).
 *
 * One page instead of a range. No page-table lock is held: what is found may be gone a moment
 * later, and `mmu_interval_read_retry` is the caller's to ask (mmu_notifier.ts). After a fault the
 * walk begins again, and first of all asks whether it is worth it. Left out: device-private and
 * migrating pages, huge entries, and looking without faulting.
 */

import { kernelFunction, label, loop } from '../../memory/index.ts';
import { EBUSY, EFAULT } from '../errno.ts';
import { handle_mm_fault } from './fault.ts';
import { find_vma } from './mmap.ts';
import type { MmStruct, VmArea } from './mm_types.ts';
import { mmu_interval_check_retry } from './mmu_notifier.ts';
import type { MmuIntervalNotifier } from './mmu_notifier_types.ts';
import { pte_offset_map, ptep_get } from './pgtable.ts';
import { pte_access_permitted } from './pte.ts';
import { FAULT_FLAG_WRITE, VM_FAULT_ERROR } from './vm_fault.ts';
import { vmMm } from './vma.ts';

/** What a device needs of which page: `struct hmm_range`. */
export interface HmmRange {
  readonly notifier: MmuIntervalNotifier;
  readonly notifier_seq: number;
  readonly address: number;
  /** HMM_PFN_REQ_WRITE: the device wants to write. */
  readonly write: boolean;
}

/**
 * Finds the entry that maps the page with the right that the device needs; mmap_lock is held for
 * reading.
 *
 * @returns the entry; -EBUSY: invalidated meanwhile; -EFAULT: the process may not access it either
 */
export const hmm_range_fault: (mm: MmStruct, range: HmmRange) => number = kernelFunction(
  'mm/hmm.c',
  '6.18',
  function hmm_range_fault(mm: MmStruct, range: HmmRange): number {
    let found: number = 0;
    loop(() => {
      if (mmu_interval_check_retry(range.notifier, range.notifier_seq)) {
        found = -EBUSY;
        return false;
      }
      const vma = find_vma(mm, range.address);
      found = vma === null ? -EFAULT : hmm_vma_handle_pte(vma, range);
      return found === -EBUSY;
    });
    return found;
  },
);

/** Looks at the entry, and faults if it is not good enough. @returns -EBUSY: look again */
export const hmm_vma_handle_pte: (vma: VmArea, range: HmmRange) => number = kernelFunction(
  'mm/hmm.c',
  '6.18',
  function hmm_vma_handle_pte(vma: VmArea, { address, write }: HmmRange): number {
    label('hmm: read pte');
    const pte = ptep_get(pte_offset_map(vmMm(vma), address));
    return pte_access_permitted(pte, write) ? pte : hmm_vma_fault(vma, address, write);
  },
);

/** Faults as the CPU would. */
function hmm_vma_fault(vma: VmArea, address: number, write: boolean): number {
  const fault = handle_mm_fault(vma, address, write ? FAULT_FLAG_WRITE : 0);
  return (fault & VM_FAULT_ERROR) === 0 ? -EBUSY : -EFAULT;
}
