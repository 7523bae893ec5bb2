/** What slow GUP does to a page beside counting it. */
import { describe, expect, it } from 'vitest';
import { kernelMachine } from '../../../test/support/kernel-machine.ts';
import { clear_bit } from '../../memory/index.ts';
import { filePage } from '../setup.ts';
import type { InitialPte } from '../setup.ts';
import { follow_page_pte } from './gup-slow.ts';
import { page_flags } from './mm_types.ts';
import { folio_test_dirty } from './page-flags.ts';
import { FOLL_PIN, FOLL_TOUCH, FOLL_WRITE } from './pin-count.ts';

/** Whether a clean file page is dirty after it was pinned through a PTE. */
function marked(pte: InitialPte, flags: number): boolean {
  const { alloc, run } = kernelMachine();
  return run(() => {
    const page = filePage(alloc, { pte });
    clear_bit(page_flags.bit.PG_dirty, page.folio.flags);
    expect(follow_page_pte(page.vma, page.address, flags)).toBe(page.folio);
    return folio_test_dirty(page.folio);
  });
}

describe('FOLL_TOUCH', () => {
  it('marks a page dirty that is pinned for writing through a clean PTE', () => {
    expect(marked('rw', FOLL_PIN | FOLL_WRITE | FOLL_TOUCH)).toBe(true);
  });

  it.each([
    ['the PTE is dirty', 'rw dirty', FOLL_PIN | FOLL_WRITE | FOLL_TOUCH],
    ['the pin is for reading', 'rw', FOLL_PIN | FOLL_TOUCH],
    ['FOLL_TOUCH is not given', 'rw', FOLL_PIN | FOLL_WRITE],
  ] as const)('leaves it to others where %s', (_, pte, flags) => {
    expect(marked(pte, flags)).toBe(false);
  });
});
