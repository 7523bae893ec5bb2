/**
 * `vma->vm_ops->page_mkwrite` (fs/xfs/xfs_file.c, 6.18; ext4_page_mkwrite does the same).
 *
 * The invalidate lock is held, shared, around it: while truncation or hole punching holds it for
 * writing, no page of the file becomes writable, also one that is in memory. Left out: freezing,
 * time stamps, and the exclusive lock that a reflink under way asks for.
 */

import { down_read, kernelFunction, up_read } from '../../memory/index.ts';
import type { Folio, VmArea } from '../mm/mm_types.ts';
import { vmFile } from '../mm/vma.ts';
import { mappingOf } from './inode.ts';
import { iomap_page_mkwrite } from './page-mkwrite.ts';

/** @returns VM_FAULT_LOCKED, or VM_FAULT_NOPAGE for a folio that left the file meanwhile */
export const xfs_write_fault: (vma: VmArea, folio: Folio) => number = kernelFunction(
  'fs/xfs/xfs_file.c',
  '6.18',
  function xfs_write_fault(vma: VmArea, folio: Folio): number {
    const { invalidate_lock } = mappingOf(vmFile(vma));
    down_read(invalidate_lock);
    const told = iomap_page_mkwrite(vma, folio);
    up_read(invalidate_lock);
    return told;
  },
);
