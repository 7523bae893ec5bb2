/**
 * The states of model `weak` that a search keeps: none of them covers another (covering.ts).
 *
 * A state that is covered by one that was met before needs no search of its own; one that covers
 * others takes their place. Measured: docs/weak.md.
 */

import { Bases } from './bases.ts';
import { Covering, Part } from './covering.ts';
import { grown } from '../automaton/grown.ts';
import type { Layout } from '../layout.ts';
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
  private readonly bases: Bases;
  private entries: Int32Array = new Int32Array(1 << 14);
  private length = 1;
  private count = 0;
  /** The first entry of each bucket; 0 for none. */
  private buckets: Int32Array = new Int32Array(BUCKETS_MIN);

  constructor(layout: Layout, tables: WeakTables) {
    this.layout = layout;
    this.tables = tables;
    this.covering = new Covering(layout, tables);
    this.bases = new Bases(layout);
  }

  bytes(): number {
    return this.entries.byteLength + this.buckets.byteLength + this.covering.bytes();
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
    if (this.isCovered(at, bucket)) return false;
    this.displace(at, bucket);
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

  /** Hashes what covering states have in common: their base, and barriers passed or owed. */
  private hash(records: Int32Array, base: number, at: number): void {
    const { bases, entries } = this;
    const { observersAt, threads } = this.layout;
    bases.look(records, base);
    for (let i = observersAt; i < observersAt + threads; i++) {
      const { fenced, owesFence } = this.tables.observers.observer(records[base + i] as number);
      bases.mix(i, (fenced ? 1 : 0) | (owesFence ? 2 : 0));
    }
    entries[at + Entry.HASH1] = bases.hash1;
    entries[at + Entry.HASH2] = bases.hash2;
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
