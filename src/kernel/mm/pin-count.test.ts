/** The arithmetic of references and pins. */
import { describe, expect, it } from 'vitest';
import { kernelMachine } from '../../../test/support/kernel-machine.ts';
import { atomic_read, atomic_set } from '../../memory/index.ts';
import { try_get_folio, try_grab_folio_fast } from './gup-fast.ts';
import { folio } from './mm_types.ts';
import { PageBuddy } from './page-flags.ts';
import { allocFolio, folio_put, folio_put_refs } from './page_ref.ts';
import { FOLL_GET, FOLL_PIN, folio_maybe_dma_pinned, gup_put_folio } from './pin-count.ts';

const { alloc, run } = kernelMachine();

/** Runs `body` on a folio with `references` references; gives what it leaves. */
function after(
  references: number,
  body: (page: ReturnType<typeof alloc<typeof folio.members>>) => void,
) {
  const page = alloc(folio);
  return run(() => {
    atomic_set(page._refcount, references);
    body(page);
    return {
      references: atomic_read(page._refcount),
      pinned: folio_maybe_dma_pinned(page),
      free: PageBuddy(page),
    };
  });
}

describe('a pin', () => {
  it.each(['two steps', 'one step'])('adds 1024 to the count, in %s', (increment) => {
    const other = kernelMachine({ 'pin-increment': increment });
    const page = other.alloc(folio);
    const count = other.run(() => {
      atomic_set(page._refcount, 2);
      expect(try_grab_folio_fast(page, 1, FOLL_PIN)).toBe(page);
      return atomic_read(page._refcount);
    });
    expect(count).toBe(1026);
  });

  it('is given back as a whole', () => {
    const left = after(2, (page) => {
      try_grab_folio_fast(page, 1, FOLL_PIN);
      gup_put_folio(page, 1, FOLL_PIN);
    });
    expect(left).toEqual({ references: 2, pinned: false, free: false });
  });

  it('that is put like a reference leaves the page pinned-looking no more, and leaks 1023', () => {
    const left = after(2, (page) => {
      try_grab_folio_fast(page, 1, FOLL_PIN);
      folio_put(page);
    });
    expect(left).toEqual({ references: 1025, pinned: true, free: false });
  });

  it('is not taken on a free page', () => {
    expect(after(0, (page) => expect(try_grab_folio_fast(page, 1, FOLL_PIN)).toBeNull())).toEqual({
      references: 0,
      pinned: false,
      free: false,
    });
  });
});

describe('the test for pins', () => {
  it.each([
    [1, false],
    [1023, false],
    [1024, true],
    [1025, true],
    [-1, true],
    [-2147483648, true],
  ])('of a count of %i says %s: unsigned, and plain references count', (count, pinned) => {
    expect(after(count, () => undefined).pinned).toBe(pinned);
  });
});

describe('a reference', () => {
  it('is refused when the count has overflowed', () => {
    expect(after(-5, (page) => expect(try_get_folio(page, 1)).toBeNull()).references).toBe(-5);
  });

  it('is one with FOLL_GET', () => {
    expect(after(1, (page) => void try_grab_folio_fast(page, 1, FOLL_GET)).references).toBe(2);
  });

  it('that goes last frees the page, which can then be allocated once', () => {
    const left = after(3, (page) => folio_put_refs(page, 3));
    expect(left).toEqual({ references: 0, pinned: false, free: true });
    const taken: boolean[] = [];
    const again = after(1, (page) => {
      folio_put(page);
      taken.push(allocFolio(page), allocFolio(page));
    });
    expect(taken).toEqual([true, false]);
    expect(again).toEqual({ references: 1, pinned: false, free: false });
  });

  it('below zero is found: a page is freed once', () => {
    const free = (): unknown =>
      after(1, (page) => {
        folio_put(page);
        atomic_set(page._refcount, 1);
        folio_put(page);
      });
    expect(free).toThrow('a folio is freed once');
  });
});
