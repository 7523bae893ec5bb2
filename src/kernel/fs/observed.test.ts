/**
 * What Linux 6.18 was seen to do with pinned pages of files, call after call: write-back, reclaim,
 * truncation, direct I/O and leases (ext4 and XFS; a file in memory where it says so).
 */
import { describe, expect, it } from 'vitest';
import {
  alone,
  count,
  dataOf,
  onDisk,
  onlyPage,
  pteOf,
} from '../../../test/support/one-process.ts';
import type { World } from '../../../test/support/one-process.ts';
import { tried, wrongWith } from '../../../test/support/small.ts';
import { assert, READ_ONCE, set_bit } from '../../memory/index.ts';
import { EAGAIN } from '../errno.ts';
import { deviceStores } from '../device/dma.ts';
import { markOf } from '../mm/filemap.ts';
import { get_user_pages, pin_user_pages, unpinUserPages } from '../mm/gup.ts';
import { page_flags } from '../mm/mm_types.ts';
import { folio_test_dirty, PageBuddy } from '../mm/page-flags.ts';
import { folio_put } from '../mm/page_ref.ts';
import { FOLL_WRITE } from '../mm/pin-count.ts';
import { folio_mapcount } from '../mm/rmap.ts';
import { userLoad, userStore } from '../mm/user-access.ts';
import { shrink_inactive_list } from '../mm/vmscan.ts';
import { system } from '../system.ts';
import { xfs_file_dio_read, xfs_file_dio_write } from './direct-io.ts';
import { vfs_setlease } from './locks.ts';
import { msync, vfs_fsync } from './sync.ts';
import { do_truncate, FALLOC_FL_PUNCH_HOLE, vfs_fallocate } from './truncate.ts';

const WRITE = FOLL_WRITE;

describe('write-back with a pin', () => {
  it.each(['fsync', 'msync'])('(%s) cleans the page; the data follows after unpin', async (how) => {
    const found = await alone({ pte: 'rw dirty' }, ({ log, app }, page) => {
      const sync = (): void => {
        if (how === 'fsync') vfs_fsync(log.inode);
        else msync(app.mm, 0);
      };
      const pages = pin_user_pages(app.mm, 0, 1, WRITE);
      sync();
      assert(pteOf(app.mm) === 'ro' && !folio_test_dirty(page), 'clean');
      assert([1026, 1027].includes(count(page)), 'pinned; the interrupt may hold one more');
      deviceStores(page, 9);
      assert(!folio_test_dirty(page), 'nobody knows of the device’s write');
      unpinUserPages(pages, true);
      assert(folio_test_dirty(page), 'until the pin is given back');
      sync();
      assert(onDisk(log) === 9 && [2, 3].includes(count(page)), 'on disk');
    });
    expect(found).toEqual([]);
  });

  it('does not exist for a file in memory: the page stays dirty', async () => {
    const found = await alone({ shmem: true, pte: 'rw dirty' }, ({ log, app }, page) => {
      const pages = pin_user_pages(app.mm, 0, 1, WRITE);
      vfs_fsync(log.inode);
      assert(folio_test_dirty(page) && pteOf(app.mm) === 'rw dirty', 'as before');
      unpinUserPages(pages, true);
    });
    expect(found).toEqual([]);
  });

  it('and then reclaim: the page stays in the page cache', async () => {
    const found = await alone({ pte: 'rw dirty' }, ({ log, app }, page) => {
      const pages = pin_user_pages(app.mm, 0, 1, WRITE);
      vfs_fsync(log.inode);
      assert(!shrink_inactive_list(page), 'not freed');
      const [slot] = log.mapping.i_pages;
      assert(slot !== undefined && READ_ONCE(slot) === page, 'still there');
      unpinUserPages(pages, true);
    });
    expect(found).toEqual([]);
  });

  it.each([
    ['a store by the process', 'pass', ({ app }: World): void => void userStore(app.mm, 0, 5)],
    [
      'process_vm_writev',
      'pass',
      ({ app }: World): void => unpinUserPages(pin_user_pages(app.mm, 0, 1, WRITE), true),
    ],
    [
      'vmsplice',
      'pass',
      ({ app }: World): void => folio_put(onlyPage(get_user_pages(app.mm, 0, 1, 0))),
    ],
    ['ftruncate', 'fail', ({ log }: World): void => void do_truncate(log.inode, 0)],
    ['fsync', 'fail', ({ log }: World): void => vfs_fsync(log.inode)],
  ] as const)('that is stalled: %s returns or waits (%s)', async (_what, verdict, call) => {
    const result = await tried((stage) => {
      const machine = system(stage);
      const log = machine.file('log', { always: [] });
      const app = machine.proc('app');
      app.mmap(log, { pte: 'ro' });
      const [page] = log.folios;
      if (page === undefined) return;
      set_bit(page_flags.bit.PG_writeback, page.flags);
      set_bit(markOf(0), log.mapping.writeback_tag);
      stage.thread('app', () => call({ ...machine, log, app }));
    });
    expect(result.verdict).toBe(verdict);
    const names = result.findings.map(({ property }) => property.name);
    expect(names).toEqual(verdict === 'fail' ? ['stuck thread'] : []);
  });
});

describe('truncation and holes with a reference', () => {
  it.each([
    ['ftruncate', 'a pin'],
    ['ftruncate', 'a plain reference'],
    ['a hole', 'a pin'],
    ['a hole', 'a plain reference'],
  ])('(%s, %s) return at once; the holder keeps the old page', async (how, kind) => {
    const found = await alone({ pte: 'rw dirty', data: 3 }, ({ log, app }, page) => {
      const [grab, kept] = kind === 'a pin' ? [pin_user_pages, 1024] : [get_user_pages, 1];
      const pages = grab(app.mm, 0, 1, kind === 'a pin' ? WRITE : 0);
      if (how === 'a hole') vfs_fallocate(log.inode, FALLOC_FL_PUNCH_HOLE, 0);
      else do_truncate(log.inode, 0);
      assert(count(page) === kept && folio_mapcount(page) === 0, 'the holder’s alone');
      assert(READ_ONCE(page.mapping) === 0 && dataOf(page) === 3, 'no file’s; the old contents');
      assert(userLoad(app.mm, 0) === (how === 'a hole' ? 0 : -1), 'zeroes, or SIGBUS');
      deviceStores(page, 9);
      assert(userLoad(app.mm, 0) !== 9, 'what the device writes later is lost to the file');
      if (kind === 'a pin') unpinUserPages(pages, true);
      else folio_put(onlyPage(pages));
      assert(PageBuddy(page), 'free');
    });
    expect(found).toEqual([]);
  });

  it('take the private copies too: SIGBUS, and the pin keeps its page', async () => {
    const found = await alone({ isPrivate: true }, ({ log, app }) => {
      userStore(app.mm, 0, 5);
      const pages = pin_user_pages(app.mm, 0, 1, WRITE);
      const copy = onlyPage(pages);
      do_truncate(log.inode, 0);
      assert(count(copy) === 1024 && userLoad(app.mm, 0) === -1, 'SIGBUS');
      unpinUserPages(pages, true);
    });
    expect(found).toEqual([]);
  });
});

describe('PTEs', () => {
  it('of a file on disk: read-only, dirty after a write, read-only after fsync', async () => {
    const found = await alone({}, ({ log, app }) => {
      userLoad(app.mm, 0);
      assert(pteOf(app.mm) === 'ro', 'read');
      userStore(app.mm, 0, 5);
      assert(pteOf(app.mm) === 'rw dirty', 'written');
      vfs_fsync(log.inode);
      assert(pteOf(app.mm) === 'ro', 'synced');
    });
    expect(found).toEqual([]);
  });

  it('of a file in memory: writable and dirty at once', async () => {
    const found = await alone({ shmem: true }, ({ app }) => {
      userLoad(app.mm, 0);
      assert(pteOf(app.mm) === 'rw dirty', 'read');
    });
    expect(found).toEqual([]);
  });
});

describe('O_DIRECT', () => {
  it('writes over a mapped page: the mapping goes, the next access reads the disk', async () => {
    const found = await wrongWith((stage) => {
      const { file, proc } = system(stage, { freePages: 1 });
      const log = file('log', { data: 3 });
      const app = proc('app');
      app.mmap(log, { pte: 'ro' });
      app.mmap(file('source', { data: 7, shmem: true }), { at: 1, pte: 'rw dirty' });
      stage.thread('app', () => {
        assert(xfs_file_dio_write(log.inode, 0, app.mm, 1) === 1, 'one page');
        assert(pteOf(app.mm) === 'none' && userLoad(app.mm, 0) === 7, 'the new contents');
      });
    });
    expect(found).toEqual([]);
  });

  it('reads into a mapping of the same block, all of it', async () => {
    const found = await alone({ data: 3, pte: 'rw dirty' }, ({ log, app }) => {
      assert(xfs_file_dio_read(log.inode, 0, app.mm, 0) === 1, 'one page');
      assert(userLoad(app.mm, 0) === 3, 'itself');
    });
    expect(found).toEqual([]);
  });
});

describe('leases', () => {
  it('do not see pins, and there is one at a time', async () => {
    const found = await wrongWith((stage) => {
      const { file, proc, leased } = system(stage);
      const log = file('log', { always: [] });
      const app = proc('app');
      app.mmap(log, { pte: 'rw dirty' });
      const { filp, lease } = leased('region', log);
      stage.thread('app', () => {
        const pages = pin_user_pages(app.mm, 0, 1, WRITE);
        assert(vfs_setlease(filp, lease) === 0, 'leased although it is pinned');
        assert(vfs_setlease(filp, lease) === -EAGAIN, 'no second one');
        deviceStores(onlyPage(pages), 9);
        assert(userLoad(app.mm, 0) === 9, 'the device writes into the leased file');
        unpinUserPages(pages, true);
      });
    });
    expect(found).toEqual([]);
  });
});
