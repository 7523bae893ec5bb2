/**
 * Reads and writes, through the page cache and around it, call after call: what Linux 6.18 was seen
 * to leave behind (counts, page cache, PTEs, data).
 */
import { describe, expect, it } from 'vitest';
import { apart } from '../../../test/support/one-process.ts';
import { wrongWith } from '../../../test/support/small.ts';
import { assert, atomic_read, READ_ONCE } from '../../memory/index.ts';
import { EFAULT } from '../errno.ts';
import { pin_user_pages, unpinUserPages } from '../mm/gup.ts';
import { do_munmap } from '../mm/mmap.ts';
import { pte_t } from '../mm/mm_types.ts';
import type { Folio, MmStruct, VmArea } from '../mm/mm_types.ts';
import { folio_test_dirty } from '../mm/page-flags.ts';
import { FOLL_WRITE } from '../mm/pin-count.ts';
import { folio_mapcount } from '../mm/rmap.ts';
import { userLoad, userStore } from '../mm/user-access.ts';
import { system } from '../system.ts';
import type { File, FileOptions, MmapOptions, Process } from '../system.ts';
import { filemap_read, xfs_file_buffered_write } from './buffered-io.ts';
import { xfs_file_dio_read, xfs_file_dio_write } from './direct-io.ts';
import { vfs_clone_file_range } from './remap-range.ts';
import { vfs_fsync } from './sync.ts';
import { do_truncate } from './truncate.ts';

interface World {
  readonly log: File;
  readonly app: Process;
  readonly vma: VmArea;
}

/** Virtual page of a page in memory (7), beside the mapping of the file at 0. */
const BUFFER = 2;

function alone(
  how: FileOptions & MmapOptions,
  body: (world: World, first: Folio) => void,
): Promise<string[]> {
  return wrongWith((stage) => {
    const { file, proc } = system(stage, { freePages: 1, freeBlocks: 1, directIo: true });
    const log = file('log', { data: 3, ...apart(how).file });
    const memory = file('memory', { data: 7, shmem: true });
    const app = proc('app');
    const vma = app.mmap(log, apart(how).mapping);
    app.mmap(memory, { at: BUFFER, pte: 'rw dirty' });
    const [first] = log.folios;
    if (first === undefined) throw new Error('the file has no page in memory');
    stage.thread('app', () => body({ log, app, vma }, first));
  });
}

const onDisk = ({ blocks: [block] }: File): number => {
  const [word] = block?.data ?? [];
  return word === undefined ? -1 : READ_ONCE(word);
};

const pteOf = ({ pte: [first] }: MmStruct): string =>
  first === undefined ? '' : pte_t.format(READ_ONCE(first));

describe('a direct write', () => {
  it.each(['ro', 'rw dirty'] as const)(
    'drops the cached page, mapped %s, and the mapping shows the new data',
    async (pte) => {
      const found = await alone({ pte }, ({ log, app }, page) => {
        assert(xfs_file_dio_write(log.inode, 0, app.mm, BUFFER) === 1, 'written');
        assert(pteOf(app.mm) === 'none' && READ_ONCE(page.mapping) === 0, 'invalidated');
        assert(onDisk(log) === 7 && userLoad(app.mm, 0) === 7, 'the new data');
      });
      expect(found).toEqual([]);
    },
  );

  it('and a direct read with the very mapping as the buffer return', async () => {
    const found = await alone({ pte: 'rw dirty' }, ({ log, app }) => {
      userStore(app.mm, 0, 5);
      assert(xfs_file_dio_write(log.inode, 0, app.mm, 0) === 1, 'written');
      assert(onDisk(log) === 5, 'its own data');
      assert(xfs_file_dio_read(log.inode, 0, app.mm, 0) === 1, 'read');
      assert(userLoad(app.mm, 0) === 5, 'its own data');
    });
    expect(found).toEqual([]);
  });

  it('without a buffer is EFAULT', async () => {
    const found = await alone({}, ({ log, app }) => {
      assert(xfs_file_dio_write(log.inode, 0, app.mm, 3) === -EFAULT, 'no mapping there');
    });
    expect(found).toEqual([]);
  });
});

describe('a buffered write', () => {
  it('is in the page cache, dirty, and on disk after fsync', async () => {
    const found = await alone({ pte: 'ro' }, ({ log, app }, page) => {
      assert(xfs_file_buffered_write(log.inode, 0, app.mm, BUFFER) === 1, 'written');
      assert(folio_test_dirty(page) && userLoad(app.mm, 0) === 7, 'dirty, seen by the mapping');
      assert(pteOf(app.mm) === 'ro' && onDisk(log) === 3, 'not on disk yet');
      vfs_fsync(log.inode);
      assert(onDisk(log) === 7, 'on disk');
    });
    expect(found).toEqual([]);
  });

  it('makes the file longer; a read gives what is there and 0 at the end', async () => {
    const found = await alone({ cached: true }, ({ log, app }) => {
      assert(filemap_read(log.inode, 1, app.mm, BUFFER) === 0, 'the end of the file');
      assert(xfs_file_buffered_write(log.inode, 1, app.mm, BUFFER) === 1, 'written');
      assert(READ_ONCE(log.inode.i_size) === 2, 'two pages');
      assert(filemap_read(log.inode, 0, app.mm, BUFFER) === 1, 'read');
      assert(userLoad(app.mm, BUFFER) === 3, 'the first page');
    });
    expect(found).toEqual([]);
  });
});

describe('a pin', () => {
  it('of a private copy outlives truncation, which zaps the copy too', async () => {
    const found = await alone({ isPrivate: true }, ({ log, app }) => {
      const pages = pin_user_pages(app.mm, 0, 1, FOLL_WRITE);
      do_truncate(log.inode, 0);
      assert(!userStore(app.mm, 0, 1), 'SIGBUS');
      const [copy] = typeof pages === 'number' ? [] : pages;
      assert(copy !== undefined && atomic_read(copy._refcount) === 1024, 'the pin alone');
      unpinUserPages(pages, true);
    });
    expect(found).toEqual([]);
  });

  it('outlives munmap', async () => {
    const found = await alone({ shmem: true, pte: 'rw dirty' }, ({ app, vma }, page) => {
      const pages = pin_user_pages(app.mm, 0, 1, FOLL_WRITE);
      do_munmap(app.mm, vma);
      assert(atomic_read(page._refcount) === 1025 && folio_mapcount(page) === 0, 'cache and pin');
      unpinUserPages(pages, true);
    });
    expect(found).toEqual([]);
  });
});

describe('a read fault on a page in memory that is dirty', () => {
  it('maps it writable and dirty at once', async () => {
    const found = await alone({ shmem: true }, ({ log, app }, page) => {
      assert(xfs_file_buffered_write(log.inode, 0, app.mm, BUFFER) === 1, 'as tmpfs writes');
      userLoad(app.mm, 0);
      assert(folio_test_dirty(page) && pteOf(app.mm) === 'rw dirty', 'writable, dirty');
    });
    expect(found).toEqual([]);
  });
});

describe('a reflink', () => {
  it('shares the block until one of the files is written', async () => {
    const found = await wrongWith((stage) => {
      const { file, proc } = system(stage, { freePages: 1, freeBlocks: 1 });
      const log = file('log', { data: 3 });
      const clone = file('clone', { cached: false });
      const app = proc('app');
      app.mmap(log, { pte: 'rw dirty' });
      app.mmap(clone, { at: BUFFER });
      stage.thread('app', () => {
        userStore(app.mm, 0, 5);
        vfs_clone_file_range(log.inode, clone.inode, 0);
        assert(pteOf(app.mm) === 'ro' && userLoad(app.mm, BUFFER) === 5, 'shared, protected');
        userStore(app.mm, 0, 6);
        vfs_fsync(log.inode);
        assert(onDisk(log) === 5 && userLoad(app.mm, BUFFER) === 5, 'the clone keeps its block');
        assert(userLoad(app.mm, 0) === 6, 'the file has another');
      });
    });
    expect(found).toEqual([]);
  });
});
