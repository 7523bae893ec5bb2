/**
 * The file whose mapping is the buffer of a direct read is truncated or punched meanwhile.
 *
 * Linux does not wait: `inode_dio_wait` counts direct I/O of the truncated file, and this is direct
 * I/O of another one. The page leaves its file and lives on until the pin goes; what was read into
 * it is lost. The next access finds nothing, or after a hole a new page of zeroes.
 *
 * A page of zeroes can also come beyond the end: a fault looks at the size, waits for the
 * truncation, and adds a page before it looks at the size again. It is SIGBUS all the same.
 */

import { scenario } from 'holdfast';
import { READ_ONCE } from 'holdfast/linux';
import {
  do_truncate,
  FALLOC_FL_PUNCH_HOLE,
  system,
  userLoad,
  vfs_fallocate,
  xfs_file_dio_read,
} from 'holdfast/linux/mm';

const NEW = 7;

export default scenario.each(
  { how: ['truncated', 'punched'] },
  'dio-buffer-truncated',
  ({ how, ...stage }) => {
    const { file, proc } = system(stage, { freePages: 1, directIo: true });
    const source = file('source', { data: NEW, cached: false });
    const buffer = file('buffer');
    const app = proc('app');
    app.mmap(buffer, { pte: 'rw dirty' });
    const reader = stage.thread('reader', () => {
      const read = xfs_file_dio_read(source.inode, 0, app.mm, 0);
      return read === 1 ? userLoad(app.mm, 0) : read;
    });
    stage.thread('truncate', () => {
      if (how === 'truncated') do_truncate(buffer.inode, 0);
      else vfs_fallocate(buffer.inode, FALLOC_FL_PUNCH_HOLE, 0);
    });
    const [slot] = buffer.mapping.i_pages;
    const [page] = buffer.folios;
    stage.sometimes('what was read is seen', () => reader.result() === NEW);
    if (how === 'truncated') {
      stage.sometimes('SIGBUS after a read that succeeded', () => reader.result() === -1);
      stage.always('the page leaves its file', () => {
        return slot !== undefined && READ_ONCE(slot) !== page;
      });
    } else {
      stage.sometimes('zeroes after a read that succeeded', () => reader.result() === 0);
    }
  },
);

export const beyondTheEnd = scenario(
  'page-beyond-the-end',
  { about: 'a fault that races with truncation can leave an empty page in the page cache' },
  (stage) => {
    const { file, proc } = system(stage, { freePages: 1 });
    const log = file('log', { cached: false });
    const app = proc('app');
    app.mmap(log);
    const reader = stage.thread('reader', () => userLoad(app.mm, 0));
    stage.thread('truncate', () => do_truncate(log.inode, 0));
    const [slot] = log.mapping.i_pages;
    const isLeft = (): boolean => slot !== undefined && READ_ONCE(slot) !== null;
    stage.sometimes('a page is left', () => isLeft());
    stage.always('it was SIGBUS', () => !isLeft() || reader.result() === -1);
  },
);
