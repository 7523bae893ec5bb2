/**
 * Pins in the reference count (include/linux/mm.h, mm/gup.c, 6.18).
 *
 * A pin says: somebody reads or writes the page's *contents* behind the page tables' back. A small
 * folio has no word of its own for pins, so a pin is worth 1024 references. A folio with 1024
 * plain references looks pinned (callers must live with it); a pinned one never looks unpinned.
 * Left out: large folios, which have _pincount.
 */

import { atomicAtLeast, design, kernelFunction, READ_ONCE } from '../../memory/index.ts';
import type { Folio } from './mm_types.ts';
import { folio_put_refs } from './page_ref.ts';

/** What one pin adds to the reference count of a small folio. */
export const GUP_PIN_COUNTING_BIAS: number = 1024;

/** The caller wants to write. */
export const FOLL_WRITE: number = 1 << 0;
/** The caller wants a plain reference. */
export const FOLL_GET: number = 1 << 1;
/** The caller is a debugger: a read-only private mapping may be written. */
export const FOLL_FORCE: number = 1 << 3;
/** Mark the page as used, and dirty if it is to be written and no PTE says so. */
export const FOLL_TOUCH: number = 1 << 16;
/** The pin may last as long as user space likes. */
export const FOLL_LONGTERM: number = 1 << 8;
/** The caller wants a pin. */
export const FOLL_PIN: number = 1 << 19;

/**
 * Whether the folio may be pinned. The comparison is unsigned, so that a count that has overflowed
 * still reads as pinned.
 */
export const folio_maybe_dma_pinned: (folio: Folio) => boolean = kernelFunction(
  'include/linux/mm.h',
  '6.18',
  function folio_maybe_dma_pinned(folio: Folio): boolean {
    return atomicAtLeast(folio._refcount, GUP_PIN_COUNTING_BIAS);
  },
);

/** How many references `refs` references (FOLL_GET) or pins (FOLL_PIN) are. */
export function refsOf(refs: number, flags: number): number {
  return (flags & FOLL_PIN) === 0 ? refs : refs * GUP_PIN_COUNTING_BIAS;
}

/** The answers to `zero-page-pins`: Linux since 6.5, and before. */
export const ZERO_PAGE_PINS = ['not counted', 'counted'] as const;

/**
 * Whether pins of the folio are not counted: the zero page is everybody's, so enough pins of it
 * would make its count overflow. Plain references of it are counted.
 */
export function isUncounted(folio: Folio): boolean {
  return READ_ONCE(folio.is_zero) && design('zero-page-pins', ZERO_PAGE_PINS) === 'not counted';
}

/** Gives back what one of the grab functions took (mm/gup.c). */
export const gup_put_folio: (folio: Folio, refs: number, flags: number) => void = kernelFunction(
  'mm/gup.c',
  '6.18',
  function gup_put_folio(folio: Folio, refs: number, flags: number): void {
    if ((flags & FOLL_PIN) !== 0 && isUncounted(folio)) return;
    folio_put_refs(folio, refsOf(refs, flags));
  },
);
