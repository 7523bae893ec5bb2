/**
 * Page-table entries as values, as x86 has them (arch/x86/include/asm/pgtable.h, 6.18).
 *
 * An entry is one word: present, write, dirty and special bits and the frame number. A word of 0 is
 * no entry. Nothing here touches memory; pgtable.ts does.
 */

import { folio, folio_ptr } from './mm_types.ts';
import type { Page } from './mm_types.ts';

const PRESENT = 1;
const WRITE = 2;
const DIRTY = 4;
const SPECIAL = 8;
const FLAGS_BITS = 8;

/** The value of a page-table entry. */
export type Pte = number;

/**
 * The page frame number (include/asm-generic/memory_model.h): our memory map begins at address 0,
 * so it is the struct's address.
 */
export function page_to_pfn(page: Page): number {
  return folio_ptr.encode(page);
}

/** The page of a frame number (include/asm-generic/memory_model.h). */
export function pfn_to_page(pfn: number): Page {
  return folio.at(pfn);
}

/** A present entry for a page (include/linux/mm.h): read-only and clean. */
export function mk_pte(page: Page): Pte {
  return (page_to_pfn(page) << FLAGS_BITS) | PRESENT;
}

/** The frame number. */
export function pte_pfn(pte: Pte): number {
  return pte >>> FLAGS_BITS;
}

/** The page that a present entry maps. */
export function pte_page(pte: Pte): Page {
  return pfn_to_page(pte_pfn(pte));
}

/** Whether there is no entry. */
export function pte_none(pte: Pte): boolean {
  return pte === 0;
}

/** Whether the entry maps a page. */
export function pte_present(pte: Pte): boolean {
  return (pte & PRESENT) !== 0;
}

/** Whether the CPU may write through the entry. */
export function pte_write(pte: Pte): boolean {
  return (pte & WRITE) !== 0;
}

/** Whether the CPU wrote through the entry since it was cleaned. */
export function pte_dirty(pte: Pte): boolean {
  return (pte & DIRTY) !== 0;
}

/** The same entry, writable (arch/x86/mm/pgtable.c). */
export function pte_mkwrite(pte: Pte): Pte {
  return pte | WRITE;
}

/** The same entry, read-only. */
export function pte_wrprotect(pte: Pte): Pte {
  return pte & ~WRITE;
}

/** The same entry, dirty. */
export function pte_mkdirty(pte: Pte): Pte {
  return pte | DIRTY;
}

/** The same entry, clean. */
export function pte_mkclean(pte: Pte): Pte {
  return pte & ~DIRTY;
}

/** The same entry, special: the page it maps is not counted for it (the zero page). */
export function pte_mkspecial(pte: Pte): Pte {
  return pte | SPECIAL;
}

/** Whether the entry holds neither a reference nor a mapping of its page. */
export function pte_special(pte: Pte): boolean {
  return (pte & SPECIAL) !== 0;
}

/** Whether two entries are equal in every bit. */
export function pte_same(a: Pte, b: Pte): boolean {
  return a === b;
}

/** Whether GUP-fast may use the entry: present, and writable if `write`. */
export function pte_access_permitted(pte: Pte, write: boolean): boolean {
  return pte_present(pte) && (!write || pte_write(pte));
}
