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
 * - The automaton is not complete before the search ends. When a state's future grows after a
 *   decision relied on it, `isInvalid` says so and the search is run again with what is known now.
 * - A step that begins a new round of a loop is never taken alone, so every cycle of the state
 *   graph has a state in which all threads step: none is put off for ever.
 * - Under tso a store into the own buffer conflicts with nothing (unless there are plain accesses,
 *   and so perhaps data races, which two pending accesses show); its drain is a write.
 */

import { Modify, Result, Test } from '../memory/operation.ts';
import type { Operation } from '../memory/operation.ts';
import { Feature } from './tables.ts';
import type { AutomatonTables, TableSpace } from './tables.ts';
import type { Layout } from './layout.ts';
import type { Model } from './result.ts';
import { Column, Flag, NodeKind, ROW_SHIFT } from './node.ts';
import { WeakOrder } from './weak-order.ts';

/** How an access commutes with others. 0: it conflicts with everything. */
const AccessClass = { ANY: 0, READ: 1, ADD: 2, OR: 3, AND: 4, WRITE: 5 } as const;
const CLASSES = 5;

/** The class of an operation. */
export function accessClassOf(operation: Operation, model: Model): number {
  if (operation.effect !== 0) return AccessClass.ANY;
  const isBarrier = operation.address === 0 && operation.primitive === 'smp_mb';
  if (model === 'weak' && isBarrier) return AccessClass.WRITE;
  if (operation.modify === Modify.NOTHING) return AccessClass.READ;
  // Under weak others can see in which order stores came.
  if (model === 'weak') return AccessClass.WRITE;
  const silent = operation.result === Result.NONE && operation.test === Test.ALWAYS;
  if (!silent || operation.wait) return AccessClass.WRITE;
  if (operation.modify === Modify.ADD) return AccessClass.ADD;
  if (operation.modify === Modify.OR) return AccessClass.OR;
  return operation.modify === Modify.AND ? AccessClass.AND : AccessClass.WRITE;
}

/** Decides where one step is enough. A class because its tables grow with the automaton. */
export class Reduction {
  /** A decision relied on a future that has grown since: the search must be run again. */
  isInvalid = false;

  private readonly layout: Layout;
  private readonly tables: AutomatonTables;
  private readonly joined: readonly number[];
  private readonly setWords: number;
  private readonly tied: readonly boolean[];
  /** For each thread state and class: the words of its future that conflict with the class. */
  private conflicts: Int32Array;
  /** The words of a state's future by class. */
  private futures: Int32Array;
  /**
   * Bit 0: a decision relied on the state's future. Bit 1: the state's own step was taken alone.
   */
  private used: Uint8Array;
  /** The decisions of every worker of a parallel search; else just `used`. */
  private everybody: readonly Uint8Array[] = [];
  private readonly space: TableSpace;
  private readonly opened: Set<number> = new Set();
  private known = 0;
  private seenPairs = 0;

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
    this.setWords = ((layout.memoryWords + 32) >>> 5) | 0;
    this.tied = layout.interrupts.map(
      (host, thread) => host >= 0 || layout.interrupts.includes(thread),
    );
    this.futures = new Int32Array(0);
    this.conflicts = new Int32Array(0);
    this.used = new Uint8Array(0);
    this.everybody = [this.used];
  }

  /** The reduction of one worker of a parallel search: it decides, but learns nothing by itself. */
  static of(
    layout: Layout,
    tables: AutomatonTables,
    conflicts: Int32Array,
    relied: Uint8Array,
  ): Reduction {
    const space = { makeBuffer: (bytes: number) => new ArrayBuffer(bytes), states: 0 };
    const reduction = new Reduction(layout, tables, [], space);
    reduction.conflicts = conflicts;
    reduction.used = relied;
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
   * @param relied the decisions of each worker
   */
  share(states: number, relied: readonly Uint8Array[]): void {
    this.makeRoom(states);
    this.everybody = [this.used, ...relied];
  }

  /** Forgets the decisions, not the futures: before the search is run again. */
  restart(): void {
    this.used.fill(0);
    this.everybody = [this.used];
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
    for (let node = this.known; node < states; node++) this.addOwn(node);
    this.known = states;
    for (let pair = this.seenPairs; pair < this.joined.length; pair += 2) {
      this.opened.add(this.joined[pair] as number);
      this.addOwedBarrier(this.joined[pair + 1] as number);
    }
    this.seenPairs = this.joined.length;
    while (this.propagate()) {
      // Futures flow backwards along edges until nothing changes.
    }
    for (let node = 0; node < states; node++) this.refresh(node);
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
    if (this.mayFence(row)) {
      if (this.meetsFences(records, base, thread)) return false;
      this.relyOnOthers(records, base, thread);
    }
    if (kind !== NodeKind.CHOOSE && !isHarmless) {
      const accessClass = rows[row + Column.CLASS] as number;
      if (kind !== NodeKind.ACCESS || accessClass === AccessClass.ANY) return false;
      const index = rows[row + Column.INDEX] as number;
      if (this.meetsOthers(records, base, thread, index, accessClass)) return false;
      this.relyOnOthers(records, base, thread);
    }
    this.used[node] = (this.used[node] as number) | 2;
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
    this.relyOnOthers(records, base, thread);
    return true;
  }

  /**
   * weak: whether the step may be a full barrier instead of the access: the one before it, or one
   * that is still owed after the access before.
   */
  private mayFence(row: number): boolean {
    const order = this.tables.rows[row + Column.ORDER] as number;
    return (order & (WeakOrder.FULL_BEFORE | WeakOrder.AFTER_FULL)) !== 0;
  }

  /** Full barriers of different CPUs see each other: as if each wrote one common word. */
  private meetsFences(records: Int32Array, base: number, thread: number): boolean {
    return this.meetsOthers(records, base, thread, this.layout.memoryAt, AccessClass.WRITE);
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

  private relyOnOthers(records: Int32Array, base: number, thread: number): void {
    const { threads, nodesAt } = this.layout;
    for (let other = 0; other < threads; other++) {
      if (other === thread) continue;
      const node = records[base + nodesAt + other] as number;
      this.used[node] = (this.used[node] as number) | 1;
    }
  }

  private makeRoom(states: number): void {
    const integers = states * CLASSES * this.setWords;
    if (integers <= this.futures.length) return;
    const length = 2 * integers;
    this.futures = enlarged(this.futures, new ArrayBuffer(4 * length));
    this.conflicts = enlarged(this.conflicts, this.space.makeBuffer(4 * length));
    const used = new Uint8Array(2 * states);
    used.set(this.used);
    this.used = used;
    this.everybody = [used];
  }

  /** A state's own access is part of its future. */
  private addOwn(node: number): void {
    const { rows } = this.tables;
    const row = node << ROW_SHIFT;
    const kind = rows[row] as number;
    if (kind === NodeKind.ALLOCATE || kind === NodeKind.FREE) return this.addEverything(node);
    const accessClass = rows[row + Column.CLASS] as number;
    if (kind !== NodeKind.ACCESS || accessClass === AccessClass.ANY) return;
    const address = (rows[row + Column.INDEX] as number) - this.layout.memoryAt;
    this.addWord(node, accessClass, address);
    if (this.mayFence(row)) this.addWord(node, AccessClass.WRITE, 0);
  }

  /** weak: a state that was known before may turn out to come after a fully ordered access. */
  private addOwedBarrier(node: number): void {
    if (node < this.known && this.mayFence(node << ROW_SHIFT)) {
      this.addWord(node, AccessClass.WRITE, 0);
    }
  }

  private addWord(node: number, accessClass: number, address: number): void {
    const set = (CLASSES * node + accessClass - 1) * this.setWords + (address >>> 5);
    this.futures[set] = (this.futures[set] as number) | (1 << (address & 31));
  }

  /** Allocation and free touch whole slots: taken to write every word. */
  private addEverything(node: number): void {
    const set = (CLASSES * node + AccessClass.WRITE - 1) * this.setWords;
    this.futures.fill(-1, set, set + this.setWords);
  }

  private propagate(): boolean {
    const size = CLASSES * this.setWords;
    const { futures, joined } = this;
    let changed = false;
    for (let pair = joined.length - 2; pair >= 0; pair -= 2) {
      const from = size * (joined[pair] as number);
      const to = size * (joined[pair + 1] as number);
      for (let i = 0; i < size; i++) {
        const before = futures[from + i] as number;
        const after = before | (futures[to + i] as number);
        if (after !== before) {
          futures[from + i] = after;
          changed = true;
        }
      }
    }
    return changed;
  }

  /** Recomputes what conflicts with each class in the future of a state. */
  private refresh(node: number): void {
    const flags = this.tables.rows[(node << ROW_SHIFT) + Column.FLAGS] as number;
    let used = 0;
    for (const relied of this.everybody) used |= relied[node] as number;
    if ((used & 2) !== 0 && (flags & Flag.NEW_ROUND) !== 0) this.isInvalid = true;
    const kind = this.tables.rows[node << ROW_SHIFT] as number;
    const isOpen = kind === NodeKind.DONE || kind === NodeKind.FAILED || this.opened.has(node);
    for (let accessClass = 1; accessClass <= CLASSES; accessClass++) {
      for (let word = 0; word < this.setWords; word++) {
        const at = (CLASSES * node + accessClass - 1) * this.setWords + word;
        const before = this.conflicts[at] as number;
        const after = isOpen ? this.conflicting(node, accessClass, word) : -1;
        if ((after & ~before) !== 0 && (used & 1) !== 0) this.isInvalid = true;
        this.conflicts[at] = after;
      }
    }
  }

  private conflicting(node: number, accessClass: number, word: number): number {
    let set = 0;
    for (let other = 1; other <= CLASSES; other++) {
      if (other === accessClass && other !== AccessClass.WRITE) continue;
      set |= this.futures[(CLASSES * node + other - 1) * this.setWords + word] as number;
    }
    return set;
  }
}

function enlarged(old: Int32Array, space: ArrayBufferLike): Int32Array {
  const larger = new Int32Array(space);
  larger.set(old);
  return larger;
}
