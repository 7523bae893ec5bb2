/** Sets of words for each thread state, and its abilities: the bits that liveness.ts computes. */

import { grown } from '../automaton/grown.ts';
import type { Layout } from '../layout.ts';

/** What a thread state may still do with a word. */
export const Future = {
  /** Read it as it was, or store to it. */
  READS: 0,
  /** Update it: read the newest and store after it. */
  UPDATES: 1,
  /** Try an update that fails on zero and on nothing else. */
  FAILS_ON_ZERO: 2,
  /** Read it, store to it or fail to update it, at least twice; at least three times. */
  TWICE: 3,
  THRICE: 4,
  /** The same without updates that fail on zero only. */
  READS_TWICE: 5,
  READS_THRICE: 6,
  /** Change it in any way; in a way that is no release; by a store that continues no message. */
  STORES: 7,
  RELAXED: 8,
  OVERWRITES: 9,
} as const;

const SETS = 10;
/** Sets that are about old messages: behind an update of a word it is not in them any more. */
const OLD_SETS = 7;

/** The sets. A class because its array grows. */
export class FutureSets {
  private readonly setWords: number;
  private readonly stride: number;
  private bits: Int32Array;

  constructor(layout: Layout) {
    this.setWords = (layout.memoryWords + 32) >>> 5;
    this.stride = SETS * this.setWords + 1;
    this.bits = new Int32Array(this.stride << 8);
  }

  /** Makes room for a state. */
  meet(node: number): void {
    while (this.stride * (node + 1) > this.bits.length) {
      this.bits = grown(this.bits, 2 * this.bits.length);
    }
  }

  has(node: number, set: number, word: number): boolean {
    return ((this.bits[this.at(node, set, word)] as number) & (1 << (word & 31))) !== 0;
  }

  /** @returns whether the word was not in the set before */
  add(node: number, set: number, word: number): boolean {
    const at = this.at(node, set, word);
    const before = this.bits[at] as number;
    this.bits[at] = before | (1 << (word & 31));
    return this.bits[at] !== before;
  }

  /** What the state can do beside accesses (weak-abilities.ts). */
  abilities(node: number): number {
    return this.bits[this.stride * (node + 1) - 1] as number;
  }

  addAbilities(node: number, abilities: number): void {
    const at = this.stride * (node + 1) - 1;
    this.bits[at] = (this.bits[at] as number) | abilities;
  }

  /**
   * Adds what another state can do.
   *
   * @param updated the word whose newest message is the thread's own by then, or -1
   * @param without abilities of that state that make no difference to this one
   * @returns whether that is news
   */
  join(node: number, next: number, updated: number, without: number): boolean {
    const to = this.stride * node;
    const from = this.stride * next;
    let grows = false;
    for (let i = 0; i < this.stride; i++) {
      const old = this.bits[to + i] as number;
      let added = this.bits[from + i] as number;
      if (i < OLD_SETS * this.setWords && i % this.setWords === updated >>> 5) {
        added &= ~(1 << (updated & 31));
      }
      if (i === this.stride - 1) added &= ~without;
      const joined = old | added;
      if (joined === old) continue;
      this.bits[to + i] = joined;
      grows = true;
    }
    return grows;
  }

  private at(node: number, set: number, word: number): number {
    return this.stride * node + set * this.setWords + (word >>> 5);
  }
}
