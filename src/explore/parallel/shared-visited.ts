/**
 * The set of visited states of several workers: one table, and no locks.
 *
 * A slot is two integers, the lanes of a hash, both other than 0. Whoever puts the first lane into
 * a free slot, by an exchange that only one can win, owns it and writes the second. Who meets a
 * slot with its own first lane and no second waits for it: its owner is between two
 * instructions. Nothing is ever taken out, so what is read without an atomic access can only be too
 * old in one way: a slot looks free, and then the exchange tells the truth (Laarman, van de Pol and
 * Weber, FMCAD 2010, for tables of states; here the hash is all that is stored).
 *
 * A lane that is 0 is stored as 1. The table grows between rounds only: doubling.ts.
 */

import { reservedIntegers } from './shared-memory.ts';

/** A share of the slots: the table is made larger when so many are taken ... */
const GROWN_AT = 0.7;
/** ... and so many are given away in a round. */
const GIVEN_AT = 0.75;
/** What workers may add beyond that is at most this share of the slots. */
export const BEYOND = 1 / 16;

const SLOTS_MIN = 1 << 12;
/** A new table is reserved for so many times its slots: one is enough for 9 million states. */
const RESERVE = 64;

/** One worker's view of the common table. */
export class SharedVisited {
  /** What `touch` read last; kept so that the reading is not optimised away. */
  touched = 0;
  private table: Int32Array = new Int32Array(0);
  private mask = -1;

  /** Uses this table from now on, or as many of its slots. */
  attach(table: Int32Array, slots: number): void {
    this.table = table;
    this.mask = slots - 1;
  }

  /** Adds a hash; tells whether it is new. Of several who add it at once, one is told so. */
  add(hash1: number, hash2: number): boolean {
    const { table, mask } = this;
    const first = hash1 === 0 ? 1 : hash1;
    const second = hash2 === 0 ? 1 : hash2;
    let slot = first & mask;
    for (;;) {
      let one = table[2 * slot] as number;
      if (one === 0) {
        one = Atomics.compareExchange(table, 2 * slot, 0, first);
        if (one === 0) {
          Atomics.store(table, 2 * slot + 1, second);
          return true;
        }
      }
      if (one === first && secondAt(table, 2 * slot + 1) === second) return false;
      slot = (slot + 1) & mask;
    }
  }

  /** Reads the slot of a hash, so that a later `add` finds it in the cache. */
  touch(hash1: number): void {
    this.touched = this.table[2 * (hash1 & this.mask)] as number;
  }
}

/** The second lane of a slot whose first is there: its owner is about to write it. */
function secondAt(table: Int32Array, at: number): number {
  let second = table[at] as number;
  while (second === 0) second = Atomics.load(table, at);
  return second;
}

/** Whether the table must be doubled before more states are added. */
export function isTooSmall(slots: number, states: number): boolean {
  return states > GROWN_AT * slots;
}

/** How many states each worker may add before the table is looked at again. */
export function allowanceOf(slots: number, states: number, workers: number): number {
  return Math.floor((GIVEN_AT * slots - states) / workers);
}

/**
 * Slots for so many states, and more.
 *
 * @param beyond states that all workers together may add beyond what they were given
 */
export function slotsFor(states: number, beyond: number): number {
  let slots = SLOTS_MIN;
  while (isTooSmall(slots, states) || BEYOND * slots < beyond) slots *= 2;
  return slots;
}

/** A table with room to be doubled some times where it is. */
export function makeTable(slots: number): Int32Array {
  return reservedIntegers(2 * slots, 2 * RESERVE * slots);
}

/** Whether the table can be doubled where it is. */
export function hasReserve(table: Int32Array, slots: number): boolean {
  return table.length >= 4 * slots;
}
