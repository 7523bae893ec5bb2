/** Which pages GUP gives, and which it leaves to the fault path. */
import { describe, expect, it } from 'vitest';
import { kernelMachine } from '../../../test/support/kernel-machine.ts';
import { clear_bit, READ_ONCE, set_bit, WRITE_ONCE } from '../../memory/index.ts';
import { mapping_flags } from '../fs/address_space.ts';
import { anonPage, filePage } from '../setup.ts';
import type { InitialPte, MappedPage } from '../setup.ts';
import { gup_fast } from './gup-fast.ts';
import { PIN_PATHS } from './gup-2019.ts';
import { follow_page_pte, pageOf } from './gup-slow.ts';
import { page_flags } from './mm_types.ts';
import type { Page } from './mm_types.ts';
import { FOLL_GET, FOLL_LONGTERM, FOLL_PIN, FOLL_WRITE } from './pin-count.ts';
import { folio_test_dirty } from './page-flags.ts';
import { unpin_user_pages, unpin_user_pages_dirty_lock } from './unpin.ts';

const PATHS: [string, (page: MappedPage, flags: number) => Page | null][] = [
  ['GUP-fast', ({ mm, address }, flags) => gup_fast(mm, address, flags)],
  ['slow GUP', ({ vma, address }, flags) => pageOf(follow_page_pte(vma, address, flags))],
];

describe.each(PATHS)('%s', (_name, gup) => {
  const anon = (pte: InitialPte, exclusive: boolean, flags: number): boolean => {
    const { alloc, run } = kernelMachine();
    return run(() => {
      const page = anonPage(alloc, { pte, exclusive });
      const got = gup(page, flags);
      expect(page.pinned()).toBe(got !== null && (flags & FOLL_PIN) !== 0);
      return got !== null;
    });
  };

  it('writes only through a writable PTE', () => {
    expect(anon('rw', true, FOLL_PIN | FOLL_WRITE)).toBe(true);
    expect(anon('ro', true, FOLL_PIN | FOLL_WRITE)).toBe(false);
  });

  it('pins a read-only anonymous page only if it is exclusive, but references any', () => {
    expect(anon('ro', true, FOLL_PIN)).toBe(true);
    expect(anon('ro', false, FOLL_PIN)).toBe(false);
    expect(anon('ro', false, FOLL_GET)).toBe(true);
  });

  it('leaves an address without a page alone', () => {
    const { alloc, run } = kernelMachine();
    run(() => {
      const page = anonPage(alloc, { pte: 'rw', exclusive: true });
      for (const ptep of page.mm.pte) WRITE_ONCE(ptep, 0);
      expect(gup(page, FOLL_PIN)).toBeNull();
    });
  });
});

describe('GUP-fast', () => {
  it('refuses long-term pins for writing of file pages, except of shmem', () => {
    const { alloc, run } = kernelMachine();
    run(() => {
      const { mm, address, mapping, folio } = filePage(alloc);
      const flags = FOLL_PIN | FOLL_WRITE | FOLL_LONGTERM;
      const before = READ_ONCE(folio.mapping);
      expect(gup_fast(mm, address, flags)).toBeNull();
      expect(gup_fast(mm, address, FOLL_PIN | FOLL_LONGTERM)).toBe(folio);
      set_bit(mapping_flags.bit.AS_SHMEM, mapping.flags);
      expect(gup_fast(mm, address, flags)).toBe(folio);
      WRITE_ONCE(folio.mapping, 0);
      expect(gup_fast(mm, address, flags)).toBeNull();
      WRITE_ONCE(folio.mapping, before);
    });
  });

  it('goes through its steps in order', () => {
    const { alloc, run, steps } = kernelMachine();
    const page = run(() => anonPage(alloc, { pte: 'ro', exclusive: true }));
    expect(steps(() => void gup_fast(page.mm, page.address, FOLL_PIN))).toEqual([
      'B1 read pte',
      'overflowed?',
      'B3 get a reference',
      'B3 pin the folio',
      'B4 pte unchanged?',
      'B5 exclusive?',
    ]);
  });
});

describe.each(PIN_PATHS)('the pin path "%s"', (path) => {
  it('takes the pin where nobody is in the way', () => {
    const { alloc, run } = kernelMachine({ 'pin-path': path });
    run(() => {
      const page = filePage(alloc);
      expect(gup_fast(page.mm, page.address, FOLL_PIN | FOLL_WRITE)).toBe(page.folio);
      expect(page.pinned()).toBe(true);
    });
  });
});

describe('unpinning', () => {
  it('marks a clean folio dirty before the pin goes', () => {
    const { alloc, run, steps } = kernelMachine();
    const page = run(() => filePage(alloc));
    run(() => {
      gup_fast(page.mm, page.address, FOLL_PIN | FOLL_WRITE);
      clear_bit(page_flags.bit.PG_dirty, page.folio.flags);
    });
    const order = steps(() => unpin_user_pages_dirty_lock([page.folio], 1, true));
    expect(order).toEqual([
      'dirty already?',
      'lock the folio',
      'mark dirty',
      'mark in the page cache',
      'unlock the folio',
      'unpin',
    ]);
    expect(run(() => [folio_test_dirty(page.folio), page.pinned()])).toEqual([true, false]);
  });

  it('leaves a folio clean that was only read', () => {
    const { alloc, run, steps } = kernelMachine();
    const page = run(() => filePage(alloc));
    run(() => void gup_fast(page.mm, page.address, FOLL_PIN));
    expect(steps(() => unpin_user_pages_dirty_lock([page.folio], 1, false))).toEqual(['unpin']);
  });
  it('gives back as many pins as it is told to, and none for an error number', () => {
    const { alloc, run, steps } = kernelMachine();
    const page = run(() => filePage(alloc));
    const pages = [page.folio, page.folio];
    run(() => pages.forEach(() => void gup_fast(page.mm, page.address, FOLL_PIN)));
    expect(steps(() => unpin_user_pages(pages, -1))).toEqual([]);
    expect(steps(() => unpin_user_pages(pages, 1))).toEqual(['unpin']);
    expect(run(() => page.pinned())).toBe(true);
    run(() => unpin_user_pages(pages, 1));
    expect(run(() => page.pinned())).toBe(false);
  });
});
