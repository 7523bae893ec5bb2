/**
 * What Linux 6.18 was seen to answer from user space, call after call: error numbers, what each
 * call adds to the reference count, and what page and PTE are afterwards. Pins of anonymous memory
 * and of files; device/rdma-umem.test.ts has the rest of the registrations, fs/observed.test.ts
 * write-back, truncation and leases.
 */
import { describe, expect, it } from 'vitest';
import {
  alone,
  apart,
  anonymous,
  count,
  dataOf,
  entry,
  onlyPage,
  pteOf,
} from '../../test/support/one-process.ts';
import { wrongWith } from '../../test/support/small.ts';
import { assert } from '../memory/index.ts';
import { EFAULT, EINVAL } from './errno.ts';
import { deviceStores } from './device/dma.ts';
import {
  fixedBufferRequest,
  io_sqe_buffers_register,
  io_sqe_buffers_unregister,
} from './io_uring/rsrc.ts';
import { get_user_pages, pin_user_pages, pin_user_pages_fast, unpinUserPages } from './mm/gup.ts';
import { do_munmap } from './mm/mmap.ts';
import { folio_test_dirty, PageAnonExclusive } from './mm/page-flags.ts';
import { folio_put } from './mm/page_ref.ts';
import { FOLL_GET, FOLL_LONGTERM, FOLL_PIN, FOLL_TOUCH, FOLL_WRITE } from './mm/pin-count.ts';
import { pte_page, pte_present, pte_special } from './mm/pte.ts';
import { folio_mapcount } from './mm/rmap.ts';
import { userLoad, userStore } from './mm/user-access.ts';
import { system } from './system.ts';

const WRITE = FOLL_WRITE;
const LONG_WRITE = FOLL_WRITE | FOLL_LONGTERM;
const PINS = [
  ['slow', pin_user_pages],
  ['fast', pin_user_pages_fast],
] as const;

describe.each(PINS)('a registration of anonymous memory (%s)', (_name, pin) => {
  it.each(['untouched', 'read', 'written'])('%s: a page of its own, 1025', async (touch) => {
    const found = await anonymous(false, (mm) => {
      if (touch === 'read') userLoad(mm, 0);
      if (touch === 'written') userStore(mm, 0, 5);
      const before = pte_present(entry(mm)) ? pte_page(entry(mm)) : null;
      const pages = pin(mm, 0, 1, LONG_WRITE);
      const page = onlyPage(pages);
      assert(count(page) === 1025 && PageAnonExclusive(page), 'PTE and pin, exclusive');
      assert((page === before) === (touch === 'written'), 'the same page if it was written');
      assert(pteOf(mm) === 'rw dirty', 'writable');
      unpinUserPages(pages, true);
      assert(count(page) === 1, 'given back');
    });
    expect(found).toEqual([]);
  });

  it('read-only: EFAULT', async () => {
    const found = await anonymous(true, (mm) => {
      userLoad(mm, 0);
      const before = entry(mm);
      assert(pin(mm, 0, 1, LONG_WRITE) === -EFAULT, 'EFAULT');
      assert(entry(mm) === before, 'unchanged');
    });
    expect(found).toEqual([]);
  });
});

describe.each(PINS)('a read-only pin (%s)', (_name, pin) => {
  it('of memory that was only read leaves the zero page, and does not count it', async () => {
    const found = await anonymous(false, (mm) => {
      assert(userLoad(mm, 0) === 0 && pte_special(entry(mm)), 'the zero page is mapped');
      const zero = pte_page(entry(mm));
      const pages = pin(mm, 0, 1, 0);
      assert(onlyPage(pages) === zero && count(zero) === 1, 'pinned, not counted');
      unpinUserPages(pages, false);
      assert(count(zero) === 1, 'not counted');
    });
    expect(found).toEqual([]);
  });

  it('for long gets a page of its own instead of the zero page', async () => {
    const found = await anonymous(false, (mm) => {
      userLoad(mm, 0);
      const zero = pte_page(entry(mm));
      const pages = pin(mm, 0, 1, FOLL_LONGTERM);
      assert(onlyPage(pages) !== zero && count(onlyPage(pages)) === 1025, 'PTE and pin');
      userStore(mm, 0, 5);
      assert(dataOf(onlyPage(pages)) === 5, 'a later store stays on the pinned page');
      unpinUserPages(pages, false);
    });
    expect(found).toEqual([]);
  });

  it.each([
    ['on disk, shared', {}, true],
    ['in memory, shared, only readable', { shmem: true, isReadOnly: true }, true],
    ['on disk, private', { isPrivate: true }, false],
    ['on disk, private, only readable', { isPrivate: true, isReadOnly: true }, false],
  ])('for long of a file %s', async (_what, how, isFilePage) => {
    const found = await alone({ data: 3, ...how }, ({ app }, page) => {
      const pages = pin(app.mm, 0, 1, FOLL_LONGTERM);
      assert((onlyPage(pages) === page) === isFilePage, 'the file page, or a copy');
      assert(dataOf(onlyPage(pages)) === 3, 'the contents');
      unpinUserPages(pages, false);
    });
    expect(found).toEqual([]);
  });
});

describe('a call that asks for what it must not', () => {
  it.each([
    ['a long life of a plain reference', get_user_pages, FOLL_LONGTERM],
    ['a pin and a reference (slow)', pin_user_pages, FOLL_GET],
    ['a pin and a reference (fast)', pin_user_pages_fast, FOLL_GET],
    ['a pin, of the call for references', get_user_pages, FOLL_PIN],
    ['what is the kernel’s own to set', pin_user_pages, FOLL_TOUCH],
  ] as const)('%s: EINVAL', async (_what, call, flags) => {
    const found = await alone({ pte: 'rw dirty' }, ({ app }, page) => {
      assert(call(app.mm, 0, 1, flags) === -EINVAL, 'EINVAL');
      assert(count(page) === 2, 'nothing is counted');
    });
    expect(found).toEqual([]);
  });
});

describe('references', () => {
  it('add up: +1024 for each pin, +1 for each plain reference, and exactly back', async () => {
    const found = await alone({ pte: 'rw dirty' }, ({ app }, page) => {
      const first = pin_user_pages(app.mm, 0, 1, WRITE);
      const again = pin_user_pages_fast(app.mm, 0, 1, 0);
      assert(count(page) === 2 + 2048, 'page cache, PTE, two pins');
      const inPipe = get_user_pages(app.mm, 0, 1, 0);
      assert(count(page) === 2 + 2048 + 1, 'vmsplice');
      unpinUserPages(first, true);
      unpinUserPages(again, false);
      folio_put(onlyPage(inPipe));
      assert(count(page) === 2, 'back');
    });
    expect(found).toEqual([]);
  });

  it('of a page that is mapped twice, and of one with buffers', async () => {
    const found = await alone({ buffers: true, pte: 'rw dirty' }, (_world, page) => {
      assert(count(page) === 3, 'page cache, buffers, PTE');
    });
    expect(found).toEqual([]);
  });

  it('outlive the mapping: 1024 after munmap, and freed at the end', async () => {
    const found = await wrongWith((stage) => {
      const { file, proc } = system(stage);
      const log = file('log', { always: [] });
      const app = proc('app');
      const vma = app.mmap(log, { pte: 'rw dirty' });
      stage.thread('app', () => {
        const pages = pin_user_pages(app.mm, 0, 1, WRITE);
        do_munmap(app.mm, vma);
        const page = onlyPage(pages);
        assert(count(page) === 1 + 1024 && folio_mapcount(page) === 0, 'page cache and pin');
        deviceStores(page, 9);
        unpinUserPages(pages, true);
        assert(count(page) === 1 && folio_test_dirty(page), 'the page cache’s');
      });
    });
    expect(found).toEqual([]);
  });
});

describe('registered buffers', () => {
  it.each([
    ['in memory, shared', { shmem: true, pte: 'rw dirty' }, 0],
    ['on disk, shared', { pte: 'rw dirty' }, -EFAULT],
    ['on disk, private', { isPrivate: true }, 0],
    ['on disk, private, only readable', { isPrivate: true, isReadOnly: true }, -EFAULT],
  ] as const)('of a file %s: %s', async (_what, how, error) => {
    const found = await wrongWith((stage) => {
      const { file, proc, ring } = system(stage, { freePages: 1 });
      const log = file('log', { always: [], ...apart(how).file });
      const app = proc('app');
      app.mmap(log, apart(how).mapping);
      const ctx = ring('ring');
      stage.thread('app', () => {
        assert(io_sqe_buffers_register(ctx, app.mm, 0) === error, 'the result');
        const filled = fixedBufferRequest(ctx, (page) => deviceStores(page, 9));
        assert(filled === (error === 0 ? 1 : -EFAULT), 'the request');
        assert(error !== 0 || userLoad(app.mm, 0) === 9, 'the process sees it');
        io_sqe_buffers_unregister(ctx);
      });
    });
    expect(found).toEqual([]);
  });
});
