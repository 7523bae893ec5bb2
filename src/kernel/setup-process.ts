/**
 * The set-up of processes: their mappings, and regions registered with a device that can fault.
 */

import { atomic_inc, atomic_set, READ_ONCE, set_bit, WRITE_ONCE } from '../memory/index.ts';
import { checkOptions, TRUTH } from '../memory/options.ts';
import type { Options } from '../memory/options.ts';
import { mlx5_mn_ops } from './device/mlx5-odp.ts';
import { ib_umem_odp } from './device/umem-odp.ts';
import type { IbUmemOdp } from './device/umem-odp.ts';
import { mapping_can_writeback } from './fs/address_space.ts';
import { tellFs } from './fs/buffer-head.ts';
import { markOf } from './mm/filemap.ts';
import { linkVma } from './mm/mmap.ts';
import { mm_struct, page_flags, vm_area_struct } from './mm/mm_types.ts';
import type { Folio, MmStruct, VmArea } from './mm/mm_types.ts';
import { mmu_interval_notifier_insert } from './mm/mmu_notifier.ts';
import { mmu_notifier_subscriptions } from './mm/mmu_notifier_types.ts';
import { mk_pte, pte_mkdirty, pte_mkwrite } from './mm/pte.ts';
import { VM_MAYREAD, VM_MAYWRITE, VM_READ, VM_SHARED, VM_WRITE } from './mm/vma.ts';
import type { Zone } from './mm/zone.ts';
import type { File } from './system.ts';
import type { AllocStruct, MappedPte } from './setup.ts';

/** How a file is mapped. */
export interface MmapOptions {
  /** The first virtual page (default 0). */
  readonly at?: number;
  /** A private mapping (default shared). */
  readonly isPrivate?: boolean;
  /** The process may only read (default: read and write). */
  readonly isReadOnly?: boolean;
  /** What the PTEs are at the start (default none: the first access faults). */
  readonly pte?: MappedPte;
}

/** How anonymous memory is mapped. */
export interface AnonymousOptions {
  /** How many pages it has (default 1), and the first virtual page (default 0). */
  readonly pages?: number;
  readonly at?: number;
  /** The process may only read. */
  readonly isReadOnly?: boolean;
}

/** A process. */
export interface Process {
  readonly mm: MmStruct;
  /** Maps a whole file before the threads begin. */
  readonly mmap: (file: File, options?: MmapOptions) => VmArea;
  /** Maps anonymous memory, of which no page has been touched. */
  readonly anonymous: (options?: AnonymousOptions) => VmArea;
  /** A mapping that is not there yet: a thread makes it with `mmap_region(mm, vma)`. */
  readonly later: (file: File, options?: Omit<MmapOptions, 'pte'>) => VmArea;
  /** Registers a mapping with a device that can fault (on-demand paging: device/umem-odp.ts). */
  readonly odp: (name: string, vma: VmArea, options?: { tlb?: boolean }) => IbUmemOdp;
}

/** A process without mappings. */
export function makeProcess(alloc: AllocStruct, from: Zone, name: string): Process {
  const mm = alloc(mm_struct, name);
  WRITE_ONCE(mm.zone, from);
  atomic_set(mm.mm_users, 1);
  return {
    mm,
    mmap(file, options = {}) {
      checkOptions('mmap', options, { ...LATER, pte: ['ro', 'rw dirty'] });
      const vma = makeVma(alloc, mm, `${name}.${file.name}`, file, options);
      linkVma(mm, vma);
      mapPages(mm, file, options);
      return vma;
    },
    later(file, options = {}) {
      checkOptions('later', options, LATER);
      return makeVma(alloc, mm, `${name}.${file.name}`, file, options);
    },
    anonymous(options = {}) {
      checkOptions('anonymous', options, { pages: 'count', at: 'count', isReadOnly: TRUTH });
      const { pages = 1, at = 0, isReadOnly = false } = options;
      const vma = alloc(vm_area_struct, `${name}.anonymous`);
      WRITE_ONCE(vma.vm_mm, mm);
      WRITE_ONCE(vma.vm_start, at);
      WRITE_ONCE(vma.vm_end, at + pages);
      WRITE_ONCE(vma.vm_flags, rights(isReadOnly));
      linkVma(mm, vma);
      return vma;
    },
    odp(region, vma, options = {}) {
      checkOptions('odp', options, { tlb: TRUTH });
      const { tlb = false } = options;
      const umem = registerOdp(alloc, mm, region, vma);
      WRITE_ONCE(umem.has_atc, tlb);
      return umem;
    },
  };
}

/** What a mapping can be that is not there yet. */
const LATER: Options = { at: 'count', isPrivate: TRUTH, isReadOnly: TRUTH };

const rights = (isReadOnly: boolean): number =>
  VM_READ | VM_MAYREAD | VM_MAYWRITE | (isReadOnly ? 0 : VM_WRITE);

/** The device has no translation yet: its first access faults. */
function registerOdp(alloc: AllocStruct, mm: MmStruct, name: string, vma: VmArea): IbUmemOdp {
  const region = alloc(ib_umem_odp, name);
  const all = alloc(mmu_notifier_subscriptions, `${name}.mn`);
  WRITE_ONCE(region.owning_mm, mm);
  WRITE_ONCE(all.invalidate_seq, 2);
  WRITE_ONCE(mm.notifier_subscriptions, all);
  const [start, end] = [READ_ONCE(vma.vm_start), READ_ONCE(vma.vm_end)];
  mmu_interval_notifier_insert(region.notifier, mm, { start, end }, mlx5_mn_ops);
  return region;
}

function mapPages(mm: MmStruct, file: File, { at = 0, pte }: MmapOptions): void {
  if (pte === undefined) return;
  file.folios.forEach((page, index) => mapPage(file, mm, at + index, page, pte));
}

function makeVma(
  alloc: AllocStruct,
  mm: MmStruct,
  name: string,
  file: File,
  { at = 0, isPrivate = false, isReadOnly = false }: MmapOptions,
): VmArea {
  const vma = alloc(vm_area_struct, name);
  WRITE_ONCE(vma.vm_mm, mm);
  WRITE_ONCE(vma.vm_start, at);
  WRITE_ONCE(vma.vm_end, at + file.blocks.length);
  WRITE_ONCE(vma.vm_flags, rights(isReadOnly) | (isPrivate ? 0 : VM_SHARED));
  WRITE_ONCE(vma.vm_file, file.inode);
  return vma;
}

/** Maps a page as if the process had read it, or written it a moment ago. */
function mapPage(file: File, mm: MmStruct, address: number, page: Folio, pte: MappedPte): void {
  const slot = mm.pte[address];
  if (slot === undefined) throw new Error(`system: a page table has no entry ${address}`);
  const readOnly = mk_pte(page);
  WRITE_ONCE(slot, pte === 'ro' ? readOnly : pte_mkdirty(pte_mkwrite(readOnly)));
  atomic_inc(page._mapcount);
  atomic_inc(page._refcount);
  if (pte === 'ro') return;
  set_bit(page_flags.bit.PG_dirty, page.flags);
  if (!mapping_can_writeback(file.mapping)) return;
  set_bit(markOf(READ_ONCE(page.index)), file.mapping.dirty_tag);
  tellFs(file.mapping, page);
}
