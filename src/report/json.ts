/**
 * Results as NDJSON: one object a line, stable keys, described by schema/holdfast-1.schema.json.
 *
 * The first line tells version and setting; then come `scenario`, `progress`, `problem`, `litmus`
 * and `verdict` events in order of time, the `finding` events of a scenario when all of its models
 * have been searched, `lacking` for scenarios that do not have what was asked for, and one
 * `summary`. A finding holds its whole trace, so the file alone is enough to draw every picture
 * elsewhere. Files are named relative to the working directory.
 */

import type { CheckResult, Finding, Model, Problem, Progress } from '../explore/result.ts';
import type { LitmusResult, Observation, Unending } from '../litmus/result.ts';
import { outcomeOf } from './human.ts';
import type { ModelVerdict } from './models.ts';

/** The number of this format; it changes when a key changes its meaning. */
export const JSON_FORMAT = 1;

/** One line. */
export type JsonEvent = Readonly<Record<string, unknown>>;

/** The first line. */
export function startEvent(setting: {
  readonly version: string;
  readonly models: readonly Model[];
  readonly without: readonly string[];
  readonly designs: Readonly<Record<string, string>>;
}): JsonEvent {
  return { holdfast: JSON_FORMAT, type: 'start', ...setting };
}

/** A search begins. */
export function scenarioEvent(scenario: string, model: Model, file: string | null): JsonEvent {
  return { type: 'scenario', scenario, model, file };
}

/** A search goes on. */
export function progressEvent(progress: Progress): JsonEvent {
  const { scenario, model, states, transitions, depth, seconds, estimate } = progress;
  return { type: 'progress', scenario, model, states, transitions, depth, seconds, estimate };
}

/** A property is violated; `models` says what each searched model shows, weakest first. */
export function findingEvent(
  result: CheckResult,
  finding: Finding,
  models: readonly ModelVerdict[],
): JsonEvent {
  const { scenario, model } = result;
  const expected = result.expected === 'fail';
  return { type: 'finding', scenario, model, models, expected, finding };
}

/** The command line or a scenario cannot be used. */
export function problemEvent(problem: Problem, scenario: string | null): JsonEvent {
  return { type: 'problem', scenario, problem };
}

/** A scenario is left out: it does not have what was asked for, and another one has. */
export function lackingEvent(scenario: string, lacks: readonly string[]): JsonEvent {
  return { type: 'lacking', scenario, lacks };
}

/** A search has ended; findings and problems have events of their own. */
export function verdictEvent(result: CheckResult): JsonEvent {
  const { findings, problems, defences, designs, ...rest } = result;
  return {
    type: 'verdict',
    ...rest,
    outcome: outcomeOf(result),
    findings: findings.map((finding) => finding.id),
    problems: problems.map((problem) => problem.code),
    defences: defences.map((defence) => defence.name),
    designs,
  };
}

/** What a model of the search says of a litmus test; or why it was not run on it. */
export type LitmusOnModel =
  | { readonly model: Model; readonly reason: string }
  | {
      readonly model: Model;
      readonly observation: Observation;
      readonly states: LitmusResult['states'];
      readonly complete: boolean;
      /** Executions that have no final state, and which thread waits where; else null. */
      readonly unending: Unending | null;
      /** weak: states of LKMM that need load-to-store reordering; null: not known. */
      readonly reordered?: number | null;
    };

/** A litmus test has been decided, or left open. */
export function litmusEvent(result: LitmusResult, models: readonly LitmusOnModel[]): JsonEvent {
  const { name, file, quantifier, condition, observation, ok, positive, negative } = result;
  const { states, flags, flagged, cut, open, decided, candidates, seconds, warnings } = result;
  const asked = { name, file, quantifier, condition };
  const counts = { positive, negative, states, flags, flagged, candidates, seconds };
  return {
    type: 'litmus',
    ...asked,
    observation,
    ok,
    decided,
    cut,
    open,
    ...counts,
    warnings,
    models,
  };
}

/** Everything has ended. */
export function summaryEvent(
  results: readonly CheckResult[],
  litmus: { readonly answered: number; readonly open: number; readonly notRead: number },
  seconds: number,
  exitCode: number,
): JsonEvent {
  const count = (outcome: string): number =>
    results.filter((result) => outcomeOf(result) === outcome).length;
  return {
    type: 'summary',
    searches: results.length,
    litmus: litmus.answered,
    asExpected: count('as expected'),
    unexpected: count('unexpected'),
    open: count('open') + litmus.open,
    unusable: count('problem') + litmus.notRead,
    seconds,
    exitCode,
  };
}

/** An event as a line. */
export function jsonLine(event: JsonEvent): string {
  return `${JSON.stringify(event)}\n`;
}
