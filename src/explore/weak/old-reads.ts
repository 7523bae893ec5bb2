/**
 * Which reads every thread state may still come to (model `weak`).
 *
 * To a thread that only asks whether a count is large, 2 and 3 are one number. So where old
 * messages are compared, it counts what is asked of them (weak-meaning.ts), and this says by which
 * thread states. Computed backwards, as other futures are (liveness.ts).
 */

import { grown } from '../automaton/grown.ts';

/** The reads that thread states may come to. A class because it grows with the automata. */
export class OldReads {
  /** What reads, by the number of its bit, and which word. */
  private readonly nodes: number[] = [];
  private readonly words: number[] = [];
  /** Integers for each state. */
  private width = 1;
  private sets: Int32Array = new Int32Array(1 << 8);

  /**
   * Makes room for a state, with what it reads itself.
   *
   * @param word null: none
   */
  meet(node: number, word: number | null): void {
    if (word !== null && this.nodes.length === 32 * this.width) this.widen();
    while (this.width * (node + 1) > this.sets.length) {
      this.sets = grown(this.sets, 2 * this.sets.length);
    }
    if (word === null) return;
    const bit = this.nodes.push(node) - 1;
    this.words.push(word);
    const at = this.width * node + (bit >>> 5);
    this.sets[at] = (this.sets[at] as number) | (1 << (bit & 31));
  }

  /** What is read behind an edge may be read before it. @returns whether that is news */
  add(node: number, next: number): boolean {
    const to = this.width * node;
    const from = this.width * next;
    let grows = false;
    for (let i = 0; i < this.width; i++) {
      const old = this.sets[to + i] as number;
      const joined = old | (this.sets[from + i] as number);
      if (joined === old) continue;
      this.sets[to + i] = joined;
      grows = true;
    }
    return grows;
  }

  /** The states that a state may come to and that read a word. */
  of(node: number, word: number): number[] {
    const at = this.width * node;
    return this.nodes.filter((_, bit) => {
      const isIn = ((this.sets[at + (bit >>> 5)] as number) & (1 << (bit & 31))) !== 0;
      return isIn && this.words[bit] === word;
    });
  }

  private widen(): void {
    const { width, sets } = this;
    const wider = new Int32Array(2 * sets.length);
    for (let i = 0; i < sets.length; i++) {
      wider[2 * width * Math.floor(i / width) + (i % width)] = sets[i] as number;
    }
    this.sets = wider;
    this.width = 2 * width;
  }
}
