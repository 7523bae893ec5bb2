/**
 * Making a file shorter, and holes (fs/open.c do_truncate, fs/attr.c; ext4_setattr and
 * ext4_punch_hole, xfs_setattr_size and xfs_free_file_space, 6.18).
 *
 * Both hold i_rwsem and then the invalidate lock for writing: no buffered write, and no page is
 * brought in. Both wait until no direct I/O *on this file* is under way; direct I/O of another
 * file that has this one's pages as its buffer is not counted. Nobody asks for pins (break-
 * pins.ts: designs that do, where XFS waits for those of DAX). The blocks are freed last.
 */

import {
  atomic_dec,
  down_write,
  kernelFunction,
  label,
  READ_ONCE,
  up_write,
  WRITE_ONCE,
} from '../../memory/index.ts';
import { truncate_pagecache_range, truncate_setsize } from '../mm/truncate.ts';
import { xfs_break_leased_layouts } from './break-lease.ts';
import { breakPins } from './break-pins.ts';
import { inode_dio_wait } from './inode-dio.ts';
import { mappingOf } from './inode.ts';
import type { Inode } from './inode.ts';

/** Sets a smaller size. @returns 0, or with design `truncate-pinned` -EBUSY */
export const do_truncate: (file: Inode, length: number) => number = kernelFunction(
  'fs/open.c',
  '6.18',
  function do_truncate(file: Inode, length: number): number {
    const mapping = mappingOf(file);
    down_write(file.i_rwsem);
    down_write(mapping.invalidate_lock);
    xfs_break_leased_layouts(file);
    const end = mapping.i_pages.length;
    const error = breakPins(mapping, length, end);
    if (error === 0) {
      inode_dio_wait(file);
      truncate_setsize(file, length);
      for (let index = length; index < end; index++) freeBlock(file, index);
    }
    up_write(mapping.invalidate_lock);
    up_write(file.i_rwsem);
    return error;
  },
);

/** Mode of fallocate: the range becomes a hole. */
export const FALLOC_FL_PUNCH_HOLE = 0x02;

/** Makes one page of the file a hole, the only mode so far. @returns as do_truncate */
export const vfs_fallocate: (file: Inode, mode: number, index: number) => number = kernelFunction(
  'fs/open.c',
  '6.18',
  function vfs_fallocate(file: Inode, mode: number, index: number): number {
    if (mode !== FALLOC_FL_PUNCH_HOLE) throw new Error('vfs_fallocate: unknown mode');
    const mapping = mappingOf(file);
    down_write(file.i_rwsem);
    down_write(mapping.invalidate_lock);
    xfs_break_leased_layouts(file);
    const error = breakPins(mapping, index, index + 1);
    if (error === 0) {
      inode_dio_wait(file);
      truncate_pagecache_range(file, index, index + 1);
      freeBlock(file, index);
    }
    up_write(mapping.invalidate_lock);
    up_write(file.i_rwsem);
    return error;
  },
);

function freeBlock(file: Inode, index: number): void {
  const slot = file.i_block[index];
  const block = slot === undefined ? null : READ_ONCE(slot);
  if (slot === undefined || block === null) return;
  label('free the block');
  WRITE_ONCE(slot, null);
  atomic_dec(block.owners);
}
