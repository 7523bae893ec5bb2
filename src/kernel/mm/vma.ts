/** What a mapping says of a folio (include/linux/mm.h, mm/rmap.c, 6.18). */

import { READ_ONCE } from '../../memory/index.ts';
import type { Folio, MmStruct, VmArea } from './mm_types.ts';

/** The mapping may be written. */
export const VM_WRITE = 0x2;
/** Stores are seen by every process that maps the file. */
export const VM_SHARED = 0x8;
/** mprotect may make it writable. */
export const VM_MAYWRITE = 0x20;

/** The mm that a mapping belongs to. */
export function vmMm(vma: VmArea): MmStruct {
  const mm = READ_ONCE(vma.vm_mm);
  if (mm === null) throw new Error('vm_area_struct: vm_mm was not set up');
  return mm;
}

/** The virtual page at which a mapping shows a folio (mm/rmap.c). */
export function page_address_in_vma(folio: Folio, vma: VmArea): number {
  return READ_ONCE(vma.vm_start) + READ_ONCE(folio.index) - READ_ONCE(vma.vm_pgoff);
}

/** Whether stores to the mapping go to a private copy. */
export function is_cow_mapping(flags: number): boolean {
  return (flags & (VM_SHARED | VM_MAYWRITE)) === VM_MAYWRITE;
}
