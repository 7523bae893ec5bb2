/** The tables of the automata while they grow: room, edges, marks. */

import type { NodeDetail } from './automaton.ts';
import { createHistories } from '../replay/history.ts';
import type { Layout } from '../layout.ts';
import { Liveness } from '../weak/liveness.ts';
import { AUTOMATON_STATES_MAX } from '../limits.ts';
import { Column, Flag, ROW, ROW_SHIFT } from './node.ts';
import type { DiscoveredEdge } from './ways.ts';
import type { Program } from '../program.ts';
import type { Run } from '../replay/replay-state.ts';
import type { Problem } from '../result.ts';
import { Feature, MARKINGS_MAX, MARKS_MAX, findEdge } from './tables.ts';
import type { AutomatonTables, TableSpace } from './tables.ts';
import { WeakOrder } from '../weak/weak-order.ts';
import { createWeakTables } from '../weak/weak-memory.ts';
import type { ReplayWorld } from '../replay/world.ts';

export interface Growing {
  readonly program: Program;
  readonly layout: Layout;
  readonly world: ReplayWorld;
  readonly tables: AutomatonTables;
  readonly histories: ReturnType<typeof createHistories>;
  readonly details: NodeDetail[];
  /** How each state was first reached: its predecessor and the value, for the flat replay. */
  readonly from: number[];
  readonly value: number[];
  readonly owners: number[];
  readonly joined: number[];
  readonly discovered: DiscoveredEdge[];
  /** The values observed on the way by which a state was first reached. */
  readonly firstWay: (node: number) => readonly number[];
  readonly statusOf: ReadonlyMap<number, number>;
  readonly space: TableSpace;
  edges: number;
  markings: number;
  runs: number;
  problem: Problem | null;
  isFull: boolean;
  /** Several workers read the tables now: they are no longer replaced by larger ones. */
  isSettled: boolean;
}

export function emptyTables(
  program: Program,
  layout: Layout,
  world: ReplayWorld,
  space: TableSpace,
): Growing {
  const integers = (count: number): Int32Array => new Int32Array(space.makeBuffer(4 * count));
  const status = new Map<number, number>();
  for (const pool of program.pools) {
    pool.slots.forEach((slot, i) => {
      for (let word = 0; word < pool.type.size; word++)
        status.set(slot + word, pool.status[i] ?? 0);
    });
  }
  const growing: Growing = {
    program,
    layout,
    world,
    tables: {
      rows: integers(ROW * space.states),
      edges: integers(4 * EDGES_PER_STATE * space.states),
      hashes: integers(2 * layout.threads * space.states),
      features: integers(8),
      marks: integers(MARKS_MAX * MARKINGS_MAX),
      weak: null,
    },
    histories: createHistories(),
    details: [],
    from: [],
    value: [],
    owners: [],
    joined: [],
    discovered: [],
    firstWay: (node) => valuesTo(growing, node),
    statusOf: status,
    space,
    edges: 0,
    markings: 0,
    runs: 0,
    problem: null,
    isFull: false,
    isSettled: false,
  };
  if (layout.model === 'weak') {
    growing.tables.weak = createWeakTables(
      new Liveness(layout, growing.tables, growing.discovered),
    );
  }
  return growing;
}

/** Slots of the edge table for each thread state. */
const EDGES_PER_STATE = 4;

/** Makes room for state `number` and its edges; false when the limit is reached. */
export function makeRoom(growing: Growing, number: number): boolean {
  const { tables } = growing;
  const states = tables.rows.length / ROW;
  const edgesFull = growing.edges + 2 > (tables.edges.length / 4) * 0.7;
  if (number < states && !edgesFull) return true;
  if (growing.isSettled || states >= AUTOMATON_STATES_MAX) return false;
  enlarge(growing, states);
  return true;
}

/** Makes room for so many states, once and for all. */
export function settle(growing: Growing, room: number): void {
  if (growing.isSettled) return;
  for (;;) {
    const states = growing.tables.rows.length / ROW;
    if (states >= room) break;
    enlarge(growing, states);
  }
  growing.isSettled = true;
}

/** Doubles the tables. */
function enlarge(growing: Growing, states: number): void {
  const { tables, space } = growing;
  tables.rows = enlarged(tables.rows, 2 * ROW * states, space);
  tables.hashes = enlarged(tables.hashes, 4 * growing.layout.threads * states, space);
  const old = tables.edges;
  tables.edges = new Int32Array(space.makeBuffer(2 * old.byteLength));
  for (let at = 0; at < old.length; at += 4) {
    if (old[at + 2] === 0) continue;
    const to = findEdge(tables.edges, old[at] ?? 0, old[at + 1] ?? 0);
    tables.edges.set(old.subarray(at, at + 4), to);
  }
}

function enlarged(old: Int32Array, length: number, space: TableSpace): Int32Array {
  const larger = new Int32Array(space.makeBuffer(4 * length));
  larger.set(old);
  return larger;
}

/** The number of a list of marks; equal lists share one. */
function markingOf(growing: Growing, marks: readonly number[]): number {
  const wanted = [...new Set(marks)].toSorted((a, b) => a - b);
  if (wanted.length === 0) return 0;
  const table = growing.tables.marks;
  for (let number = 1; number <= growing.markings; number++) {
    const known = table.subarray(MARKS_MAX * number, MARKS_MAX * (number + 1));
    if (known.every((mark, i) => mark === (wanted[i] ?? 0))) return number;
  }
  growing.markings++;
  if (wanted.length > MARKS_MAX || growing.markings >= MARKINGS_MAX) {
    throw new Error('automaton: too many marks');
  }
  table.set(wanted, MARKS_MAX * growing.markings);
  return growing.markings;
}

export function addEdge(
  growing: Growing,
  node: number,
  observed: number,
  next: number,
  ran: Run,
): void {
  const { edges, rows, features } = growing.tables;
  growing.edges++;
  const marks = markingOf(growing, ran.marks);
  const edge = Int32Array.of(node, observed, next + 1, marks);
  edges.set(edge, findEdge(edges, node, observed));
  const at = node << ROW_SHIFT;
  const nextFlags = rows[(next << ROW_SHIFT) + Column.FLAGS] ?? 0;
  // A round that begins by waiting for work is made for work that others made: it is no livelock.
  if (ran.newRound && (nextFlags & Flag.IDLE) === 0) features[Feature.LOOP] = 1;
  if (marks === 0 && rows[at + Column.CACHED_NEXT] === -1) {
    rows[at + Column.CACHED_VALUE] = observed;
    rows[at + Column.CACHED_NEXT] = next;
  }
  noteOwedBarrier(rows, at, next << ROW_SHIFT);
  if (ran.newRound) rows[at + Column.FLAGS] = (rows[at + Column.FLAGS] ?? 0) | Flag.NEW_ROUND;
  growing.joined.push(node, next);
  growing.discovered.push({ node, observed, next, ran });
}

/** weak: the state after a fully ordered access may have its barrier before it. */
function noteOwedBarrier(rows: Int32Array, from: number, to: number): void {
  if (((rows[from + Column.ORDER] as number) & WeakOrder.FULL_AFTER) === 0) return;
  rows[to + Column.ORDER] = (rows[to + Column.ORDER] as number) | WeakOrder.AFTER_FULL;
}

/** Every value observed on the way to a state, as it was first reached. */
function valuesTo(growing: Growing, node: number): number[] {
  const values: number[] = [];
  for (let at = node; (growing.from[at] ?? -1) >= 0; at = growing.from[at] ?? -1) {
    values.push(growing.value[at] ?? 0);
  }
  return values.toReversed();
}
