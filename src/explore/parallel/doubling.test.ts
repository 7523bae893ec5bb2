import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutsOf, doublePart } from './doubling.ts';

const SLOTS = 64;

/** Entries that often belong into the same slots, many of them the last and the first. */
const entry = fc.tuple(
  fc.oneof(fc.integer(), fc.constantFrom(-1, 63, 127, 191, 62, 0, 64, 1)),
  fc.integer({ min: 1 }),
);
const entries = fc.uniqueArray(entry, { maxLength: 48, selector: String });
const parts = fc.integer({ min: 1, max: 7 });

function put(table: Int32Array, slots: number, [one, two]: readonly [number, number]): void {
  let slot = one & (slots - 1);
  while (table[2 * slot] !== 0 || table[2 * slot + 1] !== 0) slot = (slot + 1) & (slots - 1);
  table.set([one, two], 2 * slot);
}

/** Whether a look-up meets the entry before a free slot. */
function has(table: Int32Array, slots: number, [one, two]: readonly [number, number]): boolean {
  for (let slot = one & (slots - 1); ; slot = (slot + 1) & (slots - 1)) {
    if (table[2 * slot] === one && table[2 * slot + 1] === two) return true;
    if (table[2 * slot] === 0 && table[2 * slot + 1] === 0) return false;
  }
}

function filled(all: readonly (readonly [number, number])[]): Int32Array {
  const table = new Int32Array(4 * SLOTS);
  for (const one of all) put(table, SLOTS, one);
  return table;
}

describe('a table that is doubled in parts', () => {
  it('holds the same entries, whichever part is done first', () => {
    fc.assert(
      fc.property(entries, parts, fc.infiniteStream(fc.nat()), (all, count, order) => {
        const table = filled(all);
        const cuts = new Int32Array(count + 1);
        cutsOf(table, SLOTS, count, cuts);
        const left = Array.from({ length: count }, (_, part) => part);
        while (left.length > 0) {
          const [part = 0] = left.splice((order.next().value ?? 0) % left.length, 1);
          doublePart(table, SLOTS, cuts[part] ?? 0, cuts[part + 1] ?? 0);
        }
        expect(all.filter((one) => !has(table, 2 * SLOTS, one))).toEqual([]);
        expect(table.filter((value, i) => i % 2 === 1 && value !== 0)).toHaveLength(all.length);
      }),
      { numRuns: 500 },
    );
  });

  it('is divided into parts of about the same size', () => {
    const cuts = new Int32Array(5);
    cutsOf(new Int32Array(4 * SLOTS), SLOTS, 4, cuts);
    expect([...cuts]).toEqual([0, 16, 32, 48, 64]);
  });

  it('is divided between entries that stand together, never among them', () => {
    // From slot 60 round to slot 2, and around the middle.
    const all = Array.from({ length: 7 }, (_, i) => [60, i + 1] as const);
    const middle = Array.from({ length: 5 }, (_, i) => [30, i + 1] as const);
    const cuts = new Int32Array(3);
    cutsOf(filled([...all, ...middle]), SLOTS, 2, cuts);
    expect([...cuts]).toEqual([3, 35, 64 + 3]);
  });
});
