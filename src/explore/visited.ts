/**
 * The set of visited states, by their 64-bit hashes.
 *
 * Open addressing in one typed array, two integers a slot, at most three quarters full: 11 to 21
 * bytes for a state. A state is taken to be known when its hash is; `missProbability` says how
 * likely it is that this ever hid one. (0, 0) marks a free slot; a state with that hash is stored
 * as (0, 1).
 */

import { cutsOf, doublePart } from './parallel/doubling.ts';
import { grown } from './automaton/grown.ts';

const SLOTS_MIN = 1 << 12;

/** A growing set of hashes. A class because its table is replaced when it grows. */
export class Visited {
  /** How many states are in the set. */
  count = 0;
  /** What `touch` read last; kept so that the reading is not optimised away. */
  touched = 0;
  private table: Int32Array = new Int32Array(2 * SLOTS_MIN);
  private mask = SLOTS_MIN - 1;
  private room = Math.floor(SLOTS_MIN * 0.75);
  private readonly cuts = new Int32Array(2);

  /** Adds a hash; tells whether it is new. */
  add(hash1: number, hash2: number): boolean {
    const second = hash1 === 0 && hash2 === 0 ? 1 : hash2;
    const { table, mask } = this;
    let slot = hash1 & mask;
    for (;;) {
      const one = table[2 * slot] as number;
      const two = table[2 * slot + 1] as number;
      if (one === hash1 && two === second) return false;
      if (one === 0 && two === 0) break;
      slot = (slot + 1) & mask;
    }
    table[2 * slot] = hash1;
    table[2 * slot + 1] = second;
    if (++this.count > this.room) this.grow();
    return true;
  }

  /** Reads the slot of a hash, so that a later `add` finds it in the cache. */
  touch(hash1: number): void {
    this.touched = this.table[2 * (hash1 & this.mask)] as number;
  }

  /** The hashes in pairs, with (0, 0) between them. */
  hashes(): Int32Array {
    return this.table;
  }

  /** Bytes of the table. */
  bytes(): number {
    return this.table.byteLength;
  }

  clear(): void {
    this.table.fill(0);
    this.count = 0;
  }

  /** Doubles the table, where it is if there is room behind it. */
  private grow(): void {
    const slots = this.mask + 1;
    this.table = grown(this.table, 4 * slots);
    this.mask = 2 * slots - 1;
    this.room = Math.floor(2 * slots * 0.75);
    cutsOf(this.table, slots, 1, this.cuts);
    doublePart(this.table, slots, this.cuts[0] as number, this.cuts[1] as number);
  }
}

/** The probability that among `states` states two have the same 64-bit hash. */
export function missProbability(states: number): number {
  return Math.min(1, (states * states) / 2 ** 65);
}

/** States by number, in the order in which they were added. */
export class NumberedStates {
  private count = 0;
  private table: Int32Array = new Int32Array(3 * SLOTS_MIN);
  private mask = SLOTS_MIN - 1;

  /** Adds a hash; gives the number of the state that had it before, or -1 when it is new. */
  add(hash1: number, hash2: number): number {
    if (this.count > this.mask * 0.7) this.grow();
    const { table } = this;
    const at = this.find(hash1, hash2);
    const known = (table[at + 2] as number) - 1;
    if (known >= 0) return known;
    table[at] = hash1;
    table[at + 1] = hash2;
    table[at + 2] = ++this.count;
    return -1;
  }

  /** Bytes of the table. */
  bytes(): number {
    return this.table.byteLength;
  }

  /** Where a hash is, or the free slot where it belongs. */
  private find(hash1: number, hash2: number): number {
    const { table, mask } = this;
    let slot = hash1 & mask;
    while (table[3 * slot + 2] !== 0) {
      if (table[3 * slot] === hash1 && table[3 * slot + 1] === hash2) break;
      slot = (slot + 1) & mask;
    }
    return 3 * slot;
  }

  private grow(): void {
    const old = this.table;
    this.table = new Int32Array(2 * old.length);
    this.mask = 2 * this.mask + 1;
    for (let at = 0; at < old.length; at += 3) {
      if (old[at + 2] === 0) continue;
      const to = this.find(old[at] as number, old[at + 1] as number);
      this.table.set(old.subarray(at, at + 3), to);
    }
  }
}
