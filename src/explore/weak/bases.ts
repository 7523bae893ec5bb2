/**
 * What states of model `weak` have in common when they differ only in views and messages: where the
 * threads are, and memory as it is. States that may cover each other have one base (antichain.ts),
 * and livelocks are looked for among bases (livelock.ts).
 */

import { Frontier } from '../frontier.ts';
import { makeSeeds, mix1, mix2 } from '../hash.ts';
import type { Layout } from '../layout.ts';
import { Visited } from '../visited.ts';

/** The bases that a search has met. A class because it grows with the search. */
export class Bases {
  /** Records without views and messages. */
  readonly states: Frontier;
  /** The hash of the base that was looked at last. */
  hash1 = 0;
  hash2 = 0;
  private readonly layout: Layout;
  private readonly seeds1: Int32Array;
  private readonly seeds2: Int32Array;
  private readonly known: Visited = new Visited();

  constructor(layout: Layout) {
    this.layout = layout;
    this.states = new Frontier(layout.width);
    this.seeds1 = makeSeeds(layout.width, 3);
    this.seeds2 = makeSeeds(layout.width, 4);
  }

  bytes(): number {
    return this.states.bytes() + this.known.bytes();
  }

  /** Adds the base of a state if it is new. */
  add(records: Int32Array, base: number): void {
    this.look(records, base);
    if (!this.known.add(this.hash1, this.hash2)) return;
    const { observersAt, memoryAt, width } = this.layout;
    const to = this.states.push();
    const target = this.states.records;
    for (let i = 0; i < observersAt; i++) target[to + i] = records[base + i] as number;
    target.fill(0, to + observersAt, to + memoryAt + 1);
    for (let i = memoryAt + 1; i < width; i++) target[to + i] = records[base + i] as number;
  }

  /** Computes the hash of the base of a state. */
  look(records: Int32Array, base: number): void {
    const { nodesAt, observersAt, memoryAt, width } = this.layout;
    this.hash1 = 0;
    this.hash2 = 0;
    for (let i = nodesAt; i < observersAt; i++) this.mix(i, records[base + i] as number);
    for (let i = memoryAt + 1; i < width; i++) this.mix(i, records[base + i] as number);
  }

  /** Adds the value at a place to the hash. */
  mix(place: number, value: number): void {
    this.hash1 = (this.hash1 + mix1((this.seeds1[place] as number) ^ value)) | 0;
    this.hash2 = (this.hash2 + mix2((this.seeds2[place] as number) ^ value)) | 0;
  }
}
