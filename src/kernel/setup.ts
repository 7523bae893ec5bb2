/**
 * Initial states for scenarios: a page of a file or of anonymous memory, mapped once.
 *
 * Counts are the ones that Linux would have: one reference for each PTE, one for the page cache,
 * one for whoever found the page (KSM).
 */

import { atomic_inc, atomic_set, READ_ONCE, set_bit, WRITE_ONCE } from '../memory/index.ts';
import { checkOptions, TRUTH } from '../memory/options.ts';
import type { Members, Struct, StructType } from '../memory/index.ts';
import { disk_block } from './block/disk-block.ts';
import type { DiskBlock } from './block/disk-block.ts';
import { address_space, mapping_flags } from './fs/address_space.ts';
import type { AddressSpace } from './fs/address_space.ts';
import { inode } from './fs/inode.ts';
import type { Inode } from './fs/inode.ts';
import { FS_CLEAN, FS_TOLD } from './fs/buffer-head.ts';
import { markOf, slotOf } from './mm/filemap.ts';
import { anonMapping, fileMapping } from './mm/mapping.ts';
import { folio, mm_struct, page_flags, vm_area_struct } from './mm/mm_types.ts';
import type { Folio, MmStruct, VmArea } from './mm/mm_types.ts';
import { folio_test_dirty, PageAnonExclusive } from './mm/page-flags.ts';
import { folio_maybe_dma_pinned } from './mm/pin-count.ts';
import { mk_pte, pte_dirty, pte_mkdirty, pte_mkwrite } from './mm/pte.ts';
import { VM_MAYWRITE, VM_SHARED, VM_WRITE } from './mm/vma.ts';

/** What a scenario's `alloc` does for structs. */
export type AllocStruct = <M extends Members>(type: StructType<M>, name?: string) => Struct<M>;

/** How a page is mapped at the start. */
export type InitialPte = 'ro' | 'rw' | 'rw dirty';
/** The same where a whole file is mapped: its mapping is writable if it was written through. */
export type MappedPte = Exclude<InitialPte, 'rw'>;

const PTES: readonly InitialPte[] = ['ro', 'rw', 'rw dirty'];

/** A page that is mapped once, at virtual page 0 of one mm. */
export interface MappedPage {
  readonly folio: Folio;
  readonly mm: MmStruct;
  readonly vma: VmArea;
  readonly address: number;
  /** Whether the folio looks pinned. For properties. */
  pinned(): boolean;
}

/** A page of a file, with its block on disk. */
export interface FilePage extends MappedPage {
  readonly mapping: AddressSpace;
  readonly disk: DiskBlock;
  /** Whether the folio or its PTE says that memory is newer than the disk. For properties. */
  dirty(): boolean;
  /** Whether data and checksum on disk agree. For properties. */
  intact(): boolean;
  /** Whether the disk has what memory has. For properties. */
  written(): boolean;
  /** Whether the file system was told of the write, if the folio is dirty. For properties. */
  told(): boolean;
}

/** A page of anonymous memory. */
export interface AnonPage extends MappedPage {
  /** Whether the page belongs to its one PTE alone. For properties. */
  exclusive(): boolean;
}

const SHARED_FILE = VM_WRITE | VM_SHARED | VM_MAYWRITE;
const PRIVATE = VM_WRITE | VM_MAYWRITE;

/**
 * A page of a file in a shared mapping.
 *
 * @param options `pte`: how it is mapped (default: written through the PTE a moment ago, dirty, and
 *   the file system told); `stable`: whether the device needs stable pages (default true);
 *   `references`: plain references of others
 */
export function filePage(
  alloc: AllocStruct,
  options: { pte?: InitialPte; stable?: boolean; references?: number } = {},
): FilePage {
  checkOptions('filePage', options, { pte: PTES, stable: TRUTH, references: 'count' });
  const { pte = 'rw dirty', stable = true, references = 0 } = options;
  const mapping = alloc(address_space, 'mapping');
  const page = mapPage(alloc, pte, SHARED_FILE, 2 + references, fileOf(alloc, mapping));
  const disk = alloc(disk_block, 'disk');
  if (stable) set_bit(mapping_flags.bit.AS_STABLE_WRITES, mapping.flags);
  WRITE_ONCE(mapping.i_mmap, page.vma);
  WRITE_ONCE(page.folio.mapping, fileMapping(mapping));
  set_bit(page_flags.bit.PG_uptodate, page.folio.flags);
  WRITE_ONCE(slotOf(mapping, 0), page.folio);
  if (pte === 'rw dirty') {
    set_bit(page_flags.bit.PG_dirty, page.folio.flags);
    set_bit(markOf(0), mapping.dirty_tag);
  }
  WRITE_ONCE(page.folio.private, pte === 'ro' ? FS_CLEAN : FS_TOLD);
  return { ...page, mapping, disk, ...fileProperties(page, disk) };
}

/** A file of one page. */
function fileOf(alloc: AllocStruct, mapping: AddressSpace): Inode {
  const file = alloc(inode, 'inode');
  WRITE_ONCE(file.i_size, 1);
  WRITE_ONCE(file.i_mapping, mapping);
  WRITE_ONCE(mapping.host, file);
  return file;
}

/**
 * Maps a file page a second time, in an mm of its own; before the threads begin.
 *
 * @param how `shared`: like the first mapping; `private`: read-only, until a store makes a copy
 */
export function mapAgain(alloc: AllocStruct, page: FilePage, how: 'shared' | 'private'): MmStruct {
  checkOptions('mapAgain', { how }, { how: ['shared', 'private'] });
  const { folio: mapped, vma } = page;
  const mm = alloc(mm_struct, 'mm2');
  const second = alloc(vm_area_struct, 'vma2');
  WRITE_ONCE(second.vm_mm, mm);
  WRITE_ONCE(second.vm_end, 1);
  WRITE_ONCE(second.vm_file, READ_ONCE(vma.vm_file));
  WRITE_ONCE(mm.mmap, second);
  WRITE_ONCE(second.vm_flags, how === 'shared' ? SHARED_FILE : PRIVATE);
  WRITE_ONCE(vma.next, second);
  const [first] = mm.pte;
  const entry = mk_pte(mapped);
  if (first !== undefined) WRITE_ONCE(first, how === 'shared' ? pte_mkwrite(entry) : entry);
  atomic_inc(mapped._mapcount);
  atomic_inc(mapped._refcount);
  return mm;
}

function fileProperties(
  { folio, mm }: MappedPage,
  disk: DiskBlock,
): Pick<FilePage, 'dirty' | 'intact' | 'written' | 'told'> {
  const dirtyPte = (): boolean => mm.pte.some((ptep) => pte_dirty(READ_ONCE(ptep)));
  const dirty = (): boolean => folio_test_dirty(folio) || dirtyPte();
  const words = (other: DiskBlock['data']): boolean =>
    disk.data.every((word, i) => {
      const twin = other[i];
      return twin !== undefined && READ_ONCE(word) === READ_ONCE(twin);
    });
  return {
    dirty,
    intact: () => words(disk.checksum),
    written: () => words(folio.data),
    told: () => !dirty() || READ_ONCE(folio.private) === FS_TOLD,
  };
}

/**
 * An anonymous page of one process.
 *
 * @param options `pte`; `exclusive`: PageAnonExclusive; `references`: plain references beside the
 *   mapping's (default 1: whoever found the page, KSM for example)
 */
export function anonPage(
  alloc: AllocStruct,
  options: { pte: InitialPte; exclusive: boolean; references?: number },
): AnonPage {
  checkOptions('anonPage', options, { pte: PTES, exclusive: TRUTH, references: 'count' });
  const page = mapPage(alloc, options.pte, PRIVATE, 1 + (options.references ?? 1));
  WRITE_ONCE(page.folio.mapping, anonMapping);
  if (options.exclusive) set_bit(page_flags.bit.PG_anon_exclusive, page.folio.flags);
  return { ...page, exclusive: () => PageAnonExclusive(page.folio) };
}

function mapPage(
  alloc: AllocStruct,
  pte: InitialPte,
  vm_flags: number,
  references: number,
  file: Inode | null = null,
): MappedPage {
  const page = alloc(folio, 'folio');
  const mm = alloc(mm_struct, 'mm');
  const vma = alloc(vm_area_struct, 'vma');
  atomic_set(page._refcount, references);
  WRITE_ONCE(vma.vm_mm, mm);
  WRITE_ONCE(vma.vm_flags, vm_flags);
  WRITE_ONCE(vma.vm_end, 1);
  WRITE_ONCE(vma.vm_file, file);
  WRITE_ONCE(mm.mmap, vma);
  const entry = pte === 'ro' ? mk_pte(page) : pte_mkwrite(mk_pte(page));
  const [first] = mm.pte;
  if (first !== undefined) WRITE_ONCE(first, pte === 'rw dirty' ? pte_mkdirty(entry) : entry);
  return { folio: page, mm, vma, address: 0, pinned: () => folio_maybe_dma_pinned(page) };
}
