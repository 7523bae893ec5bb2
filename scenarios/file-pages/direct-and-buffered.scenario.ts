/**
 * Direct and buffered I/O where the buffer of the process is a mapping of the very file.
 *
 * A direct write first drops what the page cache has, and drops it again when the disk is done:
 * whoever touches the mapping in between, the write's own buffer even, brings the old data in. A
 * buffered write copies under the folio lock; were a page fault allowed there, it would wait for
 * the lock that its own thread holds.
 */

import { scenario } from 'holdfast';
import { READ_ONCE } from 'holdfast/linux';
import {
  do_truncate,
  EFAULT,
  filemap_read,
  folio_test_dirty,
  system,
  userLoad,
  userStore,
  wb_writeback,
  xfs_file_buffered_write,
  xfs_file_dio_read,
  xfs_file_dio_write,
} from 'holdfast/linux/mm';

const OLD = 3;
const NEW = 7;
const DONE = 1;

export const againstReader = scenario(
  'dio-write-vs-mapped-reader',
  { about: 'what is in the page cache afterwards is what is on disk' },
  (stage) => {
    const { file, proc } = system(stage, { freePages: 1 });
    const log = file('log', { data: OLD, cached: false, always: ['no loss'] });
    const source = file('source', { data: NEW, shmem: true });
    const app = proc('app');
    app.mmap(log);
    app.mmap(source, { at: 1, pte: 'ro' });
    const writer = stage.thread('writer', () => xfs_file_dio_write(log.inode, 0, app.mm, 1));
    const reader = stage.thread('reader', () => userLoad(app.mm, 0));
    stage.always('written', () => {
      const onDisk = log.blocks.every(({ data }) => data.every((word) => READ_ONCE(word) === NEW));
      return writer.result() === DONE && onDisk;
    });
    stage.sometimes('the old data is read', () => reader.result() === OLD);
    stage.sometimes('the new data is read', () => reader.result() === NEW);
  },
);

/** What is in the memory of the process and not yet on disk: the file's own page is the buffer. */
export const ownMapping = scenario.each(
  { call: ['write', 'read'] },
  'dio-own-mapping',
  ({ call, ...stage }) => {
    const { file, proc } = system(stage, { freePages: 1, directIo: true });
    const log = file('log', { data: OLD, always: ['no loss'] });
    const app = proc('app');
    app.mmap(log, { pte: 'rw dirty' });
    const direct = call === 'write' ? xfs_file_dio_write : xfs_file_dio_read;
    const app1 = stage.thread('app', () => {
      userStore(app.mm, 0, NEW);
      return direct(log.inode, 0, app.mm, 0);
    });
    stage.always('it returns, and has moved the page', () => app1.result() === DONE);
    stage.always('what was stored is kept', () => {
      const page = READ_ONCE(log.mapping.i_pages[0] ?? raise());
      const kept = page !== null && folio_test_dirty(page) ? [page] : log.blocks;
      return kept.every(({ data }) => data.every((word) => READ_ONCE(word) === NEW));
    });
  },
);

export const ownMappingAgainstFlusher = scenario.each(
  { call: ['write', 'read'] },
  'dio-own-mapping-vs-flusher',
  ({ call, ...stage }) => {
    const { file, proc } = system(stage, { freePages: 1, directIo: true });
    const log = file('log', { data: OLD, always: ['no loss'] });
    const app = proc('app');
    app.mmap(log, { pte: call === 'write' ? 'rw dirty' : 'ro' });
    const direct = call === 'write' ? xfs_file_dio_write : xfs_file_dio_read;
    const moved = stage.thread('app', () => direct(log.inode, 0, app.mm, 0));
    stage.thread('flusher', () => wb_writeback(log.inode));
    stage.always('it returns, and has moved the page', () => moved.result() === DONE);
  },
  () => ({ about: 'the page does not change: the call returns, and nobody waits for ever' }),
);

export const byTwo = scenario(
  'dio-write-by-two',
  { about: 'two direct writes, each with i_rwsem shared, drop the same page of the page cache' },
  (stage) => {
    const { file, proc } = system(stage);
    const log = file('log', { data: OLD, always: ['no loss'] });
    for (const [name, data] of [
      ['left', NEW],
      ['right', OLD],
    ] as const) {
      const { mm, mmap } = proc(name);
      mmap(file(`${name}'s memory`, { data, shmem: true }), { pte: 'ro' });
      const writer = stage.thread(name, () => xfs_file_dio_write(log.inode, 0, mm, 0));
      stage.always(`written (${name})`, () => writer.result() === DONE);
    }
  },
);

export const buffered = scenario.each(
  { faults: ['disabled', 'enabled'] },
  'buffered-write-own-mapping',
  (stage) => {
    const { file, proc } = system(stage);
    const log = file('log', { data: OLD });
    const app = proc('app');
    app.mmap(log);
    const writer = stage.thread('writer', () => {
      return xfs_file_buffered_write(log.inode, 0, app.mm, 0);
    });
    stage.always('written', () => writer.result() === DONE);
  },
  ({ faults }) =>
    faults === 'disabled'
      ? {}
      : { without: ['iomap_write_iter/page faults disabled'], expect: 'fail' },
);

export const readersAndWriters = scenario('buffered-write-vs-read', (stage) => {
  const { file, proc } = system(stage);
  const log = file('log', { data: OLD, always: ['no loss'] });
  const memory = file('memory', { pages: 2, data: NEW, shmem: true });
  const app = proc('app');
  app.mmap(memory, { pte: 'rw dirty' });
  stage.thread('writer', () => xfs_file_buffered_write(log.inode, 0, app.mm, 0));
  const reader = stage.thread('reader', () => {
    filemap_read(log.inode, 0, app.mm, 1);
    return userLoad(app.mm, 1);
  });
  stage.always('old or new', () => [OLD, NEW].includes(reader.result()));
  stage.sometimes('the old data is read', () => reader.result() === OLD);
  stage.sometimes('the new data is read', () => reader.result() === NEW);
});

export const sourceTruncated = scenario(
  'dio-write-source-truncated',
  { about: 'the memory that is written is a mapping of a file that becomes shorter meanwhile' },
  (stage) => {
    const { file, proc } = system(stage);
    const log = file('log', { data: OLD, cached: false, always: ['no loss'] });
    const source = file('source', { data: NEW, shmem: true });
    const app = proc('app');
    app.mmap(source, { pte: 'rw dirty' });
    const writer = stage.thread('writer', () => xfs_file_dio_write(log.inode, 0, app.mm, 0));
    stage.thread('truncate', () => void do_truncate(source.inode, 0));
    stage.always('all or nothing', () => {
      const expected = writer.result() === DONE ? NEW : OLD;
      return log.blocks.every(({ data }) => data.every((word) => READ_ONCE(word) === expected));
    });
    stage.sometimes('written', () => writer.result() === DONE);
    stage.sometimes('EFAULT', () => writer.result() === -EFAULT);
  },
);

function raise(): never {
  throw new Error('the file has a page');
}
