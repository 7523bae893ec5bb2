/** Starting scenarios for driver authors who pin memory of processes (docs/guide-pinning.md). */

import type { Template } from './templates.ts';

const DIO = `// A device writes into a process's memory, once: pin, write, mark dirty, give back.
// The memory may be a mapping of a file, which is written back meanwhile.
// Try: give false to unpinUserPages, and look at the picture.

import { scenario } from 'holdfast';
import {
  dma_write,
  FOLL_WRITE,
  pin_user_pages_fast,
  system,
  unpinUserPages,
  vfs_fsync,
} from 'holdfast/linux/mm';

export default scenario('NAME', (stage) => {
  const { file, proc, device } = system(stage);
  const log = file('log', { always: ['no loss'] });
  const app = proc('app');
  app.mmap(log, { pte: 'rw dirty' });
  const nic = device('nic');

  const driver = stage.thread('driver', () => {
    const pages = pin_user_pages_fast(app.mm, 0, 1, FOLL_WRITE);
    if (typeof pages === 'number') return pages;
    for (const page of pages) dma_write(nic, page, 7);
    unpinUserPages(pages, true);
    return pages.length;
  });

  stage.thread('fsync', () => vfs_fsync(log.inode));

  stage.always('the page was pinned', () => driver.result() === 1);
});
`;

const RDMA = `// Memory that a card may write for as long as the process likes: a long-term pin.
// Linux refuses it over a shared mapping of a file that is written back (EFAULT, since 6.5).
// Try: remove shmem: true, and look what ib_umem_get gives.

import { scenario } from 'holdfast';
import { dma_write, ib_umem_get, ib_umem_release, system, userLoad } from 'holdfast/linux/mm';

export default scenario('NAME', (stage) => {
  const { file, proc, device } = system(stage);
  const memory = file('memory', { shmem: true });
  const [app, peer] = [proc('app'), proc('peer')];
  app.mmap(memory);
  peer.mmap(memory);
  const card = device('card');

  const owner = stage.thread('app', () => {
    const region = ib_umem_get(app.mm, 0, 1, true);
    if (typeof region === 'number') return region;
    for (const page of region) dma_write(card, page, 7);
    ib_umem_release(region, true);
    return userLoad(app.mm, 0);
  });

  const reader = stage.thread('peer', () => userLoad(peer.mm, 0));

  stage.always('the owner sees what the card wrote', () => owner.result() === 7);
  stage.sometimes('so does another process', () => reader.result() === 7);
});
`;

const NOTIFIER = `// A device that faults, and is told before a page is taken away.
// Try: holdfast check FILE --without do_munmap/notifier

import { scenario } from 'holdfast';
import { READ_ONCE } from 'holdfast/linux';
import { do_munmap, rdmaWrite, system } from 'holdfast/linux/mm';

export default scenario('NAME', (stage) => {
  const { file, proc } = system(stage);
  const log = file('log');
  const app = proc('app');
  const vma = app.mmap(log, { pte: 'rw dirty' });
  const region = app.odp('region', vma);

  const device = stage.thread.device('device', (dma) => rdmaWrite(region, 0, 7, dma));

  const unmap = stage.thread('munmap', () => {
    do_munmap(app.mm, vma);
    return READ_ONCE(log.folios[0].data[0]);
  });

  stage.always('nothing is written later', () => {
    return READ_ONCE(log.folios[0].data[0]) === unmap.result();
  });
  stage.sometimes('the device fails', () => device.result() === false);
});
`;

const LEASE = `// Memory that is pinned for long, under a lease that the file system can break.
// Try: holdfast check FILE --design 'lease-revocation=drop the lease'

import { scenario } from 'holdfast';
import { READ_ONCE } from 'holdfast/linux';
import { do_truncate, ib_reg_user_mr, mrWrite, system, vfs_setlease } from 'holdfast/linux/mm';

const options = {
  designs: {
    'writable-file-pins': 'long-term under a lease',
    'lease-revocation': 'stop the device',
  },
};

export default scenario('NAME', options, (stage) => {
  const { file, proc, leased } = system(stage);
  const log = file('log');
  const app = proc('app');
  app.mmap(log, { pte: 'rw dirty' });
  const { filp, lease, mr } = leased('region', log);

  // This holder never lets go.
  stage.thread('holder', () => {
    if (vfs_setlease(filp, lease) === 0) ib_reg_user_mr(mr, app.mm, 0, filp);
  });

  const device = stage.thread.device('device', (dma) => mrWrite(mr, 7, dma));

  const truncate = stage.thread('truncate', () => {
    do_truncate(log.inode, 0);
    return READ_ONCE(log.folios[0].data[0]);
  });

  stage.always('nothing is written later', () => {
    return READ_ONCE(log.folios[0].data[0]) === truncate.result();
  });
  stage.sometimes('the device writes', () => device.result() === true);
});
`;

/** Starting points for pins. */
export const pinningTemplates: readonly Template[] = [
  { name: 'dio', about: 'one I/O into pinned memory, against fsync', text: DIO, models: 'tso' },
  { name: 'rdma', about: 'a long-term pin', text: RDMA, models: 'tso' },
  { name: 'notifier', about: 'a device that faults, and munmap', text: NOTIFIER, models: 'tso' },
  {
    name: 'lease',
    about: 'a long-term pin under a lease, and truncation',
    text: LEASE,
    models: 'tso',
  },
];
