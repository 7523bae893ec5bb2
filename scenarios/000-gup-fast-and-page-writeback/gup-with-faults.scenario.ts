/**
 * GUP against write-back with everything that stands behind it: where the lookup fails, a page
 * fault asks the file system, waits for the folio lock and for write-back, and GUP looks again.
 *
 * Write-back is Linux's with the pin test of discussion 000 (`bounce`). What the device wrote
 * through the pin is on disk, or the page is still dirty; no page is written while it changes; and
 * no pin begins on a page whose writing the file system was not told of.
 */

import { scenario } from 'holdfast';
import type { Stage } from 'holdfast';
import { READ_ONCE } from 'holdfast/linux';
import {
  deviceStores,
  dma_write,
  FOLL_LONGTERM,
  FOLL_WRITE,
  folio_test_dirty,
  pin_user_pages,
  pin_user_pages_fast,
  shrink_inactive_list,
  system,
  unpinUserPages,
  vfs_fsync,
} from 'holdfast/linux/mm';
import type { MappedPte, Pages } from 'holdfast/linux/mm';
import { NEW } from './protocol.ts';

const PATHS = { slow: pin_user_pages, fast: pin_user_pages_fast };

interface Case {
  readonly path: 'slow' | 'fast';
  readonly pte: MappedPte;
}

function pinAgainstFsync(stage: Stage, { path, pte }: Case): void {
  const { file, proc, device } = system(stage);
  const log = file('log', { stable: true });
  const app = proc('app');
  app.mmap(log, { pte });
  const nic = device('nic');
  const driver = stage.thread('driver', () => {
    const pages: Pages = PATHS[path](app.mm, 0, 1, FOLL_WRITE);
    if (typeof pages === 'number') return pages;
    for (const page of pages) dma_write(nic, page, NEW);
    unpinUserPages(pages, true);
    return pages.length;
  });
  stage.thread('fsync', () => vfs_fsync(log.inode));
  stage.always('the page is pinned, sooner or later', () => driver.result() === 1);
}

export const slow = scenario.each(
  { pte: ['rw dirty', 'ro'] },
  'slow-gup-vs-mkclean-with-faults',
  ({ pte, ...stage }) => pinAgainstFsync(stage, { path: 'slow', pte }),
  () => ({ designs: { 'pinned-folio': 'bounce' } }),
);

export const fast = scenario.each(
  { pte: ['rw dirty', 'ro'] },
  'fast-gup-vs-mkclean-with-faults',
  ({ pte, ...stage }) => pinAgainstFsync(stage, { path: 'fast', pte }),
  () => ({ designs: { 'pinned-folio': 'bounce' } }),
);

export const withoutPageMkwrite = scenario(
  'pin-without-page-mkwrite',
  { about: 'a file in memory is told of nothing, and has no write-back that could clean the page' },
  (stage) => {
    const { file, proc } = system(stage);
    const memory = file('memory', { shmem: true });
    const app = proc('app');
    app.mmap(memory, { pte: 'rw dirty' });
    stage.thread('driver', () => {
      const pages = pin_user_pages_fast(app.mm, 0, 1, FOLL_WRITE | FOLL_LONGTERM);
      if (typeof pages === 'number') return;
      for (const page of pages) deviceStores(page, NEW);
      unpinUserPages(pages, true);
    });
    stage.thread('kernel', () => {
      vfs_fsync(memory.inode);
      memory.folios.forEach(shrink_inactive_list);
    });
    stage.always('what the device wrote stays, and dirty', () => {
      const [slot] = memory.mapping.i_pages;
      const page = slot === undefined ? null : READ_ONCE(slot);
      return (
        page !== null && folio_test_dirty(page) && page.data.every((w) => READ_ONCE(w) === NEW)
      );
    });
  },
);
