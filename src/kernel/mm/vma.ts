/** What a mapping says of a folio (include/linux/mm.h, mm/rmap.c, 6.18). */

import { READ_ONCE } from '../../memory/index.ts';
import { shmem_mapping } from '../fs/address_space.ts';
import { mappingOf } from '../fs/inode.ts';
import type { Inode } from '../fs/inode.ts';
import type { Folio, MmStruct, VmArea } from './mm_types.ts';

/** The mapping may be read. */
export const VM_READ = 0x1;
/** The mapping may be written. */
export const VM_WRITE = 0x2;
/** Stores are seen by every process that maps the file. */
export const VM_SHARED = 0x8;
/** mprotect may make it readable. */
export const VM_MAYREAD = 0x10;
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

/** The page of the file that a virtual page shows (include/linux/pagemap.h). */
export function linear_page_index(vma: VmArea, address: number): number {
  return address - READ_ONCE(vma.vm_start) + READ_ONCE(vma.vm_pgoff);
}

/** Whether stores to the mapping go to a private copy (include/linux/mm.h). */
export function is_cow_mapping(flags: number): boolean {
  return (flags & (VM_SHARED | VM_MAYWRITE)) === VM_MAYWRITE;
}

/** The file of a mapping; anonymous memory has none. */
export function vmFile(vma: VmArea): Inode {
  const file = READ_ONCE(vma.vm_file);
  if (file === null) throw new Error('vm_area_struct: vm_file was not set up');
  return file;
}

/** Whether the mapping is of anonymous memory (include/linux/mm.h). */
export function vma_is_anonymous(vma: VmArea): boolean {
  return READ_ONCE(vma.vm_file) === null;
}

/**
 * Whether `vma->vm_ops` has a `page_mkwrite`: file systems that write back do, shmem does not.
 */
export function hasPageMkwrite(vma: VmArea): boolean {
  return !shmem_mapping(mappingOf(vmFile(vma)));
}

/**
 * Whether the file system must hear of every first write through the mapping (mm/mmap.c, 6.18): it
 * is shared, writable, and of a file with `page_mkwrite`. Such pages are mapped read-only first.
 */
export function vma_needs_dirty_tracking(vma: VmArea): boolean {
  const flags = READ_ONCE(vma.vm_flags);
  if ((flags & VM_SHARED) === 0 || (flags & VM_WRITE) === 0) return false;
  return !vma_is_anonymous(vma) && hasPageMkwrite(vma);
}
