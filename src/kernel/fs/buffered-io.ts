/**
 * read(2) and write(2) through the page cache (mm/filemap.c filemap_read, fs/iomap/buffered-io.c,
 * 6.18; locks as in fs/xfs/xfs_file.c). One page at a time.
 *
 * A write copies under the folio lock, where no page fault may run: the source may be a mapping of
 * the very page that is locked. So the copy is tried without faults; if nothing could be copied,
 * the folio is given back, the source brought in, and the whole tried again. A read copies without
 * the folio lock, with nothing but a reference.
 */

import {
  defence,
  down_read,
  down_write,
  kernelFunction,
  label,
  loop,
  READ_ONCE,
  up_read,
  up_write,
  WRITE_ONCE,
} from '../../memory/index.ts';
import { EFAULT, ENOMEM } from '../errno.ts';
import { filemap_add_folio, filemap_get_folio } from '../mm/filemap.ts';
import { folio_lock, folio_trylock, folio_unlock, folio_wait_stable } from '../mm/folio-lock.ts';
import { folio_mapping } from '../mm/mapping.ts';
import type { Folio, MmStruct } from '../mm/mm_types.ts';
import { alloc_pages } from '../mm/page_alloc.ts';
import { folio_put } from '../mm/page_ref.ts';
import { folio_mark_uptodate, folio_test_uptodate } from '../mm/page-flags.ts';
import { folio_mark_dirty } from '../mm/page-writeback.ts';
import { loadThroughPte, userLoad, userStore } from '../mm/user-access.ts';
import { tellFs } from './buffer-head.ts';
import { readFolio } from './filemap-fault.ts';
import { i_size_read, mappingOf, present } from './inode.ts';
import type { Inode } from './inode.ts';

/** @returns how many pages were written (1), or a negative error number */
export const xfs_file_buffered_write: (
  file: Inode,
  index: number,
  mm: MmStruct,
  buffer: number,
) => number = kernelFunction(
  'fs/xfs/xfs_file.c',
  '6.18',
  function xfs_file_buffered_write(
    file: Inode,
    index: number,
    mm: MmStruct,
    buffer: number,
  ): number {
    down_write(file.i_rwsem);
    const written = iomap_write_iter(file, index, mm, buffer);
    up_write(file.i_rwsem);
    return written;
  },
);

/** The write of one page; i_rwsem is held for writing. */
export const iomap_write_iter: (
  file: Inode,
  index: number,
  mm: MmStruct,
  buffer: number,
) => number = kernelFunction(
  'fs/iomap/buffered-io.c',
  '6.18',
  function iomap_write_iter(file: Inode, index: number, mm: MmStruct, buffer: number): number {
    let result = 0;
    loop(() => {
      const folio = iomap_write_begin(file, index);
      if (folio === null) result = -ENOMEM;
      else if (copy_folio_from_iter_atomic(folio, mm, buffer)) {
        iomap_write_end(file, index, folio);
        result = 1;
      }
      if (folio !== null) {
        folio_unlock(folio);
        folio_put(folio);
      }
      if (result !== 0) return false;
      const isMapped = fault_in_iov_iter_readable(mm, buffer);
      if (!isMapped) result = -EFAULT;
      return isMapped;
    });
    return result;
  },
);

/** The folio, locked, with a reference; not under write-back where the device minds. */
const iomap_write_begin: (file: Inode, index: number) => Folio | null = kernelFunction(
  'fs/iomap/buffered-io.c',
  '6.18',
  function iomap_write_begin(file: Inode, index: number): Folio | null {
    const mapping = mappingOf(file);
    let folio: Folio | null = null;
    loop(() => {
      folio = filemap_get_folio(mapping, index);
      if (folio === null) {
        folio = alloc_pages(present(READ_ONCE(file.zone), 'inode: zone'));
        if (folio === null) return false;
        folio_trylock(folio);
        if (filemap_add_folio(file, index, folio)) return false;
      } else {
        folio_lock(folio);
        label('truncated?');
        if (folio_mapping(folio) === mapping) return false;
      }
      folio_unlock(folio);
      folio_put(folio);
      return true;
    });
    if (folio !== null) folio_wait_stable(folio);
    return folio;
  },
);

/**
 * The file system reserves what it needs, the folio is dirty, and the file may be longer
 * (fs/iomap/buffered-io.c).
 */
function iomap_write_end(file: Inode, index: number, folio: Folio): void {
  tellFs(mappingOf(file), folio);
  folio_mark_uptodate(folio);
  folio_mark_dirty(folio);
  if (index >= i_size_read(file)) WRITE_ONCE(file.i_size, index + 1);
}

/** Copies from user space unless that would fault (lib/iov_iter.c). @returns whether it did */
function copy_folio_from_iter_atomic(folio: Folio, mm: MmStruct, buffer: number): boolean {
  if (!defence('page faults disabled', () => true)) {
    return copyInto(folio, userLoad(mm, buffer));
  }
  const value = loadThroughPte(mm, buffer);
  return value !== null && copyInto(folio, value);
}

function copyInto(folio: Folio, value: number): boolean {
  label('copy: store');
  for (const word of folio.data) WRITE_ONCE(word, value);
  return true;
}

/** Brings the source in, without any folio lock (lib/iov_iter.c). */
function fault_in_iov_iter_readable(mm: MmStruct, buffer: number): boolean {
  return userLoad(mm, buffer) !== -1;
}

/** @returns how many pages were read (0 at the end of the file), or a negative error number */
export const filemap_read: (file: Inode, index: number, mm: MmStruct, buffer: number) => number =
  kernelFunction(
    'mm/filemap.c',
    '6.18',
    function filemap_read(file: Inode, index: number, mm: MmStruct, buffer: number): number {
      down_read(file.i_rwsem);
      const read = readPage(file, index, mm, buffer);
      up_read(file.i_rwsem);
      return read;
    },
  );

function readPage(file: Inode, index: number, mm: MmStruct, buffer: number): number {
  label('beyond the end?');
  if (index >= i_size_read(file)) return 0;
  const folio = uptodateFolio(file, index);
  if (folio === null) return -ENOMEM;
  label('beyond the end?');
  const isInside = index < i_size_read(file);
  const [word] = folio.data;
  label('copy: load');
  const value = word === undefined ? 0 : READ_ONCE(word);
  const isCopied = isInside && userStore(mm, buffer, value);
  folio_put(folio);
  if (!isInside) return 0;
  return isCopied ? 1 : -EFAULT;
}

/** The folio with a reference, not locked; read from disk if it must be (`filemap_get_pages`). */
function uptodateFolio(file: Inode, index: number): Folio | null {
  const found = filemap_get_folio(mappingOf(file), index);
  if (found !== null && folio_test_uptodate(found)) return found;
  if (found !== null) folio_put(found);
  const folio = readFolio(file, index);
  if (folio !== null) folio_unlock(folio);
  return folio;
}
