/**
 * `struct address_space`: the pages of a file and who maps them (include/linux/fs.h, 6.18).
 *
 * Locks: i_mmap_rwsem protects the list of mappings; the xarray lock protects the marks that go
 * with PG_dirty and PG_writeback, and is taken with interrupts off because write-back ends in one.
 * Order: folio lock, i_mmap_rwsem, page-table lock; folio lock, xarray lock.
 */

import { flags, pointer, rw_semaphore, spinlock_t, struct, test_bit } from '../../memory/index.ts';
import type { FlagsType, Struct, StructType, Type } from '../../memory/index.ts';
import { vm_area_struct } from '../mm/mm_types.ts';
import type { VmArea } from '../mm/mm_types.ts';

/** `mapping->flags`. AS_SHMEM is ours: Linux compares the operations with those of shmem. */
export const mapping_flags: FlagsType<'AS_STABLE_WRITES' | 'AS_SHMEM'> = flags('mapping_flags', [
  'AS_STABLE_WRITES',
  'AS_SHMEM',
]);

/** The members of `struct address_space`. */
export type AddressSpaceMembers = {
  /** Set when the file is opened; constant afterwards. */
  flags: typeof mapping_flags;
  /** `i_pages.xa_lock`. */
  xa_lock: typeof spinlock_t;
  i_mmap_rwsem: typeof rw_semaphore;
  /** The first mapping; Linux has an interval tree, a list is enough here. Under i_mmap_rwsem. */
  i_mmap: Type<'pointer', VmArea | null>;
};

/** `struct address_space`. */
export const address_space: StructType<AddressSpaceMembers> = struct('address_space', {
  flags: mapping_flags,
  xa_lock: spinlock_t,
  i_mmap_rwsem: rw_semaphore,
  i_mmap: pointer(vm_area_struct),
});

/** An address_space in memory. */
export type AddressSpace = Struct<AddressSpaceMembers>;

/** A `struct address_space *` in memory. */
export const address_space_ptr: Type<'pointer', AddressSpace | null> = pointer(address_space);

/**
 * Whether the device wants contents that do not change while they are written (checksums, RAID).
 */
export function mapping_stable_writes(mapping: AddressSpace): boolean {
  return test_bit(mapping_flags.bit.AS_STABLE_WRITES, mapping.flags);
}

/** Whether the pages belong to shmem, which has neither write-back nor page_mkwrite. */
export function shmem_mapping(mapping: AddressSpace): boolean {
  return test_bit(mapping_flags.bit.AS_SHMEM, mapping.flags);
}
