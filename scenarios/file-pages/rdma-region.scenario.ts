/**
 * An RDMA memory region over a mapping of a file, against fsync, truncation and reflink.
 *
 * Since 6.5 Linux refuses to register it (EFAULT): the pin would last as long as the process likes,
 * and the card writes to the page without a fault, without a dirty bit, and without the file system
 * knowing. `writable-file-pins` = `allowed` is Linux before: fsync leaves a clean page that is
 * newer than the disk, truncation leaves the card writing to a page of no file, and after a reflink
 * the other file changes.
 */

import { scenario } from 'holdfast';
import { READ_ONCE } from 'holdfast/linux';
import {
  deviceStores,
  do_truncate,
  EFAULT,
  ib_umem_get,
  ib_umem_release,
  system,
  vfs_clone_file_range,
  vfs_fsync,
} from 'holdfast/linux/mm';
import type { File } from 'holdfast/linux/mm';

const NEW = 7;
const ALLOWED = { 'writable-file-pins': 'allowed' };

const isWritten = ({ inode: { i_block } }: File, value: number): boolean =>
  i_block.some((slot) => READ_ONCE(slot)?.data.some((word) => READ_ONCE(word) === value) ?? false);

export const fsync = scenario.each(
  { pins: ['refused', 'allowed'] },
  'rdma-region-vs-fsync',
  ({ pins, ...stage }) => {
    const { file, proc, holder } = system(stage);
    const log = file('log', { always: ['no loss'] });
    const app = proc('app');
    app.mmap(log, { pte: 'rw dirty' });
    const owner = stage.thread('rdma', () => {
      const region = ib_umem_get(app.mm, 0, 1, true);
      if (typeof region === 'number') return region;
      for (const page of region) deviceStores(page, NEW);
      return region.length;
    });
    stage.thread('fsync', () => vfs_fsync(log.inode));
    holder((page) => (owner.result() === 1 && page === log.folios[0] ? 1 : 0));
    if (pins === 'refused') stage.always('EFAULT', () => owner.result() === -EFAULT);
  },
  ({ pins }) =>
    pins === 'refused' ? {} : { designs: ALLOWED, expect: 'fail', about: 'Linux before 6.5' },
);

export const truncate = scenario.each(
  { pins: ['refused', 'allowed'] },
  'rdma-region-vs-truncate',
  ({ pins, ...stage }) => {
    const { file, proc, holder } = system(stage);
    const log = file('log');
    const app = proc('app');
    app.mmap(log, { pte: 'rw dirty' });
    const owner = stage.thread('rdma', () => {
      const region = ib_umem_get(app.mm, 0, 1, true);
      if (typeof region === 'number') return region;
      for (const page of region) deviceStores(page, NEW);
      return region.length;
    });
    stage.thread('truncate', () => do_truncate(log.inode, 0));
    holder((page) => (owner.result() === 1 && page === log.folios[0] ? 1 : 0));
    if (pins === 'refused') stage.always('EFAULT', () => owner.result() === -EFAULT);
    stage.never('the card has a page of no file', () => {
      return owner.result() === 1 && log.folios.some(({ mapping }) => READ_ONCE(mapping) === 0);
    });
  },
  ({ pins }) => (pins === 'refused' ? {} : { designs: ALLOWED, expect: 'fail' }),
);

export const reflink = scenario.each(
  { pins: ['refused', 'allowed'] },
  'rdma-region-vs-reflink',
  ({ pins, ...stage }) => {
    const { file, proc } = system(stage, { freeBlocks: 1 });
    const log = file('log', { always: [] });
    const clone = file('clone', { cached: false, always: [] });
    const app = proc('app');
    app.mmap(log, { pte: 'rw dirty' });
    const owner = stage.thread('rdma', () => {
      const region = ib_umem_get(app.mm, 0, 1, true);
      if (typeof region === 'number') return region;
      vfs_clone_file_range(log.inode, clone.inode, 0);
      for (const page of region) deviceStores(page, NEW);
      ib_umem_release(region, true);
      vfs_fsync(log.inode);
      return region.length;
    });
    if (pins === 'refused') stage.always('EFAULT', () => owner.result() === -EFAULT);
    stage.never('the clone has what the card wrote', () => isWritten(clone, NEW));
  },
  ({ pins }) => (pins === 'refused' ? {} : { designs: ALLOWED, expect: 'fail' }),
);
