/**
 * Linux 6.18 as far as it is modelled: memory management, file systems, devices.
 * `holdfast/linux/mm`.
 */

export * from './block/bio-endio.ts';
export * from './block/bio.ts';
export * from './block/disk-block.ts';
export * from './block/disk.ts';
export * from './block/request_queue.ts';
export * from './device/dma.ts';
export * from './device/nic.ts';
export * from './errno.ts';
export * from './fs/address_space.ts';
export * from './fs/direct-io.ts';
export * from './fs/filemap-fault.ts';
export * from './fs/inode-dio.ts';
export * from './fs/inode.ts';
export * from './fs/iomap-writeback.ts';
export * from './fs/page-mkwrite.ts';
export * from './fs/sync.ts';
export * from './fs/truncate.ts';
export * from './fs/write-folio.ts';
export * from './mm/fault.ts';
export * from './mm/file-fault.ts';
export * from './mm/filemap.ts';
export * from './mm/folio-lock.ts';
export * from './mm/gup-2019.ts';
export * from './mm/gup-fast.ts';
export * from './mm/gup-slow.ts';
export * from './mm/gup.ts';
export * from './mm/ksm.ts';
export * from './mm/mapping.ts';
export * from './mm/memory.ts';
export * from './mm/mm_types.ts';
export * from './mm/mmap.ts';
export * from './mm/page-flags.ts';
export * from './mm/sizes.ts';
export * from './mm/page-writeback.ts';
export * from './mm/page_alloc.ts';
export * from './mm/page_ref.ts';
export * from './mm/pgtable.ts';
export * from './mm/pin-count.ts';
export * from './mm/pte.ts';
export * from './mm/rmap-share.ts';
export * from './mm/rmap.ts';
export * from './mm/truncate.ts';
export * from './mm/unpin.ts';
export * from './mm/user-access.ts';
export * from './mm/vm_fault.ts';
export * from './mm/vma.ts';
export * from './mm/wp-fault.ts';
export * from './mm/zone.ts';
export * from './setup.ts';
export * from './system-properties.ts';
export * from './system.ts';
