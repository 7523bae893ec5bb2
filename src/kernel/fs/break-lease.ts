/**
 * Breaking layout leases: whoever changes the layout of a file first gets back what relies on it
 * (fs/locks.c __break_lease, fs/xfs/xfs_pnfs.c, 6.18).
 *
 * Order of a break: mark the lease, tell its holder, drop the locks of the file, wait, take the
 * lease away by force, take the locks, look again. Design `lease-revocation` says what force is.
 * `drop the lease` is what leases of F_SETLEASE get after lease-break-time; `wait` sets no time;
 * `kill` sends SIGKILL and waits; `stop the device` is what the pNFS server does, which fences the
 * client and only then takes the layout away (fs/nfsd/nfs4layouts.c).
 *
 * Time does not exist: a wait with a time-out may end at any moment, so it is no step at all.
 */

import {
  defence,
  design,
  down_write,
  kernelFunction,
  label,
  loop,
  READ_ONCE,
  readEquals,
  set_bit,
  smp_mb,
  spin_lock,
  spin_unlock,
  up_write,
  waitUntilEquals,
  WRITE_ONCE,
} from '../../memory/index.ts';
import { revokeMr } from '../device/ib-mr.ts';
import { EWOULDBLOCK } from '../errno.ts';
import { isLeased, signals } from './file-lease.ts';
import type { FileLease, FileLockContext, OpenFile } from './file-lease.ts';
import { mappingOf, present } from './inode.ts';
import type { Inode } from './inode.ts';

/** What happens to a holder who does not give the lease back: design `lease-revocation`. */
export const LEASE_REVOCATION = ['drop the lease', 'wait', 'kill', 'stop the device'] as const;

/**
 * Makes sure that nobody relies on the layout of the file; i_rwsem and the invalidate lock are held
 * for writing, and dropped while the holder is waited for: it may need them to let go.
 */
export const xfs_break_leased_layouts: (file: Inode) => void = kernelFunction(
  'fs/xfs/xfs_pnfs.c',
  '6.18',
  function xfs_break_leased_layouts(file: Inode): void {
    const ctx = READ_ONCE(file.i_flctx);
    if (ctx === null) return;
    const { invalidate_lock } = mappingOf(file);
    loop(() => {
      if (break_layout(ctx, false) !== -EWOULDBLOCK) return false;
      const drops = defence('drop the locks', () => true);
      if (drops) {
        up_write(invalidate_lock);
        up_write(file.i_rwsem);
      }
      break_layout(ctx, true);
      if (drops) {
        down_write(file.i_rwsem);
        down_write(invalidate_lock);
      }
      return true;
    });
  },
);

/**
 * Looks for a lease (include/linux/filelock.h).
 *
 * @returns 0; -EWOULDBLOCK: there is a lease, and its holder was told
 */
export function break_layout(ctx: FileLockContext, wait: boolean): number {
  smp_mb();
  label('leased?');
  return isLeased(ctx) ? __break_lease(ctx, wait) : 0;
}

/** Tells the holder and, if `wait`, waits until the lease is gone or the time is over. */
export const __break_lease: (ctx: FileLockContext, wait: boolean) => number = kernelFunction(
  'fs/locks.c',
  '6.18',
  function __break_lease(ctx: FileLockContext, wait: boolean): number {
    spin_lock(ctx.flc_lock);
    const lease = READ_ONCE(ctx.flc_lease);
    if (lease !== null) tellHolder(lease);
    spin_unlock(ctx.flc_lock);
    if (lease === null) return 0;
    if (!wait) return -EWOULDBLOCK;
    waitForHolder(ctx, lease);
    return 0;
  },
);

/** `lm_break`: SIGIO to the holder, once. */
function tellHolder(lease: FileLease): void {
  if (READ_ONCE(lease.unlock_pending)) return;
  WRITE_ONCE(lease.unlock_pending, true);
  label('tell the holder');
  set_bit(signals.bit.SIGIO, ownerOf(lease));
}

function waitForHolder(ctx: FileLockContext, lease: FileLease): void {
  switch (design('lease-revocation', LEASE_REVOCATION)) {
    case 'wait': {
      return waitUntilGone(ctx);
    }
    case 'kill': {
      label('kill the holder');
      set_bit(signals.bit.SIGKILL, ownerOf(lease));
      return waitUntilGone(ctx);
    }
    case 'stop the device': {
      revokeMr(present(READ_ONCE(lease.flc_owner), 'file_lease: flc_owner'));
      return time_out_leases(ctx, lease);
    }
    case 'drop the lease': {
      return time_out_leases(ctx, lease);
    }
  }
}

function waitUntilGone({ flc_lease }: FileLockContext): void {
  label('wait for the lease');
  waitUntilEquals(flc_lease, 0);
}

/** The time is over: takes the lease away if the holder still has it. */
export const time_out_leases: (ctx: FileLockContext, lease: FileLease) => void = kernelFunction(
  'fs/locks.c',
  '6.18',
  function time_out_leases(ctx: FileLockContext, lease: FileLease): void {
    spin_lock(ctx.flc_lock);
    label('the time is over');
    if (readEquals(ctx.flc_lease, lease)) WRITE_ONCE(ctx.flc_lease, null);
    spin_unlock(ctx.flc_lock);
  },
);

function ownerOf(lease: FileLease): OpenFile['f_owner'] {
  return present(READ_ONCE(lease.flc_file), 'file_lease: flc_file').f_owner;
}
