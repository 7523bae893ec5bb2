/**
 * Read-only pins of pages that are shared or belong to a file: the pin and the process go on seeing
 * the same memory (selftests/mm/cow.c, the cases with one process and base pages), and FOLL_FORCE.
 */
import { describe, expect, it } from 'vitest';
import { apart } from '../../../test/support/one-process.ts';
import { wrongWith } from '../../../test/support/small.ts';
import { assert, atomic_read, READ_ONCE, WRITE_ONCE } from '../../memory/index.ts';
import { EFAULT } from '../errno.ts';
import { system } from '../system.ts';
import type { FileOptions, MmapOptions } from '../system.ts';
import { pin_user_pages, pin_user_pages_fast, unpinUserPages } from './gup.ts';
import type { Pages } from './gup.ts';
import type { Folio, MmStruct } from './mm_types.ts';
import { pte_t } from './mm_types.ts';
import {
  ClearPageAnonExclusive,
  folio_clear_dirty,
  folio_test_dirty,
  PageAnonExclusive,
} from './page-flags.ts';
import { folio_get, folio_put } from './page_ref.ts';
import { FOLL_FORCE, FOLL_LONGTERM, FOLL_WRITE } from './pin-count.ts';
import { mk_pte, pte_page } from './pte.ts';
import { userLoad, userStore } from './user-access.ts';

const PINS = [
  ['slow', pin_user_pages],
  ['fast', pin_user_pages_fast],
] as const;

function alone(
  how: FileOptions & MmapOptions,
  body: (mm: MmStruct, filePage: Folio) => void,
): Promise<string[]> {
  return wrongWith((stage) => {
    const { file, proc } = system(stage, { freePages: 2 });
    const log = file('log', { data: 3, ...apart(how).file });
    const app = proc('app');
    app.mmap(log, apart(how).mapping);
    const [first] = log.folios;
    if (first === undefined) throw new Error('the file has no page in memory');
    stage.thread('app', () => body(app.mm, first));
  });
}

/** The only page of a pin. */
function onlyPage(pages: Pages): Folio {
  const [page] = typeof pages === 'number' ? [] : pages;
  if (page === undefined) throw new Error('nothing was pinned');
  return page;
}

const pteOf = ({ pte: [first] }: MmStruct): number => (first === undefined ? 0 : READ_ONCE(first));
const dataOf = ({ data: [first] }: Folio): number => (first === undefined ? -1 : READ_ONCE(first));

/** What fork leaves of an exclusive page: mapped read-only, not exclusive, and the child's too. */
function shareAsForkDoes(mm: MmStruct): Folio {
  const page = pte_page(pteOf(mm));
  ClearPageAnonExclusive(page);
  folio_get(page);
  const [slot] = mm.pte;
  if (slot !== undefined) WRITE_ONCE(slot, mk_pte(page));
  return page;
}

describe('a read-only pin', () => {
  it.each(PINS)('(%s) of a shared page gets a copy, which the process keeps', async (_how, pin) => {
    const found = await alone({ isPrivate: true }, (mm) => {
      userStore(mm, 0, 5);
      const shared = shareAsForkDoes(mm);
      const pages = pin(mm, 0, 1, 0);
      const page = onlyPage(pages);
      assert(page !== shared && PageAnonExclusive(page), 'a page of its own');
      assert(atomic_read(page._refcount) === 1025 && dataOf(page) === 5, 'PTE and pin; the data');
      assert(pte_t.format(pteOf(mm)) === 'ro', 'un-shared without writing');
      userStore(mm, 0, 6);
      assert(dataOf(page) === 6 && dataOf(shared) === 5, 'the pin sees the store, the child not');
      unpinUserPages(pages, false);
      folio_put(shared);
    });
    expect(found).toEqual([]);
  });

  it.each(PINS)(
    '(%s) of a page that was shared once only makes it exclusive',
    async (_how, pin) => {
      const found = await alone({ isPrivate: true }, (mm) => {
        userStore(mm, 0, 5);
        const page = shareAsForkDoes(mm);
        folio_put(page);
        const pages = pin(mm, 0, 1, 0);
        assert(onlyPage(pages) === page && PageAnonExclusive(page), 'the same page');
        userStore(mm, 0, 6);
        assert(dataOf(page) === 6, 'the pin sees the store');
        unpinUserPages(pages, false);
      });
      expect(found).toEqual([]);
    },
  );

  it.each(PINS)('(%s, long-term) of a private file page breaks COW early', async (_how, pin) => {
    const found = await alone({ isPrivate: true, pte: 'ro' }, (mm, filePage) => {
      const pages = pin(mm, 0, 1, FOLL_LONGTERM);
      const page = onlyPage(pages);
      assert(page !== filePage && dataOf(page) === 3, 'a copy');
      assert(atomic_read(filePage._refcount) === 1, 'the file page is not mapped any more');
      userStore(mm, 0, 6);
      assert(dataOf(page) === 6 && dataOf(filePage) === 3, 'the pin sees the store');
      unpinUserPages(pages, false);
    });
    expect(found).toEqual([]);
  });

  it.each(PINS)('(%s, short-term) of a private file page takes that page', async (_how, pin) => {
    const found = await alone({ isPrivate: true, pte: 'ro' }, (mm, filePage) => {
      const pages = pin(mm, 0, 1, 0);
      assert(onlyPage(pages) === filePage, 'the file page itself');
      unpinUserPages(pages, false);
    });
    expect(found).toEqual([]);
  });
});

describe('FOLL_FORCE', () => {
  it('writes to a read-only private mapping, on a page of the process’s own', async () => {
    const how = { isPrivate: true, isReadOnly: true, pte: 'ro' } as const;
    const found = await alone(how, (mm, filePage) => {
      assert(pin_user_pages(mm, 0, 1, FOLL_WRITE) === -EFAULT, 'not without');
      const pages = pin_user_pages(mm, 0, 1, FOLL_WRITE | FOLL_FORCE);
      const page = onlyPage(pages);
      assert(page !== filePage && PageAnonExclusive(page), 'a copy');
      assert(pte_t.format(pteOf(mm)) === 'ro dirty', 'the process still may not write');
      assert(!userStore(mm, 0, 6) && userLoad(mm, 0) === 3, 'SIGSEGV');
      unpinUserPages(pages, false);
    });
    expect(found).toEqual([]);
  });

  it('does not write to a read-only shared mapping', async () => {
    const found = await alone({ isReadOnly: true }, (mm) => {
      assert(pin_user_pages(mm, 0, 1, FOLL_WRITE | FOLL_FORCE) === -EFAULT, 'EFAULT');
    });
    expect(found).toEqual([]);
  });
});

describe('a write pin of a page in memory (shmem)', () => {
  it.each(PINS)('(%s) marks it dirty where no PTE does', async (_how, pin) => {
    const found = await alone({ shmem: true }, (mm, page) => {
      folio_clear_dirty(page); // as a hole that was only read
      userLoad(mm, 0);
      assert(pte_t.format(pteOf(mm)) === 'rw', 'writable and clean');
      const pages = pin(mm, 0, 1, FOLL_WRITE);
      assert(atomic_read(page._refcount) === 1026, 'page cache, PTE, pin');
      assert(!folio_test_dirty(page), 'GUP marks nothing: pin_user_pages does not touch');
      unpinUserPages(pages, true);
      assert(folio_test_dirty(page), 'dirty once the pin is given back');
    });
    expect(found).toEqual([]);
  });
});
