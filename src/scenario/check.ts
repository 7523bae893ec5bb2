/**
 * `check`: from a scenario to a verdict.
 */

import { createAutomaton, Feature } from '../explore/automaton.ts';
import { estimateStates } from '../explore/estimate.ts';
import { createJudge } from '../explore/judge.ts';
import { layOut } from '../explore/layout.ts';
import type { Layout } from '../explore/layout.ts';
import { AUTOMATON_STATES_MAX, BUFFER_ENTRIES, BUFFER_ENTRIES_MAX } from '../explore/limits.ts';
import { problem } from '../explore/problem.ts';
import type { Program } from '../explore/program.ts';
import { Reduction } from '../explore/reduction.ts';
import { parallelSearch } from '../explore/coordinate.ts';
import type { HandOut } from '../explore/coordinate.ts';
import type {
  FoundViolation,
  SearchInput,
  SearchOptions,
  SearchOutcome,
} from '../explore/counting.ts';
import type { Assignment } from '../explore/parallel.ts';
import { search } from '../explore/search.ts';
import { findLivelock } from '../explore/livelock.ts';
import { probe } from '../explore/probe.ts';
import { shortestExecution } from '../explore/shortest.ts';
import { findingId, tellExecution } from '../explore/trace.ts';
import type { TraceHead } from '../explore/trace.ts';
import type {
  CheckResult,
  Defence,
  Finding,
  Model,
  Position,
  Problem,
  Progress,
  Verdict,
} from '../explore/result.ts';
import { missProbability } from '../explore/visited.ts';
import { createWorld } from '../explore/world.ts';
import type { ReplayWorld } from '../explore/world.ts';
import type { Automaton, TableSpace } from '../explore/automaton.ts';
import { buildProgram } from './build.ts';
import type { Scenario } from './scenario.ts';

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

/** Workers for a parallel search; `null` where there are none (in a browser). */
export type Hire = (size: number) => Promise<Helpers>;

/** Workers that wait for assignments. */
export interface Helpers {
  handOut(assignments: readonly Assignment[]): void;
  dismiss(): Promise<void>;
}

/**
 * Explores every execution of a scenario, in this thread.
 *
 * @returns the verdict, counts and findings; mistakes of the user are in `problems`
 */
export function check(scenario: Scenario, options: CheckOptions = {}): Promise<CheckResult> {
  return checkWith(scenario, options, null);
}

/** `check` with worker threads, once a search turns out to be large. */
export async function checkWith(
  scenario: Scenario,
  options: CheckOptions,
  hire: Hire | null,
): Promise<CheckResult> {
  const asked = askedOf(scenario, options);
  const program = buildProgram(scenario, asked.designs, expectedOf(scenario, asked.model));
  if ('code' in program) return failed(scenario, asked, program);
  const jobs = hire === null ? 1 : (options.jobs ?? 1);
  const explored = explore(program, asked, null, jobs > 1 ? PARALLEL_FROM : Infinity);
  if (hire === null || 'code' in explored || explored.outcome.retry !== 'parallel') {
    return resultOf(scenario, asked, explored);
  }
  const helpers = await hire(jobs - 1);
  try {
    const layout = explored.input.layout;
    const handOut: HandOut = (assignments) => helpers.handOut(assignments);
    const found = exploreInParallel(program, asked, layout, explored, { workers: jobs, handOut });
    return resultOf(scenario, asked, found);
  } finally {
    await helpers.dismiss();
  }
}

/** `check` in this thread, with an observer of final and stuck states. */
export function checkNow(
  scenario: Scenario,
  options: CheckOptions,
  observer: StateObserver | null,
): CheckResult {
  const asked = askedOf(scenario, options);
  const program = buildProgram(scenario, asked.designs, expectedOf(scenario, asked.model));
  if ('code' in program) return failed(scenario, asked, program);
  return resultOf(scenario, asked, explore(program, asked, observer, Infinity));
}

/**
 * A scenario made ready for walking through it, without a search: for `replayTrace`.
 *
 * @returns the program with its automata, or the user's mistake
 */
export function inputFor(scenario: Scenario, options: CheckOptions): SearchInput | Problem {
  const asked = { ...askedOf(scenario, options), without: options.without ?? [] };
  const program = buildProgram(scenario, asked.designs, expectedOf(scenario, asked.model));
  if ('code' in program) return program;
  const world = createWorld(program, asked);
  const layout = layOut(program, asked.model, BUFFER_ENTRIES_MAX);
  return inputOf(program, asked, layout, world, OWN_TABLES, null);
}

/** Tables that only this thread reads. */
const OWN_TABLES: TableSpace = {
  makeBuffer: (bytes) => new ArrayBuffer(bytes),
  states: 256,
  mayGrow: true,
};

/** States from which on several workers are faster than one. */
const PARALLEL_FROM = 100_000;

/** The options with everything that was left out. */
interface Asked extends CheckOptions {
  readonly model: Model;
  readonly without: readonly string[];
  readonly designs: Readonly<Record<string, string>>;
  readonly started: number;
  /** The defences of a search without removals, which `name#2` refers to. */
  readonly numbered: readonly Defence[];
}

function askedOf(scenario: Scenario, options: CheckOptions): Asked {
  const without = [...(scenario.options.without ?? []), ...(options.without ?? [])];
  return {
    ...options,
    model: options.model ?? 'sc',
    without,
    designs: { ...scenario.options.designs, ...options.designs },
    started: performance.now(),
    numbered: without.some((name) => /#\d+/.test(name)) ? defencesOf(scenario, options) : [],
  };
}

/** The defences of a scenario, numbered: only a complete search knows all of them. */
function defencesOf(scenario: Scenario, options: CheckOptions): readonly Defence[] {
  const bare = { ...scenario, options: { ...scenario.options, without: [] } };
  return checkNow(bare, { ...options, without: [], keepGoing: true }, null).defences;
}

function expectedOf(scenario: Scenario, model: Model): 'pass' | 'fail' {
  const { expect = 'pass' } = scenario.options;
  return typeof expect === 'string' ? expect : (expect[model] ?? 'pass');
}

function explore(
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
  const world = createWorld(program, { ...asked, numbered: [] });
  const space = {
    makeBuffer: (bytes: number) => new ArrayBuffer(bytes),
    states: 256,
    mayGrow: true,
  };
  const input = inputOf(program, asked, layout, world, space, observer);
  if ('code' in input) return input;
  return repeated(input, world, (one) => search(one, statesMax));
}

/** Workers of a parallel search, this thread among them. */
interface Team {
  readonly workers: number;
  readonly handOut: HandOut;
}

function exploreInParallel(
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

function inputOf(
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
): Explored | Problem {
  let one = input;
  for (let attempt = 0; ; attempt++) {
    if (one.options.reduction) probe(one, PROBES << attempt);
    const outcome = run(one);
    const found = outcome.problem ?? one.automaton.problem();
    if (found !== null) return found;
    if (outcome.retry !== 'reduction' && outcome.retry !== 'symmetry') {
      return { program: one.program, input: one, outcome, world };
    }
    const reduction = one.options.reduction && attempt < ATTEMPTS_MAX;
    one = { ...one, options: { ...one.options, reduction } };
  }
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

function verdictOf(outcome: SearchOutcome, findings: readonly Finding[]): Verdict {
  if (findings.length > 0) return 'fail';
  return outcome.complete ? 'pass' : 'open';
}

function resultOf(scenario: Scenario, asked: Asked, explored: Explored | Problem): CheckResult {
  if ('code' in explored) return failed(scenario, asked, explored);
  const { model, without, designs } = asked;
  const head: TraceHead = { model, without, designs };
  const { program, outcome, input, world } = explored;
  const findings = findingsOf(explored, head);
  const problems = world.sites.unmatched().map((name) => unknownDefence(name, world.sites.list()));
  return {
    scenario: program.name,
    model: head.model,
    verdict: verdictOf(outcome, findings),
    expected: program.expected,
    complete: outcome.complete,
    open: outcome.open,
    states: outcome.states,
    transitions: outcome.transitions,
    depth: outcome.depth,
    finals: outcome.finals,
    threads: program.threads.length,
    automatonStates: input.automaton.states(),
    runs: input.automaton.runs(),
    seconds: (performance.now() - asked.started) / 1000,
    bytesPerState: outcome.visitedBytes / outcome.states,
    missProbability: missProbability(outcome.states),
    findings,
    properties: input.judge.reports(outcome.complete),
    problems,
    defences: world.sites.list(),
    designs: world.designsUsed(),
    warnings: [],
  };
}

function findingsOf(explored: Explored, head: TraceHead): Finding[] {
  const { outcome, input, program } = explored;
  const found = outcome.violations.map((one) => findingOf(explored, head, one));
  if (!outcome.complete) return found;
  if (found.length === 0) found.push(...livelocks(explored, head));
  for (const { name, position } of input.judge.unfulfilled()) {
    const message = `No execution fulfils '${name}'.`;
    const property = { kind: 'sometimes', name } as const;
    found.push({ id: 'none', property, message, position, trace: null });
  }
  return found.length > 0 ? found : vacuous(program, outcome);
}

function findingOf(explored: Explored, head: TraceHead, found: FoundViolation): Finding {
  const { input, program } = explored;
  const { property } = found.violation;
  const execution = shortestExecution(input, property, found.depth);
  if (execution === null) {
    throw new Error(`check: '${property.name}' was found with reduction and not without`);
  }
  const { choices, violation } = execution;
  const trace = tellExecution(input, head, choices, violation.pending);
  const position = violation.node < 0 ? null : failurePosition(input, violation.node);
  const id = findingId(program, property, trace);
  return { id, property, message: violation.message, position, trace };
}

function failurePosition(input: SearchInput, node: number): Position | null {
  return input.automaton.detail(node).failure?.position ?? null;
}

function livelocks(explored: Explored, head: TraceHead): Finding[] {
  const { input, program } = explored;
  const { features } = input.automaton.tables;
  if (features[Feature.LOOP] !== 1) return [];
  const symmetric = input.options.symmetry && features[Feature.OWN_BIT] !== 1;
  const answer = findLivelock(input, symmetric && features[Feature.GRACE] !== 1);
  if (answer.kind !== 'found') return [];
  const property = { kind: 'automatic', name: 'livelock' } as const;
  const trace = tellExecution(input, head, answer.choices, []);
  const message = 'From here on threads can step for ever, but no execution can finish.';
  return [{ id: findingId(program, property, trace), property, message, position: null, trace }];
}

/** A property that was never judged has not been shown to hold. */
function vacuous(program: Program, outcome: SearchOutcome): Finding[] {
  const judged = program.properties.find((one) => one.kind !== 'sometimes' && !one.everyState);
  if (judged === undefined || outcome.finals > 0) return [];
  const { name, position } = judged;
  const message = `'${name}' was never judged: no execution finishes.`;
  return [{ id: 'none', property: { kind: 'vacuous', name }, message, position, trace: null }];
}

function unknownDefence(name: string, known: readonly Defence[]): Problem {
  const details = [`There are: ${known.map((one) => one.name).join(', ')}`];
  return problem('HF004', { what: `The scenario meets no defence '${name}'.`, details });
}

function failed(scenario: Scenario, asked: Asked, found: Problem): CheckResult {
  return {
    scenario: scenario.name,
    model: asked.model,
    verdict: 'open',
    expected: expectedOf(scenario, asked.model),
    complete: false,
    open: null,
    states: 0,
    transitions: 0,
    depth: 0,
    finals: 0,
    threads: 0,
    automatonStates: 0,
    runs: 0,
    seconds: 0,
    bytesPerState: 0,
    missProbability: 0,
    findings: [],
    properties: [],
    problems: [found],
    defences: [],
    designs: [],
    warnings: [],
  };
}
