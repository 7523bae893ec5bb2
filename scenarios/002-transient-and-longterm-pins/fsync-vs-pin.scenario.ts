/**
 * What does fsync guarantee while a page is pinned, and when does the device's data reach the disk?
 *
 * fsync neither looks at the pin nor waits for it: it returns while the device may still write, and
 * the page is clean then. What the device has written is on disk after the pin was given back *and*
 * an fsync that began afterwards. A direct read gives its pin back late: its caller is woken first.
 */

import { scenario } from 'holdfast';
import type { Stage } from 'holdfast';
import { READ_ONCE } from 'holdfast/linux';
import {
  dma_write,
  FOLL_WRITE,
  xfs_file_dio_read,
  pin_user_pages_fast,
  system,
  unpinUserPages,
  vfs_fsync,
  wb_writeback,
} from 'holdfast/linux/mm';
import type { File } from 'holdfast/linux/mm';

const NEW = 7;

/** Whether the disk has what the device wrote. */
const isDurable = ({ blocks: [block] }: File): boolean =>
  block?.data.every((word) => READ_ONCE(word) === NEW) ?? false;

function pinned(stage: Stage, { dirty }: { dirty: boolean }): void {
  const { file, proc, device } = system(stage);
  const log = file('log', { always: ['no loss'] });
  const app = proc('app');
  app.mmap(log, { pte: 'rw dirty' });
  const nic = device('nic');
  stage.thread('driver', () => {
    const pages = pin_user_pages_fast(app.mm, 0, 1, FOLL_WRITE);
    if (typeof pages === 'number') return;
    for (const page of pages) dma_write(nic, page, NEW);
    unpinUserPages(pages, dirty);
    vfs_fsync(log.inode);
  });
  stage.thread('flusher', () => wb_writeback(log.inode));
  stage.always('durable', () => isDurable(log));
}

export const afterUnpin = scenario(
  'fsync-vs-pin',
  { about: 'unpin marks dirty, then fsync: durable, whatever the flusher did meanwhile' },
  (stage) => pinned(stage, { dirty: true }),
);

export const withoutDirty = scenario.fails(
  'fsync-vs-pin-not-dirtied',
  { about: 'the driver forgets to mark the page dirty' },
  (stage) => pinned(stage, { dirty: false }),
);

export const whilePinned = scenario('fsync-returns-while-pinned', (stage) => {
  const { file, proc } = system(stage);
  const log = file('log');
  const app = proc('app');
  app.mmap(log, { pte: 'rw dirty' });
  const returned = stage.sometimes('fsync returns while the page is pinned');
  stage.thread('driver', () => {
    const pages = pin_user_pages_fast(app.mm, 0, 1, FOLL_WRITE);
    vfs_fsync(log.inode);
    if (typeof pages !== 'number') returned.mark();
    unpinUserPages(pages, false);
  });
});

export const directRead = scenario.fails(
  'dio-read-then-fsync',
  { about: 'read(O_DIRECT) returns before its page is marked dirty again: fsync misses the data' },
  (stage) => {
    const { file, proc, disk } = system(stage);
    const source = file('source', {
      data: NEW,
      cached: false,
      disk: disk('other disk', { directIo: true }),
    });
    const buffer = file('buffer', { always: ['no loss'] });
    const app = proc('app');
    app.mmap(buffer, { pte: 'rw dirty' });
    stage.thread('reader', () => {
      xfs_file_dio_read(source.inode, 0, app.mm, 0);
      vfs_fsync(buffer.inode);
    });
    stage.thread('flusher', () => wb_writeback(buffer.inode));
    stage.always('durable', () => isDurable(buffer));
  },
);
