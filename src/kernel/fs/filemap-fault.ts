/**
 * Bringing a page of a file into memory (mm/filemap.c, 6.18): for page faults, read and write.
 *
 * A page that is in memory and up to date is found without the invalidate lock. Otherwise that lock
 * is held for reading from before the page is added until it has been read, so that truncation and
 * hole punching, which hold it for writing, never leave an old page behind. `mmap_lock` is not
 * dropped while a folio lock is waited for (Linux may, and then asks for a retry); nobody takes
 * mmap_lock under a folio lock, so that changes how long others wait and not whether.
 */

import {
  defence,
  down_read,
  kernelFunction,
  label,
  loop,
  READ_ONCE,
  smp_mb,
  up_read,
  WRITE_ONCE,
} from '../../memory/index.ts';
import { filemap_add_folio, filemap_get_folio } from '../mm/filemap.ts';
import { folio_lock, folio_trylock, folio_unlock } from '../mm/folio-lock.ts';
import { folio_mapping } from '../mm/mapping.ts';
import type { Folio, VmArea } from '../mm/mm_types.ts';
import { alloc_pages } from '../mm/page_alloc.ts';
import { folio_put } from '../mm/page_ref.ts';
import { folio_mark_uptodate, folio_test_uptodate } from '../mm/page-flags.ts';
import { VM_FAULT_LOCKED, VM_FAULT_OOM, VM_FAULT_SIGBUS } from '../mm/vm_fault.ts';
import { vmFile } from '../mm/vma.ts';
import { i_size_read, mappingOf, present } from './inode.ts';
import type { Inode } from './inode.ts';

/** VM_FAULT flags, and the folio: locked, with a reference; null where there is none. */
export type FaultedFolio = readonly [fault: number, folio: Folio | null];

/** `vma->vm_ops->fault`. */
export const filemap_fault: (vma: VmArea, pgoff: number) => FaultedFolio = kernelFunction(
  'mm/filemap.c',
  '6.18',
  function filemap_fault(vma: VmArea, pgoff: number): FaultedFolio {
    const file = vmFile(vma);
    label('beyond the end?');
    if (pgoff >= i_size_read(file)) return [VM_FAULT_SIGBUS, null];
    const folio = cachedFolio(file, pgoff) ?? readFolio(file, pgoff);
    if (folio === null) return [VM_FAULT_OOM, null];
    const isBeyond = defence('beyond the end', () => {
      label('beyond the end?');
      return pgoff >= i_size_read(file);
    });
    if (!isBeyond) return [VM_FAULT_LOCKED, folio];
    folio_unlock(folio);
    folio_put(folio);
    return [VM_FAULT_SIGBUS, null];
  },
);

/** The folio, locked, if it is in memory, up to date and still the file's after it was locked. */
function cachedFolio(file: Inode, pgoff: number): Folio | null {
  const folio = filemap_get_folio(mappingOf(file), pgoff);
  if (folio === null) return null;
  if (folio_test_uptodate(folio)) {
    folio_lock(folio);
    const truncated = defence('truncated', () => {
      label('truncated?');
      return folio_mapping(folio) !== mappingOf(file);
    });
    if (!truncated && folio_test_uptodate(folio)) return folio;
    folio_unlock(folio);
  }
  folio_put(folio);
  return null;
}

/**
 * The folio, locked, read from disk if it must be (`retry_find`). Linux reads with the folio
 * unlocked by the end of the I/O and looks again; here the folio stays locked.
 */
export function readFolio(file: Inode, pgoff: number): Folio | null {
  const mapping = mappingOf(file);
  let folio: Folio | null = null;
  down_read(mapping.invalidate_lock);
  loop(() => {
    folio = filemap_get_folio(mapping, pgoff);
    if (folio === null) {
      folio = newFolio(file);
      if (folio === null || filemap_add_folio(file, pgoff, folio)) return false;
      folio_unlock(folio);
      folio_put(folio);
      return true;
    }
    folio_lock(folio);
    const found = folio;
    const truncated = defence('truncated again', () => {
      label('truncated?');
      return folio_mapping(found) !== mapping;
    });
    if (!truncated) return false;
    folio_unlock(folio);
    folio_put(folio);
    return true;
  });
  if (folio !== null && !folio_test_uptodate(folio)) filemap_read_folio(file, pgoff, folio);
  up_read(mapping.invalidate_lock);
  return folio;
}

/** A free page, locked. */
function newFolio(file: Inode): Folio | null {
  const folio = alloc_pages(present(READ_ONCE(file.zone), 'inode: zone'));
  if (folio !== null) folio_trylock(folio);
  return folio;
}

/**
 * Reads the locked folio from disk. The disk's part is made by the caller, who would only wait:
 * until PG_uptodate is set nobody else looks at the page. Submitting a request orders it after
 * what was stored before: that the folio is in the page cache.
 */
export const filemap_read_folio: (file: Inode, index: number, folio: Folio) => void =
  kernelFunction(
    'mm/filemap.c',
    '6.18',
    function filemap_read_folio(file: Inode, index: number, folio: Folio): void {
      const slot = file.i_block[index];
      const block = slot === undefined ? null : READ_ONCE(slot);
      if (block !== null) smp_mb();
      folio.data.forEach((word, i) => {
        const from = block?.data[i];
        label(block === null ? 'a hole: zeroes' : 'read the block');
        WRITE_ONCE(word, from === undefined ? 0 : READ_ONCE(from));
      });
      folio_mark_uptodate(folio);
    },
  );
