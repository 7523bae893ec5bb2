/**
 * The states of model `weak` that a search keeps: none of them covers another (covering.ts).
 *
 * A state that is covered by one that was met before needs no search of its own; one that covers
 * others takes their place. Measured: docs/weak.md.
 */

import { Covering, Part } from './covering.ts';
import { Frontier } from './frontier.ts';
import { grown } from './grown.ts';
import { makeSeeds, mix1, mix2 } from './hash.ts';
import type { Layout } from './layout.ts';
import type { WeakTables } from './weak-memory.ts';

/** Before the part that is compared: the next entry with this hash, hash lanes, number, length. */
const HEAD = 5;
const Entry = { NEXT: 0, HASH1: 1, HASH2: 2, NUMBER: 3, LENGTH: 4 } as const;
const BUCKETS_MIN = 1 << 10;

/** A growing set of states none of which covers another. A class because its arrays grow. */
export class Antichain {
  /** The numbers of states that others have taken the place of. */
  private readonly displaced: Set<number> = new Set();
  private readonly layout: Layout;
  private readonly tables: WeakTables;
  private readonly covering: Covering;
  private readonly seeds1: Int32Array;
  private readonly seeds2: Int32Array;
  private entries: Int32Array = new Int32Array(1 << 14);
  private length = 1;
  private count = 0;
  /** The first entry of each bucket; 0 for none. */
  private buckets: Int32Array = new Int32Array(BUCKETS_MIN);

  constructor(layout: Layout, tables: WeakTables) {
    this.layout = layout;
    this.tables = tables;
    this.covering = new Covering(layout, tables);
    this.seeds1 = makeSeeds(layout.width, 3);
    this.seeds2 = makeSeeds(layout.width, 4);
    tables.bases = new Frontier(layout.width);
  }

  bytes(): number {
    return this.entries.byteLength + this.buckets.byteLength + this.tables.bases.bytes();
  }

  /**
   * Adds a state unless one that is kept covers it.
   *
   * @param number what `isDisplaced` knows it by
   * @returns whether it was added
   */
  add(records: Int32Array, base: number, number: number): boolean {
    const at = this.write(records, base, number);
    const bucket = (this.entries[at + Entry.HASH1] as number) & (this.buckets.length - 1);
    if (!this.hasAlike(at, bucket)) this.addBase(records, base);
    else if (this.isCovered(at, bucket)) return false;
    else this.displace(at, bucket);
    this.entries[at + Entry.NEXT] = this.buckets[bucket] as number;
    this.buckets[bucket] = at;
    this.length = at + (this.entries[at + Entry.LENGTH] as number);
    if (++this.count > this.buckets.length) this.enlarge();
    return true;
  }

  /** Whether another state has taken the place of this one. */
  isDisplaced(number: number): boolean {
    return this.displaced.has(number);
  }

  /** Writes an entry behind the others; it counts only once `length` includes it. */
  private write(records: Int32Array, base: number, number: number): number {
    const { threads, observersAt, globalAt, listsAt, memoryWords } = this.layout;
    const at = this.length;
    const room = at + HEAD + Part.OBSERVERS + threads + 1 + 2 * memoryWords;
    if (room > this.entries.length) this.entries = grown(this.entries, 2 * this.entries.length);
    const { entries } = this;
    this.hash(records, base, at);
    entries[at + Entry.NUMBER] = number;
    let to = at + HEAD + Part.OBSERVERS;
    for (let i = 0; i < threads; i++) entries[to++] = records[base + observersAt + i] as number;
    entries[to++] = records[base + globalAt] as number;
    const pairs = to;
    for (let word = 1; word <= memoryWords; word++) {
      const list = records[base + listsAt + word] as number;
      if (list === 0) continue;
      entries[to++] = word;
      entries[to++] = list;
    }
    entries[at + HEAD + Part.PAIRS] = (to - pairs) >> 1;
    entries[at + Entry.LENGTH] = to - at;
    return at;
  }

  /** Hashes what covering states have in common: thread states, memory, barriers passed or owed. */
  private hash(records: Int32Array, base: number, at: number): void {
    const { layout, seeds1, seeds2 } = this;
    const { nodesAt, observersAt, memoryAt, width, threads } = layout;
    let one = 0;
    let two = 0;
    for (let i = nodesAt; i < observersAt; i++) {
      one += mix1((seeds1[i] as number) ^ (records[base + i] as number));
      two += mix2((seeds2[i] as number) ^ (records[base + i] as number));
    }
    for (let i = memoryAt + 1; i < width; i++) {
      one += mix1((seeds1[i] as number) ^ (records[base + i] as number));
      two += mix2((seeds2[i] as number) ^ (records[base + i] as number));
    }
    for (let cpu = 0; cpu < threads; cpu++) {
      const i = observersAt + cpu;
      const { fenced, owesFence } = this.tables.observers.observer(records[base + i] as number);
      const bits = (fenced ? 1 : 0) | (owesFence ? 2 : 0);
      one += mix1((seeds1[i] as number) ^ bits);
      two += mix2((seeds2[i] as number) ^ bits);
    }
    this.entries[at + Entry.HASH1] = one | 0;
    this.entries[at + Entry.HASH2] = two | 0;
  }

  private hasAlike(at: number, bucket: number): boolean {
    let other = this.buckets[bucket] as number;
    while (other !== 0 && !this.isAlike(other, at)) other = this.entries[other] as number;
    return other !== 0;
  }

  /** Keeps what states that may cover each other have in common, for livelock-weak.ts. */
  private addBase(records: Int32Array, base: number): void {
    const { bases } = this.tables;
    const { observersAt, memoryAt, width } = this.layout;
    const to = bases.push();
    for (let i = 0; i < observersAt; i++) bases.records[to + i] = records[base + i] as number;
    bases.records.fill(0, to + observersAt, to + memoryAt + 1);
    for (let i = memoryAt + 1; i < width; i++) bases.records[to + i] = records[base + i] as number;
  }

  private isCovered(at: number, bucket: number): boolean {
    const { entries, covering } = this;
    for (let other = this.buckets[bucket] as number; other !== 0;) {
      if (this.isAlike(other, at) && covering.covers(entries, other + HEAD, entries, at + HEAD)) {
        return true;
      }
      other = entries[other + Entry.NEXT] as number;
    }
    return false;
  }

  /** Takes out what the entry at `at` covers. */
  private displace(at: number, bucket: number): void {
    const { entries, covering } = this;
    let before = 0;
    for (let other = this.buckets[bucket] as number; other !== 0;) {
      const next = entries[other + Entry.NEXT] as number;
      if (this.isAlike(other, at) && covering.covers(entries, at + HEAD, entries, other + HEAD)) {
        this.displaced.add(entries[other + Entry.NUMBER] as number);
        if (before === 0) this.buckets[bucket] = next;
        else entries[before + Entry.NEXT] = next;
        this.count--;
      } else {
        before = other;
      }
      other = next;
    }
  }

  private isAlike(one: number, other: number): boolean {
    const { entries } = this;
    return (
      entries[one + Entry.HASH1] === entries[other + Entry.HASH1] &&
      entries[one + Entry.HASH2] === entries[other + Entry.HASH2]
    );
  }

  private enlarge(): void {
    const old = this.buckets;
    const buckets = new Int32Array(4 * old.length);
    const { entries } = this;
    for (let i = 0; i < old.length; i++) {
      for (let at = old[i] as number; at !== 0;) {
        const next = entries[at + Entry.NEXT] as number;
        const bucket = (entries[at + Entry.HASH1] as number) & (buckets.length - 1);
        entries[at + Entry.NEXT] = buckets[bucket] as number;
        buckets[bucket] = at;
        at = next;
      }
    }
    this.buckets = buckets;
  }
}
