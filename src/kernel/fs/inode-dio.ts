/** Direct I/O under way on a file (include/linux/fs.h, fs/inode.c, 6.18). */

import {
  atomic_dec,
  atomic_inc,
  kernelFunction,
  label,
  waitUntilEquals,
} from '../../memory/index.ts';
import type { Inode } from './inode.ts';

/** Direct I/O begins (include/linux/fs.h); i_rwsem is held, at least shared. */
export function inode_dio_begin(file: Inode): void {
  atomic_inc(file.i_dio_count);
}

/** Direct I/O has ended (include/linux/fs.h). */
export function inode_dio_end(file: Inode): void {
  atomic_dec(file.i_dio_count);
}

/** Sleeps until no direct I/O is under way; new ones are kept away by i_rwsem. */
export const inode_dio_wait: (file: Inode) => void = kernelFunction(
  'fs/inode.c',
  '6.18',
  function inode_dio_wait(file: Inode): void {
    label('wait for direct I/O');
    waitUntilEquals(file.i_dio_count, 0);
  },
);
