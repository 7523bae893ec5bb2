/**
 * Writes candidates: the successors of one state, as what changes, with their hash kept up to date.
 *
 * The successor itself is only built if its hash turns out to be new, which spares four copies in
 * five. Nothing is allocated here.
 *
 *     candidate: parent, hash 1, hash 2, thread | outcome << 8, changes, (index, value) ...
 */

import { makeSeeds, mix1, mix2 } from './hash.ts';
import type { Layout } from './layout.ts';
import { THREADS_MAX } from './limits.ts';
import type { AutomatonTables } from './automaton/tables.ts';

/** Integers before the changes of a candidate. */
export const CANDIDATE_HEAD = 5;
/** The outcome number of a candidate that drains a store buffer. */
export const DRAIN = 0xffff;
/** The outcome number of a candidate that is only a full barrier of the pending access (weak). */
export const FENCE = 0xfffe;
/** The same, less the number of the thread whose grace period is passed (weak-grace.ts). */
export const PASS = 0xfffd;
/** The same, less the number of the mark whose barrier's exchange comes early (weak-early.ts). */
export const EARLY: number = PASS - THREADS_MAX;
const MARKS = 5;

/**
 * The outcome of a candidate as traces have it: -1 a drain, -2 a barrier, from -3 downwards the
 * passing of a grace period or an early exchange.
 */
export function outcomeOf(out: Int32Array, at: number): number {
  const outcome = (out[at + 3] as number) >> 8;
  return outcome > EARLY - MARKS ? outcome - DRAIN - 1 : outcome;
}

/**
 * Writes candidates of one record at a time. A class because its state lives as long as a search.
 */
export class Candidates {
  /** Where candidates are written, and how many integers are used. */
  out: Int32Array = new Int32Array(0);
  length = 0;
  /** The record that is looked at. */
  records: Int32Array = new Int32Array(0);
  base = 0;
  /** The store buffer of the acting thread after the step: count, then pairs. */
  readonly buffer: Int32Array;
  bufferChanged = false;

  readonly layout: Layout;
  readonly tables: AutomatonTables;
  // The layout again, as plain numbers: the inner loop reads them at every step.
  protected readonly threads: number;
  protected readonly nodesAt: number;
  protected readonly buffersAt: number;
  protected readonly bufferWords: number;
  protected readonly tso: boolean;
  protected readonly bufferOf: Int32Array;
  protected readonly features: Int32Array;
  protected rows: Int32Array;
  protected edges: Int32Array;
  private hashes: Int32Array;
  private readonly place: Int32Array;
  private readonly seeds1: Int32Array;
  private readonly seeds2: Int32Array;
  /** The candidate being written: its place and its hash lanes so far. */
  protected start = 0;
  private hash1 = 0;
  private hash2 = 0;

  /** @param places the position whose hash each thread uses: equal for interchangeable threads */
  constructor(layout: Layout, tables: AutomatonTables, places: readonly number[]) {
    this.layout = layout;
    this.tables = tables;
    this.threads = layout.threads;
    this.nodesAt = layout.nodesAt;
    this.buffersAt = layout.buffersAt;
    this.bufferWords = layout.bufferWords;
    this.tso = layout.model === 'tso';
    this.bufferOf = Int32Array.from(layout.bufferOf);
    this.features = tables.features;
    this.rows = tables.rows;
    this.edges = tables.edges;
    this.hashes = tables.hashes;
    this.place = Int32Array.from(places);
    this.seeds1 = makeSeeds(layout.width, 1);
    this.seeds2 = makeSeeds(layout.width, 2);
    this.buffer = new Int32Array(1 + 2 * layout.bufferEntries);
  }

  /** Looks at the record that begins at `base`. */
  look(records: Int32Array, base: number): void {
    this.records = records;
    this.base = base;
  }

  /** Reads the tables again after they have grown. */
  attach(): void {
    this.rows = this.tables.rows;
    this.edges = this.tables.edges;
    this.hashes = this.tables.hashes;
  }

  /** Begins a candidate that is like its parent. */
  begin(): void {
    this.start = this.length;
    this.length = this.start + CANDIDATE_HEAD;
    this.hash1 = this.records[this.base] as number;
    this.hash2 = this.records[this.base + 1] as number;
    this.bufferChanged = false;
  }

  /** Drops the candidate being written. */
  abandon(): void {
    this.length = this.start;
  }

  private put(index: number, value: number): void {
    const out = this.out;
    out[this.length] = index;
    out[this.length + 1] = value;
    this.length += 2;
  }

  /** Changes a word whose hash is a term of its own: memory and grace masks. */
  change(index: number, value: number): void {
    const old = this.records[this.base + index] as number;
    if (old === value) return;
    const seed1 = this.seeds1[index] as number;
    const seed2 = this.seeds2[index] as number;
    this.hash1 = (this.hash1 + mix1(value ^ seed1) - mix1(old ^ seed1)) | 0;
    this.hash2 = (this.hash2 + mix2(value ^ seed2) - mix2(old ^ seed2)) | 0;
    this.put(index, value);
  }

  /** Moves a thread to its next state, with the buffer in `buffer` if that changed. */
  move(thread: number, node: number, next: number): void {
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
    if (own !== thread) {
      this.hash1 = (this.hash1 + (this.hashes[to] as number) - (this.hashes[at] as number)) | 0;
      this.hash2 =
        (this.hash2 + (this.hashes[to + 1] as number) - (this.hashes[at + 1] as number)) | 0;
      if (this.bufferChanged) this.changeHostBuffer(own);
      return;
    }
    const where = this.buffersAt + this.bufferWords * thread;
    this.replaceTerm(at, to, where);
    if (this.bufferChanged) this.putBuffer(where);
  }

  /** A handler stores into the buffer of the CPU it interrupts: that thread's term changes. */
  private changeHostBuffer(host: number): void {
    const where = this.buffersAt + this.bufferWords * host;
    const node = this.records[this.base + this.nodesAt + host] as number;
    const at = 2 * (this.threads * node + (this.place[host] as number));
    this.replaceTerm(at, at, where);
    this.putBuffer(where);
  }

  /** Takes the term of a thread out of the hash and puts in that of its new state and buffer. */
  private replaceTerm(at: number, to: number, where: number): void {
    const { records, buffer, bufferChanged } = this;
    const old = this.base + where;
    const before = records[old] as number;
    const from = bufferChanged ? buffer : records;
    const now = bufferChanged ? 0 : old;
    const after = from[now] as number;
    const one = this.lane1(to, from, now, after) - this.lane1(at, records, old, before);
    const two = this.lane2(to, from, now, after) - this.lane2(at, records, old, before);
    this.hash1 = (this.hash1 + one) | 0;
    this.hash2 = (this.hash2 + two) | 0;
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

  /** Completes the head of a candidate. */
  complete(thread: number, outcome: number): void {
    const { out, start } = this;
    out[start] = this.base;
    out[start + 1] = this.hash1;
    out[start + 2] = this.hash2;
    out[start + 3] = thread | (outcome << 8);
    out[start + 4] = (this.length - start - CANDIDATE_HEAD) >> 1;
  }

  /** Writes the hash of a whole record, from scratch. */
  rehash(target: Int32Array, at: number): void {
    let one = 0;
    let two = 0;
    for (let i = this.layout.graceAt; i < this.layout.width; i++) {
      if (i >= this.buffersAt && i < this.layout.observersAt) continue;
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
