/** Files, faults and pins one after the other: what each call leaves behind. */
import { describe, expect, it } from 'vitest';
import { apart } from '../../test/support/one-process.ts';
import { tried, wrongWith } from '../../test/support/small.ts';
import { atomic_read, READ_ONCE, assert } from '../memory/index.ts';
import type { Stage } from '../scenario/stage.ts';
import { EFAULT } from './errno.ts';
import { xfs_file_dio_read } from './fs/direct-io.ts';
import { fsWasTold } from './fs/buffer-head.ts';
import { msync, vfs_fsync } from './fs/sync.ts';
import { do_truncate, FALLOC_FL_PUNCH_HOLE, vfs_fallocate } from './fs/truncate.ts';
import { get_user_pages, pin_user_pages, pin_user_pages_fast, unpinUserPages } from './mm/gup.ts';
import { do_munmap, exit_mmap } from './mm/mmap.ts';
import { pte_t } from './mm/mm_types.ts';
import type { Folio, MmStruct } from './mm/mm_types.ts';
import { folio_test_dirty } from './mm/page-flags.ts';
import { FOLL_LONGTERM, FOLL_WRITE } from './mm/pin-count.ts';
import { folio_mapcount } from './mm/rmap.ts';
import { userLoad, userStore } from './mm/user-access.ts';
import { system } from './system.ts';
import type { File, FileOptions, MmapOptions, Process } from './system.ts';

interface World {
  readonly stage: Stage;
  readonly log: File;
  readonly app: Process;
}

/** What one thread sees, beside the disk: anything that does not hold is a finding. */
async function alone(
  how: FileOptions & MmapOptions,
  body: (world: World, first: Folio) => void,
): Promise<string[]> {
  return wrongWith((stage) => {
    const { file, proc } = system(stage, { freePages: 2, directIo: true });
    const { file: ofFile, mapping } = apart(how);
    const log = file('log', { stable: true, ...ofFile });
    const app = proc('app');
    app.mmap(log, mapping);
    const [first] = log.folios;
    if (first === undefined) throw new Error('the file has no page in memory');
    stage.thread('app', () => body({ stage, log, app }, first));
  });
}

const pteOf = ({ pte: [first] }: MmStruct): string =>
  first === undefined ? '' : pte_t.format(READ_ONCE(first));

describe('a file with a property that there is not', () => {
  it('is refused, and told what there is', async () => {
    const found = await alone({ always: ['noloss' as never] }, () => {});
    expect(found.join()).toContain(`'always' cannot be "noloss". Did you mean 'no loss'?`);
  });
});

describe('a page fault', () => {
  it('maps a page of a shared file read-only for a read', async () => {
    const found = await alone({ data: 3 }, ({ app }, page) => {
      assert(userLoad(app.mm, 0) === 3, 'the data is read');
      assert(pteOf(app.mm) === 'ro', 'the PTE is read-only');
      assert(atomic_read(page._refcount) === 2 && folio_mapcount(page) === 1, 'it is mapped once');
      assert(!folio_test_dirty(page), 'the page is clean');
    });
    expect(found).toEqual([]);
  });

  it.each([undefined, 'ro'] as const)(
    'tells the file system of a write, with the PTE %s before',
    async (pte) => {
      const found = await alone(pte === undefined ? {} : { pte }, ({ app }, page) => {
        assert(userStore(app.mm, 0, 5), 'the store is made');
        assert(pteOf(app.mm) === 'rw dirty', 'the PTE is writable and dirty');
        assert(folio_test_dirty(page) && fsWasTold(page), 'the file system knows');
        assert(atomic_read(page._refcount) === 2, 'no reference is left over');
      });
      expect(found).toEqual([]);
    },
  );

  it('makes a copy for a write to a private mapping, and leaves the file alone', async () => {
    const found = await alone({ isPrivate: true, data: 3 }, ({ app }, page) => {
      assert(userStore(app.mm, 0, 5) && userLoad(app.mm, 0) === 5, 'the process sees its store');
      assert(
        page.data.every((word) => READ_ONCE(word) === 3),
        'the file does not',
      );
      assert(atomic_read(page._refcount) === 1, 'the file page is not mapped');
    });
    expect(found).toEqual([]);
  });

  it('of a page in memory (shmem) maps it writable even for a read', async () => {
    const found = await alone({ shmem: true, stable: false }, ({ app }) => {
      userLoad(app.mm, 0);
      assert(pteOf(app.mm) === 'rw dirty', 'writable, and dirty as the page is');
    });
    expect(found).toEqual([]);
  });

  it('reads a page that is not in memory from disk', async () => {
    const found = await wrongWith((stage) => {
      const { file, proc } = system(stage, { freePages: 1 });
      const log = file('log', { data: 3, cached: false });
      const app = proc('app');
      app.mmap(log);
      stage.thread('app', () => assert(userLoad(app.mm, 0) === 3, 'the data of the block'));
    });
    expect(found).toEqual([]);
  });

  it('beyond the end of the file, or without a mapping, is a signal', async () => {
    const found = await alone({ pte: 'rw dirty' }, ({ log, app }) => {
      do_truncate(log.inode, 0);
      assert(pteOf(app.mm) === 'none', 'truncation unmaps');
      assert(userLoad(app.mm, 0) === -1, 'SIGBUS');
      assert(!userStore(app.mm, 0, 1), 'SIGBUS');
      assert(userLoad(app.mm, 3) === -1, 'SIGSEGV');
    });
    expect(found).toEqual([]);
  });
});

describe('fsync', () => {
  it.each([
    ['fsync', ({ log }: World): void => vfs_fsync(log.inode)],
    ['msync', ({ app }: World): void => void msync(app.mm, 0)],
  ] as const)('(%s) leaves the page clean, write-protected and on disk', async (_name, sync) => {
    const found = await alone({ pte: 'rw dirty' }, (world, page) => {
      assert(userStore(world.app.mm, 0, 5), 'the store is made');
      sync(world);
      assert(pteOf(world.app.mm) === 'ro' && !folio_test_dirty(page), 'clean');
      const [block] = world.log.blocks;
      assert(block?.data.every((word) => READ_ONCE(word) === 5) ?? false, 'on disk');
    });
    expect(found).toEqual([]);
  });

  it('returns while the page is pinned, which stays pinned', async () => {
    const found = await alone({ pte: 'rw dirty' }, ({ log, app }, page) => {
      const pages = pin_user_pages(app.mm, 0, 1, FOLL_WRITE);
      vfs_fsync(log.inode);
      assert(atomic_read(page._refcount) >= 1026, 'page cache, PTE and pin');
      assert(pteOf(app.mm) === 'ro' && !folio_test_dirty(page), 'clean');
      unpinUserPages(pages, false);
    });
    expect(found).toEqual([]);
  });
});

describe('truncation and holes', () => {
  it('take a pinned page out of the file, and its holder keeps it', async () => {
    const found = await alone({ pte: 'rw dirty' }, ({ log, app }, page) => {
      const pages = pin_user_pages(app.mm, 0, 1, FOLL_WRITE);
      do_truncate(log.inode, 0);
      assert(atomic_read(page._refcount) === 1024, 'the pin alone is left');
      assert(READ_ONCE(page.mapping) === 0 && folio_mapcount(page) === 0, 'it is nobody else’s');
      unpinUserPages(pages, true);
    });
    expect(found).toEqual([]);
  });

  it('give the next reader a new page of zeroes', async () => {
    const found = await alone({ pte: 'rw dirty', data: 3 }, ({ log, app }, page) => {
      vfs_fallocate(log.inode, FALLOC_FL_PUNCH_HOLE, 0);
      assert(userLoad(app.mm, 0) === 0, 'zeroes');
      const [slot] = log.mapping.i_pages;
      assert(slot !== undefined && READ_ONCE(slot) !== null, 'there is a page');
      assert(
        log.blocks.every(({ owners }) => atomic_read(owners) === 0),
        'the block is free',
      );
      assert(page !== null, 'the old page');
    });
    expect(found).toEqual([]);
  });
});

describe('munmap and exit', () => {
  it.each(['munmap', 'exit'])('(%s) give the mapping’s reference back', async (how) => {
    const found = await wrongWith((stage) => {
      const { file, proc } = system(stage);
      const log = file('log');
      const app = proc('app');
      const vma = app.mmap(log, { pte: 'rw dirty' });
      stage.thread('app', () => {
        if (how === 'munmap') do_munmap(app.mm, vma);
        else exit_mmap(app.mm);
        const [page] = log.folios;
        assert(page !== undefined && atomic_read(page._refcount) === 1, 'the page cache has it');
        assert(READ_ONCE(log.mapping.i_mmap) === null, 'the file is not mapped');
      });
    });
    expect(found).toEqual([]);
  });
});

describe('pin_user_pages', () => {
  it.each([
    ['slow', pin_user_pages, 1026],
    ['fast', pin_user_pages_fast, 1026],
    ['get', get_user_pages, 3],
  ] as const)('(%s) faults where it must and counts as Linux does', async (_name, pin, count) => {
    const found = await alone({}, ({ app }, page) => {
      const pages = pin(app.mm, 0, 1, FOLL_WRITE);
      assert(typeof pages !== 'number' && pages[0] === page, 'the page');
      assert(atomic_read(page._refcount) === count, 'the count');
    });
    expect(found).toEqual(['references']);
  });

  it('gives fewer pages where the mapping ends, and an error only before the first', async () => {
    const found = await alone({ pages: 2 }, ({ app }) => {
      const pages = pin_user_pages_fast(app.mm, 1, 2, 0);
      assert(typeof pages !== 'number' && pages.length === 1, 'one page');
      assert(pin_user_pages_fast(app.mm, 2, 1, 0) === -EFAULT, 'no mapping');
      unpinUserPages(pages, false);
    });
    expect(found).toEqual([]);
  });

  /** The registration matrix: shared or private, write or read, on disk or in memory. */
  it.each([
    [{ isPrivate: false }, FOLL_WRITE, -EFAULT],
    [{ isPrivate: false }, 0, 1],
    [{ isPrivate: true }, FOLL_WRITE, 1],
    [{ isPrivate: false, shmem: true, stable: false }, FOLL_WRITE, 1],
  ] as const)('long-term of %j with flags %i: %i', async (how, flags, expected) => {
    for (const pin of [pin_user_pages, pin_user_pages_fast]) {
      const found = await alone({ ...how }, ({ app }) => {
        const pages = pin(app.mm, 0, 1, flags | FOLL_LONGTERM);
        const got = typeof pages === 'number' ? pages : pages.length;
        assert(got === expected, `pinned: ${got}`);
        unpinUserPages(pages, false);
      });
      expect(found).toEqual([]);
    }
  });
});

describe('O_DIRECT', () => {
  it('reads into a mapping, which is dirty afterwards and unpinned', async () => {
    const { verdict } = await tried((stage) => {
      const { file, proc } = system(stage, { directIo: true });
      const source = file('source', { data: 7, cached: false });
      const buffer = file('buffer');
      const app = proc('app');
      app.mmap(buffer, { pte: 'ro' });
      stage.thread('reader', () => {
        assert(xfs_file_dio_read(source.inode, 0, app.mm, 0) === 1, 'one page');
        assert(userLoad(app.mm, 0) === 7, 'the data');
        assert(xfs_file_dio_read(source.inode, 1, app.mm, 0) === 0, 'the end of the file');
        assert(xfs_file_dio_read(source.inode, 0, app.mm, 3) === -EFAULT, 'no buffer');
      });
    });
    expect(verdict).toBe('pass');
  });
});
