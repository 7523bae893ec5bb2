/**
 * `check`: from a scenario to a verdict.
 */

import type { SearchInput } from '../explore/counting.ts';
import type { Team } from '../explore/parallel/desk.ts';
import { layOut } from '../explore/layout.ts';
import { BUFFER_ENTRIES_MAX } from '../explore/limits.ts';
import type { CheckResult, Defence, Problem } from '../explore/result.ts';

import { createWorld } from '../explore/replay/world.ts';
import { expectedOf, failed, resultOf } from './answer.ts';
import { buildProgram } from './build.ts';
import { OWN_TABLES, explore, inputOf } from './explore.ts';
import type { Asked, CheckOptions, StateObserver } from './explore.ts';
import type { Scenario } from './scenario.ts';

/** Finds workers for a search. */
export type Hire = (workers: number, from: number) => Team;

export type { CheckOptions } from './explore.ts';

/**
 * Explores every execution of a scenario, in this thread.
 *
 * @returns the verdict, counts and findings; mistakes of the user are in `problems`
 */
export function check(scenario: Scenario, options: CheckOptions = {}): Promise<CheckResult> {
  return checkWith(scenario, options, null);
}

/** `check` with worker threads, once a search turns out to be large; null where there are none. */
export function checkWith(
  scenario: Scenario,
  options: CheckOptions,
  hire: Hire | null,
): Promise<CheckResult> {
  const { jobs = 1, parallelFrom = PARALLEL_FROM } = options;
  // Under weak, states are numbers of interned views that only one thread knows.
  const alone = hire === null || jobs === 1 || options.model === 'weak';
  const team = alone ? null : hire(jobs, parallelFrom);
  return new Promise((resolve) => resolve(checkNow(scenario, options, null, team)));
}

/** `check` in this thread, with an observer of final and stuck states. */
export function checkNow(
  scenario: Scenario,
  options: CheckOptions,
  observer: StateObserver | null,
  team: Team | null = null,
): CheckResult {
  const asked = askedOf(scenario, options);
  const program = buildProgram(scenario, asked.designs, expectedOf(scenario, asked.model));
  if ('code' in program) return failed(scenario, asked, program);
  return resultOf(scenario, asked, explore(program, asked, observer, team));
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

/**
 * States from which on several workers are faster than one. A search of 1.8 million states takes
 * 0.64 s with two, warm, when it is shared from 50,000 on, and 0.67 from 100,000 on.
 */
const PARALLEL_FROM = 50_000;

function askedOf(scenario: Scenario, options: CheckOptions): Asked {
  const without = [...(scenario.options.without ?? []), ...(options.without ?? [])];
  const designs = { ...scenario.options.designs, ...options.designs };
  const model = options.model ?? 'sc';
  return {
    ...options,
    model,
    without,
    designs,
    rebuild: () => buildProgram(scenario, designs, expectedOf(scenario, model)),
    started: performance.now(),
    numbered: without.some((name) => /#\d+/.test(name)) ? defencesOf(scenario, options) : [],
  };
}

/** The defences of a scenario, numbered: only a complete search knows all of them. */
function defencesOf(scenario: Scenario, options: CheckOptions): readonly Defence[] {
  const bare = { ...scenario, options: { ...scenario.options, without: [] } };
  return checkNow(bare, { ...options, without: [], keepGoing: true }, null).defences;
}
