/**
 * One record for all states that differ by swapping interchangeable threads.
 *
 * Such states have one hash, and the search keeps the record of the one that it meets first. Where
 * several workers search, which one that is would be a matter of time; and what is a matter of
 * time as well is then which thread's step the reduction takes alone, and so how many states there
 * are. So workers put interchangeable threads in order: by their states, then by their buffers. The
 * state that was discovered last comes first, because it is often that of the thread that has come
 * furthest, whose step is then the one that is taken alone: the other way round a search of
 * 42,385 states had 600 more.
 */

import type { Layout } from './layout.ts';

/** Puts interchangeable threads of records in order. */
export interface Twins {
  readonly order: (records: Int32Array, base: number) => void;
}

/**
 * @param places the position whose hash each thread uses: equal for interchangeable threads
 * @returns null where no threads are interchangeable
 */
export function twinsOf(layout: Layout, places: readonly number[]): Twins | null {
  const groups = places
    .map((_, place) => places.flatMap((other, thread) => (other === place ? [thread] : [])))
    .filter((group) => group.length > 1);
  if (groups.length === 0) return null;
  return {
    order(records, base) {
      for (const group of groups) sort(layout, group, records, base);
    },
  };
}

function sort(layout: Layout, group: readonly number[], records: Int32Array, base: number): void {
  for (let i = 1; i < group.length; i++) {
    for (let j = i; j > 0; j--) {
      const one = group[j - 1] as number;
      const other = group[j] as number;
      if (!isAfter(layout, records, base, one, other)) break;
      swap(layout, records, base, one, other);
    }
  }
}

function isAfter(
  { nodesAt, buffersAt, bufferWords }: Layout,
  records: Int32Array,
  base: number,
  one: number,
  other: number,
): boolean {
  const nodes = base + nodesAt;
  const difference = (records[nodes + one] as number) - (records[nodes + other] as number);
  if (difference !== 0) return difference < 0;
  const first = base + buffersAt + bufferWords * one;
  const second = base + buffersAt + bufferWords * other;
  for (let i = 0; i < bufferWords; i++) {
    if (records[first + i] === records[second + i]) continue;
    return (records[first + i] as number) > (records[second + i] as number);
  }
  return false;
}

function swap(
  { nodesAt, buffersAt, bufferWords }: Layout,
  records: Int32Array,
  base: number,
  one: number,
  other: number,
): void {
  exchange(records, base + nodesAt + one, base + nodesAt + other);
  for (let i = 0; i < bufferWords; i++) {
    const word = base + buffersAt + i;
    exchange(records, word + bufferWords * one, word + bufferWords * other);
  }
}

function exchange(records: Int32Array, one: number, other: number): void {
  const kept = records[one] as number;
  records[one] = records[other] as number;
  records[other] = kept;
}
