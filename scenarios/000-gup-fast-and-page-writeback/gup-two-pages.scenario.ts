/**
 * Two pages: a pin holder that faults the second page while the first is pinned, against write-back
 * that has the first page in a bio which is not submitted yet while it locks the second.
 */

import { scenario } from 'holdfast';
import {
  deviceStores,
  FOLL_WRITE,
  pin_user_pages_fast,
  system,
  unpinUserPages,
  vfs_fsync,
} from 'holdfast/linux/mm';
import { NEW } from './protocol.ts';

export default scenario.each(
  { pte: ['rw dirty', 'ro'] },
  'fast-gup-vs-mkclean-two-pages',
  ({ pte, ...stage }) => {
    const { file, proc } = system(stage);
    const log = file('log', { stable: true, pages: 2 });
    const app = proc('app');
    app.mmap(log, { pte });
    const driver = stage.thread('driver', () => {
      const pages = pin_user_pages_fast(app.mm, 0, 2, FOLL_WRITE);
      if (typeof pages === 'number') return pages;
      for (const page of pages) deviceStores(page, NEW);
      unpinUserPages(pages, true);
      return pages.length;
    });
    stage.thread('fsync', () => vfs_fsync(log.inode));
    stage.always('both pages are pinned, sooner or later', () => driver.result() === 2);
  },
  () => ({ designs: { 'pinned-folio': 'bounce' } }),
);
