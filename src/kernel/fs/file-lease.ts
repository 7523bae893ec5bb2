/**
 * The structs of leases: `struct file`, `struct file_lease`, `struct file_lock_context`
 * (include/linux/fs.h, include/linux/filelock.h, 6.18).
 *
 * A lease belongs to an open file and not to a process: it goes when it is given back or when the
 * last reference of the open file goes, which fork and a passed descriptor make more than one.
 */

import {
  atomic_t,
  bool,
  constant,
  flags,
  forward,
  pointer,
  READ_ONCE,
  spinlock_t,
  struct,
} from '../../memory/index.ts';
import type { Inode, InodeMembers } from './inode.ts';
import type { IbMr, IbMrMembers } from '../device/ib-mr.ts';
import type { FlagsType, Struct, StructType, Type } from '../../memory/index.ts';

/** The signals that somebody sends here. */
export const signals: FlagsType<'SIGIO' | 'SIGKILL'> = flags('signals', ['SIGIO', 'SIGKILL']);

/** The members of `struct file`. */
export type FileStructMembers = {
  f_inode: Type<'pointer', Inode | null>;
  /** References: descriptors, and whoever works with the file. */
  f_ref: typeof atomic_t;
  /** `f_owner`: signals for the process that took the lease, pending. */
  f_owner: typeof signals;
};

/** `struct file`: an open file. */
export const file_struct: StructType<FileStructMembers> = struct('file', {
  f_inode: constant(pointer(forward<InodeMembers>('inode'))),
  f_ref: atomic_t,
  f_owner: signals,
});

/** An open file in memory. */
export interface OpenFile extends Struct<FileStructMembers> {}

/** The members of `struct file_lease`. Everything changes under `flc_lock`. */
export type FileLeaseMembers = {
  flc_file: Type<'pointer', OpenFile | null>;
  /** For whom it was taken: the memory region whose pages it covers. */
  flc_owner: Type<'pointer', IbMr | null>;
  /** FL_UNLOCK_PENDING: somebody waits for it, and the holder was told. */
  unlock_pending: typeof bool;
};

/** `struct file_lease`: its holder is asked before the layout of the file changes. */
export const file_lease: StructType<FileLeaseMembers> = struct('file_lease', {
  flc_file: constant(pointer(file_struct)),
  flc_owner: constant(pointer(forward<IbMrMembers>('ib_mr'))),
  unlock_pending: bool,
});

/** A lease in memory. */
export interface FileLease extends Struct<FileLeaseMembers> {}

/** The members of `struct file_lock_context`. */
export type FileLockContextMembers = {
  flc_lock: typeof spinlock_t;
  /** The first lease; one is enough here. */
  flc_lease: Type<'pointer', FileLease | null>;
};

/** `struct file_lock_context`: the leases on a file. */
export const file_lock_context: StructType<FileLockContextMembers> = struct('file_lock_context', {
  flc_lock: spinlock_t,
  flc_lease: pointer(file_lease),
});

/** The leases of a file, in memory. */
export interface FileLockContext extends Struct<FileLockContextMembers> {}

/** Whether there is a lease. */
export function isLeased(ctx: FileLockContext | null): boolean {
  return ctx !== null && READ_ONCE(ctx.flc_lease) !== null;
}
