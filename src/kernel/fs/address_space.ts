/**
 * `struct address_space`: the pages of a file and who maps them (include/linux/fs.h, 6.18).
 *
 * Locks: i_mmap_rwsem protects the list of mappings; the xarray lock protects the tree and the
 * marks that go with PG_dirty and PG_writeback, and is taken with interrupts off because write-back
 * ends in one. Order (mm/filemap.c, mm/rmap.c): i_rwsem, mmap_lock, invalidate_lock, folio lock,
 * i_mmap_rwsem, page-table lock, xarray lock.
 */

import {
  array,
  constant,
  flags,
  forward,
  pointer,
  rw_semaphore,
  spinlock_t,
  struct,
  test_bit,
} from '../../memory/index.ts';
import type { ArrayType, FlagsType, Struct, StructType, Type } from '../../memory/index.ts';
import { folio, vm_area_struct } from '../mm/mm_types.ts';
import type { Folio, VmArea } from '../mm/mm_types.ts';
import { FILE_PAGES } from '../mm/sizes.ts';
import type { Inode, InodeMembers } from './inode.ts';

/** The flags of a mapping. */
export type MappingFlag = 'AS_STABLE_WRITES' | 'AS_SHMEM' | 'AS_BUFFER_HEADS';

/**
 * `mapping->flags`. AS_SHMEM and AS_BUFFER_HEADS are ours: Linux knows them by the mapping's
 * operations (shmem's; those of a file system that keeps buffer heads, as ext4).
 */
export const mapping_flags: FlagsType<MappingFlag> = flags('mapping_flags', [
  'AS_STABLE_WRITES',
  'AS_SHMEM',
  'AS_BUFFER_HEADS',
]);

/** Which pages of the file have a mark: the tree's `PAGECACHE_TAG_...` of each index. */
export const page_marks: FlagsType<'0' | '1'> = flags('marks', ['0', '1']);

/** The members of `struct address_space`. */
export type AddressSpaceMembers = {
  /** Set when the file is opened; constant afterwards. */
  flags: typeof mapping_flags;
  /** The file. */
  host: Type<'pointer', Inode | null>;
  /** `i_pages.xa_lock`: tree and marks change under it. */
  xa_lock: typeof spinlock_t;
  /** `i_pages`: the pages in memory, by index. Looked up without the lock. */
  i_pages: ArrayType<Type<'pointer', Folio | null>>;
  /** PAGECACHE_TAG_DIRTY and PAGECACHE_TAG_WRITEBACK of each index. */
  dirty_tag: typeof page_marks;
  writeback_tag: typeof page_marks;
  /** Held for writing while pages are removed for good, for reading while they are brought in. */
  invalidate_lock: typeof rw_semaphore;
  i_mmap_rwsem: typeof rw_semaphore;
  /** The first mapping; Linux has an interval tree, a list is enough here. Under i_mmap_rwsem. */
  i_mmap: Type<'pointer', VmArea | null>;
};

/** `struct address_space`. */
export const address_space: StructType<AddressSpaceMembers> = struct('address_space', {
  flags: constant(mapping_flags) as typeof mapping_flags,
  host: constant(pointer(forward<InodeMembers>('inode'))),
  xa_lock: spinlock_t,
  i_pages: array(pointer(folio), FILE_PAGES),
  dirty_tag: page_marks,
  writeback_tag: page_marks,
  invalidate_lock: rw_semaphore,
  i_mmap_rwsem: rw_semaphore,
  i_mmap: pointer(vm_area_struct),
});

/** An address_space in memory. */
export interface AddressSpace extends Struct<AddressSpaceMembers> {}

/** A `struct address_space *` in memory. */
export const address_space_ptr: Type<'pointer', AddressSpace | null> = pointer(address_space);

/**
 * Whether the device wants contents that do not change while they are written for checksums or RAID
 * (include/linux/pagemap.h).
 */
export function mapping_stable_writes(mapping: AddressSpace): boolean {
  return test_bit(mapping_flags.bit.AS_STABLE_WRITES, mapping.flags);
}

/**
 * Whether the pages belong to shmem, which has neither write-back nor page_mkwrite (mm/shmem.c).
 */
export function shmem_mapping(mapping: AddressSpace): boolean {
  return test_bit(mapping_flags.bit.AS_SHMEM, mapping.flags);
}

/** Whether the file has a disk to be written to (include/linux/backing-dev.h). */
export function mapping_can_writeback(mapping: AddressSpace): boolean {
  return !shmem_mapping(mapping);
}
