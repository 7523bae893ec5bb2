import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeSeeds, mix1, mix2 } from './hash.ts';

const mixes = { mix1, mix2 };

describe.each(Object.entries(mixes))('%s', (_, mix) => {
  it('gives different values for different words', () => {
    const seen = new Set<number>();
    for (let word = -20_000; word < 20_000; word++) seen.add(mix(word));
    for (let bit = 15; bit < 32; bit++) seen.add(mix(1 << bit));
    expect(seen.size).toBe(40_000 + 17);
  });

  it('gives 32-bit words', () => {
    fc.assert(fc.property(fc.integer(), (word) => (mix(word) | 0) === mix(word)));
  });

  it('changes half of the bits when one bit changes', () => {
    let changed = 0;
    const samples = 500;
    for (let word = 1; word <= samples; word++) {
      const before = mix(Math.imul(word, 0x9e3779b1));
      for (let bit = 0; bit < 32; bit++) {
        changed += ones(before ^ mix(Math.imul(word, 0x9e3779b1) ^ (1 << bit)));
      }
    }
    expect(changed / (samples * 32 * 32)).toBeCloseTo(0.5, 2);
  });
});

function ones(word: number): number {
  let count = 0;
  for (let left = word; left !== 0; left &= left - 1) count++;
  return count;
}

describe('seeds', () => {
  it('differ between places and lanes', () => {
    const all = [...makeSeeds(5000, 1), ...makeSeeds(5000, 2)];
    expect(new Set(all).size).toBe(10_000);
  });

  it('are the same each time', () => {
    expect(makeSeeds(50, 1)).toEqual(makeSeeds(50, 1));
  });
});

/** The lanes of a record of words, as the search computes them from scratch. */
function lanesOf(words: readonly number[]): string {
  const [one, two] = [makeSeeds(words.length, 1), makeSeeds(words.length, 2)];
  let first = 0;
  let second = 0;
  words.forEach((word, i) => {
    first = (first + mix1(word ^ (one[i] ?? 0))) | 0;
    second = (second + mix2(word ^ (two[i] ?? 0))) | 0;
  });
  return `${first} ${second}`;
}

describe('the hash of a state', () => {
  it('tells apart all states of six small words', () => {
    const seen = new Set<string>();
    const states = 6 ** 6;
    for (let state = 0; state < states; state++) {
      seen.add(lanesOf(Array.from({ length: 6 }, (_, i) => Math.floor(state / 6 ** i) % 6)));
    }
    expect(seen.size).toBe(states);
  });

  it('tells apart states whose values are exchanged between places, or whose sums agree', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), fc.integer(), (a, b, c) => {
        fc.pre(a !== b);
        expect(lanesOf([a, b, c])).not.toBe(lanesOf([b, a, c]));
        expect(lanesOf([a, b, c])).not.toBe(lanesOf([a ^ 1, b ^ 1, c]));
        expect(lanesOf([a, b, c])).not.toBe(lanesOf([(a + 1) | 0, (b - 1) | 0, c]));
      }),
    );
  });
});
