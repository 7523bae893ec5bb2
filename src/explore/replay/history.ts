/**
 * A thread's state: what it has observed since it started, with finished calls collapsed.
 *
 * A history is a list of entries, two integers each. Replaying a thread's function against its
 * history brings it back to the same place, because a function decides only on what it observes.
 *
 *     READ value        an access gave this value
 *     ENTER             a kernel function is running
 *     RESULT value      a kernel function has returned; followed by its CONTEXT
 *     CONTEXT number    what the thread holds after the call (context.ts)
 *     SOURCE slot       weak: the result is a pointer that was read into this slot (pointers.ts)
 *     ROUND             a `loop` is running; the entries of its current round follow
 *
 * Histories are interned: equal entries of the same function have one number.
 */

/** The tags of entries. */
export const Entry = {
  READ: 1,
  ENTER: 2,
  CONTEXT: 3,
  ROUND: 4,
  UNDEFINED: 5,
  NULL: 6,
  BOOLEAN: 7,
  NUMBER: 8,
  STRUCT: 9,
  ADDRESS: 10,
  TUPLE: 11,
  FIELD: 12,
  UNSIGNED: 13,
  SOURCE: 14,
} as const;

/** Interned histories. */
export interface Histories {
  /** The number of a history, and whether it is new. */
  intern(owner: number, entries: readonly number[]): { number: number; isNew: boolean };
  /** A copy of the entries of a history. */
  entries(number: number): number[];
  readonly count: () => number;
}

/** Makes an empty table of histories. */
export function createHistories(): Histories {
  let arena = new Int32Array(1 << 12);
  let used = 0;
  const starts: number[] = [];
  const lengths: number[] = [];
  const owners: number[] = [];
  const byHash = new Map<number, number[]>();

  const equals = (number: number, owner: number, entries: readonly number[]): boolean => {
    if (owners[number] !== owner || lengths[number] !== entries.length) return false;
    const start = starts[number] ?? 0;
    return entries.every((entry, i) => arena[start + i] === entry);
  };

  const append = (owner: number, entries: readonly number[]): number => {
    if (used + entries.length > arena.length) {
      const larger = new Int32Array(2 * (used + entries.length));
      larger.set(arena);
      arena = larger;
    }
    arena.set(entries, used);
    starts.push(used);
    lengths.push(entries.length);
    owners.push(owner);
    used += entries.length;
    return starts.length - 1;
  };

  return {
    intern(owner, entries) {
      const hash = hashOf(owner, entries);
      const bucket = byHash.get(hash) ?? [];
      const known = bucket.find((number) => equals(number, owner, entries));
      if (known !== undefined) return { number: known, isNew: false };
      const number = append(owner, entries);
      bucket.push(number);
      byHash.set(hash, bucket);
      return { number, isNew: true };
    },
    entries(number) {
      const start = starts[number] ?? 0;
      return Array.from(arena.subarray(start, start + (lengths[number] ?? 0)));
    },
    count: () => starts.length,
  };
}

function hashOf(owner: number, entries: readonly number[]): number {
  let hash = Math.imul(owner + 1, 0x9e3779b1);
  for (const entry of entries) hash = Math.imul(hash ^ entry, 0x85ebca6b) ^ (hash >>> 15);
  return hash | 0;
}
