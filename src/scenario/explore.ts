/** From a program to the outcome of its search: attempts, tables, one worker or many. */

import { createAutomaton } from '../explore/automaton.ts';
import type { Automaton } from '../explore/automaton.ts';
import { parallelSearch } from '../explore/coordinate.ts';
import type { HandOut } from '../explore/coordinate.ts';
import type { SearchInput, SearchOptions, SearchOutcome } from '../explore/counting.ts';
import { estimateStates } from '../explore/estimate.ts';
import { createJudge } from '../explore/judge.ts';
import { layOut } from '../explore/layout.ts';
import type { Layout } from '../explore/layout.ts';
import { AUTOMATON_STATES_MAX, BUFFER_ENTRIES, BUFFER_ENTRIES_MAX } from '../explore/limits.ts';
import { probe } from '../explore/probe.ts';
import type { Program } from '../explore/program.ts';
import { Reduction } from '../explore/reduction.ts';
import type { Defence, Model, Problem, Progress } from '../explore/result.ts';
import { search } from '../explore/search.ts';
import type { TableSpace } from '../explore/tables.ts';
import { createWorld } from '../explore/world.ts';
import type { ReplayWorld } from '../explore/world.ts';

/** What may be asked of a search. */
export interface CheckOptions {
  readonly model?: Model;
  /** Worker threads; 1 when left out. */
  readonly jobs?: number;
  /** Limits, beyond which the verdict is OPEN. */
  readonly until?: {
    readonly seconds?: number;
    readonly states?: number;
    readonly bytes?: number;
  };
  readonly without?: readonly string[];
  readonly designs?: Readonly<Record<string, string>>;
  /** Find out which fields each barrier stands between (`why` pairs barriers by them). */
  readonly pairs?: boolean;
  readonly reduction?: boolean;
  readonly symmetry?: boolean;
  /** Do not stop at the first finding. */
  readonly keepGoing?: boolean;
  readonly onProgress?: (progress: Progress) => void;
  /** Asked now and then; true stops the search (OPEN). */
  readonly stop?: () => boolean;
}

/** What a search was run on: for traces, and for the final states. */
export interface Explored {
  readonly program: Program;
  readonly input: SearchInput;
  readonly outcome: SearchOutcome;
  readonly world: ReplayWorld;
}

/** A callback for each final or stuck state, for `reachableFinals`. */
export interface StateObserver {
  /** The search begins, or begins again: what was told so far does not count. */
  readonly begin: () => void;
  readonly final: (program: Program, input: Seen) => void;
  readonly stuck: (program: Program, input: Seen) => void;
}

/** A state, as an observer sees it. */
export interface Seen {
  readonly layout: Layout;
  readonly automaton: Automaton;
  readonly records: Int32Array;
  readonly base: number;
}

/** Tables that only this thread reads. */
export const OWN_TABLES: TableSpace = {
  makeBuffer: (bytes) => new ArrayBuffer(bytes),
  states: 256,
  mayGrow: true,
};

/** The options with everything that was left out. */
export interface Asked extends CheckOptions {
  readonly model: Model;
  readonly without: readonly string[];
  readonly designs: Readonly<Record<string, string>>;
  readonly started: number;
  /** The defences of a search without removals, which `name#2` refers to. */
  readonly numbered: readonly Defence[];
}

export function explore(
  program: Program,
  asked: Asked,
  observer: StateObserver | null,
  statesMax: number,
): Explored | Problem {
  for (let entries = BUFFER_ENTRIES; ; entries *= 2) {
    const layout = layOut(program, asked.model, entries);
    const explored = exploreWith(program, asked, layout, observer, statesMax);
    if ('code' in explored || explored.outcome.retry !== 'buffer') return explored;
    if (entries < BUFFER_ENTRIES_MAX) continue;
    const open = { limit: 'buffer', entries } as const;
    return { ...explored, outcome: { ...explored.outcome, open, retry: null } };
  }
}

function exploreWith(
  program: Program,
  asked: Asked,
  layout: Layout,
  observer: StateObserver | null,
  statesMax: number,
): Explored | Problem {
  const world = createWorld(program, asked);
  const space = {
    makeBuffer: (bytes: number) => new ArrayBuffer(bytes),
    states: 256,
    mayGrow: true,
  };
  const input = inputOf(program, asked, layout, world, space, observer);
  if ('code' in input) return input;
  return repeated(input, world, (one) => search(one, statesMax), observer);
}

/** Workers of a parallel search, this thread among them. */
interface Team {
  readonly workers: number;
  readonly handOut: HandOut;
}

export function exploreInParallel(
  program: Program,
  asked: Asked,
  layout: Layout,
  before: Explored,
  team: Team,
): Explored | Problem {
  const { world } = before;
  const makeBuffer = (bytes: number): SharedArrayBuffer => new SharedArrayBuffer(bytes);
  let states = 1 << 14;
  while (states < 8 * before.input.automaton.states()) states *= 2;
  for (;;) {
    const space = { makeBuffer, states, mayGrow: false };
    const input = inputOf(program, asked, layout, world, space, null);
    if ('code' in input) return input;
    const found = repeated(input, world, (one) => parallelSearch(one, team.workers, team.handOut));
    if ('code' in found || found.outcome.retry !== 'tables') return found;
    if (states >= AUTOMATON_STATES_MAX) return withOpen(found, states);
    states *= 4;
  }
}

function withOpen(found: Explored, states: number): Explored {
  const open = { limit: 'automaton', states } as const;
  return { ...found, outcome: { ...found.outcome, open, retry: null } };
}

export function inputOf(
  program: Program,
  asked: Asked,
  layout: Layout,
  world: ReplayWorld,
  space: TableSpace,
  observer: StateObserver | null,
): SearchInput | Problem {
  const automaton = createAutomaton(program, layout, world, space);
  if ('code' in automaton) return automaton;
  const judge = createJudge(program, layout, automaton, world);
  const reduction = new Reduction(layout, automaton.tables, automaton.joined, space);
  const seen = observerOf(program, layout, automaton, observer);
  const options = { ...searchOptionsOf(program, asked), ...seen };
  return { program, layout, automaton, judge, reduction, options };
}

/** Searches until nothing that was taken for granted turns out wrong. */
function repeated(
  input: SearchInput,
  world: ReplayWorld,
  run: (input: SearchInput) => SearchOutcome,
  observer: StateObserver | null = null,
): Explored | Problem {
  let one = input;
  for (let attempt = 0; ; attempt++) {
    if (one.options.reduction) probe(one, PROBES << attempt);
    observer?.begin();
    const outcome = run(one);
    const found = outcome.problem ?? one.automaton.problem() ?? otherWays(one, outcome);
    if (found !== null) return found;
    if (outcome.retry !== 'reduction' && outcome.retry !== 'symmetry') {
      return { program: one.program, input: one, outcome, world };
    }
    const reduction = one.options.reduction && attempt < ATTEMPTS_MAX;
    one = { ...one, options: { ...one.options, reduction } };
  }
}

/** Only the last attempt's automata are complete. */
function otherWays(input: SearchInput, outcome: SearchOutcome): Problem | null {
  return outcome.retry === null ? input.automaton.tryOtherWays() : null;
}

/** Attempts with reduction; after that the search is run without. */
const ATTEMPTS_MAX = 8;

/** Random executions before the search; twice as many at each further attempt. */
const PROBES = 100;

function observerOf(
  program: Program,
  layout: Layout,
  automaton: Automaton,
  observer: StateObserver | null,
): Pick<SearchOptions, 'onFinal' | 'onStuck'> {
  if (observer === null) return { onFinal: null, onStuck: null };
  return {
    onFinal: (records, base) => observer.final(program, { layout, automaton, records, base }),
    onStuck: (records, base) => observer.stuck(program, { layout, automaton, records, base }),
  };
}

function searchOptionsOf(
  program: Program,
  options: Asked,
): Omit<SearchOptions, 'onFinal' | 'onStuck'> {
  const { until = {}, onProgress, model, started } = options;
  return {
    reduction: options.reduction ?? true,
    symmetry: options.symmetry ?? true,
    keepGoing: options.keepGoing ?? false,
    seconds: until.seconds ?? Infinity,
    states: until.states ?? Infinity,
    bytes: until.bytes ?? Infinity,
    now: () => performance.now() / 1000,
    stop: options.stop ?? ((): boolean => false),
    onLayer({ states, transitions, depth, layers }) {
      const seconds = (performance.now() - started) / 1000;
      const estimate = onProgress === undefined ? null : estimateStates(layers);
      const counts = { states, transitions, depth, seconds, estimate };
      onProgress?.({ scenario: program.name, model, ...counts });
    },
  };
}
