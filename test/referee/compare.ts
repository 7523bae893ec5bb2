/**
 * The engine's end states beside the referee's, in one form.
 *
 * Which of several interchangeable threads did what is told apart by neither.
 */

import { structAddress } from '../../src/memory/struct.ts';
import type { CheckOptions } from '../../src/scenario/check.ts';
import { reachableFinals } from '../../src/scenario/finals.ts';
import type { EndState } from '../../src/scenario/finals.ts';
import { enumerate } from './enumerate.ts';
import type { Model } from './enumerate.ts';
import type { Outcome, Program } from './program.ts';
import { received, scenarioWithTargets } from './run.ts';

/** End states as JSON texts of `Outcome`, sorted. */
export interface Ends {
  readonly finals: readonly string[];
  readonly deadlocks: readonly string[];
  readonly races: boolean;
  /** null where the engine does not look, because it has found something else. */
  readonly hangs: boolean | null;
}

/** What the referee says; null if the program has too many states to ask. */
export function refereeEnds(program: Program, model: Model, limit: number): Ends | null {
  const outcomes = enumerate(program, model, limit);
  if (outcomes === null) return null;
  const texts = (set: ReadonlySet<string>): string[] =>
    canonical(
      program,
      [...set].map((text) => JSON.parse(text) as Outcome),
    );
  const { finals, deadlocks, races, hangs } = outcomes;
  return {
    finals: texts(finals),
    deadlocks: texts(deadlocks),
    races,
    hangs: races || deadlocks.size > 0 ? null : hangs,
  };
}

/** What the engine says. Throws if it did not explore everything: no random program may do that. */
export function engineEnds(program: Program, model: Model, options: CheckOptions = {}): Ends {
  const { scenario, targets } = scenarioWithTargets(program);
  const { finals, deadlocks, result } = reachableFinals(scenario, { model, ...options });
  if (result.problems.length > 0 || !result.complete) {
    throw new Error(
      `not explored: ${JSON.stringify(result.problems)} ${JSON.stringify(result.open)}`,
    );
  }
  const addresses = targets().map((target) => target[structAddress]);
  const outcomes = (ends: readonly EndState[]): string[] =>
    canonical(
      program,
      ends.map((end) => outcomeOf(program, end, addresses)),
    );
  const found = result.findings.map(({ property }) => property.name);
  const others = found.filter((name) => name !== 'livelock');
  return {
    finals: outcomes(finals),
    deadlocks: outcomes(deadlocks),
    races: found.some((name) => name.startsWith('data race')),
    hangs: others.length > 0 ? null : found.includes('livelock'),
  };
}

function outcomeOf(program: Program, end: EndState, targets: readonly number[]): Outcome {
  const memory = program.words.map(({ kind }, index) => {
    const value = end.memory[index] ?? 0;
    return kind === 'pointer' ? targets.indexOf(value) + 1 : value;
  });
  const results = end.results.map((result, thread) =>
    end.finished[thread] === true ? received(result) : null,
  );
  return { memory, results };
}

function canonical(program: Program, outcomes: readonly Outcome[]): string[] {
  const texts = outcomes.map(({ memory, results }) =>
    JSON.stringify({
      memory: memory.map((value, index) => canonicalWord(program.words[index]?.kind, value)),
      results: sortedTwins(program, results),
    }),
  );
  return [...new Set(texts)].sort();
}

function canonicalWord(kind: string | undefined, value: number): number {
  if (kind !== 'queue') return value;
  return bitsSet(value);
}

function bitsSet(value: number): number {
  return value === 0 ? 0 : (value & 1) + bitsSet(value >>> 1);
}

/** The results of interchangeable threads in a fixed order. */
function sortedTwins(program: Program, results: readonly (number | null)[]): (number | null)[] {
  let first = 0;
  return program.threads.flatMap(({ count }) => {
    const group = results.slice(first, first + count);
    first += count;
    return group.sort((one, other) => Number(one ?? Infinity) - Number(other ?? Infinity));
  });
}
