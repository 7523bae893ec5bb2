/** Page-table entries as values. */
import { describe, expect, it } from 'vitest';
import { kernelMachine } from '../../../test/support/kernel-machine.ts';
import { folio, pte_t } from './mm_types.ts';
import * as pte from './pte.ts';

const page = kernelMachine().alloc(folio);

describe('a page-table entry', () => {
  it('maps the page that it was made for, read-only and clean', () => {
    const entry = pte.mk_pte(page);
    expect(pte.pte_page(entry)).toBe(page);
    expect([pte.pte_present(entry), pte.pte_write(entry), pte.pte_dirty(entry)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('keeps its page through every change of its bits', () => {
    const changed = pte.pte_mkclean(
      pte.pte_wrprotect(pte.pte_mkdirty(pte.pte_mkwrite(pte.mk_pte(page)))),
    );
    expect(pte.pte_same(changed, pte.mk_pte(page))).toBe(true);
  });

  it('is printed as what a CPU may do with it', () => {
    const entry = pte.mk_pte(page);
    const printed = [0, entry, pte.pte_mkwrite(entry), pte.pte_mkdirty(pte.pte_mkwrite(entry))];
    expect(printed.map((one) => pte_t.format(one))).toEqual(['none', 'ro', 'rw', 'rw dirty']);
  });

  it('permits a write only where it is writable, and nothing where it is absent', () => {
    const entry = pte.mk_pte(page);
    expect(pte.pte_access_permitted(entry, false)).toBe(true);
    expect(pte.pte_access_permitted(entry, true)).toBe(false);
    expect(pte.pte_access_permitted(pte.pte_mkwrite(entry), true)).toBe(true);
    expect(pte.pte_access_permitted(0, false)).toBe(false);
    expect(pte.pte_none(0)).toBe(true);
  });
});
