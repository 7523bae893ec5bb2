/**
 * A small machine for scenarios: a disk, free pages, files, processes and devices.
 *
 *     const { file, proc, device } = system(stage);
 *     const log = file('log');
 *     const app = proc('app');
 *     app.mmap(log, { pte: 'rw dirty' });
 *     stage.thread('fsync', () => vfs_fsync(log.inode));
 *
 * What it sets up is a state that Linux could be in: counts, marks and flags agree. Every scenario
 * that uses it is also judged by the properties that hold for every page (system-properties.ts).
 */

import { atomic_inc, atomic_set, READ_ONCE, set_bit, WRITE_ONCE } from '../memory/index.ts';
import { disk_block, fillBlock } from './block/disk-block.ts';
import type { DiskBlock } from './block/disk-block.ts';
import { serveBioDirtyWork } from './block/bio-endio.ts';
import { serveDisk } from './block/disk.ts';
import { request_queue } from './block/request_queue.ts';
import type { RequestQueue } from './block/request_queue.ts';
import { dma_engine, serveDmaEngine } from './device/dma.ts';
import type { DmaEngine } from './device/dma.ts';
import { mlx5_mn_ops } from './device/mlx5-odp.ts';
import type { DeviceMemory } from './device/nic.ts';
import { ib_umem_odp } from './device/umem-odp.ts';
import type { IbUmemOdp } from './device/umem-odp.ts';
import { address_space, mapping_flags } from './fs/address_space.ts';
import type { AddressSpace } from './fs/address_space.ts';
import { inode } from './fs/inode.ts';
import type { Inode } from './fs/inode.ts';
import { FS_CLEAN, tellFs } from './fs/buffer-head.ts';
import { markOf, slotOf } from './mm/filemap.ts';
import { fileMapping } from './mm/mapping.ts';
import { linkVma } from './mm/mmap.ts';
import { folio, mm_struct, page_flags, vm_area_struct } from './mm/mm_types.ts';
import type { Folio, MmStruct, VmArea } from './mm/mm_types.ts';
import { mmu_interval_notifier_insert } from './mm/mmu_notifier.ts';
import { mmu_notifier_subscriptions } from './mm/mmu_notifier_types.ts';
import { mk_pte, pte_mkdirty, pte_mkwrite } from './mm/pte.ts';
import { VM_MAYREAD, VM_MAYWRITE, VM_READ, VM_SHARED, VM_WRITE } from './mm/vma.ts';
import { zone } from './mm/zone.ts';
import type { Zone } from './mm/zone.ts';
import { declareFileProperties, declareReferenceProperty } from './system-properties.ts';
import { leasedRegion } from './setup-lease.ts';
import type { LeasedRegion } from './setup-lease.ts';
import type { AllocStruct, InitialPte } from './setup.ts';

/** What the set-up needs of a scenario's stage. */
export interface KernelStage {
  readonly alloc: AllocStruct;
  readonly thread: {
    (name: string, body: () => void): unknown;
    device(name: string, body: (dma: DeviceMemory) => void): unknown;
  };
  readonly always: (name: string, predicate: () => boolean) => void;
}

/** How a file begins. */
export interface FileOptions {
  /** How many pages it has (default 1). */
  readonly pages?: number;
  /** What each page contains, on disk and in memory (default 0). */
  readonly data?: number;
  /** Whether its pages are in memory (default true). */
  readonly cached?: boolean;
  /** Whether its device needs contents that do not change while they are written. */
  readonly stable?: boolean;
  /** The disk it is on (default: the machine's first). Each serves one request at a time. */
  readonly disk?: RequestQueue;
  /** A file in memory: no write-back, no page_mkwrite. */
  readonly shmem?: boolean;
  /** Its file system keeps buffer heads, as ext4. */
  readonly buffers?: boolean;
  /** Which of the file's properties are judged (default all that apply: system-properties.ts). */
  readonly always?: readonly FileProperty[];
}

/** See system-properties.ts. */
export type FileProperty = 'stable' | 'no loss' | 'notified';

/** A file. */
export interface File {
  readonly name: string;
  readonly inode: Inode;
  readonly mapping: AddressSpace;
  /** The pages that were in memory at the start, and the blocks that were the file's. */
  readonly folios: readonly Folio[];
  readonly blocks: readonly DiskBlock[];
}

/** How a file is mapped. */
export interface MmapOptions {
  /** The first virtual page (default 0). */
  readonly at?: number;
  /** A private mapping (default shared). */
  readonly isPrivate?: boolean;
  /** The process may only read (default: read and write). */
  readonly isReadOnly?: boolean;
  /** What the PTEs are at the start (default none: the first access faults). */
  readonly pte?: InitialPte;
}

/** A process. */
export interface Process {
  readonly mm: MmStruct;
  /** Maps a whole file before the threads begin. */
  readonly mmap: (file: File, options?: MmapOptions) => VmArea;
  /** Registers a mapping with a device that can fault (on-demand paging: device/umem-odp.ts). */
  readonly odp: (name: string, vma: VmArea) => IbUmemOdp;
}

/** The machine. */
export interface System {
  readonly zone: Zone;
  /** Another disk, which works beside the first. */
  readonly disk: (name: string, options?: DiskOptions) => RequestQueue;
  readonly file: (name: string, options?: FileOptions) => File;
  readonly proc: (name: string) => Process;
  /** A device that writes where its driver tells it, in a thread of its own. */
  readonly device: (name: string) => DmaEngine;
  /** Opens a file for layout leases and makes a memory region for its pages: fs/locks.ts. */
  readonly leased: (name: string, file: File, descriptors?: number) => LeasedRegion;
  /** Adds to what holds references at the end; `count` tells how many it has on a page. */
  readonly holder: (count: (page: Folio) => number) => void;
}

/** What of a disk a scenario needs. */
export interface DiskOptions {
  /** How many of its blocks are free (default 0). */
  readonly freeBlocks?: number;
  /** Whether there is direct I/O, whose end needs a kernel worker (default false). */
  readonly directIo?: boolean;
}

/** What of the machine and of its first disk a scenario needs. */
export interface SystemOptions extends DiskOptions {
  /** How many pages are free (default 0). */
  readonly freePages?: number;
}

interface Building {
  readonly stage: KernelStage;
  readonly queue: RequestQueue;
  readonly zone: Zone;
  readonly files: File[];
  readonly mms: MmStruct[];
  readonly folios: Folio[];
  readonly holders: ((page: Folio) => number)[];
}

/** Sets the machine up. */
export function system(stage: KernelStage, options: SystemOptions = {}): System {
  const building: Building = {
    stage,
    queue: makeDisk(stage, 'disk', options),
    zone: stage.alloc(zone, 'zone'),
    files: [],
    mms: [],
    folios: [],
    holders: [],
  };
  addFreePages(building, options.freePages ?? 0);
  declareReferenceProperty(building);
  return {
    zone: building.zone,
    disk: (name, how = {}) => makeDisk(stage, name, how),
    file: (name, how = {}) => makeFile(building, name, how),
    proc: (name) => makeProcess(building, name),
    device(name) {
      const engine = stage.alloc(dma_engine, name);
      stage.thread.device(name, (dma) => serveDmaEngine(engine, dma));
      return engine;
    },
    leased(name, file, descriptors = 1) {
      const region = leasedRegion(stage.alloc, name, file.inode, descriptors);
      building.holders.push((page) => region.pins(page));
      return region;
    },
    holder: (count) => void building.holders.push(count),
  };
}

/** A disk, in a thread of its own, and the worker that ends direct reads. */
function makeDisk(stage: KernelStage, name: string, options: DiskOptions): RequestQueue {
  const queue = stage.alloc(request_queue, name);
  for (let i = 0; i < (options.freeBlocks ?? 0); i++) {
    const slot = queue.free_block[i];
    if (slot === undefined) throw new Error('system: a disk has no room for more blocks');
    WRITE_ONCE(slot, stage.alloc(disk_block, `${name}.spare[${i}]`));
  }
  stage.thread.device(name, (dma) => serveDisk(queue, dma));
  if (options.directIo === true) {
    stage.thread(`kworker/${name}`, () => serveBioDirtyWork(queue));
  }
  return queue;
}

function addFreePages(building: Building, count: number): void {
  const { stage, zone: free } = building;
  for (let i = 0; i < count; i++) {
    const page = stage.alloc(folio, `free[${i}]`);
    atomic_set(page._mapcount, -1);
    set_bit(page_flags.bit.PG_buddy, page.flags);
    addToZone(free, page);
    building.folios.push(page);
  }
}

function addToZone(free: Zone, page: Folio): void {
  const slot = free.page.find((one) => READ_ONCE(one) === null);
  if (slot === undefined) throw new Error('system: a zone has no room for more pages');
  WRITE_ONCE(slot, page);
}

function makeFile(building: Building, name: string, options: FileOptions): File {
  const { stage } = building;
  const { pages = 1, data = 0, cached = true } = options;
  const host = stage.alloc(inode, name);
  const mapping = stage.alloc(address_space, `${name}.mapping`);
  WRITE_ONCE(host.i_mapping, mapping);
  WRITE_ONCE(host.i_size, pages);
  WRITE_ONCE(host.queue, options.disk ?? building.queue);
  WRITE_ONCE(host.zone, building.zone);
  WRITE_ONCE(mapping.host, host);
  if (options.stable === true) set_bit(mapping_flags.bit.AS_STABLE_WRITES, mapping.flags);
  if (options.shmem === true) set_bit(mapping_flags.bit.AS_SHMEM, mapping.flags);
  if (options.buffers === true) set_bit(mapping_flags.bit.AS_BUFFER_HEADS, mapping.flags);
  const indices = Array.from({ length: pages }, (_, index) => index);
  const blocks = indices.map((index) => makeBlock(building, host, name, index, data));
  const folios = cached
    ? indices.map((index) => makeFolio(building, mapping, name, index, data))
    : [];
  const file = { name, inode: host, mapping, folios, blocks };
  building.files.push(file);
  declareFileProperties(stage, file, options.always ?? propertiesOf(options));
  return file;
}

/**
 * A device without checksums does not care whether a page changes while it is written, and a file
 * in memory has neither a device nor anybody who is told.
 */
function propertiesOf({ stable = false, shmem = false }: FileOptions): readonly FileProperty[] {
  if (shmem) return [];
  return stable ? ['stable', 'no loss', 'notified'] : ['no loss', 'notified'];
}

function makeBlock(
  { stage }: Building,
  host: Inode,
  name: string,
  index: number,
  data: number,
): DiskBlock {
  const block = stage.alloc(disk_block, `${name}.block[${index}]`);
  const slot = host.i_block[index];
  if (slot === undefined) throw new Error(`system: a file has no page ${index}`);
  fillBlock(block, data);
  atomic_set(block.owners, 1);
  WRITE_ONCE(slot, block);
  return block;
}

/** A clean page in the page cache. */
function makeFolio(
  building: Building,
  mapping: AddressSpace,
  name: string,
  index: number,
  data: number,
): Folio {
  const page = building.stage.alloc(folio, `${name}[${index}]`);
  for (const word of page.data) WRITE_ONCE(word, data);
  WRITE_ONCE(page.mapping, fileMapping(mapping));
  WRITE_ONCE(page.index, index);
  WRITE_ONCE(page.private, FS_CLEAN);
  atomic_set(page._mapcount, -1);
  atomic_set(page._refcount, 1);
  set_bit(page_flags.bit.PG_uptodate, page.flags);
  WRITE_ONCE(slotOf(mapping, index), page);
  addToZone(building.zone, page);
  building.folios.push(page);
  return page;
}

function makeProcess(building: Building, name: string): Process {
  const mm = building.stage.alloc(mm_struct, name);
  WRITE_ONCE(mm.zone, building.zone);
  atomic_set(mm.mm_users, 1);
  building.mms.push(mm);
  return {
    mm,
    mmap: (file, options = {}) => mmapAtStart(building, mm, name, file, options),
    odp: (region, vma) => registerOdp(building, mm, region, vma),
  };
}

/** The device has no translation yet: its first access faults. */
function registerOdp({ stage }: Building, mm: MmStruct, name: string, vma: VmArea): IbUmemOdp {
  const region = stage.alloc(ib_umem_odp, name);
  const all = stage.alloc(mmu_notifier_subscriptions, `${name}.mn`);
  WRITE_ONCE(region.owning_mm, mm);
  WRITE_ONCE(all.invalidate_seq, 2);
  WRITE_ONCE(mm.notifier_subscriptions, all);
  const [start, end] = [READ_ONCE(vma.vm_start), READ_ONCE(vma.vm_end)];
  mmu_interval_notifier_insert(region.notifier, mm, { start, end }, mlx5_mn_ops);
  return region;
}

function mmapAtStart(
  { stage }: Building,
  mm: MmStruct,
  name: string,
  file: File,
  { at = 0, isPrivate = false, isReadOnly = false, pte }: MmapOptions,
): VmArea {
  const vma = stage.alloc(vm_area_struct, `${name}.${file.name}`);
  WRITE_ONCE(vma.vm_mm, mm);
  WRITE_ONCE(vma.vm_start, at);
  WRITE_ONCE(vma.vm_end, at + file.blocks.length);
  const flags = VM_READ | VM_MAYREAD | VM_MAYWRITE | (isReadOnly ? 0 : VM_WRITE);
  WRITE_ONCE(vma.vm_flags, flags | (isPrivate ? 0 : VM_SHARED));
  WRITE_ONCE(vma.vm_file, file.inode);
  linkVma(mm, vma);
  if (pte === undefined) return vma;
  file.folios.forEach((page, index) => mapPage(file, mm, at + index, page, pte));
  return vma;
}

/** Maps a page as if the process had read it, or written it a moment ago. */
function mapPage(file: File, mm: MmStruct, address: number, page: Folio, pte: InitialPte): void {
  const slot = mm.pte[address];
  if (slot === undefined) throw new Error(`system: a page table has no entry ${address}`);
  const readOnly = mk_pte(page);
  WRITE_ONCE(slot, pte === 'ro' ? readOnly : pte_mkdirty(pte_mkwrite(readOnly)));
  atomic_inc(page._mapcount);
  atomic_inc(page._refcount);
  if (pte === 'ro') return;
  set_bit(page_flags.bit.PG_dirty, page.flags);
  set_bit(markOf(READ_ONCE(page.index)), file.mapping.dirty_tag);
  tellFs(file.mapping, page);
}
