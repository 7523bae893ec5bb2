import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomNumbers } from './automaton/probe.ts';
import { missProbability, NumberedStates, Visited } from './visited.ts';

/** Hashes that often agree in the bits that choose a slot, or altogether. */
const word = fc.oneof(
  fc.nat(3),
  fc.integer(),
  fc.nat(7).map((high) => (high << 29) | 5),
);
const hashes = fc.array(fc.tuple(word, word), { maxLength: 200 });

/** Enough hashes to make a table grow several times, some of them twice. */
function many(count: number): [number, number][] {
  const random = randomNumbers(7);
  const integer = (): number => Math.floor(random() * 2 ** 32) | 0;
  const fresh = Array.from({ length: count }, (): [number, number] => [integer(), integer()]);
  return fresh.flatMap((one, i) => (i % 3 === 0 ? [one, fresh[i >> 1] ?? one] : [one]));
}

describe('the set of visited states', () => {
  it('tells whether a hash is new', () => {
    const visited = new Visited();
    expect([visited.add(1, 2), visited.add(1, 2), visited.add(2, 1)]).toEqual([true, false, true]);
    expect(visited.count).toBe(2);
  });

  it('agrees with a Set of texts', () => {
    fc.assert(
      fc.property(hashes, (all) => {
        const visited = new Visited();
        const model = new Set<string>();
        for (const [one, two] of all) {
          const text = one === 0 && two === 0 ? '0 1' : `${one} ${two}`;
          expect(visited.add(one, two)).toBe(!model.has(text));
          model.add(text);
          expect(visited.count).toBe(model.size);
        }
      }),
    );
  });

  it('agrees with a Set while it grows', () => {
    const visited = new Visited();
    const model = new Set<string>();
    for (const [one, two] of many(30_000)) {
      const text = `${one} ${two}`;
      if (visited.add(one, two) === model.has(text)) throw new Error(`${text} is wrong`);
      model.add(text);
    }
    expect(visited.count).toBe(model.size);
    expect(visited.bytes() / visited.count).toBeLessThan(24);
  });

  it('keeps what came round from the end of the table when it grows', () => {
    // All of these belong into the last slot of the smallest table; as it grows, some leave it.
    const last = Array.from({ length: 40 }, (_, i): [number, number] => [
      2 ** (31 - (i % 20)) - 1,
      i,
    ]);
    // And these into the first slots, behind what came round.
    const first = Array.from({ length: 40 }, (_, i): [number, number] => [i & 3, i + 1]);
    const visited = new Visited();
    for (const [one, two] of [...last, ...first]) visited.add(one, two);
    for (const more of [10_000, 100_000, 1_000_000]) {
      for (let i = visited.count; i < more; i++) visited.add(Math.imul(i, 0x9e3779b1), ~i);
      expect([...last, ...first].filter(([one, two]) => visited.add(one, two))).toEqual([]);
    }
    expect(visited.count).toBe(1_000_000);
  });

  it('holds the hash 0 0, which marks free slots, as another', () => {
    const visited = new Visited();
    expect([visited.add(0, 0), visited.add(0, 0), visited.add(0, 1)]).toEqual([true, false, false]);
  });

  it('is empty again after it was cleared', () => {
    const visited = new Visited();
    visited.add(1, 2);
    visited.clear();
    expect([visited.count, visited.add(1, 2)]).toEqual([0, true]);
  });
});

describe('numbered states', () => {
  it('are numbered in the order in which they were added', () => {
    const states = new NumberedStates();
    expect([states.add(5, 5), states.add(6, 6), states.add(5, 5), states.add(6, 6)]).toEqual([
      -1, -1, 0, 1,
    ]);
  });

  it('agree with a Map of texts, also while they grow', () => {
    const agree = (all: readonly (readonly [number, number])[]): void => {
      const states = new NumberedStates();
      const model = new Map<string, number>();
      for (const [one, two] of all) {
        const text = `${one} ${two}`;
        const known = model.get(text) ?? -1;
        const found = states.add(one, two);
        if (found !== known) throw new Error(`${text} has number ${found}, not ${known}`);
        if (known < 0) model.set(text, model.size);
      }
    };
    fc.assert(fc.property(hashes, agree));
    agree(many(30_000));
  });
});

describe('the probability of a missed state', () => {
  it('grows with the square of the states, and is never above 1', () => {
    expect(missProbability(0)).toBe(0);
    expect(missProbability(2 ** 20)).toBe(2 ** -25);
    expect(missProbability(2 ** 21) / missProbability(2 ** 20)).toBe(4);
    expect(missProbability(2 ** 40)).toBe(1);
  });
});
