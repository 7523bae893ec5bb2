/**
 * A page leaves its file while it is written back.
 *
 * Truncation waits for the end of a write that has begun, because the interrupt that ends it still
 * looks at the file; write-back that locks a page looks whether it still is the file's, because
 * whoever holds a reference may mark it dirty after it has left.
 */

import { scenario } from 'holdfast';
import {
  do_truncate,
  FALLOC_FL_PUNCH_HOLE,
  folio_get,
  folio_lock,
  folio_mark_dirty,
  folio_put,
  folio_unlock,
  system,
  tellFs,
  vfs_fallocate,
  vfs_fsync,
  wb_writeback,
} from 'holdfast/linux/mm';

export const mapped = scenario('truncate-vs-fsync', (stage) => {
  const { file, proc } = system(stage);
  const log = file('log');
  const app = proc('app');
  app.mmap(log, { pte: 'rw dirty' });
  stage.thread('fsync', () => vfs_fsync(log.inode));
  stage.thread('truncate', () => do_truncate(log.inode, 0));
});

export const dirtiedLate = scenario(
  'punch-vs-late-dirty',
  { about: 'a driver marks its page dirty when it has left, and write-back has found it before' },
  (stage) => {
    const { file } = system(stage);
    const log = file('log');
    const [page] = log.folios;
    if (page === undefined) return;
    tellFs(log.mapping, page);
    folio_mark_dirty(page);
    folio_get(page);
    stage.thread('driver', () => {
      folio_lock(page);
      folio_mark_dirty(page);
      folio_unlock(page);
      folio_put(page);
    });
    stage.thread('flusher', () => wb_writeback(log.inode));
    stage.thread('punch', () => vfs_fallocate(log.inode, FALLOC_FL_PUNCH_HOLE, 0));
  },
);
