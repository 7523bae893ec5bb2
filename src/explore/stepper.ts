/**
 * The inner loop: every step that the threads of one state can make.
 *
 * A step is written as a *candidate*: the parent's place, the two hash lanes of the successor and the
 * words that change. The successor itself is only built if its hash turns out to be new, which spares
 * four copies in five. Nothing is allocated here.
 *
 *     candidate: parent, hash 1, hash 2, thread | outcome << 8, changes, (index, value) ...
 */

import { modified, Modify, resultOf, testHolds } from '../memory/operation.ts';
import { edgeHash, Feature, MARKS_MAX } from './automaton.ts';
import type { AutomatonTables } from './automaton.ts';
import { makeSeeds, mix1, mix2 } from './hash.ts';
import type { Layout } from './layout.ts';
import { Column, Flag, NodeKind, ROW_SHIFT } from './node.ts';

/** Integers before the changes of a candidate. */
export const CANDIDATE_HEAD = 5;
/** The outcome number of a candidate that drains a store buffer. */
export const DRAIN = 0xffff;

/** What a step can run into beside a new state. */
export const Trouble = {
  USE_AFTER_FREE: 1,
  DOUBLE_FREE: 2,
  POOL_EMPTY: 3,
  BUFFER_FULL: 4,
} as const;
export type Trouble = (typeof Trouble)[keyof typeof Trouble];

/** A pool, by indices into a record. */
export interface PoolLayout {
  readonly size: number;
  /** Address and index of each slot. */
  readonly addresses: readonly number[];
  readonly slots: readonly number[];
  readonly status: readonly number[];
}

/** What the stepper asks of the one who drives it. */
export interface StepperOwner {
  /** The edge from `node` for `observed` is not known: gives the next state, or -1 to skip the step. */
  missing(node: number, observed: number, thread: number): number;
  trouble(trouble: Trouble, thread: number): void;
}

/** Makes steps of one record at a time. A class because its state lives as long as a search. */
export class Stepper {
  /** Where candidates are written, and how many integers are used. */
  out: Int32Array = new Int32Array(0);
  length = 0;

  private readonly layout: Layout;
  private readonly tables: AutomatonTables;
  private readonly pools: readonly PoolLayout[];
  private readonly owner: StepperOwner;
  // The layout again, as plain numbers: the inner loop reads them at every step.
  private readonly threads: number;
  private readonly nodesAt: number;
  private readonly graceAt: number;
  private readonly buffersAt: number;
  private readonly bufferWords: number;
  private readonly bufferEntries: number;
  private readonly width: number;
  private readonly tso: boolean;
  private readonly bufferOf: Int32Array;
  private readonly interrupts: Int32Array;
  private readonly hasInterrupts: boolean;
  private readonly first: Int32Array;
  private readonly place: Int32Array;
  private readonly seeds1: Int32Array;
  private readonly seeds2: Int32Array;
  private readonly features: Int32Array;
  private rows: Int32Array;
  private edges: Int32Array;
  private hashes: Int32Array;
  private edgeMask: number;

  private records: Int32Array = new Int32Array(0);
  private base = 0;
  /** The candidate being written: its place and its hash lanes so far. */
  private start = 0;
  private hash1 = 0;
  private hash2 = 0;
  /** The store buffer of the acting thread after the step: count, then pairs. */
  private readonly buffer: Int32Array;
  private bufferChanged = false;

  /**
   * @param places the position whose hash each thread uses: equal for interchangeable threads
   * @param initialNodes the first state of each thread, to tell whether a handler has started
   */
  constructor(
    layout: Layout,
    tables: AutomatonTables,
    pools: readonly PoolLayout[],
    places: readonly number[],
    initialNodes: readonly number[],
    owner: StepperOwner,
  ) {
    this.layout = layout;
    this.tables = tables;
    this.pools = pools;
    this.owner = owner;
    this.threads = layout.threads;
    this.nodesAt = layout.nodesAt;
    this.graceAt = layout.graceAt;
    this.buffersAt = layout.buffersAt;
    this.bufferWords = layout.bufferWords;
    this.bufferEntries = layout.bufferEntries;
    this.width = layout.width;
    this.tso = layout.model === 'tso';
    this.bufferOf = Int32Array.from(layout.bufferOf);
    this.interrupts = Int32Array.from(layout.interrupts);
    this.hasInterrupts = layout.interrupts.some((host) => host >= 0);
    this.first = Int32Array.from(initialNodes);
    this.place = Int32Array.from(places);
    this.seeds1 = makeSeeds(layout.width, 1);
    this.seeds2 = makeSeeds(layout.width, 2);
    this.features = tables.features;
    this.rows = tables.rows;
    this.edges = tables.edges;
    this.hashes = tables.hashes;
    this.edgeMask = tables.edges.length / 4 - 1;
    this.buffer = new Int32Array(1 + 2 * layout.bufferEntries);
  }

  /** Reads the tables again after they have grown. */
  attach(): void {
    this.rows = this.tables.rows;
    this.edges = this.tables.edges;
    this.hashes = this.tables.hashes;
    this.edgeMask = this.edges.length / 4 - 1;
  }

  /** Looks at the record that begins at `base`. */
  look(records: Int32Array, base: number): void {
    this.records = records;
    this.base = base;
  }

  /** The record that is looked at. */
  at(): { readonly records: Int32Array; readonly base: number } {
    return { records: this.records, base: this.base };
  }

  /** Whether the pending access of a thread state goes into a store buffer. */
  isBuffered(node: number): boolean {
    const flags = this.rows[(node << ROW_SHIFT) + Column.FLAGS] as number;
    return this.tso && (flags & Flag.BUFFERED) !== 0;
  }

  /** Writes the candidates of one thread: its access, then the drain of its store buffer. */
  step(thread: number): void {
    this.act(thread);
    if (this.tso && this.bufferOf[thread] === thread) this.drain(thread);
  }

  private begin(): void {
    this.start = this.length;
    this.length = this.start + CANDIDATE_HEAD;
    this.hash1 = this.records[this.base] as number;
    this.hash2 = this.records[this.base + 1] as number;
    this.bufferChanged = false;
  }

  private abandon(): void {
    this.length = this.start;
  }

  private put(index: number, value: number): void {
    const out = this.out;
    out[this.length] = index;
    out[this.length + 1] = value;
    this.length += 2;
  }

  /** Changes a word whose hash is a term of its own: memory and grace masks. */
  private change(index: number, value: number): void {
    const old = this.records[this.base + index] as number;
    if (old === value) return;
    const seed1 = this.seeds1[index] as number;
    const seed2 = this.seeds2[index] as number;
    this.hash1 = (this.hash1 + mix1(value ^ seed1) - mix1(old ^ seed1)) | 0;
    this.hash2 = (this.hash2 + mix2(value ^ seed2) - mix2(old ^ seed2)) | 0;
    this.put(index, value);
  }

  /** Moves a thread to its next state, with the buffer in `buffer` if that changed. */
  private move(thread: number, node: number, next: number): void {
    const at = this.threads * node + (this.place[thread] as number);
    const to = this.threads * next + (this.place[thread] as number);
    if (this.tso) {
      this.moveBuffered(thread, 2 * at, 2 * to);
    } else {
      this.hash1 =
        (this.hash1 + (this.hashes[2 * to] as number) - (this.hashes[2 * at] as number)) | 0;
      this.hash2 =
        (this.hash2 + (this.hashes[2 * to + 1] as number) - (this.hashes[2 * at + 1] as number)) |
        0;
    }
    if (next !== node) this.put(this.nodesAt + thread, next);
  }

  /** Under tso a thread's term covers its state and its buffer, oldest entry first. */
  private moveBuffered(thread: number, at: number, to: number): void {
    const own = this.bufferOf[thread] as number;
    if (own === thread) {
      const where = this.buffersAt + this.bufferWords * thread;
      const count = this.bufferChanged
        ? (this.buffer[0] as number)
        : (this.records[this.base + where] as number);
      this.hash1 =
        (this.hash1 -
          this.lane1(
            at,
            this.records,
            this.base + where,
            this.records[this.base + where] as number,
          )) |
        0;
      this.hash2 =
        (this.hash2 -
          this.lane2(
            at,
            this.records,
            this.base + where,
            this.records[this.base + where] as number,
          )) |
        0;
      const from = this.bufferChanged ? this.buffer : this.records;
      this.hash1 =
        (this.hash1 + this.lane1(to, from, this.bufferChanged ? 0 : this.base + where, count)) | 0;
      this.hash2 =
        (this.hash2 + this.lane2(to, from, this.bufferChanged ? 0 : this.base + where, count)) | 0;
      if (this.bufferChanged) this.putBuffer(where);
      return;
    }
    this.hash1 = (this.hash1 + (this.hashes[to] as number) - (this.hashes[at] as number)) | 0;
    this.hash2 =
      (this.hash2 + (this.hashes[to + 1] as number) - (this.hashes[at + 1] as number)) | 0;
    if (this.bufferChanged) this.changeHostBuffer(own);
  }

  /** A handler stores into the buffer of the CPU it interrupts: that thread's term changes. */
  private changeHostBuffer(host: number): void {
    const where = this.buffersAt + this.bufferWords * host;
    const node = this.records[this.base + this.nodesAt + host] as number;
    const at = 2 * (this.threads * node + (this.place[host] as number));
    const before = this.records[this.base + where] as number;
    const after = this.buffer[0] as number;
    this.hash1 =
      (this.hash1 +
        this.lane1(at, this.buffer, 0, after) -
        this.lane1(at, this.records, this.base + where, before)) |
      0;
    this.hash2 =
      (this.hash2 +
        this.lane2(at, this.buffer, 0, after) -
        this.lane2(at, this.records, this.base + where, before)) |
      0;
    this.putBuffer(where);
  }

  private putBuffer(where: number): void {
    for (let i = 0; i < this.bufferWords; i++) {
      const value = i <= 2 * (this.buffer[0] as number) ? (this.buffer[i] as number) : 0;
      if (value !== this.records[this.base + where + i]) this.put(where + i, value);
    }
  }

  private lane1(seed: number, words: Int32Array, at: number, count: number): number {
    let hash = this.hashes[seed] as number;
    for (let i = 1; i <= 2 * count; i++) hash = mix1((hash + (words[at + i] as number)) ^ i);
    return hash;
  }

  private lane2(seed: number, words: Int32Array, at: number, count: number): number {
    let hash = this.hashes[seed + 1] as number;
    for (let i = 1; i <= 2 * count; i++) hash = mix2((hash + (words[at + i] as number)) ^ i);
    return hash;
  }

  private finish(thread: number, outcome: number): void {
    if (this.features[Feature.GRACE] === 1) this.passQuiescent(thread);
    const out = this.out;
    out[this.start] = this.base;
    out[this.start + 1] = this.hash1;
    out[this.start + 2] = this.hash2;
    out[this.start + 3] = thread | (outcome << 8);
    out[this.start + 4] = (this.length - this.start - CANDIDATE_HEAD) >> 1;
  }

  /** Follows the edge for an observed value and completes the candidate, or abandons it. */
  private follow(thread: number, node: number, observed: number, outcome: number): void {
    const row = node << ROW_SHIFT;
    let next = -1;
    let marks = 0;
    if (this.rows[row + Column.CACHED_VALUE] === observed)
      next = this.rows[row + Column.CACHED_NEXT] as number;
    if (next < 0) {
      let slot = edgeHash(node, observed) & this.edgeMask;
      for (;;) {
        const to = this.edges[4 * slot + 2] as number;
        if (to === 0) break;
        if (this.edges[4 * slot] === node && this.edges[4 * slot + 1] === observed) {
          next = to - 1;
          marks = this.edges[4 * slot + 3] as number;
          break;
        }
        slot = (slot + 1) & this.edgeMask;
      }
      if (next < 0) {
        next = this.owner.missing(node, observed, thread);
        if (next < 0) return this.abandon();
        // The new edge may carry marks: look it up like any other.
        return this.follow(thread, node, observed, outcome);
      }
    }
    if (marks !== 0) this.setMarks(marks);
    this.move(thread, node, next);
    this.finish(thread, outcome);
  }

  private setMarks(number: number): void {
    const { marks } = this.tables;
    for (let i = 0; i < MARKS_MAX; i++) {
      const address = marks[MARKS_MAX * number + i] as number;
      if (address !== 0) this.change(this.layout.memoryAt + address, 1);
    }
  }

  act(thread: number): void {
    const node = this.records[this.base + this.nodesAt + thread] as number;
    const row = node << ROW_SHIFT;
    const kind = this.rows[row] as number;
    if (kind === NodeKind.DONE || kind === NodeKind.FAILED) return;
    if (this.hasInterrupts && this.isPaused(thread)) return;
    if (kind === NodeKind.ACCESS) {
      const status = this.rows[row + Column.STATUS] as number;
      if (status !== 0 && this.records[this.base + status] !== 1) {
        this.owner.trouble(Trouble.USE_AFTER_FREE, thread);
      } else if (this.tso) {
        this.accessBuffered(thread, node, row);
      } else {
        this.access(thread, node, row);
      }
      return;
    }
    this.special(thread, node, row, kind);
  }

  /** An access that goes to memory at once: under sc all of them. */
  private access(thread: number, node: number, row: number): void {
    const index = this.rows[row + Column.INDEX] as number;
    const flags = this.rows[row + Column.FLAGS] as number;
    const old = this.records[this.base + index] as number;
    let testArgument = this.rows[row + Column.TEST_ARGUMENT] as number;
    let modifyArgument = this.rows[row + Column.MODIFY_ARGUMENT] as number;
    const modify = this.rows[row + Column.MODIFY] as number;
    if ((flags & Flag.OWN_BIT) !== 0) {
      testArgument = 1 << thread;
      modifyArgument = modify === Modify.AND ? ~testArgument : testArgument;
    }
    const tested = testHolds(
      this.rows[row] === 0 ? 0 : (this.rows[row + Column.TEST] as number),
      testArgument,
      old,
    );
    if (!tested && (flags & Flag.WAIT) !== 0) return;
    const written = tested ? modified(modify, modifyArgument, old) : old;
    const result = this.rows[row + Column.RESULT] as number;
    const observed =
      result === 0
        ? 0
        : resultOf(result, this.rows[row + Column.RESULT_ARGUMENT] as number, old, written, tested);
    this.begin();
    if (written !== old) this.change(index, written);
    this.follow(thread, node, observed, 0);
  }

  private accessBuffered(thread: number, node: number, row: number): void {
    const own = this.bufferOf[thread] as number;
    const where = this.base + this.buffersAt + this.bufferWords * own;
    const count = own < 0 ? 0 : (this.records[where] as number);
    if (count === 0) {
      const stores = ((this.rows[row + Column.FLAGS] as number) & Flag.BUFFERED) !== 0 && own >= 0;
      return stores
        ? this.bufferStore(thread, node, row, where, 0)
        : this.access(thread, node, row);
    }
    const flags = this.rows[row + Column.FLAGS] as number;
    if ((flags & Flag.DRAIN) !== 0) return;
    if ((flags & Flag.BUFFERED) !== 0) return this.bufferStore(thread, node, row, where, count);
    const index = this.rows[row + Column.INDEX] as number;
    const old = this.forwarded(where, count, index);
    const test = this.rows[row + Column.TEST] as number;
    const ownBit = (flags & Flag.OWN_BIT) !== 0;
    const testArgument = ownBit ? 1 << thread : (this.rows[row + Column.TEST_ARGUMENT] as number);
    const tested = testHolds(test, testArgument, old);
    if ((flags & Flag.LOCKED) !== 0 && ((flags & Flag.LOOKS_FIRST) === 0 || tested)) return;
    if (!tested && (flags & Flag.WAIT) !== 0) return;
    const result = this.rows[row + Column.RESULT] as number;
    const argument = this.rows[row + Column.RESULT_ARGUMENT] as number;
    this.begin();
    this.follow(thread, node, resultOf(result, argument, old, old, tested), 0);
  }

  /** What the thread reads: its own latest buffered store to the word, or memory. */
  private forwarded(where: number, count: number, index: number): number {
    for (let i = 2 * count - 1; i > 0; i -= 2) {
      if (this.records[where + i] === index) return this.records[where + i + 1] as number;
    }
    return this.records[this.base + index] as number;
  }

  private bufferStore(
    thread: number,
    node: number,
    row: number,
    where: number,
    count: number,
  ): void {
    if (count === this.bufferEntries) return this.owner.trouble(Trouble.BUFFER_FULL, thread);
    this.begin();
    for (let i = 1; i <= 2 * count; i++) this.buffer[i] = this.records[where + i] as number;
    this.buffer[0] = count + 1;
    this.buffer[2 * count + 1] = this.rows[row + Column.INDEX] as number;
    this.buffer[2 * count + 2] = this.rows[row + Column.MODIFY_ARGUMENT] as number;
    this.bufferChanged = true;
    this.follow(thread, node, 0, 0);
  }

  /** The oldest store of a buffer reaches memory. */
  drain(thread: number): void {
    const where = this.base + this.buffersAt + this.bufferWords * thread;
    const count = this.records[where] as number;
    if (count === 0) return;
    this.begin();
    this.buffer[0] = count - 1;
    for (let i = 1; i <= 2 * count - 2; i++) this.buffer[i] = this.records[where + i + 2] as number;
    this.bufferChanged = true;
    this.change(this.records[where + 1] as number, this.records[where + 2] as number);
    const node = this.records[this.base + this.nodesAt + thread] as number;
    this.move(thread, node, node);
    this.finish(thread, DRAIN);
  }

  private special(thread: number, node: number, row: number, kind: number): void {
    const argument = this.rows[row + Column.ARGUMENT] as number;
    if (kind === NodeKind.CHOOSE) {
      for (let outcome = 0; outcome < argument; outcome++) {
        this.begin();
        this.follow(thread, node, outcome, outcome);
      }
    } else if (this.bufferedStores(thread) !== 0) {
      // Allocation, free and grace periods come after every earlier store.
      return;
    } else if (kind === NodeKind.ALLOCATE) {
      this.allocate(thread, node, argument);
    } else if (kind === NodeKind.FREE) {
      this.free(thread, node, row);
    } else if (kind === NodeKind.GRACE_BEGIN) {
      this.graceBegin(thread, node, argument);
    } else if (this.records[this.base + this.graceAt + thread] === 0) {
      this.begin();
      this.follow(thread, node, 0, 0);
    }
  }

  /** A free slot: the lowest fresh one, or any that was freed before. */
  private allocate(thread: number, node: number, number: number): void {
    const pool = this.pools[number];
    if (pool === undefined) return;
    let fresh = false;
    let found = false;
    for (let i = 0; i < pool.slots.length; i++) {
      const status = this.records[this.base + (pool.status[i] as number)] as number;
      if (status === 1 || (status === 0 && fresh)) continue;
      if (status === 0) fresh = true;
      found = true;
      this.begin();
      this.change(pool.status[i] as number, 1);
      this.follow(thread, node, pool.addresses[i] as number, i);
    }
    if (!found) this.owner.trouble(Trouble.POOL_EMPTY, thread);
  }

  private free(thread: number, node: number, row: number): void {
    const status = this.rows[row + Column.STATUS] as number;
    if (this.records[this.base + status] !== 1)
      return this.owner.trouble(Trouble.DOUBLE_FREE, thread);
    this.begin();
    this.change(status, 2);
    const index = this.rows[row + Column.INDEX] as number;
    const size = this.pools.find((pool) => pool.slots.includes(index))?.size ?? 0;
    for (let i = 0; i < size; i++) this.change(index + i, 0);
    this.follow(thread, node, 0, 0);
  }

  private bufferedStores(thread: number): number {
    const own = this.bufferOf[thread] as number;
    return this.tso && own >= 0
      ? (this.records[this.base + this.buffersAt + this.bufferWords * own] as number)
      : 0;
  }

  /** Notes which other threads are not quiescent now: the grace period waits for them. */
  private graceBegin(thread: number, node: number, which: number): void {
    let mask = 0;
    for (let other = 0; other < this.threads; other++) {
      const state = this.records[this.base + this.nodesAt + other] as number;
      if (other !== thread && !this.isQuiescent(other, state, which, this.bufferedStores(other))) {
        mask |= 1 << other;
      }
    }
    this.begin();
    this.change(this.graceAt + thread, mask);
    this.follow(thread, node, 0, 0);
  }

  private isQuiescent(thread: number, node: number, which: number, stores: number): boolean {
    if (stores !== 0) return false;
    const flags = this.rows[(node << ROW_SHIFT) + Column.FLAGS] as number;
    if ((flags & (which === 0 ? Flag.READER : Flag.IRQ_OFF)) !== 0) return false;
    return (
      (this.interrupts[thread] as number) < 0 || node === this.first[thread] || this.isDone(node)
    );
  }

  private isDone(node: number): boolean {
    return this.rows[node << ROW_SHIFT] === NodeKind.DONE;
  }

  /** After a step of `thread`: whoever waits for it waits no longer if it is quiescent now. */
  private passQuiescent(thread: number): void {
    const stores = this.bufferChanged ? (this.buffer[0] as number) : this.bufferedStores(thread);
    let node = this.records[this.base + this.nodesAt + thread] as number;
    for (let i = this.start + CANDIDATE_HEAD; i < this.length; i += 2) {
      if (this.out[i] === this.nodesAt + thread) node = this.out[i + 1] as number;
    }
    for (let waiter = 0; waiter < this.threads; waiter++) {
      const mask = this.records[this.base + this.graceAt + waiter] as number;
      if ((mask & (1 << thread)) === 0) continue;
      const at = (this.records[this.base + this.nodesAt + waiter] as number) << ROW_SHIFT;
      const which = this.rows[at + Column.ARGUMENT] as number;
      if (this.isQuiescent(thread, node, which, stores))
        this.change(this.graceAt + waiter, mask & ~(1 << thread));
    }
  }

  /** Whether a thread cannot step because of an interrupt on its CPU, or cannot interrupt. */
  private isPaused(thread: number): boolean {
    const host = this.interrupts[thread] as number;
    const node = this.records[this.base + this.nodesAt + thread] as number;
    if (host >= 0 && node !== this.first[thread]) return false;
    for (let other = 0; other < this.threads; other++) {
      if (other === thread || this.interrupts[other] !== (host >= 0 ? host : thread)) continue;
      const state = this.records[this.base + this.nodesAt + other] as number;
      if (state !== this.first[other] && !this.isDone(state)) return true;
    }
    if (host < 0) return false;
    const hostRow = (this.records[this.base + this.nodesAt + host] as number) << ROW_SHIFT;
    return ((this.rows[hostRow + Column.FLAGS] as number) & Flag.IRQ_OFF) !== 0;
  }

  rehash(target: Int32Array, at: number): void {
    let one = 0;
    let two = 0;
    for (let i = this.graceAt; i < this.width; i++) {
      if (i >= this.buffersAt && i <= this.layout.memoryAt) continue;
      one = (one + mix1((target[at + i] as number) ^ (this.seeds1[i] as number))) | 0;
      two = (two + mix2((target[at + i] as number) ^ (this.seeds2[i] as number))) | 0;
    }
    for (let thread = 0; thread < this.threads; thread++) {
      const node = target[at + this.nodesAt + thread] as number;
      const seed = 2 * (this.threads * node + (this.place[thread] as number));
      const owns = this.tso && this.bufferOf[thread] === thread;
      const where = at + this.buffersAt + this.bufferWords * thread;
      const count = owns ? (target[where] as number) : 0;
      one = (one + this.lane1(seed, target, where, count)) | 0;
      two = (two + this.lane2(seed, target, where, count)) | 0;
    }
    target[at] = one;
    target[at + 1] = two;
  }
}
