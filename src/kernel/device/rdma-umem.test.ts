/**
 * Registering file mappings for as long as user space likes: what Linux 6.18 answered, call by call
 * (io_uring fixed buffers, which ask for the same pins), and the matrix of selftests/mm/
 * gup_longterm.c for a file in memory and for files on disk.
 */
import { describe, expect, it } from 'vitest';
import { apart } from '../../../test/support/one-process.ts';
import { wrongWith } from '../../../test/support/small.ts';
import { assert, atomic_read, READ_ONCE } from '../../memory/index.ts';
import { EFAULT } from '../errno.ts';
import { pin_user_pages, pin_user_pages_fast, unpinUserPages } from '../mm/gup.ts';
import type { Pages } from '../mm/gup.ts';
import type { Folio, MmStruct } from '../mm/mm_types.ts';
import { folio_test_dirty, PageAnonExclusive } from '../mm/page-flags.ts';
import { FOLL_LONGTERM, FOLL_WRITE } from '../mm/pin-count.ts';
import { userLoad, userStore } from '../mm/user-access.ts';
import { system } from '../system.ts';
import type { FileOptions, MmapOptions } from '../system.ts';
import { ib_umem_get, ib_umem_release } from './rdma-umem.ts';

type Touch = 'untouched' | 'read' | 'written';

function alone(
  how: FileOptions & MmapOptions,
  body: (mm: MmStruct, page: Folio) => void,
): Promise<string[]> {
  return wrongWith((stage) => {
    const { file, proc } = system(stage, { freePages: 1 });
    const log = file('log', { always: [], ...apart(how).file });
    const app = proc('app');
    app.mmap(log, apart(how).mapping);
    const [first] = log.folios;
    if (first === undefined) throw new Error('the file has no page in memory');
    stage.thread('app', () => body(app.mm, first));
  });
}

function touch(mm: MmStruct, how: Touch): void {
  if (how === 'read') userLoad(mm, 0);
  if (how === 'written') userStore(mm, 0, 5);
}

const firstOf = (pages: Pages): Folio | undefined =>
  typeof pages === 'number' ? undefined : pages[0];

const TOUCHES = ['untouched', 'read', 'written'] as const;

describe('a registration for writing', () => {
  it.each(TOUCHES)('of shared memory (%s) takes its page: +1024, and dirty', async (how) => {
    const found = await alone({ shmem: true }, (mm, page) => {
      touch(mm, how);
      const region = ib_umem_get(mm, 0, 1, true);
      assert(firstOf(region) === page, 'the same page');
      assert(atomic_read(page._refcount) === 1026, 'page cache, PTE, pin');
      assert(folio_test_dirty(page), 'dirty');
      ib_umem_release(region, true);
      assert(atomic_read(page._refcount) === 2 && folio_test_dirty(page), 'given back, dirty');
    });
    expect(found).toEqual([]);
  });

  it.each(TOUCHES)('of a private mapping (%s) takes a copy', async (how) => {
    for (const shmem of [false, true]) {
      const found = await alone({ shmem, isPrivate: true }, (mm, page) => {
        touch(mm, how);
        const region = ib_umem_get(mm, 0, 1, true);
        const copy = firstOf(region);
        assert(copy !== undefined && copy !== page, 'another page');
        if (copy === undefined) return;
        assert(PageAnonExclusive(copy) && atomic_read(copy._refcount) === 1025, 'PTE and pin');
        assert(atomic_read(page._refcount) === 1, 'the file page is not mapped');
        ib_umem_release(region, true);
      });
      expect(found).toEqual([]);
    }
  });

  it.each([
    ['shared, on disk', {}],
    ['shared, on disk, with buffers', { buffers: true }],
    ['shared, on disk, written', { pte: 'rw dirty' }],
    ['shared, on disk, read-only', { isReadOnly: true }],
    ['shared, in memory, read-only', { shmem: true, isReadOnly: true }],
    ['private, read-only', { isPrivate: true, isReadOnly: true }],
  ] as const)('of a mapping that is %s: EFAULT, and nothing has changed', async (_name, how) => {
    const found = await alone(how, (mm, page) => {
      const before = atomic_read(page._refcount);
      assert(ib_umem_get(mm, 0, 1, true) === -EFAULT, 'EFAULT');
      assert(atomic_read(page._refcount) === before, 'the same count');
    });
    expect(found).toEqual([]);
  });

  it('beyond the end of the file: EFAULT, and what was pinned before is given back', async () => {
    const found = await wrongWith((stage) => {
      const { file, proc } = system(stage);
      const log = file('log', { pages: 2, shmem: true });
      const app = proc('app');
      app.mmap(log);
      stage.thread('app', () => {
        assert(ib_umem_get(app.mm, 0, 3, true) === -EFAULT, 'EFAULT');
        assert(READ_ONCE(log.inode.i_size) === 2, 'the file');
      });
    });
    expect(found).toEqual([]);
  });
});

describe('gup_longterm', () => {
  const kinds = { memfd: { shmem: true }, xfs: {}, ext4: { buffers: true } };
  const rows = Object.entries(kinds).flatMap(([kind, how]) =>
    [false, true].flatMap((isPrivate) =>
      [FOLL_WRITE, 0].map((flags) => ({ kind, how: { ...how, isPrivate }, flags })),
    ),
  );
  it.each(rows)('$kind, $how, flags $flags: fails on disk, shared, for writing', async (row) => {
    const mustFail = row.kind !== 'memfd' && !row.how.isPrivate && row.flags === FOLL_WRITE;
    for (const pin of [pin_user_pages, pin_user_pages_fast]) {
      const found = await alone(row.how, (mm) => {
        userStore(mm, 0, 5);
        const pages = pin(mm, 0, 1, row.flags | FOLL_LONGTERM);
        assert((pages === -EFAULT) === mustFail, 'as the test expects');
        assert(mustFail || typeof pages !== 'number', 'or it works');
        unpinUserPages(pages, false);
      });
      expect(found).toEqual([]);
    }
  });
});
