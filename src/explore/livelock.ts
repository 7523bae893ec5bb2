/**
 * Livelock: states from which no execution can ever finish, although somebody can always step.
 *
 * Only a `loop` can bring a thread back to where it was, so this is looked for only in programs
 * that have one. All states are explored again with their steps, without partial-order reduction
 * (which does not keep such states), and reachability is computed backwards from the final and
 * stuck states. No fairness is assumed: a state is reported only if no schedule whatever leads to
 * an end.
 */

import type { Bases } from './bases.ts';
import type { OpenReason } from './result.ts';
import { Frontier } from './frontier.ts';
import { withValidFutures } from './liveness.ts';
import type { Choice } from './way-table.ts';
import type { SearchInput } from './counting.ts';
import { CANDIDATE_HEAD, outcomeOf } from './candidates.ts';
import type { Stepper } from './stepper.ts';
import { NumberedStates } from './visited.ts';
import { applyCandidate, createWalker, writeInitial } from './walk.ts';

/** What the search for livelocks says: nothing found, a way in, or that it was not finished. */
export type LivelockAnswer =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'found';
      readonly choices: readonly Choice[];
      readonly trapped: readonly number[];
    }
  | { readonly kind: 'open'; readonly open: OpenReason };

interface Graph {
  readonly input: SearchInput;
  readonly states: Frontier;
  readonly numbers: NumberedStates;
  readonly stepper: Stepper;
  /** How each state was first reached. */
  readonly parents: number[];
  readonly choices: Choice[];
  readonly from: number[];
  readonly to: number[];
  readonly ends: number[];
  /** weak: the first trap that was met; -1 if none was. */
  trap: number;
}

/**
 * Looks for states from which no execution finishes.
 *
 * @param symmetric whether interchangeable threads may be merged; the way in is found without
 */
export function findLivelock(input: SearchInput, symmetric: boolean): LivelockAnswer {
  const bases = input.automaton.tables.weak?.bases ?? null;
  const traps = bases === null ? null : trapsAmong(input, bases);
  if (traps !== null && 'limit' in traps) return { kind: 'open', open: traps };
  if (traps?.size === 0) return { kind: 'none' };
  return withValidFutures(input.automaton.tables, () => explore(input, symmetric, traps));
}

function explore(
  input: SearchInput,
  symmetric: boolean,
  traps: ReadonlySet<string> | null,
): LivelockAnswer {
  const graph = startGraph(input, symmetric);
  const open = addAllSteps(graph, (state) => traps?.has(baseOf(graph, state)) === true);
  if (open !== null) return { kind: 'open', open };
  const trapped = traps === null ? firstTrapped(graph) : graph.trap;
  if (trapped < 0) return { kind: 'none' };
  return symmetric ? explore(input, false, traps) : found(graph, trapped);
}

/** Explores until `isTrap` says so or all is explored. @returns the limit that was met, or null */
function addAllSteps(graph: Graph, isTrap: (state: number) => boolean): OpenReason | null {
  for (let state = 0; state < graph.states.count && graph.trap < 0; state++) {
    const open = limitOf(graph);
    if (open !== null) return open;
    if (isTrap(state)) graph.trap = state;
    else addSteps(graph, state);
  }
  return null;
}

/**
 * Under weak there are far more states; but no CPU reads old messages for ever. So a state is a
 * trap there if no execution ends whose reads give the newest message from then on, as under sc.
 * All that counts for this is memory and where the threads are:
 * `fast-gup-vs-mkclean-with-faults` took 97 s when its 64,000 states were explored again with
 * their views, 5 s now.
 *
 * @returns the hashes of the traps among what the search has met, or the limit that was reached
 */
function trapsAmong(input: SearchInput, bases: Bases): ReadonlySet<string> | OpenReason {
  const graph = startGraph(input, false, true);
  const { records, count } = bases.states;
  for (let i = 0; i < count; i++) addState(graph, records, i * input.layout.width);
  const open = addAllSteps(graph, () => false);
  if (open !== null) return open;
  const reached = reachEnds(graph);
  const traps = new Set<string>();
  reached.forEach((one, state) => one === 0 && traps.add(hashOf(graph, state)));
  return traps;
}

function addState({ stepper, numbers, states }: Graph, records: Int32Array, from: number): void {
  stepper.rehash(records, from);
  if (numbers.add(records[from] as number, records[from + 1] as number) >= 0) return;
  const to = states.push();
  states.records.set(records.subarray(from, from + stepper.layout.width), to);
}

function hashOf({ states, input }: Graph, state: number): string {
  const base = state * input.layout.width;
  return `${states.records[base]} ${states.records[base + 1]}`;
}

/** The hash of memory and thread states alone, without views and messages. */
function baseOf({ states, input, stepper }: Graph, state: number): string {
  const { width, observersAt, memoryAt } = input.layout;
  const record = states.records.slice(state * width, (state + 1) * width);
  record.fill(0, observersAt, memoryAt + 1);
  stepper.rehash(record, 0);
  return `${record[0]} ${record[1]}`;
}

/** The way into the trap, and the threads that cannot leave it. */
function found(graph: Graph, state: number): LivelockAnswer {
  const { layout, automaton } = graph.input;
  const base = state * layout.width + layout.nodesAt;
  const threads = Array.from({ length: layout.threads }, (_, thread) => thread);
  const trapped = threads.filter((thread) => {
    const node = graph.states.records[base + thread] ?? 0;
    return automaton.detail(node).operation !== null;
  });
  return { kind: 'found', choices: wayTo(graph, state), trapped };
}

function startGraph(input: SearchInput, symmetric: boolean, newestOnly = false): Graph {
  const { layout } = input;
  const { stepper } = createWalker(input, symmetric, newestOnly);
  const states = new Frontier(layout.width);
  const numbers = new NumberedStates();
  states.push();
  writeInitial(input, stepper, states.records);
  numbers.add(states.records[0] as number, states.records[1] as number);
  const empty = { from: [], to: [], ends: [], trap: -1 };
  return { input, states, numbers, stepper, parents: [-1], choices: [[0, 0]], ...empty };
}

/** The limit that the graph has reached, or null. */
function limitOf(graph: Graph): OpenReason | null {
  const { bytes, states, stop } = graph.input.options;
  if (graph.states.bytes() + 16 * graph.from.length >= bytes) return { limit: 'memory', bytes };
  if (graph.states.count >= states) return { limit: 'states', states };
  return stop() ? { limit: 'interrupted' } : null;
}

function addSteps(graph: Graph, state: number): void {
  const { input, stepper, states } = graph;
  stepper.length = 0;
  stepper.look(states.records, state * input.layout.width);
  for (let thread = 0; thread < input.layout.threads; thread++) stepper.step(thread);
  if (stepper.length === 0) graph.ends.push(state);
  for (let at = 0; at < stepper.length;) {
    graph.from.push(state);
    graph.to.push(successor(graph, state, at));
    at += CANDIDATE_HEAD + 2 * (stepper.out[at + 4] as number);
  }
}

function successor(graph: Graph, state: number, at: number): number {
  const { out } = graph.stepper;
  const { width } = graph.input.layout;
  const known = graph.numbers.add(out[at + 1] as number, out[at + 2] as number);
  if (known >= 0) return known;
  const number = graph.states.count;
  const base = graph.states.push();
  const { records } = graph.states;
  applyCandidate(out, at, records, state * width, records, base, width);
  graph.parents.push(state);
  graph.choices.push([(out[at + 3] as number) & 0xff, outcomeOf(out, at)]);
  return number;
}

/**
 * The first state, in breadth-first order, from which no end can be reached; -1 if there is none.
 */
function firstTrapped(graph: Graph): number {
  return reachEnds(graph).indexOf(0);
}

/** For each state whether an end can be reached from it. */
function reachEnds(graph: Graph): Uint8Array {
  const count = graph.states.count;
  const starts = new Uint32Array(count + 1);
  for (const to of graph.to) starts[to + 1] = (starts[to + 1] ?? 0) + 1;
  for (let i = 0; i < count; i++) starts[i + 1] = (starts[i + 1] ?? 0) + (starts[i] ?? 0);
  const sources = new Uint32Array(graph.to.length);
  const place = starts.slice();
  graph.to.forEach((to, edge) => {
    sources[place[to] ?? 0] = graph.from[edge] ?? 0;
    place[to] = (place[to] ?? 0) + 1;
  });
  return reachedBackwards(graph.ends, starts, sources, count);
}

function reachedBackwards(
  ends: readonly number[],
  starts: Uint32Array,
  sources: Uint32Array,
  count: number,
): Uint8Array {
  const reached = new Uint8Array(count);
  const work = [...ends];
  for (const end of ends) reached[end] = 1;
  for (let state = work.pop(); state !== undefined; state = work.pop()) {
    for (let edge = starts[state] ?? 0; edge < (starts[state + 1] ?? 0); edge++) {
      const source = sources[edge] ?? 0;
      if (reached[source] === 1) continue;
      reached[source] = 1;
      work.push(source);
    }
  }
  return reached;
}

function wayTo(graph: Graph, state: number): Choice[] {
  const way: Choice[] = [];
  for (let at = state; at > 0; at = graph.parents[at] ?? 0) way.push(graph.choices[at] ?? [0, 0]);
  return way.toReversed();
}
