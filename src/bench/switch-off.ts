/**
 * What each optimisation gives: the same search without it.
 *
 * Some are options of a search. The others are methods of the engine; the process that measures
 * replaces them by the straightforward thing (`switchOff`), so the engine has no switches. What
 * cannot be taken out alone is not in the table: thread code that runs once for each edge, states
 * as records of words, candidates in place of successors.
 */

import { Candidates, CANDIDATE_HEAD } from '../explore/candidates.ts';
import { Stepper } from '../explore/stepper.ts';
import { Visited } from '../explore/visited.ts';
import { applyCandidate } from '../explore/walk.ts';

/** What can be taken out of the engine. */
export type Optimisation = keyof typeof OFF;

/** Takes an optimisation out of the engine in this process, for good. */
export function switchOff(optimisation: Optimisation): void {
  OFF[optimisation]();
}

const OFF = {
  /** Slots of the visited set are read when a candidate is added, and not before. */
  touching: () => replace(Visited.prototype, { touch: () => {} }),
  /** Every step looks its edge up in the table. */
  'cached edge': () => replace(Stepper.prototype, { follow: followWithoutCache }),
  /** Every successor is built, and its hash computed from all of its words. Under sc only. */
  'incremental hash': () => {
    replace(Candidates.prototype, {
      change: changeOnly,
      move: moveOnly,
      complete: completeFromScratch,
    });
  },
  /** A visited set that is full is copied into one of twice the size. */
  'growth in place': () => replace(Visited.prototype, { grow: growByCopying }),
} as const;

/** Members of the engine's classes that nobody else may use. */
interface Inside {
  readonly layout: Candidates['layout'];
  readonly out: Int32Array;
  readonly records: Int32Array;
  readonly base: number;
  readonly start: number;
  readonly length: number;
  rehash(target: Int32Array, at: number): void;
  abandon(): void;
  target(node: number, observed: number): number;
  move(thread: number, node: number, next: number): void;
  finish(thread: number, outcome: number): void;
  table: Int32Array;
  mask: number;
  room: number;
  put(index: number, value: number): void;
}

function changeOnly(this: Inside, index: number, value: number): void {
  if (this.records[this.base + index] !== value) this.put(index, value);
}

function moveOnly(this: Inside, thread: number, node: number, next: number): void {
  if (next !== node) this.put(this.layout.nodesAt + thread, next);
}

function replace(prototype: object, methods: Readonly<Record<string, unknown>>): void {
  for (const [name, method] of Object.entries(methods)) {
    if (!(name in prototype)) throw new Error(`ablation: there is no ${name} to replace`);
    Object.defineProperty(prototype, name, { value: method });
  }
}

function followWithoutCache(
  this: Inside,
  thread: number,
  node: number,
  observed: number,
  outcome: number,
): void {
  const next = this.target(node, observed);
  if (next < 0) return this.abandon();
  this.move(thread, node, next);
  this.finish(thread, outcome);
}

let successor = new Int32Array(0);

function completeFromScratch(this: Inside, thread: number, outcome: number): void {
  const { out, start, records, base, layout } = this;
  out[start] = base;
  out[start + 3] = thread | (outcome << 8);
  out[start + 4] = (this.length - start - CANDIDATE_HEAD) >> 1;
  if (successor.length < layout.width) successor = new Int32Array(layout.width);
  applyCandidate(out, start, records, base, successor, 0, layout.width);
  this.rehash(successor, 0);
  out[start + 1] = successor[0] as number;
  out[start + 2] = successor[1] as number;
}

function growByCopying(this: Inside): void {
  const old = this.table;
  this.table = new Int32Array(2 * old.length);
  this.mask = old.length - 1;
  this.room = Math.floor(old.length * 0.75);
  for (let at = 0; at < old.length; at += 2) {
    const [one, two] = [old[at] as number, old[at + 1] as number];
    if (one !== 0 || two !== 0) putEntry(this, one, two);
  }
}

function putEntry({ table, mask }: Inside, one: number, two: number): void {
  let slot = one & mask;
  while (table[2 * slot] !== 0 || table[2 * slot + 1] !== 0) slot = (slot + 1) & mask;
  table[2 * slot] = one;
  table[2 * slot + 1] = two;
}
