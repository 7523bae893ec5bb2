/**
 * Rules (b) and (c) to the letter: "elevated map count". Pins do not raise the map count, and every
 * mapping does: (b) waits for ever for any mapped page, pinned or not; (c) finds 0 after it has
 * unmapped the page, which protects nothing, and waits for ever before.
 */

import { scenario } from 'holdfast';
import {
  deviceStores,
  do_truncate,
  folio_mapping,
  FOLL_WRITE,
  pin_user_pages_fast,
  system,
  unpinUserPages,
  vfs_fsync,
} from 'holdfast/linux/mm';
import { A, B_AS_WRITTEN, C, NEW } from './rules.ts';

export const fsync = scenario.fails(
  'rule-b-map-count',
  {
    designs: { ...A, ...B_AS_WRITTEN, 'pin-counter': 'map count' },
    about: 'nobody has a pin, and fsync of a mapped file never returns',
  },
  (stage) => {
    const { file, proc } = system(stage);
    const log = file('log');
    proc('app').mmap(log, { pte: 'rw dirty' });
    stage.thread('fsync', () => vfs_fsync(log.inode));
  },
);

export const truncate = scenario.each(
  { waits: ['invalidate lock held', 'before unmapping'] },
  'rule-c-map-count',
  (stage) => {
    const { file, proc } = system(stage);
    const log = file('log');
    const app = proc('app');
    app.mmap(log, { pte: 'rw dirty' });
    const driver = stage.thread('driver', () => {
      const pages = pin_user_pages_fast(app.mm, 0, 1, FOLL_WRITE);
      if (typeof pages === 'number') return false;
      let isOrphan = false;
      for (const page of pages) {
        deviceStores(page, NEW);
        isOrphan ||= folio_mapping(page) === null;
      }
      unpinUserPages(pages, true);
      return isOrphan;
    });
    stage.thread('truncate', () => do_truncate(log.inode, 0));
    stage.never('a pinned page has left its file', () => driver.result());
  },
  ({ waits }) => ({
    designs: { ...A, ...C, 'pin-counter': 'map count', 'truncate-waits': waits },
    expect: 'fail',
  }),
);
