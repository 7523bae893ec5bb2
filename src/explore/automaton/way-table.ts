/**
 * The cheapest ways into the states of a breadth-first search: for each state and each thread that
 * can have made the last step, how often the execution switches between threads, and the way that
 * this step goes on from. One array of numbers: as lists, `dio-read-into-mmap-vs-wb` under weak
 * took 2.7 GB.
 */

import { grown } from './grown.ts';

/** One step of an execution: who, and which outcome (outcomeOf, candidates.ts). */
export type Choice = readonly [thread: number, outcome: number];

/** What is kept of a way; a cost is one more than the switches, and 0 where there is no way. */
const Way = { COST: 0, BEFORE: 1, OUTCOME: 2 } as const;
const WAY = 3;
const STATES_MIN = 1024;

/** A growing table of ways; state 0 is the initial one. A class because its array grows. */
export class WayTable {
  private readonly threads: number;
  private count = 1;
  private ways: Int32Array;

  constructor(threads: number) {
    this.threads = threads;
    this.ways = new Int32Array(WAY * threads * STATES_MIN);
    for (let last = 0; last < threads; last++) this.ways[WAY * last + Way.COST] = 1;
  }

  /** Makes room for one more state, without a way so far. @returns its number */
  push(): number {
    const state = this.count++;
    if (WAY * this.threads * this.count > this.ways.length) {
      this.ways = grown(this.ways, 2 * this.ways.length);
    }
    return state;
  }

  /** Offers a way to `state`: the step of `thread` with this outcome, from state `from`. */
  offer(state: number, thread: number, from: number, outcome: number): void {
    const before = this.cheapestBefore(from, thread);
    const cost = this.costThrough(from, before, thread);
    const at = this.at(state, thread);
    const known = this.ways[at + Way.COST] as number;
    if (known !== 0 && known <= cost) return;
    this.ways[at + Way.COST] = cost;
    this.ways[at + Way.BEFORE] = before;
    this.ways[at + Way.OUTCOME] = outcome;
  }

  /** What the cheapest way costs that goes through `state` and on with `thread` (-1: nobody). */
  costOf(state: number, thread: number): number {
    return this.costThrough(state, this.cheapestBefore(state, thread), thread);
  }

  /** The steps of that way up to `state`, first to last. */
  wayTo(state: number, thread: number): Choice[] {
    const choices: Choice[] = [];
    let at = this.cheapestBefore(state, thread);
    while (at >= WAY * this.threads) {
      choices.push([(at / WAY) % this.threads, this.ways[at + Way.OUTCOME] as number]);
      at = this.ways[at + Way.BEFORE] as number;
    }
    return choices.toReversed();
  }

  private at(state: number, last: number): number {
    return WAY * (state * this.threads + last);
  }

  /** The way to `state` from which a step of `thread` (-1: nobody) costs least. */
  private cheapestBefore(state: number, thread: number): number {
    let best = this.at(state, 0);
    let least = Infinity;
    for (let last = 0; last < this.threads; last++) {
      const at = this.at(state, last);
      const cost = this.costThrough(state, at, thread);
      if (cost < least) {
        least = cost;
        best = at;
      }
    }
    return best;
  }

  private costThrough(state: number, at: number, thread: number): number {
    const cost = this.ways[at + Way.COST] as number;
    if (cost === 0) return Infinity;
    return thread < 0 || state === 0 || at === this.at(state, thread) ? cost : cost + 1;
  }
}
