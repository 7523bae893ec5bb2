/** What reclaim and invalidation leave of a page, one after the other. */
import { describe, expect, it } from 'vitest';
import { apart } from '../../../test/support/one-process.ts';
import { wrongWith } from '../../../test/support/small.ts';
import { assert, atomic_read, READ_ONCE, waitUntilEquals } from '../../memory/index.ts';
import { EBUSY } from '../errno.ts';
import { folio_buffers } from '../fs/buffer-head.ts';
import { vfs_fsync } from '../fs/sync.ts';
import { do_truncate } from '../fs/truncate.ts';
import { system } from '../system.ts';
import type { File, FileOptions, MmapOptions, Process } from '../system.ts';
import { pin_user_pages, unpinUserPages } from './gup.ts';
import { invalidate_inode_pages2_range } from './invalidate.ts';
import type { Folio } from './mm_types.ts';
import { folio_test_dirty, PageBuddy } from './page-flags.ts';
import { FOLL_WRITE } from './pin-count.ts';
import { folio_mapcount } from './rmap.ts';
import { userLoad, userStore } from './user-access.ts';
import { shrink_inactive_list } from './vmscan.ts';

interface World {
  readonly log: File;
  readonly app: Process;
}

/** What one thread does beside the disk; anything that does not hold is a finding. */
function alone(
  how: FileOptions & MmapOptions,
  body: (world: World, first: Folio) => void,
): Promise<string[]> {
  return wrongWith((stage) => {
    const { file, proc } = system(stage);
    const log = file('log', { data: 3, always: ['no loss'], ...apart(how).file });
    const app = proc('app');
    app.mmap(log, apart(how).mapping);
    const [first] = log.folios;
    if (first === undefined) throw new Error('the file has no page in memory');
    stage.thread('app', () => body({ log, app }, first));
  });
}

/** fsync, and the end of its I/O: until then the disk's interrupt may hold a reference. */
function syncAndSettle({ inode }: File): void {
  vfs_fsync(inode);
  const queue = READ_ONCE(inode.queue);
  for (const bio of queue?.bio ?? []) waitUntilEquals(bio.__bi_cnt, 0);
}

const isCached = ({ mapping }: File): boolean =>
  mapping.i_pages.some((slot) => READ_ONCE(slot) !== null);

describe('reclaim', () => {
  it.each([{}, { pte: 'ro' }, { pte: 'ro', isPrivate: true }] as const)(
    'frees a clean page, mapped as %j, and the next access reads it again',
    async (how) => {
      const found = await alone(how, ({ log, app }, page) => {
        assert(shrink_inactive_list(page), 'it is freed');
        assert(PageBuddy(page) && !isCached(log), 'it belongs to nobody');
        assert(userLoad(app.mm, 0) === 3, 'the data is on disk');
      });
      expect(found).toEqual([]);
    },
  );

  it('leaves a dirty page in memory, but unmaps it', async () => {
    const found = await alone({ pte: 'rw dirty' }, ({ log }, page) => {
      assert(!shrink_inactive_list(page) && isCached(log), 'it stays');
      assert(folio_mapcount(page) === 0 && folio_test_dirty(page), 'unmapped and dirty');
      assert(atomic_read(page._refcount) === 1, 'the page cache has it');
    });
    expect(found).toEqual([]);
  });

  it.each([false, true])(
    'leaves a clean pinned page in memory, with its buffers (%s), but unmaps it',
    async (buffers) => {
      const found = await alone({ pte: 'rw dirty', buffers }, ({ log, app }, page) => {
        const pages = pin_user_pages(app.mm, 0, 1, FOLL_WRITE);
        syncAndSettle(log);
        assert(!shrink_inactive_list(page) && isCached(log), 'it stays');
        const references = buffers ? 1026 : 1025;
        assert(atomic_read(page._refcount) === references, 'page cache, buffers, pin');
        assert(folio_mapcount(page) === 0 && folio_buffers(page) === buffers, 'unmapped');
        assert(userLoad(app.mm, 0) === 3, 'the next access finds it');
        assert(folio_mapcount(page) === 1, 'the same page');
        unpinUserPages(pages, false);
      });
      expect(found).toEqual([]);
    },
  );
});

describe('buffers', () => {
  it('are attached by the first write, with a reference, and stay over fsync', async () => {
    const found = await alone({ pte: 'ro', buffers: true }, ({ log, app }, page) => {
      assert(userStore(app.mm, 0, 5), 'stored');
      assert(folio_buffers(page) && atomic_read(page._refcount) === 3, 'cache, PTE, buffers');
      syncAndSettle(log);
      assert(folio_buffers(page) && atomic_read(page._refcount) === 3, 'the same');
    });
    expect(found).toEqual([]);
  });

  it.each(['reclaim', 'truncation'])('go with the page (%s)', async (how) => {
    const found = await alone({ pte: 'rw dirty', buffers: true }, ({ log }, page) => {
      syncAndSettle(log);
      if (how === 'reclaim') assert(shrink_inactive_list(page), 'freed');
      else do_truncate(log.inode, 0);
      assert(PageBuddy(page), 'the page is free');
    });
    expect(found).toEqual([]);
  });
});

describe('invalidate_inode_pages2_range', () => {
  it('takes a clean page out of the file, even a pinned one', async () => {
    const found = await alone({ pte: 'rw dirty', buffers: true }, ({ log, app }, page) => {
      const pages = pin_user_pages(app.mm, 0, 1, FOLL_WRITE);
      syncAndSettle(log);
      assert(invalidate_inode_pages2_range(log.mapping, 0, 1) === 0, 'done');
      assert(!isCached(log) && atomic_read(page._refcount) === 1024, 'the pin alone is left');
      unpinUserPages(pages, false);
    });
    expect(found).toEqual([]);
  });

  it('leaves a dirty page, unmapped, and says so', async () => {
    const found = await alone({ pte: 'rw dirty' }, ({ log }, page) => {
      assert(invalidate_inode_pages2_range(log.mapping, 0, 1) === -EBUSY, 'busy');
      assert(isCached(log) && folio_mapcount(page) === 0, 'it stays');
    });
    expect(found).toEqual([]);
  });
});
