/**
 * The engine's end states beside the referee's, in one form.
 *
 * Which of several interchangeable threads did what is told apart by neither.
 */

import type { CheckOptions } from '../../src/scenario/check.ts';
import { reachableFinals } from '../../src/scenario/finals.ts';
import type { EndState } from '../../src/scenario/finals.ts';
import { enumerate } from './enumerate.ts';
import type { Model } from './enumerate.ts';
import type { Outcome, Program } from './program.ts';
import { numberOfResult, scenarioOf } from './run.ts';

/** End states as JSON texts of `Outcome`, sorted. */
export interface Ends {
  readonly finals: readonly string[];
  readonly deadlocks: readonly string[];
  readonly races: boolean;
  /** null where the engine does not look, because it has found something else. */
  readonly hangs: boolean | null;
  readonly misuses: boolean;
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
  const { races, hangs, misuses } = outcomes;
  const finals = texts(outcomes.finals);
  const deadlocks = texts(outcomes.deadlocks);
  const foundSomething = races || misuses || deadlocks.length > 0;
  return told({ finals, deadlocks, races, hangs: foundSomething ? null : hangs, misuses });
}

/** A misuse ends an execution, so what others come to is then compared no further. */
function told(ends: Ends): Ends {
  if (!ends.misuses) return ends;
  return { finals: [], deadlocks: [], races: false, hangs: null, misuses: true };
}

/** What the engine says. Throws if it did not explore everything: no random program may do that. */
export function engineEnds(program: Program, model: Model, options: CheckOptions = {}): Ends {
  const { scenario, targets, firstSlot } = scenarioOf(program);
  const { finals, deadlocks, result } = reachableFinals(scenario, { model, ...options });
  if (result.problems.length > 0 || !result.complete) {
    throw new Error(
      `not explored: ${JSON.stringify(result.problems)} ${JSON.stringify(result.open)}`,
    );
  }
  const outcomes = (ends: readonly EndState[]): string[] =>
    canonical(
      program,
      ends.map((end) => outcomeOf(program, end, targets(), firstSlot())),
    );
  const found = result.findings.map(({ property }) => property.name);
  const others = found.filter((name) => name !== 'livelock');
  return told({
    finals: outcomes(finals),
    deadlocks: outcomes(deadlocks),
    races: found.some((name) => name.startsWith('data race')),
    hangs: others.length > 0 ? null : found.includes('livelock'),
    misuses: found.some((name) =>
      /free|refcount_t|call_rcu|wrong unlock|unbalanced section/.test(name),
    ),
  });
}

function outcomeOf(
  program: Program,
  end: EndState,
  targets: readonly number[],
  firstSlot: number,
): Outcome {
  const words = program.words.map(({ kind }, index) => {
    const value = end.memory[index] ?? 0;
    return kind === 'pointer' ? targets.indexOf(value) + 1 : value;
  });
  // Words have the addresses from 1 on; a slot's status stands after its value.
  const slots = end.memory.slice(firstSlot - 1, firstSlot - 1 + 2 * program.slots);
  const threads = program.threads.reduce((sum, { count }) => sum + count, 0);
  const results = end.results
    .slice(0, threads)
    .map((result, thread) =>
      end.finished[thread] === true ? numberOfResult(result, targets) : null,
    );
  return { memory: [...words, ...slots], results };
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
