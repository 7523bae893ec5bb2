/**
 * A reflink: two files share a block until one of them is written (fs/remap_range.c,
 * fs/xfs/xfs_reflink.c, 6.18).
 *
 * Both files are locked, against writes (i_rwsem) and against page faults (invalidate lock); direct
 * I/O of both is waited for; what is dirty of the source is written, which write-protects its
 * mappings too, so that the next write calls page_mkwrite and gets a block of its own. What the
 * destination has in memory is dropped. A pin is not asked for: whoever writes through it tells
 * nobody, and write-back then writes over the shared block.
 *
 * Linux takes the locks of the two files in the order of their addresses; here the source's come
 * first, so two reflinks in opposite directions are not for one scenario.
 */

import {
  atomic_dec,
  atomic_inc,
  down_write,
  kernelFunction,
  label,
  READ_ONCE,
  up_write,
  WRITE_ONCE,
} from '../../memory/index.ts';
import { truncate_pagecache_range } from '../mm/truncate.ts';
import { inode_dio_wait } from './inode-dio.ts';
import { mappingOf, present } from './inode.ts';
import type { Inode } from './inode.ts';
import { filemap_write_and_wait } from './sync.ts';

/** ioctl FICLONERANGE of one page. */
export const vfs_clone_file_range: (from: Inode, to: Inode, index: number) => void = kernelFunction(
  'fs/remap_range.c',
  '6.18',
  function vfs_clone_file_range(from: Inode, to: Inode, index: number): void {
    const files = [from, to];
    for (const { i_rwsem } of files) down_write(i_rwsem);
    for (const file of files) down_write(mappingOf(file).invalidate_lock);
    for (const file of files) inode_dio_wait(file);
    for (const file of files) filemap_write_and_wait(file);
    truncate_pagecache_range(to, index, index + 1);
    remapBlock(from, to, index);
    for (const file of files) up_write(mappingOf(file).invalidate_lock);
    for (const { i_rwsem } of files) up_write(i_rwsem);
  },
);

function remapBlock(from: Inode, to: Inode, index: number): void {
  const target = present(to.i_block[index] ?? null, 'inode: i_block');
  const block = READ_ONCE(present(from.i_block[index] ?? null, 'inode: i_block'));
  if (block !== null) atomic_inc(block.owners);
  const old = READ_ONCE(target);
  label('share the block');
  WRITE_ONCE(target, block);
  if (old !== null) atomic_dec(old.owners);
}
