/**
 * A device that faults writes into a mapped file while the file is written back. Chinner and
 * Glisse: no lease has to be broken, pages may be cleaned under the device's mapping, because it
 * faults before it writes a clean page. It is told like a process: page_mkwrite, stable pages.
 *
 * Nothing waits for the device but the end of its accesses in flight, and no page is pinned.
 */

import { scenario } from 'holdfast';
import type { Stage } from 'holdfast';
import { READ_ONCE } from 'holdfast/linux';
import {
  askDisk,
  pte_none,
  pte_pfn,
  rdmaRead,
  rdmaWrite,
  system,
  userLoad,
  userStore,
  vfs_clone_file_range,
  vfs_fsync,
  wb_writeback,
  wordOf,
} from 'holdfast/linux/mm';
import type { MappedPte } from 'holdfast/linux/mm';

const NEW = 7;

function againstFlusher(stage: Stage, pte: MappedPte): void {
  const { file, proc } = system(stage);
  const log = file('log', { stable: true });
  const app = proc('app');
  const region = app.odp('mr', app.mmap(log, { pte }));
  const device = stage.thread.device('device', (dma) => rdmaWrite(region, 0, NEW, dma));
  stage.thread('flusher', () => wb_writeback(log.inode));
  stage.always('the device writes', () => device.result() === true);
}

export const writeBack = scenario('odp-vs-wb', (stage) => againstFlusher(stage, 'rw dirty'));

export const unasked = scenario.fails(
  'odp-vs-wb-unasked',
  {
    designs: { 'odp-write-right': 'always' },
    about: 'the device may write what the CPU may only read: nobody told the file system',
  },
  (stage) => againstFlusher(stage, 'ro'),
);

export const durable = scenario(
  'odp-vs-fsync',
  { about: 'what the device had written before fsync began is on disk when it returns' },
  (stage) => {
    const { file, proc } = system(stage);
    const log = file('log', { stable: true });
    const app = proc('app');
    const region = app.odp('mr', app.mmap(log, { pte: 'rw dirty' }));
    const word = log.folios[0]?.data[0];
    const [block] = log.blocks;
    stage.thread.device('device', (dma) => rdmaWrite(region, 0, NEW, dma));
    const fsync = stage.thread('fsync', () => {
      const wasWritten = word !== undefined && READ_ONCE(word) === NEW;
      vfs_fsync(log.inode);
      return !wasWritten || askDisk(block) === NEW;
    });
    stage.always('durable', () => fsync.result() === true);
  },
);

export const shared = scenario(
  'odp-vs-reflink',
  { about: 'the other file keeps its contents: the device faults, and the block is un-shared' },
  (stage) => {
    const { file, proc } = system(stage, { freeBlocks: 1 });
    const log = file('log');
    const copy = file('copy', { cached: false });
    const app = proc('app');
    const region = app.odp('mr', app.mmap(log, { pte: 'ro' }));
    const device = stage.thread.device('device', (dma) => rdmaWrite(region, 0, NEW, dma));
    const [block] = log.blocks;
    const reflink = stage.thread('reflink', () => {
      vfs_clone_file_range(log.inode, copy.inode, 0);
      const cloned = askDisk(block);
      wb_writeback(log.inode);
      return cloned;
    });
    stage.always('the device writes', () => device.result() === true);
    stage.always('the shared block keeps its contents', () => {
      return wordOf(block) === reflink.result();
    });
    stage.sometimes('the device writes afterwards', () => reflink.result() !== NEW);
  },
);

export const copied = scenario(
  'odp-vs-cow',
  { about: 'a private mapping: after the process has its copy the device reads the copy' },
  (stage) => {
    const { file, proc } = system(stage, { freePages: 1 });
    const log = file('log');
    const app = proc('app');
    const region = app.odp('mr', app.mmap(log, { isPrivate: true, pte: 'ro' }));
    const stored = stage.thread('app', () => {
      userStore(app.mm, 0, NEW);
      return userLoad(app.mm, 0) === NEW;
    });
    const device = stage.thread.device('device', (dma) => {
      rdmaRead(region, 0, dma);
      return rdmaRead(region, 0, dma);
    });
    stage.always('the process sees its store', () => stored.result() === true);
    stage.sometimes('the device reads the copy', () => device.result() === NEW);
    stage.always('no translation of the old page is left', () => {
      const [entry] = region.mtt;
      const [ptep] = app.mm.pte;
      if (entry === undefined || ptep === undefined) return false;
      const translation = READ_ONCE(entry);
      return pte_none(translation) || pte_pfn(translation) === pte_pfn(READ_ONCE(ptep));
    });
  },
);
