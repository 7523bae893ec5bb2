/**
 * Coherence: the orders in which the writes to one global can have happened.
 *
 * Where the reads read fixes a part of the order (herdtools7 herd/libdir/cos-opt.cat, obsco); the
 * remaining orders are enumerated. An order that contains the fixed part satisfies the axiom
 * `coherence` of linux-kernel.cat, so that axiom needs no test of its own; likewise `atomic`,
 * because the write of a read-modify-write is placed directly after the write that was read, and
 * lock.cat's rule that a release directly follows its acquisition.
 */

import { isBefore, isOnLock, unreleased } from './structure.ts';
import type { ExecutionEvent, Structure } from './structure.ts';

/** A pair of accesses of one thread to one global, in program order. */
type Pair = readonly [earlier: number, later: number];

/** The orders of the writes to one global. */
export class Coherence {
  private readonly stores: readonly number[];
  private readonly events: readonly ExecutionEvent[];
  private readonly pairs: readonly Pair[];
  /** The place of a store in `stores`. */
  private readonly index: ReadonlyMap<number, number>;
  /** Acquisitions that are never released: they come last. */
  private readonly final: readonly number[];
  /** For each release the acquisition that it must directly follow. */
  private readonly sections: ReadonlyMap<number, number>;
  /** The reads of successful read-modify-writes and of locks. */
  private readonly atomics: readonly number[];
  /** `matrix[a * size + b] === 1`: a is before b. */
  private readonly matrix: Uint8Array;

  /** @param loose take every order of ordinary writes, also where coherence forbids it */
  constructor(structure: Structure, location: number, loose: boolean) {
    const { events } = structure;
    this.events = events;
    this.sections = structure.sections;
    this.stores = structure.stores.get(location) ?? [];
    this.index = new Map(this.stores.map((store, index) => [store, index]));
    const strict = (event: number): boolean => !loose || isOnLock(events, event);
    this.pairs = programOrder(structure, location).filter(([, later]) => strict(later));
    const last = unreleased(events, structure.sections);
    this.final = last.filter((event) => events[event]?.location === location);
    this.atomics = structure.reads.filter((read) => {
      const event = events[read];
      return event?.location === location && event.partner >= 0 && strict(read);
    });
    this.matrix = new Uint8Array(this.stores.length ** 2);
  }

  /**
   * Whether the reads can read where they do.
   *
   * @param source for each read its write, or -1 while that is open
   */
  isPossible(source: Int32Array): boolean {
    const size = this.stores.length;
    this.matrix.fill(0);
    for (let later = 1; later < size; later++) this.matrix[later] = 1;
    for (const last of this.final) this.putLast(last);
    for (const [earlier, later] of this.pairs) {
      const left = this.storeOf(earlier, source);
      const right = this.storeOf(later, source);
      if (left < 0 || right < 0 || left === right) continue;
      this.matrix[left * size + right] = 1;
    }
    return this.close();
  }

  /**
   * Visits all orders that fit, after `isPossible` has said yes to the same sources.
   *
   * @param visit is given an order, good until it returns; false ends the enumeration
   * @returns false if it was ended
   */
  eachOrder(source: Int32Array, visit: (order: readonly number[]) => boolean): boolean {
    const follower = this.followers(source);
    return (
      follower === null || this.extend([], new Uint8Array(this.stores.length), follower, visit)
    );
  }

  /** The store itself, or the store that a read reads. */
  private storeOf(event: number, source: Int32Array): number {
    const store = this.events[event]?.kind === 'write' ? event : (source[event] as number);
    return store < 0 ? -1 : (this.index.get(store) ?? -1);
  }

  /** lock.cat, co0: an acquisition that is never released comes after all others. */
  private putLast(last: number): void {
    const size = this.stores.length;
    const column = this.index.get(last) ?? 0;
    this.stores.forEach((store, row) => {
      if (store !== last && this.events[store]?.tag === 'LKW') this.matrix[row * size + column] = 1;
    });
  }

  /** Transitive closure. @returns false for a cycle */
  private close(): boolean {
    const size = this.stores.length;
    const { matrix } = this;
    for (let middle = 0; middle < size; middle++) {
      for (let row = 0; row < size; row++) {
        if (matrix[row * size + middle] === 0) continue;
        for (let column = 0; column < size; column++) {
          if (matrix[middle * size + column] === 1) matrix[row * size + column] = 1;
        }
      }
    }
    for (let one = 0; one < size; one++) if (matrix[one * size + one] === 1) return false;
    return true;
  }

  /** For each store the one that must directly follow it, or -1; null if two must. */
  private followers(source: Int32Array): Int32Array | null {
    const follower = new Int32Array(this.stores.length).fill(-1);
    const put = (store: number, next: number): boolean => {
      const index = this.index.get(store) ?? -1;
      if (index < 0 || follower[index] !== -1) return false;
      follower[index] = this.index.get(next) ?? -1;
      return true;
    };
    for (const read of this.atomics) {
      if (!put(source[read] as number, this.events[read]?.partner ?? -1)) return null;
    }
    for (const [end, begin] of this.sections) {
      if (this.index.has(end) && !put(begin, end)) return null;
    }
    return follower;
  }

  private extend(
    order: number[],
    placed: Uint8Array,
    follower: Int32Array,
    visit: (order: readonly number[]) => boolean,
  ): boolean {
    const size = this.stores.length;
    if (order.length === size) return visit(order);
    const last = order.at(-1);
    const forced = last === undefined ? -1 : (follower[this.index.get(last) ?? 0] as number);
    for (let next = 0; next < size; next++) {
      if (placed[next] === 1 || (forced >= 0 && forced !== next)) continue;
      if (forced < 0 && follower.includes(next)) continue;
      if (!this.isFree(next, placed)) continue;
      placed[next] = 1;
      order.push(this.stores[next] as number);
      const goOn = this.extend(order, placed, follower, visit);
      order.pop();
      placed[next] = 0;
      if (!goOn) return false;
    }
    return true;
  }

  /** Whether everything that must come before a store has been placed. */
  private isFree(store: number, placed: Uint8Array): boolean {
    const size = this.stores.length;
    for (let row = 0; row < size; row++) {
      if (this.matrix[row * size + store] === 1 && placed[row] === 0) return false;
    }
    return true;
  }
}

function programOrder({ events }: Structure, location: number): Pair[] {
  const accesses = events.flatMap((event, number) =>
    event.location === location && event.kind !== 'fence' && event.thread >= 0 ? [number] : [],
  );
  return accesses.flatMap((earlier) =>
    accesses
      .filter((later) => isBefore(events, earlier, later))
      .map((later): Pair => [earlier, later]),
  );
}
