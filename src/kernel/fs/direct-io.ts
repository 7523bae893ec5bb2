/**
 * O_DIRECT: between a device and the memory of a process, without the page cache
 * (fs/iomap/direct-io.c, lib/iov_iter.c, 6.18; locks as in fs/xfs/xfs_file.c).
 *
 * One page of the file, one page of the process. Order of a read: i_rwsem shared, write and wait
 * for the file's own page cache, count the direct I/O, pin the buffer, mark it dirty, submit, wait.
 * Whether the buffer is a mapping of a file, of this one even, nobody asks. Design `dio-dirty`:
 * when the pages of the buffer are marked dirty; Linux does it before and, if write-back has
 * cleaned them meanwhile, again afterwards (block/bio-endio.ts).
 */

import {
  down_read,
  kernelFunction,
  label,
  READ_ONCE,
  up_read,
  wait_for_completion,
} from '../../memory/index.ts';
import { bio_add_folio, bio_alloc, bio_get, bio_put, submit_bio } from '../block/bio.ts';
import { bio_set_pages_dirty, dirtiesBefore } from '../block/bio-endio.ts';
import { END_DIRECT_READ, REQ_OP_READ } from '../block/request_queue.ts';
import type { DiskBlock } from '../block/disk-block.ts';
import { EFAULT } from '../errno.ts';
import { pin_user_pages_fast } from '../mm/gup.ts';
import type { MmStruct, Page } from '../mm/mm_types.ts';
import { FOLL_WRITE } from '../mm/pin-count.ts';
import { inode_dio_begin, inode_dio_end } from './inode-dio.ts';
import { i_size_read, present } from './inode.ts';
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
      filemap_write_and_wait(file);
      inode_dio_begin(file);
      const block = READ_ONCE(present(file.i_block[index] ?? null, 'inode: i_block'));
      if (block === null) throw new Error('iomap_dio_rw: reading a hole is not modelled');
      const pages = pin_user_pages_fast(mm, buffer, 1, FOLL_WRITE);
      const page = typeof pages === 'number' ? undefined : pages[0];
      if (page !== undefined) readInto(file, page, block);
      inode_dio_end(file);
      return page === undefined ? -EFAULT : 1;
    },
  );

/** Has the device write the block into the pinned page; the pin goes when the I/O ends. */
function readInto(file: Inode, page: Page, block: DiskBlock): void {
  const queue = present(READ_ONCE(file.queue), 'inode: queue');
  const bio = bio_alloc(queue, REQ_OP_READ, END_DIRECT_READ);
  bio_add_folio(bio, 0, { page, block });
  bio_get(bio);
  if (dirtiesBefore()) bio_set_pages_dirty(bio);
  submit_bio(queue, bio);
  label('wait for the device');
  wait_for_completion(bio.done);
  bio_put(bio);
}
