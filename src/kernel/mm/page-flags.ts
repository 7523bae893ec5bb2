/**
 * Page flags (include/linux/page-flags.h, 6.18).
 *
 * A small folio and its page are the same words, so there is one flags word for both, as in Linux.
 * Which flag is whose: PG_locked belongs to its holder; PG_dirty and PG_writeback change under the
 * folio lock, except that write-back ends without it and that a zap may set PG_dirty;
 * PG_anon_exclusive is set under the page-table lock and cleared there with the PTE cleared.
 * Setting and clearing orders nothing; `test_set` and `test_clear` are fully ordered.
 */

import {
  clear_bit,
  readAnyBit,
  set_bit,
  smp_rmb,
  smp_wmb,
  test_and_clear_bit,
  test_and_set_bit,
  test_bit,
  testAnyAndSetBit,
} from '../../memory/index.ts';
import { page_flags } from './mm_types.ts';
import type { Folio, Page } from './mm_types.ts';

const {
  PG_locked,
  PG_writeback,
  PG_dirty,
  PG_swapcache,
  PG_anon_exclusive,
  PG_buddy,
  PG_uptodate,
} = page_flags.bit;

/** Whether somebody holds the folio lock. */
export function folio_test_locked(folio: Folio): boolean {
  return test_bit(PG_locked, folio.flags);
}

/** Whether the folio is being written to disk. */
export function folio_test_writeback(folio: Folio): boolean {
  return test_bit(PG_writeback, folio.flags);
}

/** Begins write-back; tells whether it had begun before. */
export function folio_test_set_writeback(folio: Folio): boolean {
  return test_and_set_bit(PG_writeback, folio.flags);
}

/** Whether the folio holds data that the disk does not. */
export function folio_test_dirty(folio: Folio): boolean {
  return test_bit(PG_dirty, folio.flags);
}

/** Sets PG_dirty; tells whether it was set before. */
export function folio_test_set_dirty(folio: Folio): boolean {
  return test_and_set_bit(PG_dirty, folio.flags);
}

/** Clears PG_dirty; tells whether it was set before. */
export function folio_test_clear_dirty(folio: Folio): boolean {
  return test_and_clear_bit(PG_dirty, folio.flags);
}

/** Clears PG_dirty; orders nothing. */
export function folio_clear_dirty(folio: Folio): void {
  clear_bit(PG_dirty, folio.flags);
}

/**
 * Whether the folio holds what the file says: it was read, or written as a whole. If it does, the
 * contents are read after the flag.
 */
export function folio_test_uptodate(folio: Folio): boolean {
  const isUptodate = test_bit(PG_uptodate, folio.flags);
  if (isUptodate) smp_rmb();
  return isUptodate;
}

/** The contents are complete: they come before the flag (Linux: `smp_wmb`, then the bit). */
export function folio_mark_uptodate(folio: Folio): void {
  smp_wmb();
  set_bit(PG_uptodate, folio.flags);
}

/** Whether the folio is in the swap cache. */
export function folio_test_swapcache(folio: Folio): boolean {
  return test_bit(PG_swapcache, folio.flags);
}

/** Whether the anonymous page is used by one PTE of one mm alone. */
export function PageAnonExclusive(page: Page): boolean {
  return test_bit(PG_anon_exclusive, page.flags);
}

/** Makes the anonymous page exclusive. */
export function SetPageAnonExclusive(page: Page): void {
  set_bit(PG_anon_exclusive, page.flags);
}

/** Makes the anonymous page possibly shared. */
export function ClearPageAnonExclusive(page: Page): void {
  clear_bit(PG_anon_exclusive, page.flags);
}

/** Whether the page is free. */
export function PageBuddy(page: Page): boolean {
  return test_bit(PG_buddy, page.flags);
}

/**
 * What must not be set in a page that is given back (`PAGE_FLAGS_CHECK_AT_FREE`), as far as it is
 * modelled; it must not be free either.
 */
const CHECK_AT_FREE = (1 << PG_locked) | (1 << PG_writeback);

/**
 * Marks the page free; tells whether it was free before, or still in use. Ours: Linux sets a type,
 * not a bit, and looks at the flags.
 */
export function testSetPageBuddy(page: Page): boolean {
  return testAnyAndSetBit(CHECK_AT_FREE | (1 << PG_buddy), PG_buddy, page.flags);
}

/** Whether somebody has the page locked or writes it to disk. */
export function isInUse(page: Page): boolean {
  return readAnyBit(page.flags, CHECK_AT_FREE);
}

/** Takes the free mark away; tells whether the page was free. Ours, as above. */
export function testClearPageBuddy(page: Page): boolean {
  return test_and_clear_bit(PG_buddy, page.flags);
}
