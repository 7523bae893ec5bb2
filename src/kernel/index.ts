/**
 * Linux 6.18 as far as it is modelled: memory management, file systems, devices.
 * `holdfast/linux/mm`.
 */

export * from './device/nic.ts';
export * from './fs/address_space.ts';
export * from './fs/page-mkwrite.ts';
export * from './fs/write-folio.ts';
export * from './mm/folio-lock.ts';
export * from './mm/gup-2019.ts';
export * from './mm/gup-fast.ts';
export * from './mm/gup-slow.ts';
export * from './mm/ksm.ts';
export * from './mm/mapping.ts';
export * from './mm/memory.ts';
export * from './mm/mm_types.ts';
export * from './mm/page-flags.ts';
export * from './mm/page_ref.ts';
export * from './mm/page-writeback.ts';
export * from './mm/pgtable.ts';
export * from './mm/pin-count.ts';
export * from './mm/pte.ts';
export * from './mm/rmap.ts';
export * from './mm/rmap-share.ts';
export * from './mm/unpin.ts';
export * from './mm/vma.ts';
export * from './setup.ts';
