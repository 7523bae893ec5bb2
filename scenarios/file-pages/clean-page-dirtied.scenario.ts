/**
 * A device writes through a pin to a page that write-back has cleaned, and the driver marks it
 * dirty: ->page_mkwrite is not called, so the file system has reserved nothing.
 *
 * Linux 6.18 does this for every short-term pin. Where the block belongs to this file alone nothing
 * bad comes of it; after a reflink, write-back writes over the block that the other file has too,
 * and that file changes. A CPU's store to the same page would fault and get a block of its own.
 */

import { scenario } from 'holdfast';
import type { Stage } from 'holdfast';
import { READ_ONCE } from 'holdfast/linux';
import {
  askDisk,
  deviceStores,
  FOLL_WRITE,
  pin_user_pages_fast,
  system,
  unpinUserPages,
  userStore,
  vfs_clone_file_range,
  wb_writeback,
  wordOf,
} from 'holdfast/linux/mm';
import type { DiskBlock, File } from 'holdfast/linux/mm';

const NEW = 7;

function pinAgainstFlusher(stage: Stage): void {
  const { file, proc } = system(stage);
  const log = file('log', { always: ['notified'] });
  const app = proc('app');
  app.mmap(log, { pte: 'rw dirty' });
  const pages = pin_user_pages_fast(app.mm, 0, 1, FOLL_WRITE);
  if (typeof pages === 'number') return;
  stage.thread('driver', () => {
    for (const page of pages) deviceStores(page, NEW);
    unpinUserPages(pages, true);
  });
  stage.thread('flusher', () => wb_writeback(log.inode));
}

export const today = scenario.fails(
  'clean-page-dirtied',
  { about: '->page_mkwrite is not called when a pinned page is marked dirty' },
  pinAgainstFlusher,
);

export const bounced = scenario(
  'clean-page-dirtied-bounce',
  { designs: { 'pinned-folio': 'bounce' }, about: 'a pinned page is copied and stays dirty' },
  pinAgainstFlusher,
);

/** The file's first block. */
const blockOf = ({ inode: { i_block } }: File): DiskBlock | null => {
  const [slot] = i_block;
  return slot === undefined ? null : READ_ONCE(slot);
};

export const reflink = scenario.each(
  { writer: ['device', 'cpu'] },
  'reflink-vs-write',
  ({ writer, ...stage }) => {
    const { file, proc } = system(stage, { freeBlocks: 1 });
    const log = file('log', { always: ['no loss'] });
    const clone = file('clone', { cached: false, always: [] });
    const app = proc('app');
    app.mmap(log, { pte: 'rw dirty' });
    const pages = writer === 'cpu' ? [] : pin_user_pages_fast(app.mm, 0, 1, FOLL_WRITE);
    if (typeof pages === 'number') return;
    stage.thread(writer, () => {
      if (writer === 'cpu') userStore(app.mm, 0, NEW);
      for (const page of pages) deviceStores(page, NEW);
      unpinUserPages(pages, true);
    });
    const cloned = stage.thread('reflink', () => {
      vfs_clone_file_range(log.inode, clone.inode, 0);
      const shared = askDisk(blockOf(clone));
      wb_writeback(log.inode);
      return shared;
    });
    stage.always('the clone does not change', () => wordOf(blockOf(clone)) === cloned.result());
  },
  ({ writer }) => ({ expect: writer === 'cpu' ? 'pass' : 'fail' }),
);
