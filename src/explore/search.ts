/**
 * The breadth-first search over states.
 *
 * Layer by layer: the states of a layer are looked at in order, their steps are written as candidates
 * (stepper.ts), and candidates with a new hash become states of the next layer. Candidates are
 * collected in batches and their places in the visited set are touched before they are added, so that
 * the memory system fetches many of them at once. The first layer with a violation is finished, then the search stops, unless it shall go on.
 */

import type { Automaton } from './automaton.ts';
import { Feature, FULL } from './automaton.ts';
import { expand } from './expand.ts';
import type { Expansion } from './expand.ts';
import { Frontier } from './frontier.ts';
import type { Judge, Violation } from './judge.ts';
import type { Layout } from './layout.ts';
import { problem } from './problem.ts';
import type { Program } from './program.ts';
import { Reduction } from './reduction.ts';
import type { OpenReason, Problem } from './result.ts';
import { CANDIDATE_HEAD, Stepper, Trouble } from './stepper.ts';
import { Visited } from './visited.ts';
import { placesOf, poolLayouts, writeInitial } from './walk.ts';

/** What the user limits and asks for. */
export interface SearchOptions {
  readonly reduction: boolean;
  readonly symmetry: boolean;
  readonly keepGoing: boolean;
  readonly seconds: number;
  readonly states: number;
  readonly bytes: number;
  readonly now: () => number;
  readonly stop: () => boolean;
  readonly onLayer: (search: SearchCounts) => void;
  readonly onFinal: ((records: Int32Array, base: number) => void) | null;
  readonly onStuck: ((records: Int32Array, base: number) => void) | null;
}

/** The counts of a search so far. */
export interface SearchCounts {
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
  readonly finals: number;
  /** States of each finished layer. */
  readonly layers: readonly number[];
}

/** What a search needs. */
export interface SearchInput {
  readonly program: Program;
  readonly layout: Layout;
  readonly automaton: Automaton;
  readonly judge: Judge;
  readonly reduction: Reduction;
  readonly options: SearchOptions;
}

/** A violation and the layer in which it was met. */
export interface FoundViolation {
  readonly violation: Violation;
  readonly depth: number;
}

/** Something taken for granted turned out wrong: the search must be run again without it. */
export type Retry = 'reduction' | 'symmetry' | 'buffer';

/** How a search ended. */
export interface SearchOutcome extends SearchCounts {
  readonly complete: boolean;
  readonly open: OpenReason | null;
  readonly retry: Retry | null;
  readonly problem: Problem | null;
  readonly violations: readonly FoundViolation[];
  readonly bytes: number;
}

/** Integers of candidates that are collected before they are added to the visited set. */
const BATCH = 1 << 14;

/** What a search counts and finds on its way. */
interface Counting {
  readonly found: Map<string, FoundViolation>;
  readonly layers: number[];
  /** Steps that could not be made although the thread is not blocked. */
  excuses: number;
  transitions: number;
  finals: number;
  depth: number;
  retry: Retry | null;
  problem: Problem | null;
  open: OpenReason | null;
}

interface Search extends SearchInput, Counting {
  readonly stepper: Stepper;
  readonly visited: Visited;
  readonly expansion: Expansion;
  readonly symmetric: boolean;
  readonly started: number;
  current: Frontier;
  next: Frontier;
}

/** Explores every state that the program can reach. */
export function search(input: SearchInput): SearchOutcome {
  const one = startSearch(input);
  placeInitialState(one);
  while (one.current.count > 0 && !isOver(one)) {
    expandLayer(one);
    one.layers.push(one.current.count);
    [one.current, one.next] = [one.next, one.current];
    one.next.clear();
    one.options.onLayer(countsOf(one));
    if (one.current.count > 0) one.depth++;
    if (one.found.size > 0 && !one.options.keepGoing) break;
  }
  return outcomeOf(one);
}

function startSearch(input: SearchInput): Search {
  const { layout, automaton, judge, options, program, reduction } = input;
  const symmetric = options.symmetry && !usesIdentity(automaton) && !judge.namesTwin();
  const stepper = new Stepper(
    layout,
    automaton.tables,
    poolLayouts(program, layout),
    placesOf(program, layout, symmetric),
    automaton.initial.map(({ node }) => node),
    {
      missing: (node, observed) => discover(one, node, observed),
      trouble: (trouble, thread) => onTrouble(one, trouble, thread),
    },
  );
  stepper.out = new Int32Array(BATCH + worstCase(program, layout));
  reduction.restart();
  reduction.update(automaton.states());
  const one: Search = {
    ...input,
    stepper,
    visited: new Visited(),
    expansion: {
      layout,
      tables: automaton.tables,
      stepper,
      reduction: options.reduction && !judge.judgesEveryState ? reduction : null,
      suspectsAll: judge.judgesEveryState,
      suspicious: (records, base) => noteAll(one, judge.any(records, base)),
      final: (records, base) => finalState(one, records, base),
      stuck: (records, base) => stuckState(one, records, base),
      excuses: () => one.excuses,
    },
    symmetric,
    started: options.now(),
    current: new Frontier(layout.width),
    next: new Frontier(layout.width),
    ...emptyCounts(),
  };
  return one;
}

function emptyCounts(): Counting {
  return {
    found: new Map(),
    layers: [],
    excuses: 0,
    transitions: 0,
    finals: 0,
    depth: 0,
    retry: null,
    problem: null,
    open: null,
  };
}

/** Whether some thread state uses what tells interchangeable threads apart. */
function usesIdentity(automaton: Automaton): boolean {
  const { features } = automaton.tables;
  return features[Feature.OWN_BIT] === 1 || features[Feature.GRACE] === 1;
}

/** Integers that the candidates of one state can take at the most. */
function worstCase(program: Program, layout: Layout): number {
  const slots = Math.max(0, ...program.pools.map((pool) => pool.slots.length));
  const words = Math.max(0, ...program.pools.map((pool) => pool.type.size));
  const outcomes = Math.max(1000, slots);
  const changes = 4 + words + layout.bufferWords + layout.threads + program.properties.length;
  return outcomes * (CANDIDATE_HEAD + 2 * changes) + layout.threads * 64 * (8 + changes);
}

function placeInitialState(one: Search): void {
  one.current.push();
  const { records } = one.current;
  writeInitial(one, one.stepper, records);
  one.visited.add(records[0] as number, records[1] as number);
}

function isOver(one: Search): boolean {
  return one.problem !== null || one.retry !== null || one.open !== null;
}

function expandLayer(one: Search): void {
  const { current, layout, stepper } = one;
  stepper.length = 0;
  for (let i = 0; i < current.count; i++) {
    expand(one.expansion, current.records, i * layout.width);
    if (stepper.length > BATCH) {
      addCandidates(one);
      checkLimits(one);
      if (isOver(one)) return;
    }
  }
  addCandidates(one);
  checkLimits(one);
}

function finalState(one: Search, records: Int32Array, base: number): void {
  one.finals++;
  noteAll(one, one.judge.final(records, base));
  one.options.onFinal?.(records, base);
  if (one.judge.mistake() !== null) one.problem = one.judge.mistake();
  if (one.symmetric && one.judge.namesTwin()) one.retry = 'symmetry';
}

function stuckState(one: Search, records: Int32Array, base: number): void {
  one.options.onStuck?.(records, base);
  noteAll(one, [one.judge.stuck(records, base)]);
}

function noteAll(one: Search, violations: readonly Violation[]): void {
  for (const violation of violations) {
    const key = `${violation.property.kind} ${violation.property.name}`;
    if (!one.found.has(key)) one.found.set(key, { violation, depth: one.depth });
  }
}

function discover(one: Search, node: number, observed: number): number {
  const next = one.automaton.discover(node, observed);
  one.stepper.attach();
  if (typeof next === 'number') {
    if (one.symmetric && usesIdentity(one.automaton)) one.retry = 'symmetry';
    return next;
  }
  one.excuses++;
  if (next === FULL) one.open = { limit: 'automaton', states: one.automaton.states() };
  else one.problem = next;
  return -1;
}

function onTrouble(one: Search, trouble: Trouble, thread: number): void {
  const { records, base } = one.stepper.at();
  one.excuses++;
  if (trouble === Trouble.BUFFER_FULL) {
    one.retry = 'buffer';
  } else if (trouble === Trouble.POOL_EMPTY) {
    one.problem = problem('HF032', { what: 'kmalloc finds no free slot in its pool.' });
  } else {
    const violation = one.judge.trouble(trouble, records, base, thread);
    if (violation !== null) noteAll(one, [violation]);
  }
}

/** Adds the collected candidates to the visited set; new ones become states of the next layer. */
function addCandidates(one: Search): void {
  const { stepper, visited } = one;
  const { out, length } = stepper;
  let touched = 0;
  for (let at = 0; at < length; at += CANDIDATE_HEAD + 2 * (out[at + 4] as number)) {
    touched ^= visited.touch(out[at + 1] as number);
  }
  one.transitions += addTouched(one, touched);
  stepper.length = 0;
  if (one.expansion.reduction !== null) {
    one.reduction.update(one.automaton.states());
    if (one.reduction.isInvalid) one.retry = 'reduction';
  }
}

/** @returns how many candidates there were; `touched` keeps the touching loop from being dropped */
function addTouched(one: Search, touched: number): number {
  const { stepper, visited, current, next } = one;
  const { width } = one.layout;
  const { out, length } = stepper;
  const from = current.records;
  let count = touched & 0;
  for (let at = 0; at < length;) {
    const changes = out[at + 4] as number;
    count++;
    if (visited.add(out[at + 1] as number, out[at + 2] as number)) {
      const base = next.push();
      const to = next.records;
      const parent = out[at] as number;
      to[base] = out[at + 1] as number;
      to[base + 1] = out[at + 2] as number;
      for (let i = 2; i < width; i++) to[base + i] = from[parent + i] as number;
      const end = at + CANDIDATE_HEAD + 2 * changes;
      for (let i = at + CANDIDATE_HEAD; i < end; i += 2) {
        to[base + (out[i] as number)] = out[i + 1] as number;
      }
    }
    at += CANDIDATE_HEAD + 2 * changes;
  }
  return count;
}

function checkLimits(one: Search): void {
  const { options, visited } = one;
  if (one.open !== null) return;
  const bytes = bytesOf(one);
  if (visited.count >= options.states) one.open = { limit: 'states', states: options.states };
  else if (bytes >= options.bytes) one.open = { limit: 'memory', bytes: options.bytes };
  else if (options.now() - one.started >= options.seconds) {
    one.open = { limit: 'time', seconds: options.seconds };
  } else if (options.stop()) one.open = { limit: 'interrupted' };
}

function bytesOf(one: Search): number {
  return one.visited.bytes() + one.current.bytes() + one.next.bytes();
}

function countsOf(one: Search): SearchCounts {
  const { transitions, depth, finals, layers, visited } = one;
  return { states: visited.count, transitions, depth, finals, layers };
}

function outcomeOf(one: Search): SearchOutcome {
  const ended = one.current.count === 0 && !isOver(one);
  return {
    ...countsOf(one),
    complete: ended,
    open: one.open,
    retry: one.retry,
    problem: one.problem,
    violations: [...one.found.values()],
    bytes: one.visited.bytes(),
  };
}
