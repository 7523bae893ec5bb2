/**
 * What threads can still do: for each thread state the words that it or a later state accesses, by
 * class. The reduction (reduction.ts) decides by it.
 */

import { AccessClass, CLASSES, conflicts } from '../access-class.ts';
import type { Layout } from '../layout.ts';
import { Column, NodeKind, ROW_SHIFT } from '../automaton/node.ts';
import type { AutomatonTables } from '../automaton/tables.ts';
import { WeakOrder } from '../weak/weak-order.ts';

/** Sets of words for each thread state and class. A class because they grow with the automaton. */
export class Futures {
  private readonly layout: Layout;
  private readonly tables: AutomatonTables;
  private readonly setWords: number;
  private sets: Int32Array = new Int32Array(0);

  constructor(layout: Layout, tables: AutomatonTables) {
    this.layout = layout;
    this.tables = tables;
    this.setWords = setWordsOf(layout);
  }

  makeRoom(integers: number): void {
    this.sets = enlarged(this.sets, new ArrayBuffer(4 * integers));
  }

  /** A state's own access is part of its future. */
  addOwn(node: number): void {
    const { rows } = this.tables;
    const row = node << ROW_SHIFT;
    const kind = rows[row] as number;
    if (kind === NodeKind.ALLOCATE || kind === NodeKind.FREE) return this.addEverything(node);
    const accessClass = rows[row + Column.CLASS] as number;
    if (kind !== NodeKind.ACCESS || accessClass === AccessClass.ANY) return;
    const address = (rows[row + Column.INDEX] as number) - this.layout.memoryAt;
    this.addWord(node, accessClass, address);
    if (mayFence(this.tables, row)) this.addWord(node, AccessClass.WRITE, 0);
  }

  /** weak: a state that was known before may turn out to come after a fully ordered access. */
  addOwedBarrier(node: number): void {
    if (mayFence(this.tables, node << ROW_SHIFT)) this.addWord(node, AccessClass.WRITE, 0);
  }

  private addWord(node: number, accessClass: number, address: number): void {
    const set = (CLASSES * node + accessClass - 1) * this.setWords + (address >>> 5);
    this.sets[set] = (this.sets[set] as number) | (1 << (address & 31));
  }

  /** Allocation and free touch whole slots: taken to touch every word. */
  private addEverything(node: number): void {
    const isWeak = this.layout.model === 'weak';
    const accessClass = isWeak ? AccessClass.ALL : AccessClass.WRITE;
    const set = (CLASSES * node + accessClass - 1) * this.setWords;
    this.sets.fill(-1, set, set + this.setWords);
  }

  /** Lets futures flow backwards along edges until nothing changes. */
  spread(joined: readonly number[]): void {
    while (this.flow(joined)) {
      // Once more.
    }
  }

  private flow(joined: readonly number[]): boolean {
    const size = CLASSES * this.setWords;
    const { sets } = this;
    let changed = false;
    for (let pair = joined.length - 2; pair >= 0; pair -= 2) {
      const from = size * (joined[pair] as number);
      const to = size * (joined[pair + 1] as number);
      for (let i = 0; i < size; i++) {
        const before = sets[from + i] as number;
        const after = before | (sets[to + i] as number);
        if (after !== before) {
          sets[from + i] = after;
          changed = true;
        }
      }
    }
    return changed;
  }

  /** Words, 32 at a time, whose accesses in the future of a state conflict with a class. */
  conflicting(node: number, accessClass: number, word: number): number {
    let set = 0;
    for (let other = 1; other <= CLASSES; other++) {
      if (!conflicts(this.layout.model, accessClass, other)) continue;
      set |= this.sets[(CLASSES * node + other - 1) * this.setWords + word] as number;
    }
    return set;
  }
}

/**
 * weak: whether a step may be a full barrier instead of the access: the one before it, or one that
 * is still owed after the access before. Full barriers see each other, as if each wrote one word.
 */
export function mayFence(tables: AutomatonTables, row: number): boolean {
  const order = tables.rows[row + Column.ORDER] as number;
  return (order & (WeakOrder.FULL_BEFORE | WeakOrder.AFTER_FULL)) !== 0;
}

/** Integers of a set of words. */
export function setWordsOf(layout: Layout): number {
  return ((layout.memoryWords + 32) >>> 5) | 0;
}

/** A copy in a larger space, with zeros behind. */
export function enlarged(old: Int32Array, space: ArrayBufferLike): Int32Array {
  const larger = new Int32Array(space);
  larger.set(old);
  return larger;
}
