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

import { Modify } from '../../memory/operation.ts';
import { Future, FutureSets } from './future-sets.ts';
import { Guards, NO_WAY } from './guards.ts';
import type { Layout } from '../layout.ts';
import { Column, Flag, NodeKind, ROW_SHIFT } from '../automaton/node.ts';
import { OldReads } from './old-reads.ts';
import type { AutomatonTables } from '../automaton/tables.ts';
import type { DiscoveredEdge } from '../automaton/ways.ts';
import { Ability, abilitiesOf, markedBy } from './weak-abilities.ts';
import { WeakOrder } from './weak-order.ts';
import {
  failsOnZero,
  isAboutSections,
  isRead,
  isUpdate,
  mayFail,
  overwrites,
  storedBy,
  Stored,
} from './weak-rows.ts';

/** What is known of a thread state: whether it has an edge or has ended; who relied on what. */
const Mark = { KNOWN: 1, RELIED: 2, READS: 4 } as const;

/** Sets that count what may happen to a word: twice, and three times. */
const COUNTS_ALL = [Future.TWICE, Future.THRICE] as const;
const COUNTS_READS = [Future.READS_TWICE, Future.READS_THRICE] as const;

/** The futures of thread states. A class because it grows with the automata. */
export class Liveness {
  /** Somebody relied on a future that has grown since. */
  isInvalid = false;
  /** false: everything is taken to be needed for ever. */
  isOn = true;
  /** Whether repeated old messages are dropped (weak-repeats.ts): only in the main search. */
  dropsRepeats = false;
  /** What is taken with acquire before each word (guards.ts). */
  readonly guards: Guards;
  /** Grows with every discovery: what was derived from futures before is out of date. */
  version = 0;

  private readonly layout: Layout;
  private readonly tables: AutomatonTables;
  /** The edges of the automata, growing while the search runs. */
  private readonly edges: readonly DiscoveredEdge[];
  private readonly sets: FutureSets;
  private readonly oldReads: OldReads = new OldReads();
  /** See Mark. */
  private marks: Uint8Array;
  /** The states before each, as `4 * state` and whether the edge stores (Stored). */
  private readonly before: number[][] = [];
  private seenEdges = 0;
  private known = 0;

  constructor(layout: Layout, tables: AutomatonTables, edges: readonly DiscoveredEdge[]) {
    this.layout = layout;
    this.tables = tables;
    this.edges = edges;
    this.sets = new FutureSets(layout);
    this.guards = new Guards(layout, tables);
    this.marks = new Uint8Array(1 << 8);
  }

  /** Nobody relies on anything: the search begins. */
  restart(): void {
    this.isInvalid = false;
    this.version++;
    this.marks = this.marks.map((mark) => mark & Mark.KNOWN);
  }

  /** Learns of the edges that were discovered since the last call. */
  sync(): void {
    if (this.seenEdges < this.edges.length) this.version++;
    while (this.seenEdges < this.edges.length) {
      const { node: from, observed, next: to } = this.edges[this.seenEdges] as DiscoveredEdge;
      this.seenEdges++;
      const source = 4 * from + storedBy(this.tables.rows, from << ROW_SHIFT, observed);
      this.meet(Math.max(from, to));
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
    this.sets.addAbilities(to, Ability.TELL | Ability.FENCE);
  }

  /** Whether a thread state may still read a word as it was, or store to it. */
  reads(node: number, word: number): boolean {
    return this.has(node, Future.READS, word);
  }

  /** Whether a thread state may still update a word: read the newest and store after it. */
  updates(node: number, word: number): boolean {
    return this.has(node, Future.UPDATES, word);
  }

  /** Whether a thread state may still try an update that fails on zero only (inc_not_zero). */
  failsOnZero(node: number, word: number): boolean {
    return this.has(node, Future.FAILS_ON_ZERO, word);
  }

  /**
   * How often a thread state may read a word, store to it, or fail to update it: at the most 1 or 2
   * times, or Infinity.
   *
   * @param zeros whether there are zeros to fail on
   */
  readsAtMost(node: number, word: number, zeros: boolean): number {
    const [twice, thrice] = zeros ? COUNTS_ALL : COUNTS_READS;
    if (this.has(node, thrice, word)) return Infinity;
    return this.has(node, twice, word) ? 2 : 1;
  }

  /** Whether a thread state may still do anything with a word. */
  accesses(node: number, word: number): boolean {
    return this.reads(node, word) || this.updates(node, word) || this.failsOnZero(node, word);
  }

  /** Whether a thread state may still change a word. */
  stores(node: number, word: number): boolean {
    return this.has(node, Future.STORES, word);
  }

  /** Whether a thread state may still change a word otherwise than by a release. */
  storesRelaxed(node: number, word: number): boolean {
    return this.has(node, Future.RELAXED, word);
  }

  /** Whether a thread state has an ability left. */
  can(node: number, ability: number): boolean {
    if (!this.isKnown(node)) return true;
    return (this.sets.abilities(node) & ability) !== 0;
  }

  /**
   * Whether a thread state is known to have an ability left. Whoever asks relies on it: if it turns
   * out later that it has, the search is run again. So steps can be left out that nobody needs.
   */
  expects(node: number, ability: number): boolean {
    if (node >= this.known) this.meet(node);
    this.marks[node] = (this.marks[node] as number) | Mark.RELIED;
    return (this.sets.abilities(node) & ability) !== 0;
  }

  /** Whether a thread state may still store to a word without continuing the message before. */
  overwrites(node: number, word: number): boolean {
    return this.has(node, Future.OVERWRITES, word);
  }

  /** The guards, as bits, that a thread state passes before a word on some of the ways to it. */
  guardsOf(node: number, word: number, way: number): number {
    if (this.isKnown(node)) return this.guards.of(node, word, way);
    return way === 0 ? 0 : NO_WAY;
  }

  /** The thread states that one may come to and that read a word; null: not known. */
  readsOf(node: number, word: number): readonly number[] | null {
    if (!this.isKnown(node)) return null;
    this.marks[node] = (this.marks[node] as number) | Mark.READS;
    return this.oldReads.of(node, word);
  }

  /** Whether the next step of a thread state asks if its CPU has just passed a full barrier. */
  asksForFence(node: number): boolean {
    const row = node << ROW_SHIFT;
    if (this.tables.rows[row] === NodeKind.GRACE_BEGIN) return true;
    const order = this.tables.rows[row + Column.ORDER] as number;
    return (order & (WeakOrder.FULL_BEFORE | WeakOrder.ONE_STEP)) === WeakOrder.FULL_BEFORE;
  }

  private has(node: number, set: number, word: number): boolean {
    return !this.isKnown(node) || this.sets.has(node, set, word);
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
    if ((mark & Mark.KNOWN) === 0 && waits === 0) return false;
    this.marks[node] = mark | Mark.RELIED;
    return true;
  }

  /** A state in which a thread has ended has an empty future. */
  private ended(node: number): boolean {
    this.meet(node);
    return true;
  }

  /** Makes room for thread states up to `node`, with what each does itself. */
  private meet(node: number): void {
    this.sets.meet(node);
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
    if ((marks & Mark.KNOWN) !== 0) return;
    this.marks[node] = marks | Mark.KNOWN;
    for (const source of this.before[node] as number[]) this.flow(source, node);
  }

  /** What a state can do, those before it can do, too. */
  private flow(source: number, to: number): void {
    const work = [source, to];
    while (work.length > 0) {
      const next = work.pop() as number;
      const from = work.pop() as number;
      const node = from >>> 2;
      if (!this.add(node, next, from & 3)) continue;
      for (const earlier of this.before[node] as number[]) work.push(earlier, node);
    }
  }

  /** Adds what a state can do behind an edge. @returns whether that is news */
  private add(node: number, next: number, stored: number): boolean {
    const marks = this.marks[node] as number;
    const updates = stored === Stored.YES;
    const readsAgain = !updates && this.readsAgain(node, next);
    const isMore = this.join(node, next, updates) || readsAgain;
    const isLess = this.guards.add(node, next, stored);
    const readsMore = this.oldReads.add(node, next);
    if ((isMore || isLess) && (marks & Mark.RELIED) !== 0) this.isInvalid = true;
    if (readsMore && (marks & Mark.READS) !== 0) this.isInvalid = true;
    return isMore || isLess || readsMore;
  }

  private join(node: number, next: number, updates: boolean): boolean {
    const marked = markedBy(this.tables.rows, node << ROW_SHIFT, updates);
    return this.sets.join(node, next, updates ? this.wordOf(node) : -1, marked);
  }

  /** What is read here and behind is read once more than behind. @returns whether that is news */
  private readsAgain(node: number, next: number): boolean {
    const { rows } = this.tables;
    if (!isRead(rows, node << ROW_SHIFT)) return false;
    const word = this.wordOf(node);
    const { sets } = this;
    const isZero = isUpdate(rows, node << ROW_SHIFT) && failsOnZero(rows, node << ROW_SHIFT);
    const reads = sets.has(next, Future.READS, word);
    const again = reads || sets.has(next, Future.FAILS_ON_ZERO, word);
    const isNews = this.counts(COUNTS_ALL, node, next, word, again);
    return (!isZero && this.counts(COUNTS_READS, node, next, word, reads)) || isNews;
  }

  private counts(
    [twice, thrice]: readonly [number, number],
    node: number,
    next: number,
    word: number,
    again: boolean,
  ): boolean {
    const { sets } = this;
    const second = again && sets.add(node, twice, word);
    return (sets.has(next, twice, word) && sets.add(node, thrice, word)) || second;
  }

  private addOwn(node: number): void {
    const { rows } = this.tables;
    const row = node << ROW_SHIFT;
    const kind = rows[row] as number;
    const ended = kind === NodeKind.DONE || kind === NodeKind.FAILED;
    this.marks[node] = ended ? Mark.KNOWN : 0;
    this.oldReads.meet(node, isRead(rows, row) ? this.wordOf(node) : null);
    this.guards.meet(node);
    if (ended) return;
    this.sets.addAbilities(node, abilitiesOf(rows, row));
    const word = this.wordOf(node);
    // A srcu_struct has one message, which is kept as long as somebody needs the word.
    if (isAboutSections(rows, row)) this.sets.add(node, Future.UPDATES, word);
    if (kind !== NodeKind.ACCESS) return;
    this.addStores(node, row, word);
    const updates = isUpdate(rows, row);
    this.sets.add(node, updates ? Future.UPDATES : Future.READS, word);
    if (!updates || !mayFail(rows, row)) return;
    // An update that may fail reads without storing: any message that makes it fail will do.
    this.sets.add(node, failsOnZero(rows, row) ? Future.FAILS_ON_ZERO : Future.READS, word);
  }

  private addStores(node: number, row: number, word: number): void {
    const { rows } = this.tables;
    if (rows[row + Column.MODIFY] === Modify.NOTHING) return;
    this.sets.add(node, Future.STORES, word);
    if (overwrites(rows, row)) this.sets.add(node, Future.OVERWRITES, word);
    const order = rows[row + Column.ORDER] as number;
    if ((order & WeakOrder.RELEASE) === 0) this.sets.add(node, Future.RELAXED, word);
  }

  /** The word that a thread state accesses. */
  private wordOf(node: number): number {
    const index = this.tables.rows[(node << ROW_SHIFT) + Column.INDEX] as number;
    return index - this.layout.memoryAt;
  }
}
