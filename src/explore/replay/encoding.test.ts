import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { struct } from '../../memory/struct.ts';
import { atomic_t, s32, u32 } from '../../memory/type.ts';
import { decodeResult, encodeResult } from './encoding.ts';
import { TUPLE_MAX } from '../limits.ts';

const page = struct('page', { flags: u32, refs: atomic_t });
const folio = struct('folio', { head: page, index: s32 });

function encoded(value: unknown): number[] {
  const entries: number[] = [];
  expect(encodeResult(entries, value)).toBe(true);
  return entries;
}

const views = [page.at(1), page.at(9), folio.at(1), folio.at(9).head];
const fields = [page.at(1).flags, page.at(1).refs, folio.at(3).index];

const single = fc.oneof(
  fc.integer(),
  fc.integer({ min: 0x80000000, max: 0xffffffff }),
  fc.boolean(),
  fc.constantFrom<unknown>(null, undefined, 0, 0xffffffff, -0x80000000),
  fc.constantFrom<unknown>(...views),
  fc.constantFrom<unknown>(...fields),
);
const result = fc.oneof(single, fc.array(single, { maxLength: TUPLE_MAX }));

describe('a result', () => {
  it('is the same after it was encoded and decoded', () => {
    fc.assert(
      fc.property(fc.array(result, { maxLength: 4 }), (all) => {
        const entries = all.flatMap(encoded);
        let at = 0;
        for (const value of all) {
          const found = decodeResult(entries, at);
          expect(found.value).toEqual(value);
          at = found.next;
        }
        expect(at).toBe(entries.length);
      }),
    );
  });

  it('has entries of its own: two results that differ are encoded differently', () => {
    const samples = [0, 1, -1, 0x80000000, -0x80000000, 0xffffffff, true, false, null, undefined];
    const all: unknown[] = [...samples, ...views, ...fields, [], [0], [0, 1], [1], [null]];
    const texts = all.map((value) => encoded(value).join());
    expect(new Set(texts).size).toBe(new Set(all).size);
  });

  it('gives back the same view, since pointers compare with ===', () => {
    for (const view of views) expect(decodeResult(encoded(view), 0).value).toBe(view);
  });

  it('that is a tuple cannot be changed after it was decoded', () => {
    expect(Object.isFrozen(decodeResult(encoded([1, 2]), 0).value)).toBe(true);
    expect(Object.isFrozen(decodeResult(encoded(fields[0]), 0).value)).toBe(true);
  });

  const lost: [string, unknown][] = [
    ['a text', 'text'],
    ['a function', () => 1],
    ['an object', {}],
    ['a large integer', 10n],
    ['a fraction', 0.5],
    ['more than 32 bits', 2 ** 32],
    ['less than 32 bits', -(2 ** 31) - 1],
    ['not a number', NaN],
    ['a nested tuple', [[1]]],
    ['a tuple with an object', [1, {}]],
    ['a long tuple', Array.from({ length: TUPLE_MAX + 1 }, () => 0)],
    ['a map', new Map()],
    ['a symbol', Symbol('s')],
  ];

  it.each(lost)('that is %s cannot be kept', (_, value) => {
    expect(encodeResult([], value)).toBe(false);
  });
});
