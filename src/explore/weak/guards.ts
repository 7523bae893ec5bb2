/**
 * Which words every thread state takes with acquire before it comes to another (model `weak`).
 *
 * A function that reads a page's flags behind its lock needs none of the messages that whoever held
 * the lock had seen replaced, however far away that read is. So for each thread state and each word
 * this says which *guards* stand on every way to the next access of the word: words that it updates
 * with acquire, or waits for with acquire (dominators of the access in the thread's automaton;
 * computed backwards as other futures are, liveness.ts). What a guard brings is another question,
 * which depends on the messages that are there: weak-guards.ts.
 *
 * A thread that has stored to a guard's word itself may take it from its own message, and learn
 * nothing: such a way has passed no guard yet.
 *
 * Measured: docs/weak.md.
 */

import { Modify } from '../../memory/operation.ts';
import { grown } from '../automaton/grown.ts';
import type { Layout } from '../layout.ts';
import { Column, Flag, NodeKind, ROW_SHIFT } from '../automaton/node.ts';
import type { AutomatonTables } from '../automaton/tables.ts';
import { WeakOrder } from './weak-order.ts';
import { isAboutSections, isUpdate, Stored } from './weak-rows.ts';

/** One bit each; the 32nd word that could be one is none. */
const GUARDS_MAX = 31;

/**
 * So many sets of guards are kept for a state and a word: each way to the word passes all guards of
 * one of them. Where there are more, two become what they have in common. With one set
 * `longterm-pin-vs-offline (pages=moved before the pin)` has no end, with three it is as with two.
 */
export const WAYS = 2;
/** No set: there is no further way. */
export const NO_WAY = -1;

/** A word that is updated, or waited for, with acquire. */
export interface Guard {
  readonly word: number;
  readonly updates: boolean;
  /** Thread states that take it, one for each test. */
  readonly takers: number[];
}

/** The guards of thread states. A class because it grows with the automata. */
export class Guards {
  readonly all: Guard[] = [];
  private readonly layout: Layout;
  private readonly tables: AutomatonTables;
  private readonly stride: number;
  /** For each state and word the sets of guards on the ways to it. */
  private sets: Int32Array;

  constructor(layout: Layout, tables: AutomatonTables) {
    this.layout = layout;
    this.tables = tables;
    this.stride = WAYS * (layout.memoryWords + 1);
    this.sets = new Int32Array(this.stride << 8).fill(NO_WAY);
  }

  /** The guards, as bits, that a state passes on some of the ways to a word. */
  of(node: number, word: number, way: number): number {
    return this.sets[node * this.stride + WAYS * word + way] as number;
  }

  /** The guards, as bits, that whoever stores to a word has lost. */
  on(word: number): number {
    let bits = 0;
    for (const [bit, guard] of this.all.entries()) if (guard.word === word) bits |= 1 << bit;
    return bits;
  }

  /** Makes room for a state, with what it does itself. */
  meet(node: number): void {
    const from = this.sets.length;
    if (this.stride * (node + 1) > from) this.sets = grown(this.sets, 2 * from).fill(NO_WAY, from);
    const row = node << ROW_SHIFT;
    const isAccess = this.tables.rows[row] === NodeKind.ACCESS;
    if (!isAccess && !isAboutSections(this.tables.rows, row)) return;
    this.insert(this.stride * node + WAYS * this.wordOf(row), 0);
    if (isAccess && this.isTaker(row)) this.meetTaker(node, row);
  }

  private meetTaker(node: number, row: number): void {
    const known = this.all[this.bitOf(row)];
    if (known === undefined) {
      if (this.all.length === GUARDS_MAX) return;
      const updates = isUpdate(this.tables.rows, row);
      this.all.push({ word: this.wordOf(row), updates, takers: [node] });
    } else if (!known.takers.some((other) => this.testsAlike(other, node))) {
      known.takers.push(node);
    }
  }

  /** What guards the states behind an edge guards those before it. @returns whether that is news */
  add(node: number, next: number, stored: number): boolean {
    const row = node << ROW_SHIFT;
    const taken = this.takenBy(row, stored);
    const lost = this.lostBy(row, stored) & ~taken;
    const to = this.stride * node;
    const from = this.stride * next;
    let changes = false;
    for (let i = WAYS; i < this.stride; i++) {
      const way = this.sets[from + i] as number;
      if (way === NO_WAY) continue;
      if (this.insert(to + i - (i % WAYS), (way | taken) & ~lost)) changes = true;
    }
    return changes;
  }

  /** Adds a set of guards to those at a place; smaller ones say as much. @returns if it is news */
  private insert(at: number, way: number): boolean {
    const { sets } = this;
    for (let i = at; i < at + WAYS; i++) {
      const other = sets[i] as number;
      if (other !== NO_WAY && (other & way) === other) return false;
    }
    for (let i = at; i < at + WAYS; i++) {
      if (((sets[i] as number) & way) === way) sets[i] = NO_WAY;
    }
    const free = sets.indexOf(NO_WAY, at);
    if (free >= 0 && free < at + WAYS) {
      sets[free] = way;
      return true;
    }
    const common = way & (sets[at] as number);
    sets[at] = NO_WAY;
    this.insert(at, common);
    return true;
  }

  private takenBy(row: number, stored: number): number {
    if (!this.isTaker(row)) return 0;
    const bit = this.bitOf(row);
    return bit >= 0 && (this.waits(row) || stored === Stored.YES) ? 1 << bit : 0;
  }

  private lostBy(row: number, stored: number): number {
    const { rows } = this.tables;
    if (stored === Stored.NO || rows[row] !== NodeKind.ACCESS) return 0;
    return rows[row + Column.MODIFY] === Modify.NOTHING ? 0 : this.on(this.wordOf(row));
  }

  /** Whether a step acquires by an update or a wait. Words of slots begin anew: no guards. */
  private isTaker(row: number): boolean {
    const { rows } = this.tables;
    const order = rows[row + Column.ORDER] as number;
    if (rows[row] !== NodeKind.ACCESS || rows[row + Column.STATUS] !== 0) return false;
    if ((order & (WeakOrder.ACQUIRE | WeakOrder.FULL_AFTER)) === 0) return false;
    return this.waits(row) || isUpdate(rows, row);
  }

  private bitOf(row: number): number {
    const word = this.wordOf(row);
    const updates = isUpdate(this.tables.rows, row);
    return this.all.findIndex((guard) => guard.word === word && guard.updates === updates);
  }

  private testsAlike(node: number, other: number): boolean {
    const { rows } = this.tables;
    return TESTS.every(
      (column) => rows[(node << ROW_SHIFT) + column] === rows[(other << ROW_SHIFT) + column],
    );
  }

  private waits(row: number): boolean {
    return ((this.tables.rows[row + Column.FLAGS] as number) & Flag.WAIT) !== 0;
  }

  private wordOf(row: number): number {
    return (this.tables.rows[row + Column.INDEX] as number) - this.layout.memoryAt;
  }
}

const TESTS = [Column.TEST, Column.TEST_ARGUMENT, Column.FLAGS];
