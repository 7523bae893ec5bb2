/**
 * The three rules together against one transient pin, fsync and truncation at once. Completed as
 * the other scenarios show (rules-a-b, rule-c, rules-deadlocks) they are enough for pins whose end
 * the kernel alone decides. What breaks without one of them stands there too.
 */

import { scenario } from 'holdfast';
import {
  deviceStores,
  do_truncate,
  folio_mapping,
  FOLL_WRITE,
  pin_user_pages,
  system,
  unpinUserPages,
  vfs_fsync,
} from 'holdfast/linux/mm';
import { ABC, NEW } from './rules.ts';

export default scenario(
  'rules-a-b-c',
  { designs: ABC, about: 'all three rules, completed: transient pins are safe' },
  (stage) => {
    const { file, proc } = system(stage);
    const log = file('log', { always: ['stable', 'no loss', 'notified'] });
    const app = proc('app');
    app.mmap(log, { pte: 'rw dirty' });
    const driver = stage.thread('driver', () => {
      const pages = pin_user_pages(app.mm, 0, 1, FOLL_WRITE);
      if (typeof pages === 'number') return pages;
      let isOrphan = false;
      for (const page of pages) {
        deviceStores(page, NEW);
        isOrphan ||= folio_mapping(page) === null;
      }
      unpinUserPages(pages, true);
      return isOrphan ? 1 : 0;
    });
    stage.thread('fsync', () => vfs_fsync(log.inode));
    stage.thread('truncate', () => do_truncate(log.inode, 0));
    stage.never('a pinned page has left its file', () => driver.result() === 1);
    stage.sometimes('the pin is given', () => driver.result() === 0);
  },
);
