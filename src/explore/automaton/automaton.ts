/**
 * The threads of a program as automata, discovered while the search runs.
 *
 * What a thread does next depends only on its state and on the value it observes. So each pair of
 * thread state and observed value is run once, ever (replay.ts), and remembered as an edge; the
 * search follows edges. A state's identity is its history and the function it belongs to, never the
 * thread, so threads with the same function share one automaton.
 */

import type { Operation } from '../../memory/operation.ts';
import { accessWords, notDeterministic, resultKey, same } from './agreement.ts';
import { addEdge, emptyTables, makeRoom, settle } from './growth.ts';
import type { Growing } from './growth.ts';
import { isReader } from '../replay/context.ts';
import { Entry } from '../replay/history.ts';
import type { Layout } from '../layout.ts';
import { ROW } from './node.ts';
import type { LazyStack } from '../position.ts';
import { problem } from '../problem.ts';
import type { Program } from '../program.ts';
import { lookAgain } from './other-ways.ts';
import type { SecondLook } from './other-ways.ts';
import { runCollapsed, runFlat, sectionsAfter } from '../replay/replay.ts';
import type { Failure, OpenSection, ReturnedError, Run } from '../replay/replay-state.ts';
import type { Problem } from '../result.ts';
import { writeRow } from './row.ts';
import { findEdge } from './tables.ts';
import type { AutomatonTables, TableSpace } from './tables.ts';
import type { ReplayWorld } from '../replay/world.ts';

/** What is known of a thread state beside its row: for pictures and messages. */
export interface NodeDetail {
  readonly operation: Operation | null;
  readonly label: string | null;
  readonly calls: readonly string[];
  readonly stack: LazyStack;
  readonly failure: Failure | null;
  /** The thread is in a section that synchronize_rcu waits for. */
  readonly inSection: boolean;
  /** What the thread returned, in state DONE. */
  readonly result: unknown;
}

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
  /** `discover` for a stepper: -1 instead of a mistake, which `problem` or `isFull` tells. */
  readonly missing: (node: number, observed: number) => number;
  /** There was no room for some thread state. */
  readonly isFull: () => boolean;
  /** Whether an edge has been discovered already. */
  knows(node: number, observed: number): boolean;
  /** Runs the threads again, along other ways; the mistake that shows, or null. */
  readonly lookAgain: (look: SecondLook) => Problem | null;
  /** The first mistake of the user that any discovery met. */
  readonly problem: () => Problem | null;
  detail(node: number): NodeDetail;
  /** The sections that a thread in this state is in, on the way by which it was first reached. */
  openSections(node: number): readonly OpenSection[];
  /** The error that a function gave back between two states that follow each other, or null. */
  returned(node: number, next: number): ReturnedError | null;
  readonly states: () => number;
  /** How many there is room for. */
  readonly statesMax: () => number;
  /** Makes room for so many states once and for all: several workers will read the tables. */
  readonly settle: (states: number) => void;
  readonly runs: () => number;
  /** The pairs of states that edges join, in order of discovery: for the future of states. */
  readonly joined: readonly number[];
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
  const starts: Run[] = [];
  for (const [index] of program.threads.entries()) {
    const owner = program.threads.findIndex((one) => one.group === program.threads[index]?.group);
    const ran = runBoth(growing, owner, null, 0);
    if ('code' in ran) return ran;
    const node = stateOf(growing, owner, ran, -1, 0);
    if (typeof node !== 'number') return node;
    initial.push({ node, marks: ran.marks });
    starts.push(ran);
  }
  const explored = (node: number, observed: number): number | Problem => {
    const next = discover(growing, node, observed);
    if (next === FULL) growing.isFull = true;
    else if (typeof next !== 'number') growing.problem ??= next;
    return next;
  };
  return {
    tables: growing.tables,
    initial,
    discover: explored,
    missing(node, observed) {
      const next = explored(node, observed);
      return typeof next === 'number' ? next : -1;
    },
    isFull: () => growing.isFull,
    detail: (node) => detailOf(growing, node),
    openSections: (node) => openSections(growing, node),
    returned: (node, next) => returnedBetween(growing, node, next),
    knows(node, observed) {
      const { edges } = growing.tables;
      return edges[findEdge(edges, node, observed) + 2] !== 0;
    },
    lookAgain: (look) => lookAgain(growing, starts, look),
    problem: () => growing.problem,
    states: () => growing.details.length,
    statesMax: () => growing.tables.rows.length / ROW,
    settle: (states) => settle(growing, states),
    runs: () => growing.runs,
    joined: growing.joined,
  };
}

function detailOf(growing: Growing, node: number): NodeDetail {
  const detail = growing.details[node];
  if (detail === undefined) throw new Error(`automaton: there is no state ${node}`);
  return detail;
}

function openSections(growing: Growing, node: number): readonly OpenSection[] {
  const thread = growing.program.threads[growing.owners[node] ?? 0];
  return thread === undefined ? [] : sectionsAfter(growing.world, thread, growing.firstWay(node));
}

/** Several values may lead from one state to the next: then they all must tell the same. */
function returnedBetween(growing: Growing, node: number, next: number): ReturnedError | null {
  const edges = growing.discovered.filter((edge) => edge.node === node && edge.next === next);
  const told = edges.map(({ ran }) => ran.returned);
  const [first = null] = told;
  return told.every((one) => one?.error === first?.error) ? first : null;
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
  const thread = growing.program.threads[owner];
  if (thread === undefined) throw new Error(`automaton: there is no thread ${owner}`);
  const history = node === null ? [] : growing.histories.entries(node);
  const collapsed = runCollapsed(world, thread, history, node === null ? null : observed);
  growing.runs++;
  if (collapsed.end.kind === 'problem') return collapsed.end.problem;
  const values = node === null ? [] : [...growing.firstWay(node), observed];
  const flat = runFlat(world, thread, values);
  growing.runs++;
  if (flat.end.kind === 'problem') return flat.end.problem;
  return same(collapsed, flat) ? collapsed : notDeterministic(growing, owner, collapsed, flat);
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
      const before = known ? accessWords(growing, known) : 'its end';
      const details = [
        `thread ${growing.program.threads[owner]?.name ?? ''}: ` +
          `${before} became ${accessWords(growing, end.operation)}`,
      ];
      return problem('HF021', { what, position: ran.stack()[0] ?? null, details });
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
    inSection: isReader(ran.context),
    result: end.kind === 'done' ? end.result : undefined,
  };
}

/** Said when there is no room for another thread state or edge: the search is OPEN. */
export const FULL: Problem = problem('', { what: 'The threads have too many states.' });
