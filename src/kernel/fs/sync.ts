/**
 * fsync, msync and the flusher (fs/sync.c, mm/filemap.c, mm/msync.c, fs/fs-writeback.c, 6.18).
 *
 * fsync writes what is dirty and then waits for everything under write-back, without a lock on the
 * folio; it neither looks at pins nor waits for them. Journals and metadata are left out.
 */

import {
  down_read,
  kernelFunction,
  label,
  READ_ONCE,
  test_bit,
  up_read,
} from '../../memory/index.ts';
import type { BlkPlug } from '../block/plug.ts';
import { filemap_get_folio, markOf } from '../mm/filemap.ts';
import { folio_wait_writeback } from '../mm/folio-lock.ts';
import { find_vma } from '../mm/mmap.ts';
import type { MmStruct } from '../mm/mm_types.ts';
import { folio_put } from '../mm/page_ref.ts';
import { WB_SYNC_ALL, WB_SYNC_NONE } from '../mm/page-writeback.ts';
import { iomap_writepages } from './iomap-writeback.ts';
import { mapping_can_writeback } from './address_space.ts';
import { mappingOf } from './inode.ts';
import type { Inode } from './inode.ts';

/** Data that was stored before is on disk when it returns. */
export const vfs_fsync: (file: Inode) => void = kernelFunction(
  'fs/sync.c',
  '6.18',
  function vfs_fsync(file: Inode): void {
    filemap_write_and_wait(file);
  },
);

/** Writes all dirty pages and waits for them; a file in memory has nowhere to be written to. */
export const filemap_write_and_wait: (file: Inode) => void = kernelFunction(
  'mm/filemap.c',
  '6.18',
  function filemap_write_and_wait(file: Inode): void {
    if (!mapping_can_writeback(mappingOf(file))) return;
    iomap_writepages(file, WB_SYNC_ALL);
    filemap_fdatawait(file);
  },
);

/** Waits for every page that is marked as under write-back. */
export const filemap_fdatawait: (file: Inode) => void = kernelFunction(
  'mm/filemap.c',
  '6.18',
  function filemap_fdatawait(file: Inode): void {
    const mapping = mappingOf(file);
    for (let index = 0; index < mapping.i_pages.length; index++) {
      label('marked as under write-back?');
      if (!test_bit(markOf(index), mapping.writeback_tag)) continue;
      const folio = filemap_get_folio(mapping, index);
      if (folio === null) continue;
      folio_wait_writeback(folio);
      folio_put(folio);
    }
  },
);

/** msync(MS_SYNC): fsync of the file that is mapped at an address. */
export const msync: (mm: MmStruct, address: number) => boolean = kernelFunction(
  'mm/msync.c',
  '6.18',
  function msync(mm: MmStruct, address: number): boolean {
    down_read(mm.mmap_lock);
    const vma = find_vma(mm, address);
    const file = vma === null ? null : READ_ONCE(vma.vm_file);
    up_read(mm.mmap_lock);
    if (file !== null) vfs_fsync(file);
    return vma !== null;
  },
);

/** The flusher's visit of one file: nothing is waited for. @param plug over several visits */
export const wb_writeback: (file: Inode, plug?: BlkPlug | null) => void = kernelFunction(
  'fs/fs-writeback.c',
  '6.18',
  function wb_writeback(file: Inode, plug: BlkPlug | null = null): void {
    if (mapping_can_writeback(mappingOf(file))) iomap_writepages(file, WB_SYNC_NONE, plug);
  },
);
