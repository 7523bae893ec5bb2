import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutsOf, doublePart } from './doubling.ts';
import {
  allowanceOf,
  BEYOND,
  hasReserve,
  isTooSmall,
  makeTable,
  SharedVisited,
  slotsFor,
} from './shared-visited.ts';

/** Hashes that often agree in the bits that choose a slot, in a lane, or altogether. */
const word = fc.oneof(
  fc.integer({ min: 1, max: 3 }),
  fc.integer().filter((value) => value !== 0),
  fc.nat(7).map((high) => (high << 29) | 5),
);
const hashes = fc.array(fc.tuple(word, word), { maxLength: 300 });

describe('the common set of visited states', () => {
  it('agrees with a Set of texts, also after it was doubled', () => {
    fc.assert(
      fc.property(hashes, hashes, (before, after) => {
        const slots = slotsFor(1, 1);
        const table = makeTable(slots);
        const visited = new SharedVisited();
        visited.attach(table, slots);
        const model = new Set<string>();
        const add = ([one, two]: readonly [number, number]): void => {
          expect(visited.add(one, two)).toBe(!model.has(`${one} ${two}`));
          model.add(`${one} ${two}`);
        };
        before.forEach(add);
        const cuts = new Int32Array(2);
        cutsOf(table, slots, 1, cuts);
        doublePart(table, slots, cuts[0] ?? 0, cuts[1] ?? 0);
        visited.attach(table, 2 * slots);
        before.forEach(add);
        after.forEach(add);
      }),
      { numRuns: 60 },
    );
  });

  it('stores a lane that is 0 as 1', () => {
    const visited = new SharedVisited();
    visited.attach(makeTable(64), 64);
    const added = [visited.add(0, 0), visited.add(0, 1), visited.add(1, 0), visited.add(0, 2)];
    expect(added).toEqual([true, false, false, true]);
  });

  it('never fills up: what is given away in a round and what comes beyond leave free slots', () => {
    const states = fc.integer({ min: 1, max: 1e9 });
    const workers = fc.integer({ min: 1, max: 64 });
    fc.assert(
      fc.property(states, workers, fc.integer({ min: 1, max: 5000 }), (count, crew, batch) => {
        const slots = slotsFor(count, crew * batch);
        expect(isTooSmall(slots, count)).toBe(false);
        const allowance = allowanceOf(slots, count, crew);
        expect(allowance).toBeGreaterThan(0);
        // Each worker stops at the first batch after which it has added so many.
        const most = count + crew * (allowance + batch);
        expect(most).toBeLessThanOrEqual((0.75 + BEYOND) * slots);
      }),
    );
  });

  it('takes at most 24 bytes for a state, however many there are', () => {
    for (let states = 100_000; states < 1e9; states *= 1.01) {
      expect((8 * slotsFor(states, 1)) / states).toBeLessThan(24);
    }
  });

  it('can be doubled where it is as long as there is a reserve', () => {
    const table = makeTable(1 << 12);
    expect([1, 32, 64].map((times) => hasReserve(table, times << 12))).toEqual([true, true, false]);
  });
});
