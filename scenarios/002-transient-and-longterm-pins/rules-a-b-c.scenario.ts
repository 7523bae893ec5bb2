/**
 * The three rules together against one transient pin, fsync and truncation at once. Completed as
 * the other scenarios show (rules-a-b, rule-c, rules-deadlocks) they are enough for pins whose end
 * the kernel alone decides. What breaks without one of them stands there too.
 */

import { scenario } from 'holdfast';
import { do_truncate, FOLL_WRITE, pin_user_pages, system, vfs_fsync } from 'holdfast/linux/mm';
import { ABC, IN_ITS_FILE, LEFT_ITS_FILE, writeThrough } from './rules.ts';

export default scenario(
  'rules-a-b-c',
  { designs: ABC, about: 'all three rules, completed: transient pins are safe' },
  (stage) => {
    const { file, proc } = system(stage);
    const log = file('log', { always: ['stable', 'no loss', 'notified'] });
    const app = proc('app');
    app.mmap(log, { pte: 'rw dirty' });
    const driver = stage.thread('driver', () => {
      return writeThrough(pin_user_pages(app.mm, 0, 1, FOLL_WRITE));
    });
    stage.thread('fsync', () => vfs_fsync(log.inode));
    stage.thread('truncate', () => do_truncate(log.inode, 0));
    stage.never('a pinned page has left its file', () => driver.result() === LEFT_ITS_FILE);
    stage.sometimes('the pin is given', () => driver.result() === IN_ITS_FILE);
  },
);
