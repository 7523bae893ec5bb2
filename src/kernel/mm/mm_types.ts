/**
 * The structs of memory management (include/linux/mm_types.h, 6.18).
 *
 * Folios have one page so far. Such a folio and its page are the same words, in Linux and here, so
 * `page_folio` is a cast; with large folios it becomes a read of the head pointer. The contents of
 * a page are words too: corruption is then something that a property sees, not a flag.
 *
 * An mm has one page table so far, and `page_table_lock` is the lock of all its entries: Linux's
 * layout for machines of few CPUs, where these locks are not split. Addresses count pages.
 */

import {
  array,
  atomic_t,
  bool,
  constant,
  flags,
  forward,
  pointer,
  rw_semaphore,
  spinlock_t,
  struct,
  u32,
  word,
} from '../../memory/index.ts';
import type { ArrayType, FlagsType, Struct, StructType, Type } from '../../memory/index.ts';
import type { Inode, InodeMembers } from '../fs/inode.ts';
import { mmu_notifier_subscriptions } from './mmu_notifier_types.ts';
import type { MmuNotifierSubscriptions } from './mmu_notifier_types.ts';
import { PAGE_WORDS } from './sizes.ts';
import type { Zone, ZoneMembers } from './zone.ts';

type Word = Type<'word', number>;

/** How many entries a page table has: two mappings of two pages. */
export const PTRS_PER_PTE = 4;

/** The page flags that some code looks at. */
export type PageFlag =
  | 'PG_locked'
  | 'PG_writeback'
  | 'PG_dirty'
  | 'PG_swapcache'
  | 'PG_anon_exclusive'
  | 'PG_buddy'
  | 'PG_uptodate'
  | 'PG_isolated';

/**
 * `folio->flags`. PG_buddy is a page type in Linux (the page is free); PG_isolated is the
 * opposite of PG_lru: taken off its list by somebody who wants to move or free it.
 */
export const page_flags: FlagsType<PageFlag> = flags('page_flags', [
  'PG_locked',
  'PG_writeback',
  'PG_dirty',
  'PG_swapcache',
  'PG_anon_exclusive',
  'PG_buddy',
  'PG_uptodate',
  'PG_isolated',
]);

/** `folio->mapping`: mapping.ts says what its bits mean. */
export const folio_mapping_t: Word = word('mapping', (value) => {
  if (value === 0) return 'NULL';
  return (value & 1) === 0 ? 'file' : 'anon';
});

/** The members of `struct folio`, in the order of their addresses. */
export type FolioMembers = {
  /** Atomic bits: page-flags.ts says who may change which. */
  flags: typeof page_flags;
  /** Changes under the folio lock; whoever reads it without reads it once. */
  mapping: Word;
  /** The page's number in its file, or its virtual page. */
  index: Word;
  /** How many PTEs map it, minus one. Changes under the page-table lock. */
  _mapcount: typeof atomic_t;
  /** References, and GUP_PIN_COUNTING_BIAS for each pin. At 0 the folio is free. */
  _refcount: typeof atomic_t;
  /** The file system's own state of the folio (fs/page-mkwrite.ts). Under the folio lock. */
  private: Word;
  /** It is the page of zeroes that every process shares: `is_zero_pfn`. Constant. */
  is_zero: typeof bool;
  /** It lies in ZONE_MOVABLE or CMA. Constant. */
  is_movable: typeof bool;
  /** What the page contains. */
  data: ArrayType<Word>;
};

/** `struct folio`. */
export const folio: StructType<FolioMembers> = struct('folio', {
  flags: page_flags,
  mapping: folio_mapping_t,
  index: u32,
  _mapcount: atomic_t,
  _refcount: atomic_t,
  private: u32,
  is_zero: constant(bool) as typeof bool,
  is_movable: constant(bool) as typeof bool,
  data: array(u32, PAGE_WORDS),
});

/** A folio in memory. */
export type Folio = Struct<FolioMembers>;

/** A page in memory: the words of its folio. */
export type Page = Folio;

/** A `struct folio *` in memory. */
export const folio_ptr: Type<'pointer', Folio | null> = pointer(folio);

/** The folio that a page belongs to (include/linux/page-flags.h). */
export function page_folio(page: Page): Folio {
  return page;
}

/** A page-table entry in memory: pte.ts says what its bits mean. */
export const pte_t: Word = word('pte_t', (pte) => {
  if ((pte & 1) === 0) return 'none';
  return `${(pte & 2) === 0 ? 'ro' : 'rw'}${(pte & 4) === 0 ? '' : ' dirty'}`;
});

/** The members of `struct mm_struct`. */
export type MmMembers = {
  page_table_lock: typeof spinlock_t;
  /** The page table. Written under page_table_lock; GUP-fast and the MMU read it without. */
  pte: ArrayType<typeof pte_t>;
  /** CPUs that are using a translation, which a flush waits for: tlb.ts. */
  tlb_users: typeof atomic_t;
  /** Protects the set of mappings. Faults and slow GUP read, mmap and munmap write. */
  mmap_lock: typeof rw_semaphore;
  /** The first mapping; Linux has a maple tree, a list is enough here. Under mmap_lock. */
  mmap: Type<'pointer', VmArea | null>;
  /** Who uses the address space: the process, and whoever works in its name. 0: it is torn down. */
  mm_users: typeof atomic_t;
  /** Not 0: a worker is to tear it down (mmput.ts). */
  async_put_work: Word;
  /** Who must hear of every PTE that loses a right; NULL: nobody. Made when the first one comes. */
  notifier_subscriptions: Type<'pointer', MmuNotifierSubscriptions | null>;
  /** Where pages for it come from: zone.ts says why it stands here. */
  zone: Type<'pointer', Zone | null>;
};

/** `struct mm_struct`. */
export const mm_struct: StructType<MmMembers> = struct('mm_struct', {
  page_table_lock: spinlock_t,
  pte: array(pte_t, PTRS_PER_PTE),
  tlb_users: atomic_t,
  mmap_lock: rw_semaphore,
  mmap: pointer(() => vm_area_struct),
  mm_users: atomic_t,
  async_put_work: u32,
  notifier_subscriptions: constant(pointer(mmu_notifier_subscriptions)),
  zone: constant(pointer(forward<ZoneMembers>('zone'))),
});

/** An address space of a process. */
export interface MmStruct extends Struct<MmMembers> {}

/**
 * The members of `struct vm_area_struct`. A mapping is made as a whole and unmapped as a whole
 * here, so all but the links are constant (mprotect, mremap and splitting are not modelled).
 */
export type VmAreaMembers = {
  vm_mm: Type<'pointer', MmStruct | null>;
  /** The first virtual page, and the first one behind the mapping. */
  vm_start: Word;
  vm_end: Word;
  /** The page of the file that the first virtual page shows. */
  vm_pgoff: Word;
  vm_flags: Word;
  /** The file, NULL for anonymous memory. `struct file` is left out: it has nothing but this. */
  vm_file: Type<'pointer', Inode | null>;
  /** The next mapping of the same mm. Under mmap_lock. */
  vm_next: Type<'pointer', VmArea | null>;
  /** The next mapping of the same file. Under i_mmap_rwsem. */
  next: Type<'pointer', VmArea | null>;
};

const vm_flags_t: Word = word('vm_flags', (value) => `0x${value.toString(16)}`);

/** `struct vm_area_struct`: one mapping of a file or of anonymous memory. */
export const vm_area_struct: StructType<VmAreaMembers> = struct('vm_area_struct', {
  vm_mm: constant(pointer(mm_struct)),
  vm_start: constant(u32),
  vm_end: constant(u32),
  vm_pgoff: constant(u32),
  vm_flags: constant(vm_flags_t),
  vm_file: constant(pointer(forward<InodeMembers>('inode'))),
  vm_next: pointer(() => vm_area_struct),
  next: pointer(() => vm_area_struct),
});

/** A mapping in memory. */
export interface VmArea extends Struct<VmAreaMembers> {}
