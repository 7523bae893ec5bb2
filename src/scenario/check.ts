/**
 * `check`: from a scenario to a verdict.
 */

import { createAutomaton } from '../explore/automaton.ts';
import { createJudge } from '../explore/judge.ts';
import type { Judge } from '../explore/judge.ts';
import { layOut } from '../explore/layout.ts';
import type { Layout } from '../explore/layout.ts';
import { BUFFER_ENTRIES, BUFFER_ENTRIES_MAX } from '../explore/limits.ts';
import { problem } from '../explore/problem.ts';
import type { Program } from '../explore/program.ts';
import { Reduction } from '../explore/reduction.ts';
import { search } from '../explore/search.ts';
import type { SearchInput, SearchOptions, SearchOutcome } from '../explore/search.ts';
import type {
  CheckResult,
  Defence,
  Finding,
  Model,
  Problem,
  Progress,
  Verdict,
} from '../explore/result.ts';
import { missProbability } from '../explore/visited.ts';
import { createWorld } from '../explore/world.ts';
import type { ReplayWorld } from '../explore/world.ts';
import type { Automaton } from '../explore/automaton.ts';
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

/**
 * Explores every execution of a scenario.
 *
 * @returns the verdict, counts and findings; mistakes of the user are in `problems`
 */
export function check(scenario: Scenario, options: CheckOptions = {}): Promise<CheckResult> {
  return Promise.resolve(checkNow(scenario, options, null));
}

/** `check`, with an observer of final and stuck states. */
export function checkNow(
  scenario: Scenario,
  options: CheckOptions,
  observer: StateObserver | null,
): CheckResult {
  const model = options.model ?? 'sc';
  const expected = expectedOf(scenario, model);
  const designs = { ...scenario.options.designs, ...options.designs };
  const started = performance.now();
  const program = buildProgram(scenario, designs, expected);
  if ('code' in program) return failed(scenario, model, expected, program);
  const explored = explore(program, { ...options, model, designs }, scenario, observer);
  if ('code' in explored) return failed(scenario, model, expected, explored);
  return resultOf(explored, model, (performance.now() - started) / 1000);
}

function expectedOf(scenario: Scenario, model: Model): 'pass' | 'fail' {
  const { expect = 'pass' } = scenario.options;
  return typeof expect === 'string' ? expect : (expect[model] ?? 'pass');
}

function explore(
  program: Program,
  options: CheckOptions & { readonly model: Model; readonly designs: Record<string, string> },
  scenario: Scenario,
  observer: StateObserver | null,
): Explored | Problem {
  const without = [...(scenario.options.without ?? []), ...(options.without ?? [])];
  let entries = BUFFER_ENTRIES;
  for (;;) {
    const world = createWorld(program, { ...options, without, numbered: [] });
    const explored = exploreWith(program, options, world, entries, observer);
    if ('code' in explored || explored.outcome.retry !== 'buffer') return explored;
    if (entries >= BUFFER_ENTRIES_MAX) return explored;
    entries *= 2;
  }
}

function exploreWith(
  program: Program,
  options: CheckOptions & { readonly model: Model },
  world: ReplayWorld,
  bufferEntries: number,
  observer: StateObserver | null,
): Explored | Problem {
  const layout = layOut(program, options.model, bufferEntries);
  const space = {
    makeBuffer: (bytes: number): ArrayBufferLike => new ArrayBuffer(bytes),
    states: 1 << 8,
    mayGrow: true,
  };
  const automaton = createAutomaton(program, layout, world, space);
  if ('code' in automaton) return automaton;
  const judge = createJudge(program, layout, automaton, world);
  const reduction = new Reduction(layout, automaton.tables, automaton.joined);
  for (;;) {
    const seen = observerOf(program, layout, automaton, observer);
    const searchOptions = { ...searchOptionsOf(program, options), ...seen };
    const input: SearchInput = {
      program,
      layout,
      automaton,
      judge,
      reduction,
      options: searchOptions,
    };
    const outcome = search(input);
    if (outcome.problem !== null) return outcome.problem;
    if (outcome.retry === null || outcome.retry === 'buffer') {
      return { program, input, outcome, world };
    }
  }
}

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
  options: CheckOptions & { readonly model: Model },
): Omit<SearchOptions, 'onFinal' | 'onStuck'> {
  const { until = {}, onProgress, model } = options;
  const started = performance.now();
  return {
    reduction: options.reduction ?? true,
    symmetry: options.symmetry ?? true,
    keepGoing: options.keepGoing ?? false,
    seconds: until.seconds ?? Infinity,
    states: until.states ?? Infinity,
    bytes: until.bytes ?? Infinity,
    now: () => performance.now() / 1000,
    stop: options.stop ?? ((): boolean => false),
    onLayer({ states, transitions, depth }) {
      const seconds = (performance.now() - started) / 1000;
      onProgress?.({
        scenario: program.name,
        model,
        states,
        transitions,
        depth,
        seconds,
        estimate: null,
      });
    },
  };
}

function verdictOf(outcome: SearchOutcome, findings: readonly Finding[]): Verdict {
  if (findings.length > 0) return 'fail';
  return outcome.complete ? 'pass' : 'open';
}

function resultOf(explored: Explored, model: Model, seconds: number): CheckResult {
  const { program, outcome, input, world } = explored;
  const findings = findingsOf(outcome, input.judge);
  const problems = world.sites.unmatched().map((name) => unknownDefence(name, world.sites.list()));
  return {
    scenario: program.name,
    model,
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
    seconds,
    bytesPerState: outcome.bytes / outcome.states,
    missProbability: missProbability(outcome.states),
    findings,
    properties: input.judge.reports(outcome.complete),
    problems,
    defences: world.sites.list(),
    designs: world.designsUsed(),
    warnings: [],
  };
}

function findingsOf(outcome: SearchOutcome, judge: Judge): Finding[] {
  const found = outcome.violations.map(({ violation }): Finding => {
    const { property, message } = violation;
    return { id: 'todo', property, message, position: null, trace: null };
  });
  if (!outcome.complete || found.length > 0) return found;
  for (const { name, position } of judge.unfulfilled()) {
    const message = `No execution fulfils '${name}'.`;
    const property = { kind: 'sometimes', name } as const;
    found.push({ id: 'none', property, message, position, trace: null });
  }
  return found;
}

function unknownDefence(name: string, known: readonly Defence[]): Problem {
  const details = [`There are: ${known.map((one) => one.name).join(', ')}`];
  return problem('HF004', { what: `The scenario meets no defence '${name}'.`, details });
}

function failed(
  scenario: Scenario,
  model: Model,
  expected: 'pass' | 'fail',
  found: Problem,
): CheckResult {
  return {
    scenario: scenario.name,
    model,
    verdict: 'open',
    expected,
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
