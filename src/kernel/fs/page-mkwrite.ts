/**
 * What a file system does when a clean page of a shared mapping is about to be written
 * (fs/iomap/buffered-io.c, include/linux/pagemap.h, 6.18).
 *
 * It reserves blocks, opens a journal transaction, un-shares extents. Here it remembers in
 * `folio->private` that it was told, and write-back uses that up: what it does with a dirty folio
 * that it was not told of stands in iomap-writeback.ts. Order: folio lock, truncated meanwhile?,
 * reserve, mark dirty, wait for a stable page. The folio stays locked. Left out: errors of the
 * file system (no space), buffer heads, and a file whose size ends within the page.
 */

import { defence, kernelFunction, label, READ_ONCE } from '../../memory/index.ts';
import { folio_lock, folio_unlock, folio_wait_stable } from '../mm/folio-lock.ts';
import type { Folio, VmArea } from '../mm/mm_types.ts';
import { folio_mark_dirty } from '../mm/page-writeback.ts';
import { vmFile } from '../mm/vma.ts';
import { VM_FAULT_LOCKED, VM_FAULT_NOPAGE } from '../mm/vm_fault.ts';
import { tellFs } from './buffer-head.ts';
import { i_size_read, mappingOf } from './inode.ts';
import type { Inode } from './inode.ts';

/** @returns VM_FAULT_LOCKED, or VM_FAULT_NOPAGE for a folio that left the file meanwhile */
export const iomap_page_mkwrite: (vma: VmArea, folio: Folio) => number = kernelFunction(
  'fs/iomap/buffered-io.c',
  '6.18',
  function iomap_page_mkwrite(vma: VmArea, folio: Folio): number {
    folio_lock(folio);
    const truncated = defence('truncated', () => {
      return !folio_mkwrite_check_truncate(folio, vmFile(vma));
    });
    if (truncated) {
      folio_unlock(folio);
      return VM_FAULT_NOPAGE;
    }
    label('page_mkwrite');
    tellFs(mappingOf(vmFile(vma)), folio);
    folio_mark_dirty(folio);
    folio_wait_stable(folio);
    return VM_FAULT_LOCKED;
  },
);

/**
 * Whether the locked folio still is a page of the file, and not behind its end
 * (include/linux/pagemap.h). A mapping that is not 0 is the file's: the caller had a reference
 * while the folio was in the file, and who takes it out sets the mapping to 0 under the folio lock.
 */
export function folio_mkwrite_check_truncate(folio: Folio, file: Inode): boolean {
  label('truncated?');
  const size = i_size_read(file);
  if (READ_ONCE(folio.mapping) === 0) return false;
  return READ_ONCE(folio.index) < size;
}
