/**
 * References on folios (include/linux/page_ref.h, include/linux/mm.h, mm/swap.c, 6.18).
 *
 * Who holds a reference keeps the page from being freed. Zero means free: only the allocator leaves
 * zero, so a lockless lookup adds *unless zero*. Adding to a reference that one holds orders
 * nothing; adding unless zero and taking away are fully ordered. Who knows of every reference
 * *freezes* the count to 0, which keeps lookups away. Left out: trace points, and what freeing does
 * beside giving the page back: LRU lists, memory cgroups, hugetlb and device pages.
 */

import {
  assert,
  atomic_add,
  atomic_add_return,
  atomic_add_unless,
  atomic_cmpxchg,
  atomic_inc,
  atomic_read,
  atomic_set,
  atomic_set_release,
  atomic_sub_and_test,
  atomicAtLeast,
  defence,
  kernelFunction,
  label,
} from '../../memory/index.ts';
import { page_folio } from './mm_types.ts';
import type { Folio, Page } from './mm_types.ts';
import { isInUse, testClearPageBuddy, testSetPageBuddy } from './page-flags.ts';

/** The smallest word that is negative as a signed number. */
const SIGN = 0x80000000;

/** The number of references (include/linux/page_ref.h). */
export function folio_ref_count(folio: Folio): number {
  return atomic_read(folio._refcount);
}

/**
 * Whether the count has overflowed: `folio_ref_count(folio) < 0`, told without the count itself.
 */
export function refCountIsNegative(folio: Folio): boolean {
  label('overflowed?');
  return atomicAtLeast(folio._refcount, SIGN);
}

/** Adds references to one that the caller holds (include/linux/page_ref.h). Orders nothing. */
export function folio_ref_add(folio: Folio, nr: number): void {
  atomic_add(nr, folio._refcount);
}

/** Adds one reference to one that the caller holds (include/linux/mm.h). */
export function folio_get(folio: Folio): void {
  atomic_inc(folio._refcount);
}

/**
 * Adds references unless the folio is free; fully ordered if it does.
 *
 * @returns whether it did
 */
export const folio_ref_try_add: (folio: Folio, count: number) => boolean = kernelFunction(
  'include/linux/page_ref.h',
  '6.18',
  function folio_ref_try_add(folio: Folio, count: number): boolean {
    if (defence('unless zero', () => true)) return atomic_add_unless(folio._refcount, count, 0);
    atomic_add_return(count, folio._refcount);
    return true;
  },
);

/** Takes references away; the last one frees the folio. */
export const folio_put_refs: (folio: Folio, refs: number) => void = kernelFunction(
  'include/linux/mm.h',
  '6.18',
  function folio_put_refs(folio: Folio, refs: number): void {
    if (atomic_sub_and_test(refs, folio._refcount)) __folio_put(folio);
  },
);

/**
 * Takes every reference at once if there are exactly `count`; nobody finds the folio any more.
 * Fully ordered if it does: what is read afterwards (PG_dirty) is read later.
 */
export const folio_ref_freeze: (folio: Folio, count: number) => boolean = kernelFunction(
  'include/linux/page_ref.h',
  '6.18',
  function folio_ref_freeze(folio: Folio, count: number): boolean {
    if (defence('expected count', () => true)) {
      return atomic_cmpxchg(folio._refcount, count, 0) === count;
    }
    atomic_set(folio._refcount, 0);
    return true;
  },
);

/** Gives a frozen folio its references back (include/linux/page_ref.h); a release. */
export function folio_ref_unfreeze(folio: Folio, count: number): void {
  atomic_set_release(folio._refcount, count);
}

/** Takes one reference away (include/linux/mm.h). */
export function folio_put(folio: Folio): void {
  folio_put_refs(folio, 1);
}

/** Takes one reference away (include/linux/mm.h); slab pages and large kmallocs are not here. */
export function put_page(page: Page): void {
  folio_put(page_folio(page));
}

/**
 * Gives a folio without references back to the allocator, which says "Bad page state" if somebody
 * holds its lock or it is under write-back (`free_page_is_bad`, mm/page_alloc.c). Write-back has no
 * reference: it is waited for before a folio leaves its file.
 */
export const __folio_put: (folio: Folio) => void = kernelFunction(
  'mm/swap.c',
  '6.18',
  function __folio_put(folio: Folio): void {
    if (!testSetPageBuddy(folio)) return;
    assert(!isInUse(folio), 'a folio in use is not freed');
    assert(false, 'a folio is freed once');
  },
);

/**
 * Takes a particular folio out of the allocator, with one reference, if it is free.
 * Ours: what `alloc_pages` does once it has chosen (mm/page_alloc.c post_alloc_hook).
 *
 * @returns whether the folio was free
 */
export function allocFolio(folio: Folio): boolean {
  if (!testClearPageBuddy(folio)) return false;
  atomic_set(folio._refcount, 1);
  return true;
}
