/**
 * Partial-order reduction: where one step is enough to stand for all.
 *
 * In a state, a thread's pending access may be taken alone (its *ample set*) if nothing that the
 * other threads can still do conflicts with it: the accesses that were left out can be made
 * afterwards with the same effect. Final states, stuck states, failed assertions and data races are
 * kept (Godefroid, LNCS 1032, chapter 4; Peled, CAV 1993).
 *
 * - What a thread can still do is read off its automaton: for each thread state the words that it
 *   or a later state accesses, by class. Accesses of one commuting class do not conflict: reads
 *   with reads, additions that tell nothing with each other, `or` with `or`, `and` with `and`.
 * - The automaton is not complete before the search ends. When a state's future turns out to hold
 *   an access that a decision relied on not to be there, `isInvalid` says so and the search is run
 *   again with what is known now.
 * - A step that begins a new round of a loop is never taken alone, so every cycle of the state
 *   graph has a state in which all threads step: none is put off for ever.
 * - Under tso a store into the own buffer conflicts with nothing (unless there are plain accesses,
 *   and so perhaps data races, which two pending accesses show); its drain is a write.
 */

import { AccessClass, CLASSES } from './access-class.ts';
import { enlarged, Futures, setWordsOf } from './trace/futures.ts';
import { Feature } from './automaton/tables.ts';
import type { AutomatonTables, TableSpace } from './automaton/tables.ts';
import type { Layout } from './layout.ts';
import { Column, Flag, NodeKind, ROW_SHIFT } from './automaton/node.ts';
import { EMPTY_VIEW } from './weak/views.ts';
import { WeakOrder } from './weak/weak-order.ts';

/** weak: what a thread's next step may be beside its access, or together with it. */
const Fences = { NEVER: 0, WITH_ACCESS: 1, ONLY: 2 } as const;

/** What has been decided, by one worker. */
export interface Decisions {
  /** 1 for a thread state whose own step was taken alone. */
  readonly alone: Uint8Array;
  /** For each thread state and class, the words that were relied on not to conflict. */
  readonly relied: Int32Array;
}

/** Integers of `Decisions.relied` for one thread state. */
export function integersOfState(layout: Layout): number {
  return CLASSES * setWordsOf(layout);
}

/** Decides where one step is enough. A class because its tables grow with the automaton. */
export class Reduction {
  /** A decision relied on a future that has grown since: the search must be run again. */
  isInvalid = false;

  private readonly layout: Layout;
  private readonly tables: AutomatonTables;
  private readonly joined: readonly number[];
  private readonly futures: Futures;
  private readonly setWords: number;
  private readonly tied: readonly boolean[];
  /** For each thread state and class: the words of its future that conflict with the class. */
  private conflicts: Int32Array;
  private alone: Uint8Array;
  private relied: Int32Array;
  /** The decisions of the other workers of a parallel search. */
  private others: readonly Decisions[] = [];
  private readonly space: TableSpace;
  private readonly opened: Set<number> = new Set();
  private known = 0;
  private seenPairs = 0;
  private seenFeatures = 0;

  /** @param joined pairs of states that edges join, growing while the search runs */
  constructor(
    layout: Layout,
    tables: AutomatonTables,
    joined: readonly number[],
    space: TableSpace,
  ) {
    this.layout = layout;
    this.space = space;
    this.tables = tables;
    this.joined = joined;
    this.setWords = setWordsOf(layout);
    this.tied = layout.interrupts.map(
      (host, thread) => host >= 0 || layout.interrupts.includes(thread),
    );
    this.futures = new Futures(layout, tables);
    this.conflicts = new Int32Array(0);
    this.alone = new Uint8Array(0);
    this.relied = new Int32Array(0);
  }

  /** The reduction of one worker of a parallel search: it decides, but learns nothing by itself. */
  static of(
    layout: Layout,
    tables: AutomatonTables,
    conflicts: Int32Array,
    decisions: Decisions,
  ): Reduction {
    const space = { makeBuffer: (bytes: number) => new ArrayBuffer(bytes), states: 0 };
    const reduction = new Reduction(layout, tables, [], space);
    reduction.conflicts = conflicts;
    reduction.alone = decisions.alone;
    reduction.relied = decisions.relied;
    return reduction;
  }

  /** How many thread states the coordinator has taught. */
  adopt(known: number): void {
    this.known = known;
  }

  /** The table that decisions are made by: what conflicts with the futures of thread states. */
  shared(): Int32Array {
    return this.conflicts;
  }

  /**
   * From now on workers decide, and their decisions may turn out wrong like those made so far.
   *
   * @param states room for so many thread states, once and for all
   * @param others the decisions of each worker
   */
  share(states: number, others: readonly Decisions[]): void {
    this.makeRoom(states);
    this.others = others;
  }

  /** Forgets the decisions, not the futures: before the search is run again. */
  restart(): void {
    this.alone.fill(0);
    this.relied.fill(0);
    this.others = [];
    this.isInvalid = false;
  }

  /**
   * Learns of the thread states that were discovered since the last call.
   *
   * @param states how many thread states there are now
   */
  update(states: number): void {
    if (states === this.known && this.joined.length === this.seenPairs) return;
    this.makeRoom(states);
    for (let node = this.known; node < states; node++) this.futures.addOwn(node);
    this.known = states;
    for (let pair = this.seenPairs; pair < this.joined.length; pair += 2) {
      this.opened.add(this.joined[pair] as number);
      this.futures.addOwedBarrier(this.joined[pair + 1] as number);
    }
    this.seenPairs = this.joined.length;
    this.futures.spread(this.joined);
    for (let node = 0; node < states; node++) this.refresh(node);
    this.noteFeatures();
  }

  /** No decision is made where there are grace periods, and fewer where there are data races. */
  private noteFeatures(): void {
    const { features } = this.tables;
    const now = 2 * (features[Feature.GRACE] as number) + (features[Feature.PLAIN] as number);
    if (now === this.seenFeatures) return;
    this.seenFeatures = now;
    const all = [this.alone, ...this.others.map(({ alone }) => alone)];
    if (all.some((alone) => alone.includes(1))) this.isInvalid = true;
  }

  /**
   * Whether the pending access of `thread` conflicts with nothing that others can still do.
   * The caller makes sure that the access is possible now.
   */
  isIndependent(records: Int32Array, base: number, thread: number): boolean {
    if (this.tables.features[Feature.GRACE] === 1 || this.tied[thread] === true) return false;
    const node = records[base + this.layout.nodesAt + thread] as number;
    const row = node << ROW_SHIFT;
    const rows = this.tables.rows;
    const flags = rows[row + Column.FLAGS] as number;
    if (node >= this.known || (flags & Flag.NEW_ROUND) !== 0) return false;
    const kind = rows[row] as number;
    const buffered = (flags & Flag.BUFFERED) !== 0 && (this.layout.bufferOf[thread] as number) >= 0;
    // A store into the own buffer changes nothing for others; but it may be half of a data race.
    const isHarmless = buffered && this.tables.features[Feature.PLAIN] === 0;
    const fences = this.fencesNow(records, base, thread, row);
    if (fences !== Fences.NEVER && !this.mayFenceAlone(records, base, thread)) return false;
    if (kind !== NodeKind.CHOOSE && !isHarmless && fences !== Fences.ONLY) {
      const accessClass = rows[row + Column.CLASS] as number;
      if (kind !== NodeKind.ACCESS || accessClass === AccessClass.ANY) return false;
      const index = rows[row + Column.INDEX] as number;
      if (this.meetsOthers(records, base, thread, index, accessClass)) return false;
      this.relyOnOthers(records, base, thread, index, accessClass);
    }
    this.alone[node] = 1;
    return true;
  }

  /**
   * Whether the drain of the oldest store of `thread` conflicts with nothing others can still do.
   */
  isDrainIndependent(records: Int32Array, base: number, thread: number): boolean {
    if (this.tables.features[Feature.GRACE] === 1 || this.tied[thread] === true) return false;
    const where = base + this.layout.buffersAt + this.layout.bufferWords * thread;
    if (records[where] === 0) return false;
    const index = records[where + 1] as number;
    if (this.meetsOthers(records, base, thread, index, AccessClass.WRITE)) return false;
    this.relyOnOthers(records, base, thread, index, AccessClass.WRITE);
    return true;
  }

  /** weak: whether the thread's next step is a full barrier, its access, or one of both. */
  private fencesNow(records: Int32Array, base: number, thread: number, row: number): number {
    const { weak, rows } = this.tables;
    if (weak === null) return Fences.NEVER;
    const observer = weak.observers.observer(this.observerOf(records, base, thread));
    if (observer.owesFence) return Fences.ONLY;
    const order = rows[row + Column.ORDER] as number;
    if ((order & WeakOrder.ONE_STEP) !== 0) return Fences.WITH_ACCESS;
    if ((order & WeakOrder.FENCE) !== 0) return Fences.ONLY;
    return (order & WeakOrder.FULL_BEFORE) !== 0 && !observer.fenced
      ? Fences.WITH_ACCESS
      : Fences.NEVER;
  }

  /**
   * Full barriers of different CPUs see each other: as if each wrote one common word. One that has
   * nothing to tell may come at once: later it could only learn more, and so allow less.
   */
  private mayFenceAlone(records: Int32Array, base: number, thread: number): boolean {
    const { weak } = this.tables;
    if (weak === null) return false;
    const { seen } = weak.observers.observer(this.observerOf(records, base, thread));
    const global = records[base + this.layout.globalAt] as number;
    if (weak.views.beyond(seen, global) === EMPTY_VIEW) return true;
    const { memoryAt } = this.layout;
    if (this.meetsOthers(records, base, thread, memoryAt, AccessClass.WRITE)) return false;
    this.relyOnOthers(records, base, thread, memoryAt, AccessClass.WRITE);
    return true;
  }

  private observerOf(records: Int32Array, base: number, thread: number): number {
    return records[base + this.layout.observersAt + thread] as number;
  }

  private meetsOthers(
    records: Int32Array,
    base: number,
    thread: number,
    index: number,
    accessClass: number,
  ): boolean {
    const { threads, nodesAt, memoryAt, bufferWords } = this.layout;
    const address = index - memoryAt;
    const word = address >>> 5;
    const bit = 1 << (address & 31);
    for (let other = 0; other < threads; other++) {
      if (other === thread) continue;
      const node = records[base + nodesAt + other] as number;
      if (node >= this.known) return true;
      const set = (CLASSES * node + accessClass - 1) * this.setWords;
      if (((this.conflicts[set + word] as number) & bit) !== 0) return true;
      if (bufferWords !== 0 && this.isBuffered(records, base, other, index)) return true;
    }
    return false;
  }

  private isBuffered(records: Int32Array, base: number, thread: number, index: number): boolean {
    const where = base + this.layout.buffersAt + this.layout.bufferWords * thread;
    const count = records[where] as number;
    for (let i = 1; i <= 2 * count; i += 2) {
      if (records[where + i] === index) return true;
    }
    return false;
  }

  private relyOnOthers(
    records: Int32Array,
    base: number,
    thread: number,
    index: number,
    accessClass: number,
  ): void {
    const { threads, nodesAt, memoryAt } = this.layout;
    const address = index - memoryAt;
    const word = accessClass * this.setWords - this.setWords + (address >>> 5);
    const bit = 1 << (address & 31);
    for (let other = 0; other < threads; other++) {
      if (other === thread) continue;
      const node = records[base + nodesAt + other] as number;
      const at = CLASSES * this.setWords * node + word;
      this.relied[at] = (this.relied[at] as number) | bit;
    }
  }

  private makeRoom(states: number): void {
    const integers = states * CLASSES * this.setWords;
    if (integers <= this.conflicts.length) return;
    const length = 2 * integers;
    this.futures.makeRoom(length);
    this.conflicts = enlarged(this.conflicts, this.space.makeBuffer(4 * length));
    this.relied = enlarged(this.relied, new ArrayBuffer(4 * length));
    const alone = new Uint8Array(2 * states);
    alone.set(this.alone);
    this.alone = alone;
  }

  /** Recomputes what conflicts with each class in the future of a state. */
  private refresh(node: number): void {
    const flags = this.tables.rows[(node << ROW_SHIFT) + Column.FLAGS] as number;
    const isRound = (flags & Flag.NEW_ROUND) !== 0;
    if (isRound && this.wasAlone(node)) this.isInvalid = true;
    const kind = this.tables.rows[node << ROW_SHIFT] as number;
    // A wait that has never ended may never end; if it does, what was relied on turns out wrong.
    const waits = (flags & Flag.WAIT) !== 0;
    const ended = kind === NodeKind.DONE || kind === NodeKind.FAILED;
    const isOpen = ended || waits || this.opened.has(node);
    for (let accessClass = 1; accessClass <= CLASSES; accessClass++) {
      for (let word = 0; word < this.setWords; word++) {
        const at = (CLASSES * node + accessClass - 1) * this.setWords + word;
        const before = this.conflicts[at] as number;
        const after = isOpen ? this.futures.conflicting(node, accessClass, word) : -1;
        const fresh = after & ~before;
        if (fresh !== 0 && (fresh & this.reliedOn(at)) !== 0) this.isInvalid = true;
        this.conflicts[at] = after;
      }
    }
  }

  private wasAlone(node: number): boolean {
    return this.alone[node] === 1 || this.others.some(({ alone }) => alone[node] === 1);
  }

  private reliedOn(at: number): number {
    let set = this.relied[at] as number;
    for (const { relied } of this.others) set |= relied[at] as number;
    return set;
  }
}
