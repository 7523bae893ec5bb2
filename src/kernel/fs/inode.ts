/**
 * `struct inode`: a file (include/linux/fs.h, 6.18).
 *
 * Sizes count pages, and a page is one block. Locks: i_rwsem is held by write, truncate and hole
 * punching (shared by direct I/O); i_size changes under it and is read by page faults under the
 * folio lock; i_block, the file system's own map, changes under the invalidate lock or when
 * write-back allocates, which the folio lock keeps to one at a time for each page.
 */

import {
  array,
  atomic_t,
  constant,
  pointer,
  READ_ONCE,
  rw_semaphore,
  struct,
  u32,
} from '../../memory/index.ts';
import type { ArrayType, Struct, StructType, Type } from '../../memory/index.ts';
import { disk_block } from '../block/disk-block.ts';
import type { DiskBlock } from '../block/disk-block.ts';
import { request_queue } from '../block/request_queue.ts';
import type { RequestQueue } from '../block/request_queue.ts';
import { zone } from '../mm/zone.ts';
import type { Zone } from '../mm/zone.ts';
import { FILE_PAGES } from '../mm/sizes.ts';
import { address_space } from './address_space.ts';
import { file_lock_context } from './file-lease.ts';
import type { FileLockContext } from './file-lease.ts';
import type { AddressSpace } from './address_space.ts';

/** The members of `struct inode`. */
export type InodeMembers = {
  i_rwsem: typeof rw_semaphore;
  /** How many pages the file has. */
  i_size: typeof u32;
  /** Direct I/O under way, which truncation waits for. */
  i_dio_count: typeof atomic_t;
  /** The block of each page; NULL is a hole. */
  i_block: ArrayType<Type<'pointer', DiskBlock | null>>;
  /** The page cache. */
  i_mapping: Type<'pointer', AddressSpace | null>;
  /** The leases on the file; NULL: nobody ever asked for one. */
  i_flctx: Type<'pointer', FileLockContext | null>;
  /** The queue of its device (`i_sb->s_bdev->bd_queue`), and where its pages come from. */
  queue: Type<'pointer', RequestQueue | null>;
  zone: Type<'pointer', Zone | null>;
};

/** `struct inode`. */
export const inode: StructType<InodeMembers> = struct('inode', {
  i_rwsem: rw_semaphore,
  i_size: u32,
  i_dio_count: atomic_t,
  i_block: array(pointer(disk_block), FILE_PAGES),
  i_mapping: constant(pointer(address_space)),
  i_flctx: constant(pointer(file_lock_context)),
  queue: constant(pointer(request_queue)),
  zone: constant(pointer(zone)),
});

/** A file in memory. */
export interface Inode extends Struct<InodeMembers> {}

/** The page cache of a file. */
export function mappingOf(file: Inode): AddressSpace {
  return present(READ_ONCE(file.i_mapping), 'inode: i_mapping');
}

/** How many pages the file has, read once. */
export function i_size_read(file: Inode): number {
  return READ_ONCE(file.i_size);
}

/** A pointer that the set-up of a scenario must have filled. */
export function present<T>(pointed: T | null, what: string): T {
  if (pointed === null) throw new Error(`${what} was not set up`);
  return pointed;
}
