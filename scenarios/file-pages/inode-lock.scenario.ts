/**
 * What i_rwsem, and the folio lock of a direct write's invalidation, are for.
 *
 * Truncation waits for direct I/O that has begun, and i_rwsem keeps it from beginning: otherwise
 * the device reads or writes a block that is free, or another file's already. A buffered write sets
 * the size when it has copied: what it wrote to must still be there.
 */

import { scenario } from 'holdfast';
import type { Stage } from 'holdfast';
import { READ_ONCE, WRITE_ONCE } from 'holdfast/linux';
import {
  askDisk,
  do_truncate,
  FALLOC_FL_PUNCH_HOLE,
  folio_mark_dirty,
  i_size_read,
  invalidate_inode_pages2_range,
  system,
  tellFs,
  userLoad,
  userStore,
  vfs_clone_file_range,
  vfs_fallocate,
  vfs_fsync,
  wordOf,
  xfs_file_buffered_write,
  xfs_file_dio_read,
  xfs_file_dio_write,
} from 'holdfast/linux/mm';
import type { DiskBlock, File } from 'holdfast/linux/mm';

const OLD = 3;
const NEW = 7;
/** What the next owner of a freed block keeps there. */
const OTHERS = 9;

const HOW = ['truncated', 'punched'] as const;

function remove({ inode }: File, how: (typeof HOW)[number]): void {
  if (how === 'truncated') do_truncate(inode, 0);
  else vfs_fallocate(inode, FALLOC_FL_PUNCH_HOLE, 0);
}

export const directWrite = scenario.each(
  { how: HOW },
  'dio-write-vs-truncate',
  ({ how, ...stage }) => {
    const { file, proc } = system(stage, { freeBlocks: 1 });
    const log = file('log', { data: OLD, cached: false });
    const source = file('source', { data: NEW, shmem: true });
    const app = proc('app');
    app.mmap(source, { pte: 'rw dirty' });
    stage.thread('writer', () => xfs_file_dio_write(log.inode, 0, app.mm, 0));
    const [block] = log.blocks;
    const truncate = stage.thread('truncate', () => {
      remove(log, how);
      return askDisk(block);
    });
    stage.always('a free block does not change', () => {
      return wordOf(block) === truncate.result();
    });
    stage.sometimes('written before', () => truncate.result() === NEW);
    stage.sometimes('not written there', () => truncate.result() === OLD);
  },
);

export const directRead = scenario('dio-read-vs-truncate', (stage) => {
  const { file, proc } = system(stage, { directIo: true });
  const log = file('log', { data: OLD, cached: false });
  const memory = file('memory', { shmem: true });
  const app = proc('app');
  app.mmap(memory, { pte: 'rw dirty' });
  stage.thread('reader', () => xfs_file_dio_read(log.inode, 0, app.mm, 0));
  stage.thread('truncate', () => {
    do_truncate(log.inode, 0);
    for (const { data } of log.blocks) data.forEach((word) => WRITE_ONCE(word, OTHERS));
  });
  const read = memory.folios[0]?.data[0];
  stage.never("another file's data is read", () => {
    return read !== undefined && READ_ONCE(read) === OTHERS;
  });
  stage.sometimes('the data is read', () => read !== undefined && READ_ONCE(read) === OLD);
});

export const bufferedWrite = scenario(
  'buffered-write-vs-truncate',
  { about: 'afterwards the file is empty, or has what was written' },
  (stage) => {
    const { file, proc } = system(stage, { freePages: 1, freeBlocks: 1 });
    const log = file('log', { data: OLD });
    const source = file('source', { data: NEW, shmem: true });
    const app = proc('app');
    app.mmap(source, { pte: 'rw dirty' });
    stage.thread('writer', () => xfs_file_buffered_write(log.inode, 0, app.mm, 0));
    stage.thread('truncate', () => do_truncate(log.inode, 0));
    stage.always('empty, or what was written', () => {
      const page = READ_ONCE(log.mapping.i_pages[0] ?? raise());
      if (i_size_read(log.inode) === 0) return page === null;
      return page !== null && page.data.every((word) => READ_ONCE(word) === NEW);
    });
  },
);

export const mappedWriter = scenario(
  'invalidate-vs-mkwrite',
  { about: 'a direct write drops the page that a process is about to make writable' },
  (stage) => {
    const { file, proc } = system(stage, { freePages: 1 });
    const log = file('log', { data: OLD });
    const app = proc('app');
    app.mmap(log, { pte: 'ro' });
    stage.thread('writer', () => invalidate_inode_pages2_range(log.mapping, 0, 1));
    stage.thread('cpu', () => userStore(app.mm, 0, OTHERS));
  },
);

export const cloned = scenario(
  'dio-write-vs-reflink',
  { about: 'what is written directly after the clone does not change the clone' },
  (stage) => {
    const { file, proc } = system(stage, { freeBlocks: 1 });
    const log = file('log', { data: OLD, cached: false });
    const clone = file('clone', { cached: false });
    const source = file('source', { data: NEW, shmem: true });
    const app = proc('app');
    app.mmap(source, { pte: 'rw dirty' });
    stage.thread('writer', () => xfs_file_dio_write(log.inode, 0, app.mm, 0));
    const reflink = stage.thread('reflink', () => {
      vfs_clone_file_range(log.inode, clone.inode, 0);
      return askDisk(firstBlock(clone));
    });
    stage.always('the clone does not change', () => wordOf(firstBlock(clone)) === reflink.result());
    stage.sometimes('the clone has the old data', () => reflink.result() === OLD);
    stage.sometimes('the clone has the new data', () => reflink.result() === NEW);
  },
);

export const clonedOver = scenario(
  'fault-vs-reflink',
  { about: 'a page of the old contents does not stay when the file becomes a clone' },
  (stage) => {
    const { file, proc } = system(stage, { freePages: 1 });
    const log = file('log', { data: NEW, cached: false });
    const clone = file('clone', { data: OLD, cached: false });
    const app = proc('app');
    app.mmap(clone);
    const load = stage.thread('load', () => userLoad(app.mm, 0));
    stage.thread('reflink', () => vfs_clone_file_range(log.inode, clone.inode, 0));
    stage.sometimes('the old data is read', () => load.result() === OLD);
    stage.sometimes('the new data is read', () => load.result() === NEW);
  },
);

/** A dirty page of a device with checksums, and a process that has something to write. */
function aboutToWrite(stage: Stage): { log: File; write: () => void } {
  const { file, proc } = system(stage);
  const log = file('log', { data: OLD, stable: true });
  const source = file('source', { data: NEW, shmem: true });
  const app = proc('app');
  app.mmap(source, { pte: 'rw dirty' });
  for (const page of log.folios) {
    tellFs(log.mapping, page);
    folio_mark_dirty(page);
  }
  return { log, write: () => void xfs_file_buffered_write(log.inode, 0, app.mm, 0) };
}

export const writeThenSync = scenario(
  'write-then-fsync',
  {
    about: 'on disk when it returns, whatever another fsync did meanwhile',
    // Nothing orders fsync's two looks without the lock: litmus/fsync-looks-at-two-tags.litmus.
    expect: { weak: 'fail' },
  },
  (stage) => {
    const { log, write } = aboutToWrite(stage);
    const writer = stage.thread('writer', () => {
      write();
      vfs_fsync(log.inode);
      return askDisk(firstBlock(log));
    });
    stage.thread('fsync', () => vfs_fsync(log.inode));
    stage.always('durable', () => writer.result() === NEW);
  },
);

export const writeDuringSync = scenario(
  'write-vs-fsync',
  { about: 'a page that is written to disk does not change under a buffered write' },
  (stage) => {
    const { log, write } = aboutToWrite(stage);
    stage.thread('writer', write);
    stage.thread('fsync', () => vfs_fsync(log.inode));
  },
);

function firstBlock({ inode }: File): DiskBlock | null {
  return READ_ONCE(inode.i_block[0] ?? raise());
}

function raise(): never {
  throw new Error('the file has a page');
}
