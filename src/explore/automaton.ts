/**
 * The threads of a program as automata, discovered while the search runs.
 *
 * What a thread does next depends only on its state and on the value it observes. So each pair of
 * thread state and observed value is run once, ever (replay.ts), and remembered as an edge; the search
 * follows edges. A state's identity is its history and the function it belongs to, never the thread,
 * so threads with the same function share one automaton.
 */

import { Effect } from '../memory/operation.ts';
import type { Operation } from '../memory/operation.ts';
import { ORDERING } from '../memory/ordering.ts';
import type { Context } from './context.ts';
import { mix1, mix2 } from './hash.ts';
import { createHistories, Entry } from './history.ts';
import { encodeResult } from './encoding.ts';
import type { Layout } from './layout.ts';
import { AUTOMATON_STATES_MAX } from './limits.ts';
import { Column, Flag, NodeKind, ROW, ROW_SHIFT } from './node.ts';
import { problem } from './problem.ts';
import type { Program } from './program.ts';
import { runCollapsed, runFlat } from './replay.ts';
import type { Failure, Run, RunEnd } from './replay.ts';
import { accessClassOf } from './reduction.ts';
import type { Position, Problem } from './result.ts';
import type { ReplayWorld } from './world.ts';

/** Marks on one edge, and edges with marks. */
export const MARKS_MAX = 4;
const MARKINGS_MAX = 1 << 12;

/** What is known of a thread state beside its row: for pictures and messages. */
export interface NodeDetail {
  readonly operation: Operation | null;
  readonly label: string | null;
  readonly calls: readonly string[];
  readonly stack: readonly Position[];
  readonly failure: Failure | null;
  /** What the thread returned, in state DONE. */
  readonly result: unknown;
}

/** The tables that the search reads; shared between workers. */
export interface AutomatonTables {
  /** ROW integers for each thread state. */
  rows: Int32Array;
  /** Open addressing: state, observed value, next state + 1, number of the marks to set. */
  edges: Int32Array;
  /** MARKS_MAX addresses for each number of marks, 0 where there are fewer. */
  readonly marks: Int32Array;
  /** Two lanes for each state and thread position: hash.ts. */
  hashes: Int32Array;
  /** What the discovered states use: see Feature. */
  readonly features: Int32Array;
}

/** Indices into AutomatonTables.features; 1 when some discovered state uses it. */
export const Feature = { GRACE: 0, OWN_BIT: 1, PLAIN: 2, LOOP: 3, POOL: 4 } as const;

/** The automata of one search. */
export interface Automaton {
  readonly tables: AutomatonTables;
  /** The first state of each thread, and the marks set before its first access. */
  readonly initial: readonly { readonly node: number; readonly marks: readonly number[] }[];
  /**
   * Finds out what follows a state for an observed value.
   *
   * @returns the next state, or the user's mistake that was found on the way
   */
  discover(node: number, observed: number): number | Problem;
  /** Whether an edge has been discovered already. */
  knows(node: number, observed: number): boolean;
  /** The first mistake of the user that any discovery met. */
  readonly problem: () => Problem | null;
  detail(node: number): NodeDetail;
  readonly states: () => number;
  /** How many there is room for. */
  readonly statesMax: () => number;
  readonly runs: () => number;
  /** The pairs of states that edges join, in order of discovery: for the future of states. */
  readonly joined: readonly number[];
}

/** How the tables are kept. */
export interface TableSpace {
  /** A SharedArrayBuffer when several workers read the tables. */
  readonly makeBuffer: (bytes: number) => ArrayBufferLike;
  /** Room for this many thread states to begin with; a power of two. */
  readonly states: number;
  /** The tables may be replaced by larger ones (one worker only). */
  readonly mayGrow: boolean;
}

interface Growing {
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
  readonly statusOf: ReadonlyMap<number, number>;
  readonly space: TableSpace;
  edges: number;
  markings: number;
  runs: number;
  problem: Problem | null;
}

/**
 * Makes the automata of a program, with the first state of each thread.
 *
 * @returns the automata, or the first mistake found
 */
export function createAutomaton(
  program: Program,
  layout: Layout,
  world: ReplayWorld,
  space: TableSpace,
): Automaton | Problem {
  const growing = emptyTables(program, layout, world, space);
  const initial: { node: number; marks: readonly number[] }[] = [];
  for (const [index] of program.threads.entries()) {
    const owner = program.threads.findIndex((one) => one.group === program.threads[index]?.group);
    const ran = runBoth(growing, owner, null, 0);
    if ('code' in ran) return ran;
    const node = stateOf(growing, owner, ran, -1, 0);
    if (typeof node !== 'number') return node;
    initial.push({ node, marks: ran.marks });
  }
  return {
    tables: growing.tables,
    initial,
    discover(node, observed) {
      const next = discover(growing, node, observed);
      if (typeof next !== 'number' && next !== FULL) growing.problem ??= next;
      return next;
    },
    knows: (node, observed) => knows(growing.tables.edges, node, observed),
    problem: () => growing.problem,
    detail: (node) => detailOf(growing, node),
    states: () => growing.details.length,
    statesMax: () => growing.tables.rows.length / ROW,
    runs: () => growing.runs,
    joined: growing.joined,
  };
}

function emptyTables(
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
  return {
    program,
    layout,
    world,
    tables: {
      rows: integers(ROW * space.states),
      edges: integers(4 * EDGES_PER_STATE * space.states),
      hashes: integers(2 * layout.threads * space.states),
      features: integers(8),
      marks: integers(MARKS_MAX * MARKINGS_MAX),
    },
    histories: createHistories(),
    details: [],
    from: [],
    value: [],
    owners: [],
    joined: [],
    statusOf: status,
    space,
    edges: 0,
    markings: 0,
    runs: 0,
    problem: null,
  };
}

function detailOf(growing: Growing, node: number): NodeDetail {
  const detail = growing.details[node];
  if (detail === undefined) throw new Error(`automaton: there is no state ${node}`);
  return detail;
}

function discover(growing: Growing, node: number, observed: number): number | Problem {
  const owner = growing.owners[node] ?? 0;
  const ran = runBoth(growing, owner, node, observed);
  if ('code' in ran) return ran;
  const next = stateOf(growing, owner, ran, node, observed);
  if (typeof next !== 'number') return next;
  addEdge(growing, node, observed, next, ran);
  return next;
}

/** Runs collapsed, then flat; what both say, or the mistake that makes them differ. */
function runBoth(
  growing: Growing,
  owner: number,
  node: number | null,
  observed: number,
): Run | Problem {
  const { world } = growing;
  const body = growing.program.threads[owner]?.body ?? ((): void => {});
  const history = node === null ? [] : growing.histories.entries(node);
  const collapsed = runCollapsed(world, body, history, node === null ? null : observed);
  growing.runs++;
  if (collapsed.end.kind === 'problem') return collapsed.end.problem;
  const values = node === null ? [] : [...valuesTo(growing, node), observed];
  const flat = runFlat(world, body, values);
  growing.runs++;
  if (flat.end.kind === 'problem') return flat.end.problem;
  return same(collapsed, flat) ? collapsed : notDeterministic(growing, owner, collapsed, flat);
}

/** Every value observed on the way to a state, as it was first reached. */
function valuesTo(growing: Growing, node: number): number[] {
  const values: number[] = [];
  for (let at = node; (growing.from[at] ?? -1) >= 0; at = growing.from[at] ?? -1) {
    values.push(growing.value[at] ?? 0);
  }
  return values.toReversed();
}

function same(a: Run, b: Run): boolean {
  return (
    endText(a.end) === endText(b.end) &&
    a.marks.join() === b.marks.join() &&
    JSON.stringify(a.context) === JSON.stringify(b.context)
  );
}

function endText(end: RunEnd): string {
  switch (end.kind) {
    case 'access':
      return JSON.stringify(end.operation);
    case 'done':
      return `done ${resultKey(end.result).join()}`;
    case 'failed':
      return `failed ${end.failure.name}`;
    case 'problem':
      return end.problem.code;
  }
}

function resultKey(result: unknown): number[] {
  const entries: number[] = [];
  encodeResult(entries, result);
  return entries;
}

function notDeterministic(growing: Growing, owner: number, once: Run, again: Run): Problem {
  const thread = growing.program.threads[owner];
  const say = (end: RunEnd): string =>
    end.kind === 'access' ? describeAccess(growing, end.operation) : wordsOf(end);
  return problem('HF021', {
    what: 'The scenario does something different when it is run again.',
    position: once.stack[0] ?? growing.program.position,
    details: [`thread ${thread?.name ?? ''}: ${say(again.end)} became ${say(once.end)}`],
  });
}

function wordsOf(end: RunEnd): string {
  return end.kind === 'done' ? 'end of thread' : 'a failed assertion';
}

function describeAccess(growing: Growing, operation: Operation): string {
  const where = operation.address === 0 ? '' : ` of ${growing.world.nameOf(operation.address)}`;
  return `${operation.primitive}${where}`;
}

/** The number of the state that a run ended in; makes its row when it is new. */
function stateOf(
  growing: Growing,
  owner: number,
  ran: Run,
  from: number,
  value: number,
): number | Problem {
  const { number, isNew } = growing.histories.intern(owner, identity(ran));
  if (!isNew) {
    const known = growing.details[number]?.operation;
    const { end } = ran;
    if (end.kind === 'access' && JSON.stringify(known) !== JSON.stringify(end.operation)) {
      const what = 'The same observations lead to different accesses.';
      return problem('HF021', { what, position: ran.stack[0] ?? null });
    }
    return number;
  }
  if (!makeRoom(growing, number)) return FULL;
  growing.from.push(from);
  growing.value.push(value);
  growing.owners.push(owner);
  growing.details.push(newDetail(ran));
  return writeRow(growing, number, ran) ?? number;
}

/** What tells states apart: an ended thread only by how it ended. */
function identity(ran: Run): readonly number[] {
  if (ran.end.kind === 'done') return [Entry.READ, -1, ...resultKey(ran.end.result)];
  if (ran.end.kind === 'failed') return [...ran.entries, Entry.READ, -2];
  return ran.entries;
}

function newDetail(ran: Run): NodeDetail {
  const { end, label, calls, stack } = ran;
  return {
    operation: end.kind === 'access' ? end.operation : null,
    label,
    calls: [...calls],
    stack,
    failure: end.kind === 'failed' ? end.failure : null,
    result: end.kind === 'done' ? end.result : undefined,
  };
}

function writeRow(growing: Growing, number: number, ran: Run): Problem | null {
  const { rows, hashes } = growing.tables;
  const at = number << ROW_SHIFT;
  const { threads } = growing.layout;
  fillHashes(hashes, number, threads);
  rows[at + Column.CACHED_NEXT] = -1;
  if (ran.end.kind !== 'access') {
    rows[at + Column.KIND] = ran.end.kind === 'done' ? NodeKind.DONE : NodeKind.FAILED;
    return null;
  }
  return writeOperation(growing, at, ran.end.operation, ran.context, ran.stack[0] ?? null);
}

function writeOperation(
  growing: Growing,
  at: number,
  operation: Operation,
  context: Context,
  position: Position | null,
): Problem | null {
  const { rows } = growing.tables;
  const { layout } = growing;
  const { address } = operation;
  if (address < 0 || address > layout.memoryWords) {
    return problem('HF030', { what: `Address ${address} is outside of shared memory.`, position });
  }
  const status = growing.statusOf.get(address) ?? 0;
  if (operation.effect === Effect.FREE && status === 0) {
    return problem('HF030', { what: 'kfree of memory that kmalloc did not give.', position });
  }
  rows[at + Column.KIND] = KINDS[operation.effect];
  rows[at + Column.INDEX] = layout.memoryAt + address;
  rows[at + Column.TEST] = operation.test;
  rows[at + Column.TEST_ARGUMENT] = operation.testArgument;
  rows[at + Column.MODIFY] = operation.modify;
  rows[at + Column.MODIFY_ARGUMENT] = operation.modifyArgument;
  rows[at + Column.RESULT] = operation.result;
  rows[at + Column.RESULT_ARGUMENT] = operation.resultArgument;
  rows[at + Column.FLAGS] = flagsOf(operation, context, layout.model === 'tso');
  rows[at + Column.ARGUMENT] = operation.choices;
  rows[at + Column.STATUS] = status === 0 ? 0 : layout.memoryAt + status;
  rows[at + Column.CLASS] = accessClassOf(operation);
  noteFeatures(growing.tables.features, operation);
  return null;
}

function noteFeatures(features: Int32Array, operation: Operation): void {
  if (operation.effect === Effect.GRACE_BEGIN) features[Feature.GRACE] = 1;
  if (operation.effect === Effect.ALLOCATE) features[Feature.POOL] = 1;
  if (operation.ownBit) features[Feature.OWN_BIT] = 1;
  if (ORDERING[operation.primitive].plain) features[Feature.PLAIN] = 1;
}

const KINDS: Record<Effect, number> = {
  [Effect.ACCESS]: NodeKind.ACCESS,
  [Effect.BARRIER]: NodeKind.ACCESS,
  [Effect.CHOOSE]: NodeKind.CHOOSE,
  [Effect.ALLOCATE]: NodeKind.ALLOCATE,
  [Effect.FREE]: NodeKind.FREE,
  [Effect.GRACE_BEGIN]: NodeKind.GRACE_BEGIN,
  [Effect.GRACE_WAIT]: NodeKind.GRACE_WAIT,
};

function flagsOf(operation: Operation, context: Context, tso: boolean): number {
  const order = ORDERING[operation.primitive];
  let flags = 0;
  if (operation.wait) flags |= Flag.WAIT;
  if (operation.ownBit) flags |= Flag.OWN_BIT;
  if (order.plain) flags |= Flag.PLAIN;
  if (operation.modify !== 0) flags |= Flag.WRITES;
  if (context.inReader) flags |= Flag.READER;
  if (context.inIrqOff) flags |= Flag.IRQ_OFF;
  if (!tso) return flags;
  if (context.barrier) flags |= Flag.DRAIN;
  if (order.tso === 'store') flags |= Flag.BUFFERED;
  if (order.tso === 'locked' || order.tso === 'drain') flags |= Flag.LOCKED;
  if (order.tsoFailed === 'load') flags |= Flag.LOOKS_FIRST;
  return flags;
}

/** Said when there is no room for another thread state or edge: the search is OPEN. */
export const FULL: Problem = problem('HF034', { what: 'The threads have too many states.' });

/** Slots of the edge table for each thread state. */
const EDGES_PER_STATE = 4;

/** Makes room for state `number` and its edges; false when the limit is reached. */
function makeRoom(growing: Growing, number: number): boolean {
  const { tables, space } = growing;
  const states = tables.rows.length / ROW;
  const edgesFull = growing.edges + 2 > (tables.edges.length / 4) * 0.7;
  if (number < states && !edgesFull) return true;
  if (!space.mayGrow || states >= AUTOMATON_STATES_MAX) return false;
  tables.rows = enlarged(tables.rows, 2 * ROW * states, space);
  tables.hashes = enlarged(tables.hashes, 4 * growing.layout.threads * states, space);
  const old = tables.edges;
  tables.edges = new Int32Array(space.makeBuffer(2 * old.byteLength));
  for (let at = 0; at < old.length; at += 4) {
    if (old[at + 2] !== 0)
      tables.edges.set(old.subarray(at, at + 4), freeEdge(tables.edges, old, at));
  }
  return true;
}

function enlarged(old: Int32Array, length: number, space: TableSpace): Int32Array {
  const larger = new Int32Array(space.makeBuffer(4 * length));
  larger.set(old);
  return larger;
}

function knows(edges: Int32Array, node: number, observed: number): boolean {
  const mask = edges.length / 4 - 1;
  let slot = edgeHash(node, observed) & mask;
  for (; edges[4 * slot + 2] !== 0; slot = (slot + 1) & mask) {
    if (edges[4 * slot] === node && edges[4 * slot + 1] === observed) return true;
  }
  return false;
}

function freeEdge(edges: Int32Array, from: Int32Array, at: number): number {
  const mask = edges.length / 4 - 1;
  let slot = edgeHash(from[at] ?? 0, from[at + 1] ?? 0) & mask;
  while (edges[4 * slot + 2] !== 0) slot = (slot + 1) & mask;
  return 4 * slot;
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

function addEdge(growing: Growing, node: number, observed: number, next: number, ran: Run): void {
  const { edges, rows, features } = growing.tables;
  growing.edges++;
  const marks = markingOf(growing, ran.marks);
  const edge = Int32Array.of(node, observed, next + 1, marks);
  edges.set(edge, freeEdge(edges, edge, 0));
  if (ran.newRound) features[Feature.LOOP] = 1;
  const at = node << ROW_SHIFT;
  if (marks === 0 && rows[at + Column.CACHED_NEXT] === -1) {
    rows[at + Column.CACHED_VALUE] = observed;
    rows[at + Column.CACHED_NEXT] = next;
  }
  if (ran.newRound) rows[at + Column.FLAGS] = (rows[at + Column.FLAGS] ?? 0) | Flag.NEW_ROUND;
  growing.joined.push(node, next);
}

/** Where the search for an edge begins. */
export function edgeHash(node: number, observed: number): number {
  const hash = Math.imul(node, 0x9e3779b1) ^ Math.imul(observed, 0x85ebca6b);
  return hash ^ (hash >>> 15);
}

/** Two lanes for each position that a thread in this state can have. */
function fillHashes(hashes: Int32Array, node: number, threads: number): void {
  for (let position = 0; position < threads; position++) {
    const at = 2 * (node * threads + position);
    const place = Math.imul(position + 1, 0x7feb352d);
    hashes[at] = mix1(Math.imul(node + 1, 0x9e3779b1) ^ place);
    hashes[at + 1] = mix2(Math.imul(node + 1, 0x846ca68b) ^ place);
  }
}
