/**
 * Layout leases: taking one and giving it back (fs/locks.c, fs/file_table.c, 6.18).
 *
 * Who relies on where the blocks of a file are takes a lease and is asked before they change
 * (break-lease.ts). In Linux only the pNFS server does so. Discussion 002 proposes it for user
 * space that pins pages of a file for long, which was never merged; that use is here. One lease for
 * each file.
 */

import {
  atomic_dec_and_test,
  clear_bit,
  down_read,
  kernelFunction,
  label,
  READ_ONCE,
  spin_lock,
  spin_unlock,
  up_read,
  waitForWork,
  WRITE_ONCE,
} from '../../memory/index.ts';
import { EAGAIN } from '../errno.ts';
import { isLeased, signals } from './file-lease.ts';
import type { FileLease, OpenFile } from './file-lease.ts';
import { present } from './inode.ts';
import type { Inode } from './inode.ts';

/**
 * Takes the layout lease. Under i_rwsem, like Linux's write delegations: a change of the layout
 * looks for leases and then holds i_rwsem to its end, so no lease begins in between.
 *
 * @returns 0, or -EAGAIN: there is one
 */
export const vfs_setlease: (filp: OpenFile, lease: FileLease) => number = kernelFunction(
  'fs/locks.c',
  '6.18',
  function vfs_setlease(filp: OpenFile, lease: FileLease): number {
    const file = inodeOf(filp);
    const ctx = present(READ_ONCE(file.i_flctx), 'inode: i_flctx');
    down_read(file.i_rwsem);
    spin_lock(ctx.flc_lock);
    const isFree = !isLeased(ctx);
    if (isFree) {
      WRITE_ONCE(lease.unlock_pending, false);
      label('take the lease');
      WRITE_ONCE(ctx.flc_lease, lease);
    }
    spin_unlock(ctx.flc_lock);
    up_read(file.i_rwsem);
    return isFree ? 0 : -EAGAIN;
  },
);

/** Gives the lease of an open file back, if it has one: F_UNLCK, or the last close. */
export const locks_remove_lease: (filp: OpenFile) => void = kernelFunction(
  'fs/locks.c',
  '6.18',
  function locks_remove_lease(filp: OpenFile): void {
    const ctx = present(READ_ONCE(inodeOf(filp).i_flctx), 'inode: i_flctx');
    spin_lock(ctx.flc_lock);
    const lease = READ_ONCE(ctx.flc_lease);
    label('give the lease back');
    if (lease !== null && READ_ONCE(lease.flc_file) === filp) WRITE_ONCE(ctx.flc_lease, null);
    spin_unlock(ctx.flc_lock);
  },
);

/** Drops a reference of an open file (fs/file_table.c); the last one ends its lease. */
export const fput: (filp: OpenFile) => void = kernelFunction(
  'fs/file_table.c',
  '6.18',
  function fput(filp: OpenFile): void {
    label('close the file');
    if (atomic_dec_and_test(filp.f_ref)) locks_remove_lease(filp);
  },
);

function inodeOf(filp: OpenFile): Inode {
  return present(READ_ONCE(filp.f_inode), 'file: f_inode');
}

/** A process sleeps until a signal comes, and takes it. @returns whether it is SIGKILL */
export function nextSignal({ f_owner }: OpenFile): boolean {
  label('wait for a signal');
  const pending = waitForWork(f_owner);
  if ((pending & (1 << signals.bit.SIGKILL)) !== 0) return true;
  clear_bit(signals.bit.SIGIO, f_owner);
  return false;
}
