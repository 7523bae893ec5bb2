/**
 * What happens at one state: is it bad, is it an end, and which steps leave it?
 *
 * The same code runs in the search of one thread and in each worker of a parallel search; they
 * differ only in whom they tell.
 */

import { Feature } from './automaton/tables.ts';
import type { AutomatonTables } from './automaton/tables.ts';
import { CANDIDATE_HEAD } from './candidates.ts';
import type { Layout } from './layout.ts';
import { Column, Flag, NodeKind, ROW_SHIFT } from './automaton/node.ts';
import { onlyStaleWaits } from './trace/stale-waits.ts';
import type { Reduction } from './reduction.ts';
import type { Stepper } from './stepper.ts';

/** Who looks at states, and whom it tells. */
export interface Expansion {
  readonly layout: Layout;
  readonly tables: AutomatonTables;
  readonly stepper: Stepper;
  /** null: every step of every thread is made. */
  readonly reduction: Reduction | null;
  /** Every state is suspicious: some property is judged everywhere. */
  readonly suspectsAll: boolean;
  /** A thread has failed, there is a data race, or every state shall be looked at. */
  readonly suspicious: (records: Int32Array, base: number) => void;
  readonly final: (records: Int32Array, base: number) => void;
  readonly stuck: (records: Int32Array, base: number) => void;
}

/** Writes the candidates that leave a state; tells what is to be told of it. */
export function expand(one: Expansion, records: Int32Array, base: number): void {
  const { layout, stepper, tables } = one;
  const { nodesAt, threads } = layout;
  const rows = tables.rows;
  let done = true;
  let failed = false;
  for (let thread = 0; thread < threads; thread++) {
    const row = (records[base + nodesAt + thread] as number) << ROW_SHIFT;
    const kind = rows[row] as number;
    if (!mayEnd(rows, row)) done = false;
    if (kind === NodeKind.FAILED) failed = true;
  }
  const racy = tables.features[Feature.PLAIN] === 1 && hasRace(one, records, base);
  if (failed || racy || one.suspectsAll) suspect(one, records, base);
  if (failed) return;
  stepper.look(records, base);
  const before = stepper.length;
  const { excuses } = stepper;
  if (one.reduction === null || !stepAlone(one, one.reduction, records, base)) {
    for (let thread = 0; thread < threads; thread++) stepper.step(thread);
  }
  if (stepper.excuses > excuses || !onlyStaleWaits(stepper, before)) return;
  end(one, done, records, base);
}

/* Whom each search tells is called from here, not from the inner loop: see stepper.ts. */

function suspect(one: Expansion, records: Int32Array, base: number): void {
  one.suspicious(records, base);
}

function end(one: Expansion, done: boolean, records: Int32Array, base: number): void {
  if (done) one.final(records, base);
  else one.stuck(records, base);
}

/** Whether an execution may end with a thread in this state: it has ended, or waits for work. */
export function mayEnd(rows: Int32Array, row: number): boolean {
  if (rows[row] === NodeKind.DONE) return true;
  return ((rows[row + Column.FLAGS] as number) & Flag.IDLE) !== 0;
}

/** Takes one step alone if that is enough; otherwise writes nothing. */
function stepAlone(
  one: Expansion,
  reduction: Reduction,
  records: Int32Array,
  base: number,
): boolean {
  const { stepper, layout } = one;
  const before = stepper.length;
  const { threads } = layout;
  for (let thread = 0; thread < threads; thread++) {
    if (!reduction.isIndependent(records, base, thread)) continue;
    stepper.act(thread);
    if (!onlyStaleWaits(stepper, before) && !fails(stepper, before, thread)) return true;
    stepper.length = before;
  }
  if (layout.bufferWords === 0) return false;
  for (let thread = 0; thread < threads; thread++) {
    if (layout.bufferOf[thread] !== thread) continue;
    if (!reduction.isDrainIndependent(records, base, thread)) continue;
    stepper.drain(thread);
    if (stepper.length > before) return true;
  }
  return false;
}

/**
 * Whether a step violates a property: the search ends there, so the steps that were left out would
 * never be made.
 */
export function fails(stepper: Stepper, from: number, thread: number): boolean {
  const { out, length, layout } = stepper;
  for (let at = from; at < length;) {
    const end = at + CANDIDATE_HEAD + 2 * (out[at + 4] as number);
    for (let i = at + CANDIDATE_HEAD; i < end; i += 2) {
      if (out[i] !== layout.nodesAt + thread) continue;
      if (stepper.column(out[i + 1] as number, Column.KIND) === NodeKind.FAILED) return true;
    }
    at = end;
  }
  return false;
}

/** Whether two threads can access one word now, one of them plainly and one to write. */
function hasRace(one: Expansion, records: Int32Array, base: number): boolean {
  const { nodesAt, threads } = one.layout;
  const rows = one.tables.rows;
  for (let a = 0; a < threads; a++) {
    const first = (records[base + nodesAt + a] as number) << ROW_SHIFT;
    if (((rows[first + Column.FLAGS] as number) & Flag.PLAIN) === 0) continue;
    for (let b = 0; b < threads; b++) {
      const second = (records[base + nodesAt + b] as number) << ROW_SHIFT;
      if (
        a !== b &&
        isRace(rows, first, second) &&
        mayMeet(one.layout, rows, a, first, b, second)
      ) {
        return true;
      }
    }
  }
  return false;
}

/**
 * Whether the accesses of two threads can come at once. A handler and the thread that it interrupts
 * share a CPU: not if that thread has interrupts off, and two handlers never.
 */
export function mayMeet(
  layout: Layout,
  rows: Int32Array,
  a: number,
  first: number,
  b: number,
  second: number,
): boolean {
  const { interrupts } = layout;
  const hostOfA = interrupts[a] as number;
  const hostOfB = interrupts[b] as number;
  if (hostOfA === b) return ((rows[second + Column.FLAGS] as number) & Flag.GUARDED) === 0;
  if (hostOfB === a) return ((rows[first + Column.FLAGS] as number) & Flag.GUARDED) === 0;
  return hostOfA < 0 || hostOfA !== hostOfB;
}

/** Whether two rows conflict; at least one of them is known to be a plain access. */
export function isRace(rows: Int32Array, first: number, second: number): boolean {
  if (rows[first] !== NodeKind.ACCESS || rows[second] !== NodeKind.ACCESS) return false;
  if (rows[first + Column.INDEX] !== rows[second + Column.INDEX]) return false;
  const flags = (rows[first + Column.FLAGS] as number) | (rows[second + Column.FLAGS] as number);
  return (flags & Flag.WRITES) !== 0;
}
