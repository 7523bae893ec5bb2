/** From a program to the outcome of its search: attempts, tables, one worker or many. */

import { createAutomaton } from '../explore/automaton/automaton.ts';
import type { Automaton } from '../explore/automaton/automaton.ts';
import type { SearchInput, SearchOptions, SearchOutcome } from '../explore/counting.ts';
import type { Team } from '../explore/parallel/desk.ts';
import { estimateStates } from '../explore/estimate.ts';
import { createJudge } from '../explore/judge.ts';
import { layOut } from '../explore/layout.ts';
import type { Layout } from '../explore/layout.ts';
import { BUFFER_ENTRIES, BUFFER_ENTRIES_MAX } from '../explore/limits.ts';
import { probe } from '../explore/automaton/probe.ts';
import type { Program } from '../explore/program.ts';
import { Reduction } from '../explore/reduction.ts';
import type { Defence, Model, Problem, Progress } from '../explore/result.ts';
import { search } from '../explore/search.ts';
import type { TableSpace } from '../explore/automaton/tables.ts';
import { createWorld } from '../explore/replay/world.ts';
import type { ReplayWorld } from '../explore/replay/world.ts';

/** What may be asked of a search. */
export interface CheckOptions {
  readonly model?: Model;
  /** Worker threads; 1 when left out. */
  readonly jobs?: number;
  /** States from which on more than one of them searches; 100,000 when left out. */
  readonly parallelFrom?: number;
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

const ownBuffer = (bytes: number): ArrayBuffer => new ArrayBuffer(bytes);
const sharedBuffer = (bytes: number): SharedArrayBuffer => new SharedArrayBuffer(bytes);

/** Tables that only this thread reads. */
export const OWN_TABLES: TableSpace = { makeBuffer: ownBuffer, states: 256 };

/** The options with everything that was left out. */
export interface Asked extends CheckOptions {
  readonly model: Model;
  readonly without: readonly string[];
  readonly designs: Readonly<Record<string, string>>;
  readonly started: number;
  /** Builds the program again, with variables of its own. */
  readonly rebuild: () => Program | Problem;
  /** The defences of a search without removals, which `name#2` refers to. */
  readonly numbered: readonly Defence[];
}

/** @param team who helps once the search is large; null for nobody */
export function explore(
  program: Program,
  asked: Asked,
  observer: StateObserver | null,
  team: Team | null,
): Explored | Problem {
  let space: TableSpace = { ...OWN_TABLES, makeBuffer: team === null ? ownBuffer : sharedBuffer };
  for (let entries = BUFFER_ENTRIES; ;) {
    const layout = layOut(program, asked.model, entries);
    const world = createWorld(program, asked);
    const input = inputOf(program, asked, layout, world, space, observer);
    if ('code' in input) return input;
    const explored = repeated(input, world, team, observer);
    if ('code' in explored) return explored;
    const { retry } = explored.outcome;
    if (retry === 'tables') {
      space = { ...space, states: 4 * input.automaton.statesMax() };
    } else if (retry === 'buffer' && entries < BUFFER_ENTRIES_MAX) {
      entries *= 2;
    } else {
      return retry === 'buffer' ? withoutRoom(explored, entries) : explored;
    }
  }
}

function withoutRoom(explored: Explored, entries: number): Explored {
  const open = { limit: 'buffer', entries } as const;
  return { ...explored, outcome: { ...explored.outcome, open, retry: null } };
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
  return { program, layout, automaton, judge, reduction, options, rebuild: asked.rebuild };
}

/** Searches until nothing that was taken for granted turns out wrong. */
function repeated(
  input: SearchInput,
  world: ReplayWorld,
  team: Team | null,
  observer: StateObserver | null,
): Explored | Problem {
  let one = input;
  for (let attempt = 0; ; attempt++) {
    if (one.options.reduction) {
      probe(one, PROBES << Math.min(attempt, DOUBLINGS_MAX), attempt + 1);
    }
    observer?.begin();
    const outcome = search(one, team);
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
  return outcome.retry === null ? input.automaton.lookAgain(input) : null;
}

/**
 * Attempts with reduction; after that the search is run without. Each attempt knows more of the
 * threads and ends where it knows too little, so many cost less than one search without.
 */
const ATTEMPTS_MAX = 64;

/** Random executions before the search; twice as many at each further attempt. */
const PROBES = 100;
const DOUBLINGS_MAX = 6;

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
    since: started / 1000,
    stop: options.stop ?? ((): boolean => false),
    onLayer({ states, transitions, depth, layers }) {
      const seconds = (performance.now() - started) / 1000;
      const estimate = onProgress === undefined ? null : estimateStates(layers);
      const counts = { states, transitions, depth, seconds, estimate };
      onProgress?.({ scenario: program.name, model, ...counts });
    },
  };
}
