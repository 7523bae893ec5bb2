/** Write-protecting PTEs, and making anonymous pages shareable. */
import { describe, expect, it } from 'vitest';
import { kernelMachine } from '../../../test/support/kernel-machine.ts';
import { READ_ONCE } from '../../memory/index.ts';
import { anonPage, filePage, mapAgain } from '../setup.ts';
import { gup_fast } from './gup-fast.ts';
import { write_protect_page } from './ksm.ts';
import { zap_pte_range } from './memory.ts';
import { pte_t } from './mm_types.ts';
import type { MmStruct } from './mm_types.ts';
import { FOLL_GET, FOLL_PIN } from './pin-count.ts';
import { folio_mapcount, folio_mkclean } from './rmap.ts';

const ptes = (mm: MmStruct): string =>
  mm.pte
    .slice(0, 2)
    .map((p) => pte_t.format(READ_ONCE(p)))
    .join(' ');

describe('mkclean', () => {
  it('write-protects and cleans a PTE, whatever the reference count is', () => {
    const { alloc, run } = kernelMachine();
    run(() => {
      const page = filePage(alloc);
      gup_fast(page.mm, page.address, FOLL_PIN);
      expect(ptes(page.mm)).toBe('rw dirty none');
      expect(folio_mkclean(page.folio)).toBe(1);
      expect(ptes(page.mm)).toBe('ro none');
      expect(page.pinned()).toBe(true);
    });
  });

  it('counts what it changed: nothing the second time', () => {
    const { alloc, run } = kernelMachine();
    run(() => {
      const page = filePage(alloc);
      expect([folio_mkclean(page.folio), folio_mkclean(page.folio)]).toEqual([1, 0]);
    });
  });

  it('visits every shared mapping and no private one', () => {
    const { alloc, run } = kernelMachine();
    run(() => {
      const page = filePage(alloc);
      const shared = mapAgain(alloc, page, 'shared');
      expect(folio_mkclean(page.folio)).toBe(2);
      expect(ptes(shared)).toBe('ro none');
      const other = filePage(alloc);
      mapAgain(alloc, other, 'private');
      expect(folio_mkclean(other.folio)).toBe(1);
    });
  });

  it('empties the PTE before it writes the new one', () => {
    const { alloc, run, steps } = kernelMachine();
    const page = run(() => filePage(alloc));
    expect(steps(() => void folio_mkclean(page.folio))).toEqual([
      'lock the page table',
      'mkclean: read pte',
      'mkclean: clear pte',
      'flush the TLB',
      'mkclean: pte read-only',
      'unlock the page table',
    ]);
  });
});

describe('KSM', () => {
  it('makes an unused page shareable, in the order A1 to A4', () => {
    const { alloc, run, steps } = kernelMachine();
    const page = run(() => anonPage(alloc, { pte: 'ro', exclusive: true }));
    expect(steps(() => void write_protect_page(page.vma, page.folio))).toEqual([
      'lock the page table',
      'read pte',
      'exclusive?',
      'in the swap cache?',
      'A1 clear pte',
      'flush the TLB',
      'other references?',
      'A2 pinned?',
      'A3 clear exclusive',
      'A4 restore pte',
      'unlock the page table',
    ]);
    expect(run(() => [page.exclusive(), ptes(page.mm)])).toEqual([false, 'ro none']);
  });

  it('gives up where somebody else has a reference or a pin, and leaves the PTE as it was', () => {
    const { alloc, run } = kernelMachine();
    run(() => {
      for (const flags of [FOLL_GET, FOLL_PIN]) {
        const page = anonPage(alloc, { pte: 'rw', exclusive: true });
        gup_fast(page.mm, page.address, flags);
        expect(write_protect_page(page.vma, page.folio)).toBe(false);
        expect([page.exclusive(), ptes(page.mm)]).toEqual([true, 'rw none']);
      }
    });
  });
});

describe('unmapping', () => {
  it('takes the PTE, the mapping and its reference, and saves the dirty bit', () => {
    const { alloc, run } = kernelMachine();
    run(() => {
      const page = filePage(alloc);
      folio_mkclean(page.folio);
      const other = filePage(alloc, { pte: 'rw dirty' });
      zap_pte_range(other.mm, other.address);
      expect([ptes(other.mm), folio_mapcount(other.folio), other.dirty()]).toEqual([
        'none none',
        0,
        true,
      ]);
    });
  });
});
