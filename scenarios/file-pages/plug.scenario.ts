/**
 * The flusher holds its requests back in a plug while it goes from file to file, and again: the
 * page that it meets the second time is under a write-back which nobody but itself can start. fsync
 * has the page locked and waits for that write-back; the flusher waits for the lock. It lets its
 * requests go before it sleeps, as every thread does, or both would wait for ever.
 */

import { scenario } from 'holdfast';
import {
  blk_flush_plug,
  blk_plug,
  system,
  userStore,
  vfs_fsync,
  wb_writeback,
} from 'holdfast/linux/mm';

const NEW = 7;

export default scenario('plug-vs-fsync', (stage) => {
  const { file, proc, queue } = system(stage);
  const log = file('log');
  const app = proc('app');
  app.mmap(log, { pte: 'rw dirty' });
  const plug = stage.alloc(blk_plug, 'plug');
  stage.thread('flusher', () => {
    wb_writeback(log.inode, plug);
    userStore(app.mm, 0, NEW); // somebody dirties the page again
    wb_writeback(log.inode, plug);
    blk_flush_plug(queue, plug);
  });
  stage.thread('fsync', () => vfs_fsync(log.inode));
});
