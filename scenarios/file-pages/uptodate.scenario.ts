/**
 * PG_uptodate says that a page holds what its file says, and is read without a lock: the contents
 * come before the flag (smp_wmb) and are read after it (smp_rmb). CPUs that keep the order of
 * stores and of loads need neither.
 */

import { scenario } from 'holdfast';
import { clear_bit, READ_ONCE, WRITE_ONCE } from 'holdfast/linux';
import {
  filemap_read,
  filemap_read_folio,
  folio_test_uptodate,
  page_flags,
  system,
  userLoad,
  xfs_file_buffered_write,
} from 'holdfast/linux/mm';

const OLD = 3;
const NEW = 7;

export default scenario.each(
  { by: ['a read', 'a write'] },
  'uptodate-then-data',
  ({ by, ...stage }) => {
    const { file, proc } = system(stage);
    const log = file('log', { data: OLD, always: [] });
    const source = file('source', { data: NEW, shmem: true });
    const app = proc('app');
    app.mmap(source, { pte: 'ro' });
    app.mmap(file('memory', { data: OLD, shmem: true }), { at: 1, pte: 'rw dirty' });
    const [page] = log.folios;
    const word = page?.data[0];
    if (page === undefined || word === undefined) return;
    clear_bit(page_flags.bit.PG_uptodate, page.flags);
    WRITE_ONCE(word, 0);
    stage.thread('filler', () => {
      if (by === 'a read') filemap_read_folio(log.inode, 0, page);
      else xfs_file_buffered_write(log.inode, 0, app.mm, 0);
    });
    const reader = stage.thread('reader', () => {
      // XFS takes i_rwsem to read, ext4 does not: only there a reader meets a writer.
      if (by === 'a write') return folio_test_uptodate(page) ? READ_ONCE(word) : OLD;
      filemap_read(log.inode, 0, app.mm, 1);
      return userLoad(app.mm, 1);
    });
    stage.never('what was in the page before is read', () => reader.result() === 0);
  },
);
