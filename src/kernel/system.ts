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

import { atomic_set, READ_ONCE, set_bit, WRITE_ONCE } from '../memory/index.ts';
import { checkOptions, TRUTH } from '../memory/options.ts';
import type { Options } from '../memory/options.ts';
import { disk_block, fillBlock } from './block/disk-block.ts';
import type { DiskBlock } from './block/disk-block.ts';
import { serveBioDirtyWork } from './block/bio-endio.ts';
import { serveDisk } from './block/disk.ts';
import { request_queue } from './block/request_queue.ts';
import type { RequestQueue } from './block/request_queue.ts';
import { dma_engine, serveDmaEngine } from './device/dma.ts';
import type { DmaEngine } from './device/dma.ts';
import type { DeviceMemory } from './device/nic.ts';
import { address_space, mapping_can_writeback, mapping_flags } from './fs/address_space.ts';
import type { AddressSpace } from './fs/address_space.ts';
import { inode } from './fs/inode.ts';
import type { Inode } from './fs/inode.ts';
import { FS_CLEAN } from './fs/buffer-head.ts';
import { io_ring_ctx, io_rsrc_node } from './io_uring/rsrc.ts';
import type { IoRingCtx } from './io_uring/rsrc.ts';
import { slotOf } from './mm/filemap.ts';
import { fileMapping } from './mm/mapping.ts';
import { folio, page_flags } from './mm/mm_types.ts';
import type { Folio, MmStruct } from './mm/mm_types.ts';
import { GUP_PIN_COUNTING_BIAS } from './mm/pin-count.ts';
import { zone } from './mm/zone.ts';
import type { Zone } from './mm/zone.ts';
import { declareFileProperties, declareReferenceProperty } from './system-properties.ts';
import { leasedRegion } from './setup-lease.ts';
import type { LeasedRegion } from './setup-lease.ts';
import { makeProcess } from './setup-process.ts';
import type { Process } from './setup-process.ts';
import type { AllocStruct } from './setup.ts';

export type { MmapOptions, Process } from './setup-process.ts';

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
  /** Its pages lie in movable memory at the start: mm/gup-longterm.ts. */
  readonly movable?: boolean;
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

/** The machine. */
export interface System {
  readonly zone: Zone;
  /** Another disk, which works beside the first. */
  readonly disk: (name: string, options?: DiskOptions) => RequestQueue;
  /** The first disk. */
  readonly queue: RequestQueue;
  readonly file: (name: string, options?: FileOptions) => File;
  readonly proc: (name: string) => Process;
  /** A device that writes where its driver tells it, in a thread of its own. */
  readonly device: (name: string) => DmaEngine;
  /** Opens a file for layout leases and makes a memory region for its pages: fs/locks.ts. */
  readonly leased: (name: string, file: File, descriptors?: number) => LeasedRegion;
  /** A ring of io_uring, for registered buffers: io_uring/rsrc.ts. */
  readonly ring: (name: string) => IoRingCtx;
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
  /**
   * Whether reads of untouched memory get the shared page of zeroes (default false: a page of their
   * own), and with how many references it begins.
   */
  readonly zeroPage?: number;
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
  checkOptions('system', options, { ...DISK, freePages: 'count', zeroPage: 'count' });
  const { freePages = 0, zeroPage, ...disk } = options;
  const building: Building = {
    stage,
    queue: makeDisk(stage, 'disk', disk),
    zone: stage.alloc(zone, 'zone'),
    files: [],
    mms: [],
    folios: [],
    holders: [],
  };
  addFreePages(building, freePages);
  if (zeroPage !== undefined) addZeroPage(building, zeroPage);
  declareReferenceProperty(building);
  return {
    zone: building.zone,
    queue: building.queue,
    disk: (name, how = {}) => makeDisk(stage, name, how),
    file: (name, how = {}) => makeFile(building, name, how),
    proc(name) {
      const made = makeProcess(stage.alloc, building.zone, name);
      building.mms.push(made.mm);
      return made;
    },
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
    ring: (name) => makeRing(building, name),
    holder: (count) => void building.holders.push(count),
  };
}

const DISK: Options = { freeBlocks: 'count', directIo: TRUTH };

const FILE: Options = {
  pages: 'count',
  data: null,
  cached: TRUTH,
  stable: TRUTH,
  disk: null,
  movable: TRUTH,
  shmem: TRUTH,
  buffers: TRUTH,
  always: null,
};

/** A ring without registered buffers. */
function makeRing({ stage, holders }: Building, name: string): IoRingCtx {
  const ctx = stage.alloc(io_ring_ctx, name);
  const node = stage.alloc(io_rsrc_node, `${name}.buffer`);
  WRITE_ONCE(ctx.spare, node);
  holders.push((page) => (READ_ONCE(node.bv_page) === page ? 1 : 0));
  return ctx;
}

/** A disk, in a thread of its own, and the worker that ends direct reads. */
function makeDisk(stage: KernelStage, name: string, options: DiskOptions): RequestQueue {
  checkOptions(`disk '${name}'`, options, DISK);
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

/** The page of zeroes, with references of others; it is never given back. */
function addZeroPage({ stage, zone: from, folios, holders }: Building, references: number): void {
  const zero = stage.alloc(folio, 'zero page');
  WRITE_ONCE(zero.is_zero, true);
  atomic_set(zero._refcount, references);
  WRITE_ONCE(from.zero_page, zero);
  folios.push(zero);
  holders.push((page) => (page === zero ? references / GUP_PIN_COUNTING_BIAS : 0));
}

function addToZone(free: Zone, page: Folio): void {
  const slot = free.page.find((one) => READ_ONCE(one) === null);
  if (slot === undefined) throw new Error('system: a zone has no room for more pages');
  WRITE_ONCE(slot, page);
}

function makeFile(building: Building, name: string, options: FileOptions): File {
  const { stage } = building;
  checkOptions(`file '${name}'`, options, FILE);
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
  for (const page of folios) WRITE_ONCE(page.is_movable, options.movable === true);
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

/** A page in the page cache: clean, or, with nowhere to be written to, dirty. */
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
  if (!mapping_can_writeback(mapping)) set_bit(page_flags.bit.PG_dirty, page.flags);
  WRITE_ONCE(slotOf(mapping, index), page);
  addToZone(building.zone, page);
  building.folios.push(page);
  return page;
}
