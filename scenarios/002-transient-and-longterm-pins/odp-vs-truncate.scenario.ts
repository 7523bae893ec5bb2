/**
 * A device that faults (on-demand paging) writes into a mapped file that is truncated or punched,
 * unmapped, or whose process ends. Glisse: no lease and no revocation is needed, the MMU notifier
 * takes the device's translation away and its next access faults like the CPU's.
 *
 * It holds because of four things: whoever changes a PTE tells first; the driver waits for DMA that
 * was translated before; a fault that an invalidation overtook begins again; and a fault does not
 * begin while one is under way. No page is pinned and nobody waits for user space.
 */

import { scenario } from 'holdfast';
import type { Stage, ThreadHandle } from 'holdfast';
import { READ_ONCE } from 'holdfast/linux';
import {
  do_munmap,
  do_truncate,
  FALLOC_FL_PUNCH_HOLE,
  rdmaWrite,
  system,
  vfs_fallocate,
} from 'holdfast/linux/mm';
import type { Process, File, VmArea } from 'holdfast/linux/mm';

const NEW = 7;
const OLD = 3;

type Removal = (file: File, app: Process, vma: VmArea) => void;

/** The device writes while a page is taken away; what it writes later must not go there. */
function against(stage: Stage, removal: Removal, freePages = 0, tlb = false): ThreadHandle {
  const machine = system(stage, { freePages });
  const log = machine.file('log');
  const app = machine.proc('app');
  const vma = app.mmap(log, { pte: 'rw dirty' });
  const region = app.odp('mr', vma, { tlb });
  const device = stage.thread.device('device', (dma) => {
    if (tlb) rdmaWrite(region, 0, OLD, dma);
    return rdmaWrite(region, 0, NEW, dma);
  });
  const word = log.folios[0]?.data[0];
  const remover = stage.thread('remover', () => {
    removal(log, app, vma);
    return word === undefined ? 0 : READ_ONCE(word);
  });
  stage.always('nothing is written later', () => {
    return word !== undefined && READ_ONCE(word) === remover.result();
  });
  stage.sometimes('the device writes before', () => remover.result() === NEW);
  return device;
}

export const truncated = scenario('odp-vs-truncate', (stage) => {
  const device = against(stage, ({ inode }) => do_truncate(inode, 0));
  stage.sometimes('the device fails: SIGBUS', () => device.result() === false);
});

export const unmapped = scenario('odp-vs-munmap', (stage) => {
  const device = against(stage, (_file, { mm }, vma) => do_munmap(mm, vma));
  stage.sometimes('the device fails: no mapping', () => device.result() === false);
});

export const punched = scenario('odp-vs-punch', (stage) => {
  const device = against(stage, ({ inode }) => vfs_fallocate(inode, FALLOC_FL_PUNCH_HOLE, 0), 1);
  stage.always('the device writes', () => device.result() === true);
});

export const withTlb = scenario(
  'odp-vs-munmap-device-tlb',
  { about: 'the device has a TLB of its own, which its second access may use' },
  (stage) => {
    const device = against(stage, (_file, { mm }, vma) => do_munmap(mm, vma), 0, true);
    stage.sometimes('the device fails: no mapping', () => device.result() === false);
  },
);
