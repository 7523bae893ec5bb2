/**
 * O_DIRECT: between a device and the memory of a process, without the page cache
 * (fs/iomap/direct-io.c, lib/iov_iter.c, 6.18; locks as in fs/xfs/xfs_file.c).
 *
 * One page of the file, one page of the process. Order of a read: i_rwsem shared, write and wait
 * for the file's own page cache, count the direct I/O, pin the buffer, mark it dirty, submit, wait.
 * A write: the same, but the page cache is invalidated, before and, because the buffer may be a
 * mapping of the file itself and bring the page in again, afterwards; the pin is for reading. A
 * page that cannot be invalidated (it is dirty again) makes the write a buffered one.
 * Whether the buffer is a mapping of a file, of this one even, nobody asks. Design `dio-dirty`:
 * when the pages of the buffer are marked dirty; Linux does it before and, if write-back has
 * cleaned them meanwhile, again afterwards (block/bio-endio.ts).
 */

import {
  defence,
  down_read,
  kernelFunction,
  label,
  READ_ONCE,
  up_read,
  wait_for_completion,
} from '../../memory/index.ts';
import { bio_add_folio, bio_alloc, bio_get, bio_put, submit_bio } from '../block/bio.ts';
import { bio_set_pages_dirty, dirtiesBefore } from '../block/bio-endio.ts';
import type { BioVec } from '../block/bio.ts';
import type { DiskBlock } from '../block/disk-block.ts';
import {
  END_DIRECT_READ,
  END_DIRECT_WRITE,
  REQ_OP_READ,
  REQ_OP_WRITE,
} from '../block/request_queue.ts';
import { EFAULT } from '../errno.ts';
import { pin_user_pages_fast } from '../mm/gup.ts';
import { invalidate_inode_pages2_range } from '../mm/invalidate.ts';
import type { MmStruct } from '../mm/mm_types.ts';
import { FOLL_WRITE } from '../mm/pin-count.ts';
import { userStore } from '../mm/user-access.ts';
import { inode_dio_begin, inode_dio_end } from './inode-dio.ts';
import { xfs_file_buffered_write } from './buffered-io.ts';
import { blockToWrite } from './iomap-writeback.ts';
import { i_size_read, mappingOf, present } from './inode.ts';
import type { Inode } from './inode.ts';
import { filemap_write_and_wait } from './sync.ts';

/**
 * read(2) of one page of a file that was opened with O_DIRECT.
 *
 * @returns how many pages were read (0 at the end of the file), or a negative error number
 */
export const xfs_file_dio_read: (
  file: Inode,
  index: number,
  mm: MmStruct,
  buffer: number,
) => number = kernelFunction(
  'fs/xfs/xfs_file.c',
  '6.18',
  function xfs_file_dio_read(file: Inode, index: number, mm: MmStruct, buffer: number): number {
    down_read(file.i_rwsem);
    const read = index < i_size_read(file) ? iomap_dio_rw(file, index, mm, buffer) : 0;
    up_read(file.i_rwsem);
    return read;
  },
);

/** The read itself; i_rwsem is held. */
export const iomap_dio_rw: (file: Inode, index: number, mm: MmStruct, buffer: number) => number =
  kernelFunction(
    'fs/iomap/direct-io.c',
    '6.18',
    function iomap_dio_rw(file: Inode, index: number, mm: MmStruct, buffer: number): number {
      if (defence('write and wait', () => true)) filemap_write_and_wait(file);
      inode_dio_begin(file);
      const block = READ_ONCE(present(file.i_block[index] ?? null, 'inode: i_block'));
      const isRead = block === null ? zeroBuffer(mm, buffer) : readBlock(file, block, mm, buffer);
      inode_dio_end(file);
      return isRead ? 1 : -EFAULT;
    },
  );

/** Pins the buffer and has the device write into it. @returns whether all of it could be pinned */
function readBlock(file: Inode, block: DiskBlock, mm: MmStruct, buffer: number): boolean {
  const pages = pin_user_pages_fast(mm, buffer, 1, FOLL_WRITE);
  const page = typeof pages === 'number' ? undefined : pages[0];
  if (page !== undefined) transfer(file, { page, block }, REQ_OP_READ);
  return page !== undefined;
}

/** Over a hole the CPU writes zeroes, and nothing is pinned (lib/iov_iter.c `iov_iter_zero`). */
function zeroBuffer(mm: MmStruct, buffer: number): boolean {
  label('a hole: zeroes');
  return userStore(mm, buffer, 0);
}

/**
 * write(2) of one page of a file that was opened with O_DIRECT.
 *
 * @returns how many pages were written, or a negative error number
 */
export const xfs_file_dio_write: (
  file: Inode,
  index: number,
  mm: MmStruct,
  buffer: number,
) => number = kernelFunction(
  'fs/xfs/xfs_file.c',
  '6.18',
  function xfs_file_dio_write(file: Inode, index: number, mm: MmStruct, buffer: number): number {
    down_read(file.i_rwsem);
    const written = iomapDioWrite(file, index, mm, buffer);
    up_read(file.i_rwsem);
    return written === NOT_DIRECT ? xfs_file_buffered_write(file, index, mm, buffer) : written;
  },
);

/** The write itself (`iomap_dio_rw`); i_rwsem is held. */
function iomapDioWrite(file: Inode, index: number, mm: MmStruct, buffer: number): number {
  if (kiocb_invalidate_pages(file, index) !== 0) return NOT_DIRECT;
  inode_dio_begin(file);
  const block = blockToWrite(file, index);
  const pages = pin_user_pages_fast(mm, buffer, 1, 0);
  const page = typeof pages === 'number' ? undefined : pages[0];
  if (page !== undefined) {
    transfer(file, { page, block }, REQ_OP_WRITE);
    const again = defence('invalidate again', () => true);
    if (again) invalidate_inode_pages2_range(mappingOf(file), index, index + 1);
  }
  inode_dio_end(file);
  return page === undefined ? -EFAULT : 1;
}

/** -ENOTBLK, which the caller never sees: to be done through the page cache. */
const NOT_DIRECT = -15;

/** Nothing of the range is in the page cache any more (mm/filemap.c). @returns 0 or -EBUSY */
export const kiocb_invalidate_pages: (file: Inode, index: number) => number = kernelFunction(
  'mm/filemap.c',
  '6.18',
  function kiocb_invalidate_pages(file: Inode, index: number): number {
    if (defence('write and wait', () => true)) filemap_write_and_wait(file);
    return invalidate_inode_pages2_range(mappingOf(file), index, index + 1);
  },
);

/** Moves a page between memory and the device; the pin goes when the I/O ends. */
function transfer(file: Inode, segment: BioVec, op: number): void {
  const queue = present(READ_ONCE(file.queue), 'inode: queue');
  const isRead = op === REQ_OP_READ;
  const bio = bio_alloc(queue, op, isRead ? END_DIRECT_READ : END_DIRECT_WRITE);
  bio_add_folio(bio, 0, segment);
  bio_get(bio);
  if (isRead && dirtiesBefore()) bio_set_pages_dirty(bio);
  submit_bio(queue, bio);
  label('wait for the device');
  wait_for_completion(bio.done);
  bio_put(bio);
}
