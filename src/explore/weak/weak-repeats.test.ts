import { describe, expect, it } from 'vitest';
import { isRepeated } from './weak-repeats.ts';

/** Every word of up to `length` letters out of `letters`. */
function* wordsUpTo(length: number, letters: number): Generator<number[]> {
  yield [];
  if (length === 0) return;
  for (const word of wordsUpTo(length - 1, letters)) {
    for (let letter = 0; letter < letters; letter++) yield [letter, ...word];
  }
}

/** The subsequences of a word up to a length, by brute force. */
function subsequences(word: readonly number[], length: number): Set<string> {
  const found = new Set<string>();
  for (let chosen = 0; chosen < 1 << word.length; chosen++) {
    const taken = word.filter((_, i) => (chosen & (1 << i)) !== 0);
    if (taken.length <= length) found.add(taken.join());
  }
  return found;
}

function isTheSameWithout(word: readonly number[], at: number, reads: number): boolean {
  const without = word.toSpliced(at, 1);
  // Somebody may have seen some of them already: so much for every end of the word.
  return word.every((_, from) => {
    const rest = without.slice(from <= at ? from : from - 1);
    const [all, left] = [subsequences(word.slice(from), reads), subsequences(rest, reads)];
    return all.size === left.size;
  });
}

describe('a letter that is repeated', () => {
  it.each([1, 2, 3])(
    'is one without which %i reads can give the same, and no other is',
    (reads) => {
      let repeated = 0;
      for (const word of wordsUpTo(6, 3)) {
        for (let at = 0; at < word.length; at++) {
          const isOne = isRepeated(word, at, reads);
          if (isOne) repeated++;
          if (isOne !== isTheSameWithout(word, at, reads)) {
            expect({ word, at, isOne }).toEqual('the same by brute force');
          }
        }
      }
      expect(repeated).toBeGreaterThan(100);
    },
  );
});
