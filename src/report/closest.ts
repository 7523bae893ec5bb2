/** "Did you mean": the known words nearest to one that is not known. */

import { listed } from './text.ts';

/** At most three words within a third of the letters, nearest first; parts of a word count too. */
export function closest(word: string, known: readonly string[]): string[] {
  const wanted = word.toLowerCase();
  const far = Math.max(1, Math.floor(wanted.length / 3));
  const scored = [...new Set(known)].map((one) => ({ one, score: score(wanted, one, far) }));
  const near = scored.filter(({ score: value }) => value <= far + 0.5);
  return near
    .sort((one, other) => one.score - other.score)
    .slice(0, 3)
    .map(({ one }) => one);
}

/** `Did you mean a, b or c?`, or nothing. */
export function didYouMean(word: string, known: readonly string[]): string {
  const near = closest(word, known);
  return near.length === 0 ? '' : `Did you mean ${listed(near, 'or')}?`;
}

function score(wanted: string, known: string, far: number): number {
  const other = known.toLowerCase();
  if (wanted.length >= 3 && other.includes(wanted)) return far - 0.5;
  // The part behind the slash of a defence is what its reader remembers.
  const parts = other.includes('/') ? other.split('/') : [];
  return Math.min(distance(wanted, other), ...parts.map((part) => distance(wanted, part) + 0.5));
}

/** How many letters must be changed, added, removed, or swapped with their neighbour. */
function distance(one: string, other: string): number {
  let earlier: number[] = [];
  let before = Array.from({ length: other.length + 1 }, (_unused, at) => at);
  for (let row = 1; row <= one.length; row++) {
    const line = [row];
    for (let at = 1; at <= other.length; at++) {
      const change = (before[at - 1] ?? 0) + (one[row - 1] === other[at - 1] ? 0 : 1);
      const crossed = one[row - 1] === other[at - 2] && one[row - 2] === other[at - 1];
      const swap = crossed && row > 1 && at > 1 ? (earlier[at - 2] ?? 0) + 1 : Infinity;
      line.push(Math.min(change, swap, (before[at] ?? 0) + 1, (line[at - 1] ?? 0) + 1));
    }
    earlier = before;
    before = line;
  }
  return before[other.length] ?? 0;
}
