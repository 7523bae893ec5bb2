/**
 * What a thread can still do with each word: so that model `weak` forgets what nobody needs.
 *
 * An old message matters only to a CPU that may still read it, or store before what comes after it;
 * what a CPU has seen matters only if it can still tell others. Both are read off the automata, as
 * for partial-order reduction (reduction.ts), and as there they are not complete before the search
 * ends: when the future of a thread state grows after somebody relied on it, `isInvalid` says so
 * and the search is run again with what is known now.
 *
 * Behind a read-modify-write that stores, its own message is the oldest that the thread may still
 * read: what it does with the word from then on needs none of those before. Without this, a loop
 * that takes and gives back references makes old messages without end while somebody is about to
 * do the same.
 *
 * Measured on gup-fast-vs-mkclean: see docs/weak.md.
 */

import { Modify } from '../memory/operation.ts';
import type { Layout } from './layout.ts';
import { Column, Flag, NodeKind, ROW_SHIFT } from './node.ts';
import type { AutomatonTables } from './tables.ts';
import type { DiscoveredEdge } from './ways.ts';
import { Ability, abilitiesOf } from './weak-abilities.ts';
import { WeakOrder } from './weak-order.ts';
import { failsOnZero, hasUpdated, isRead, isUpdate, mayFail } from './weak-rows.ts';

/**
 * Runs a search that relies on futures until none of those it relied on has grown meanwhile.
 * Without model `weak` it runs once.
 */
export function withValidFutures<T>(tables: AutomatonTables, run: () => T): T {
  const liveness = tables.weak?.liveness;
  if (liveness !== undefined) liveness.dropsRepeats = false;
  for (;;) {
    liveness?.restart();
    const result = run();
    liveness?.sync();
    if (liveness?.isInvalid !== true) return result;
  }
}

/**
 * Sets of words for each thread state: those it may read or store to; those it may update; those
 * whose update may fail on zero and on nothing else; those it may read, store to or fail to update
 * at least twice; and at least three times; those it may change in any way; and in a way that is no
 * release.
 */
const SETS = 7;
const TWICE = 3;
const THRICE = 4;
const STORES = 5;
const RELAXED = 6;
/** Sets that are about old messages: behind an update of a word it is not in them any more. */
const OLD_SETS = 5;

/** The futures of thread states. A class because it grows with the automata. */
export class Liveness {
  /** Somebody relied on a future that has grown since. */
  isInvalid = false;
  /** false: everything is taken to be needed for ever. */
  isOn = true;
  /** Whether repeated old messages are dropped (weak-repeats.ts): only in the main search. */
  dropsRepeats = false;
  /** Grows with every discovery: what was derived from futures before is out of date. */
  version = 0;

  private readonly layout: Layout;
  private readonly tables: AutomatonTables;
  /** The edges of the automata, growing while the search runs. */
  private readonly edges: readonly DiscoveredEdge[];
  private readonly setWords: number;
  private readonly stride: number;
  private futures: Int32Array;
  /** 1: an edge leaves it, or it has ended; 2: somebody relied on its future. */
  private marks: Uint8Array;
  /** The states before each, as `2 * state + 1` where the edge updates a word, else `2 * state`. */
  private readonly before: number[][] = [];
  private seenEdges = 0;
  private known = 0;

  constructor(layout: Layout, tables: AutomatonTables, edges: readonly DiscoveredEdge[]) {
    this.layout = layout;
    this.tables = tables;
    this.edges = edges;
    this.setWords = (layout.memoryWords + 32) >>> 5;
    this.stride = SETS * this.setWords + 1;
    this.futures = new Int32Array(this.stride << 8);
    this.marks = new Uint8Array(1 << 8);
  }

  /** Nobody relies on anything: the search begins. */
  restart(): void {
    this.isInvalid = false;
    this.version++;
    for (let i = 0; i < this.marks.length; i++) this.marks[i] = (this.marks[i] as number) & 1;
  }

  /** Learns of the edges that were discovered since the last call. */
  sync(): void {
    if (this.seenEdges < this.edges.length) this.version++;
    while (this.seenEdges < this.edges.length) {
      const { node: from, observed, next: to } = this.edges[this.seenEdges] as DiscoveredEdge;
      this.seenEdges++;
      this.meet(Math.max(from, to));
      const updates = hasUpdated(this.tables.rows, from << ROW_SHIFT, observed);
      const source = 2 * from + (updates ? 1 : 0);
      (this.before[to] as number[]).push(source);
      this.oweBarrier(from, to);
      this.open(from);
      this.flow(source, to);
    }
  }

  /** The barrier of a fully ordered access may be owed in the state after it. */
  private oweBarrier(from: number, to: number): void {
    const { rows } = this.tables;
    const isFull = (rows[(from << ROW_SHIFT) + Column.ORDER] as number) & WeakOrder.FULL_AFTER;
    if (isFull === 0 || rows[to << ROW_SHIFT] === NodeKind.DONE) return;
    const at = this.stride * to + SETS * this.setWords;
    this.futures[at] = (this.futures[at] as number) | Ability.TELL | Ability.FENCE;
  }

  /** Whether a thread state may still read a word as it was, or store to it. */
  reads(node: number, word: number): boolean {
    return this.has(node, 0, word);
  }

  /** Whether a thread state may still update a word: read the newest and store after it. */
  updates(node: number, word: number): boolean {
    return this.has(node, 1, word);
  }

  /** Whether a thread state may still try an update that fails on zero only (inc_not_zero). */
  failsOnZero(node: number, word: number): boolean {
    return this.has(node, 2, word);
  }

  /**
   * How often a thread state may read a word, store to it, or fail to update it: at the most 1 or 2
   * times, or Infinity.
   */
  readsAtMost(node: number, word: number): number {
    if (this.has(node, THRICE, word)) return Infinity;
    return this.has(node, TWICE, word) ? 2 : 1;
  }

  /** Whether a thread state may still do anything with a word. */
  accesses(node: number, word: number): boolean {
    return this.reads(node, word) || this.updates(node, word) || this.failsOnZero(node, word);
  }

  /** Whether a thread state may still change a word. */
  stores(node: number, word: number): boolean {
    return this.has(node, STORES, word);
  }

  /** Whether a thread state may still change a word otherwise than by a release. */
  storesRelaxed(node: number, word: number): boolean {
    return this.has(node, RELAXED, word);
  }

  /** Whether a thread state has an ability left. */
  can(node: number, ability: number): boolean {
    if (!this.isKnown(node)) return true;
    return ((this.futures[this.stride * node + SETS * this.setWords] as number) & ability) !== 0;
  }

  /** Whether the next step of a thread state asks if its CPU has just passed a full barrier. */
  asksForFence(node: number): boolean {
    const row = node << ROW_SHIFT;
    if (this.tables.rows[row] === NodeKind.GRACE_BEGIN) return true;
    const order = this.tables.rows[row + Column.ORDER] as number;
    return (order & (WeakOrder.FULL_BEFORE | WeakOrder.ONE_STEP)) === WeakOrder.FULL_BEFORE;
  }

  private has(node: number, set: number, word: number): boolean {
    return !this.isKnown(node) || this.isIn(node, set, word);
  }

  /** What is known so far, for futures that others rely on. */
  private isIn(node: number, set: number, word: number): boolean {
    const at = this.stride * node + set * this.setWords + (word >>> 5);
    return ((this.futures[at] as number) & (1 << (word & 31))) !== 0;
  }

  /** Whether the future of a state is known; whoever asks relies on it. */
  private isKnown(node: number): boolean {
    if (!this.isOn) return false;
    if (node >= this.known) {
      const kind = this.tables.rows[node << ROW_SHIFT] as number;
      return kind === NodeKind.DONE && this.ended(node);
    }
    // What is not known yet is taken to be everything: nothing relies on it. But a wait that has
    // never ended may never end; if it does, whoever relied on that is told.
    const mark = this.marks[node] as number;
    const waits = (this.tables.rows[(node << ROW_SHIFT) + Column.FLAGS] as number) & Flag.WAIT;
    if ((mark & 1) === 0 && waits === 0) return false;
    this.marks[node] = mark | 2;
    return true;
  }

  /** A state in which a thread has ended has an empty future. */
  private ended(node: number): boolean {
    this.meet(node);
    return true;
  }

  /** Makes room for thread states up to `node`, with what each does itself. */
  private meet(node: number): void {
    while (this.stride * (node + 1) > this.futures.length) {
      this.futures = enlarged(this.futures);
      const marks = new Uint8Array(2 * this.marks.length);
      marks.set(this.marks);
      this.marks = marks;
    }
    while (this.marks.length <= node) {
      const marks = new Uint8Array(2 * this.marks.length);
      marks.set(this.marks);
      this.marks = marks;
    }
    for (; this.known <= node; this.known++) {
      this.before.push([]);
      this.addOwn(this.known);
    }
  }

  /** Before its first edge a state's future is taken to be everything. */
  private open(node: number): void {
    const marks = this.marks[node] as number;
    if ((marks & 1) !== 0) return;
    this.marks[node] = marks | 1;
    for (const source of this.before[node] as number[]) this.flow(source, node);
  }

  /** What a state can do, those before it can do, too. */
  private flow(source: number, to: number): void {
    const work = [source, to];
    while (work.length > 0) {
      const next = work.pop() as number;
      const from = work.pop() as number;
      const node = from >>> 1;
      if (!this.add(node, next, (from & 1) !== 0)) continue;
      for (const earlier of this.before[node] as number[]) work.push(earlier, node);
    }
  }

  /** @param updates whether the word of the first state's access is the thread's own after it */
  private add(node: number, next: number, updates: boolean): boolean {
    const to = this.stride * node;
    const from = this.stride * next;
    const word = updates ? this.wordOf(node) : -1;
    let grows = false;
    for (let i = 0; i < this.stride; i++) {
      const old = this.futures[to + i] as number;
      let added = this.futures[from + i] as number;
      if (updates && i < OLD_SETS * this.setWords && i % this.setWords === word >>> 5) {
        added &= ~(1 << (word & 31));
      }
      const joined = old | added;
      if (joined === old) continue;
      this.futures[to + i] = joined;
      grows = true;
    }
    if (!updates && this.readsAgain(node, next)) grows = true;
    if (grows && ((this.marks[node] as number) & 2) !== 0) this.isInvalid = true;
    return grows;
  }

  /** What is read here and behind is read once more than behind. @returns whether that is news */
  private readsAgain(node: number, next: number): boolean {
    const { rows } = this.tables;
    if (!isRead(rows, node << ROW_SHIFT)) return false;
    const word = this.wordOf(node);
    const again = this.isIn(next, 0, word) || this.isIn(next, 2, word);
    const twice = again && this.addTo(node, TWICE, word);
    return (this.isIn(next, TWICE, word) && this.addTo(node, THRICE, word)) || twice;
  }

  /** @returns whether the word was not in the set before */
  private addTo(node: number, set: number, word: number): boolean {
    const at = this.stride * node + set * this.setWords + (word >>> 5);
    const before = this.futures[at] as number;
    this.futures[at] = before | (1 << (word & 31));
    return this.futures[at] !== before;
  }

  private addOwn(node: number): void {
    const { rows } = this.tables;
    const row = node << ROW_SHIFT;
    const kind = rows[row] as number;
    const ended = kind === NodeKind.DONE || kind === NodeKind.FAILED;
    this.marks[node] = ended ? 1 : 0;
    if (ended) return;
    const abilities = this.stride * node + SETS * this.setWords;
    this.futures[abilities] = abilitiesOf(rows, row);
    if (kind !== NodeKind.ACCESS) return;
    const word = this.wordOf(node);
    this.addStores(node, row, word);
    const at = this.stride * node + (word >>> 5);
    const bit = 1 << (word & 31);
    const set = isUpdate(rows, row) ? this.setWords : 0;
    this.futures[at + set] = (this.futures[at + set] as number) | bit;
    if (set === 0 || !mayFail(rows, row)) return;
    // An update that may fail reads without storing: any message that makes it fail will do.
    const fails = at + (failsOnZero(rows, row) ? 2 * this.setWords : 0);
    this.futures[fails] = (this.futures[fails] as number) | bit;
  }

  private addStores(node: number, row: number, word: number): void {
    const { rows } = this.tables;
    if (rows[row + Column.MODIFY] === Modify.NOTHING) return;
    this.addTo(node, STORES, word);
    const order = rows[row + Column.ORDER] as number;
    if ((order & WeakOrder.RELEASE) === 0) this.addTo(node, RELAXED, word);
  }

  /** The word that a thread state accesses. */
  private wordOf(node: number): number {
    const index = this.tables.rows[(node << ROW_SHIFT) + Column.INDEX] as number;
    return index - this.layout.memoryAt;
  }
}

function enlarged(old: Int32Array): Int32Array {
  const larger = new Int32Array(2 * old.length);
  larger.set(old);
  return larger;
}
