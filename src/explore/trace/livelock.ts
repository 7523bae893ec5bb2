/**
 * Livelock: states from which no execution can ever finish, although somebody can always step.
 *
 * Only a `loop` can bring a thread back to where it was, so this is looked for only in programs
 * that have one. All states are explored again with their steps, without partial-order reduction
 * (which does not keep such states), and reachability is computed backwards from the final and
 * stuck states. No fairness is assumed: a state is reported only if no schedule whatever leads to
 * an end.
 */

import type { Bases } from '../weak/bases.ts';
import type { OpenReason } from '../result.ts';
import { Frontier } from '../frontier.ts';
import { withValidFutures } from './valid-futures.ts';
import type { Choice } from '../automaton/way-table.ts';
import type { SearchInput } from '../counting.ts';
import { CANDIDATE_HEAD, outcomeOf } from '../candidates.ts';
import type { Stepper } from '../stepper.ts';
import { NumberedStates } from '../visited.ts';
import { applyCandidate, createWalker, recordAfter, writeInitial } from '../walk.ts';

/** What the search for livelocks says: nothing found, a way in, or that it was not finished. */
export type LivelockAnswer =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'found';
      readonly choices: readonly Choice[];
      readonly trapped: readonly number[];
    }
  | { readonly kind: 'open'; readonly open: OpenReason };

/** Integers of an arrival and of an edge. */
const ARRIVAL = 5;
const EDGE = 2;

interface Graph {
  readonly input: SearchInput;
  /** The layer whose steps are made, from the state with the number `first` on; and the next. */
  layer: Frontier;
  next: Frontier;
  first: number;
  readonly numbers: NumberedStates;
  readonly stepper: Stepper;
  /** By state: from which it was first reached, who stepped, with which outcome; its hash. */
  readonly arrivals: Frontier;
  /** Every step: from which state to which. */
  readonly edges: Frontier;
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
  const open = addAllSteps(graph, (base) => traps?.has(baseOf(graph, base)) === true);
  if (open !== null) return { kind: 'open', open };
  const trapped = traps === null ? firstTrapped(graph) : graph.trap;
  if (trapped < 0) return { kind: 'none' };
  return symmetric ? explore(input, false, traps) : found(graph, trapped);
}

/** Explores until `isTrap` says so or all is explored. @returns the limit that was met, or null */
function addAllSteps(graph: Graph, isTrap: (base: number) => boolean): OpenReason | null {
  const { width } = graph.input.layout;
  while (graph.layer.count > 0) {
    for (let i = 0; i < graph.layer.count; i++) {
      const state = graph.first + i;
      const open = limitOf(graph, state);
      if (open !== null) return open;
      if (isTrap(i * width)) {
        graph.trap = state;
        return null;
      }
      addSteps(graph, state, i * width);
    }
    goOn(graph);
  }
  return null;
}

/** The next layer becomes the one whose steps are made; the records of this one are let go. */
function goOn(graph: Graph): void {
  const { layer } = graph;
  graph.first += layer.count;
  layer.clear();
  graph.layer = graph.next;
  graph.next = layer;
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

/** Adds a state of somebody else's search to the first layer. */
function addState(graph: Graph, records: Int32Array, from: number): void {
  const { stepper, numbers, layer } = graph;
  stepper.rehash(records, from);
  if (numbers.add(records[from] as number, records[from + 1] as number) >= 0) return;
  const to = layer.push();
  layer.records.set(records.subarray(from, from + stepper.layout.width), to);
  noteArrival(graph, layer.records, to);
}

/** Makes room for how the newest state was reached; notes its hash. @returns where the rest goes */
function noteArrival({ arrivals }: Graph, records: Int32Array, base: number): number {
  const arrival = arrivals.push();
  arrivals.records[arrival + 3] = records[base] as number;
  arrivals.records[arrival + 4] = records[base + 1] as number;
  return arrival;
}

function hashOf({ arrivals }: Graph, state: number): string {
  const at = ARRIVAL * state;
  return `${arrivals.records[at + 3]} ${arrivals.records[at + 4]}`;
}

/** The hash of memory and thread states alone, without views and messages. */
function baseOf({ layer, input, stepper }: Graph, base: number): string {
  const { width, observersAt, memoryAt } = input.layout;
  const record = layer.records.slice(base, base + width);
  record.fill(0, observersAt, memoryAt + 1);
  stepper.rehash(record, 0);
  return `${record[0]} ${record[1]}`;
}

/** The way into the trap, and the threads that cannot leave it. */
function found(graph: Graph, state: number): LivelockAnswer {
  const { input } = graph;
  const { layout, automaton } = input;
  const choices = wayTo(graph, state);
  const record = recordAfter(input, choices);
  const threads = Array.from({ length: layout.threads }, (_, thread) => thread);
  const trapped = threads.filter((thread) => {
    const node = record[layout.nodesAt + thread] ?? 0;
    return automaton.detail(node).operation !== null;
  });
  return { kind: 'found', choices, trapped };
}

function startGraph(input: SearchInput, symmetric: boolean, newestOnly = false): Graph {
  const { width } = input.layout;
  const graph: Graph = {
    input,
    layer: new Frontier(width),
    next: new Frontier(width),
    first: 0,
    numbers: new NumberedStates(),
    stepper: createWalker(input, symmetric, newestOnly).stepper,
    arrivals: new Frontier(ARRIVAL),
    edges: new Frontier(EDGE),
    ends: [],
    trap: -1,
  };
  const { records } = graph.layer;
  writeInitial(input, graph.stepper, records);
  graph.layer.push();
  graph.numbers.add(records[0] as number, records[1] as number);
  noteArrival(graph, records, 0);
  return graph;
}

/** The limit that the graph has reached before a state's steps are made, or null. */
function limitOf(graph: Graph, state: number): OpenReason | null {
  const { bytes, states, seconds, since, now, stop } = graph.input.options;
  if (graph.arrivals.count >= states) return { limit: 'states', states };
  if (state % STATES_BETWEEN_LOOKS !== 0) return null;
  if (bytesOf(graph) >= bytes) return { limit: 'memory', bytes };
  if (now() - since >= seconds) return { limit: 'time', seconds };
  return stop() ? { limit: 'interrupted' } : null;
}

/** Looking at the clock costs as much as a step. */
const STATES_BETWEEN_LOOKS = 64;

function bytesOf({ layer, next, numbers, arrivals, edges }: Graph): number {
  return layer.bytes() + next.bytes() + numbers.bytes() + arrivals.bytes() + edges.bytes();
}

function addSteps(graph: Graph, state: number, base: number): void {
  const { input, stepper, layer, edges } = graph;
  stepper.length = 0;
  stepper.look(layer.records, base);
  for (let thread = 0; thread < input.layout.threads; thread++) stepper.step(thread);
  if (stepper.length === 0) graph.ends.push(state);
  for (let at = 0; at < stepper.length;) {
    const to = successor(graph, state, base, at);
    const edge = edges.push();
    edges.records[edge] = state;
    edges.records[edge + 1] = to;
    at += CANDIDATE_HEAD + 2 * (stepper.out[at + 4] as number);
  }
}

function successor(graph: Graph, state: number, base: number, at: number): number {
  const { layer, next, numbers, stepper } = graph;
  const { out } = stepper;
  const { width } = graph.input.layout;
  const known = numbers.add(out[at + 1] as number, out[at + 2] as number);
  if (known >= 0) return known;
  const to = next.push();
  applyCandidate(out, at, layer.records, base, next.records, to, width);
  const arrival = noteArrival(graph, next.records, to);
  graph.arrivals.records[arrival] = state;
  graph.arrivals.records[arrival + 1] = (out[at + 3] as number) & 0xff;
  graph.arrivals.records[arrival + 2] = outcomeOf(out, at);
  return graph.arrivals.count - 1;
}

/**
 * The first state, in breadth-first order, from which no end can be reached; -1 if there is none.
 */
function firstTrapped(graph: Graph): number {
  return reachEnds(graph).indexOf(0);
}

/** For each state whether an end can be reached from it. */
function reachEnds(graph: Graph): Uint8Array {
  const { count } = graph.arrivals;
  const { starts, sources } = backwards(graph);
  const reached = new Uint8Array(count);
  const work = new Uint32Array(count);
  let waiting = 0;
  for (const end of graph.ends) {
    reached[end] = 1;
    work[waiting++] = end;
  }
  while (waiting > 0) {
    const state = work[--waiting] as number;
    const last = starts[state + 1] as number;
    for (let edge = starts[state] as number; edge < last; edge++) {
      const source = sources[edge] as number;
      if (reached[source] === 1) continue;
      reached[source] = 1;
      work[waiting++] = source;
    }
  }
  return reached;
}

/** The states before each state: those of `state` stand in `sources` from `starts[state]` on. */
function backwards({ arrivals, edges }: Graph): { starts: Uint32Array; sources: Uint32Array } {
  const { records, count } = edges;
  const starts = new Uint32Array(arrivals.count + 2);
  // Counted two places on: then the places where each begins are where the next one's will end.
  for (let i = 0; i < count; i++) bump(starts, (records[EDGE * i + 1] as number) + 2);
  for (let i = 1; i < starts.length; i++) {
    starts[i] = (starts[i] as number) + (starts[i - 1] as number);
  }
  const sources = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    const place = bump(starts, (records[EDGE * i + 1] as number) + 1);
    sources[place] = records[EDGE * i] as number;
  }
  return { starts, sources };
}

/** Adds one to an element. @returns what it was before */
function bump(array: Uint32Array, at: number): number {
  const before = array[at] as number;
  array[at] = before + 1;
  return before;
}

function wayTo({ arrivals }: Graph, state: number): Choice[] {
  const way: Choice[] = [];
  const { records } = arrivals;
  for (let at = state; at > 0; at = records[ARRIVAL * at] ?? 0) {
    way.push([records[ARRIVAL * at + 1] ?? 0, records[ARRIVAL * at + 2] ?? 0]);
  }
  return way.toReversed();
}
