/**
 * The outcomes of a litmus test under a model of the state search.
 *
 * Every execution of the test is explored, and its final states are looked at through the locations
 * that the test asks for, as the exact memory model does: so the two can be compared.
 */

import type { LitmusTest } from '../litmus/ast.ts';
import { holds, observed } from '../litmus/outcome.ts';
import { observationOf, sortedStates } from '../litmus/verdict.ts';
import type { Observation, StateEntry, Unending } from '../litmus/result.ts';
import type { CheckResult, Model } from '../explore/result.ts';
import { reachableFinals } from '../scenario/finals.ts';
import type { CheckOptions } from '../scenario/explore.ts';
import { whyNotRunnable } from './runnable.ts';
import { scenarioOf } from './scenario.ts';
import { unendingOf } from './unending.ts';

/** What a search of a litmus test found. */
export interface Outcomes {
  readonly model: Model;
  /** The final states in herd7's order. */
  readonly states: readonly (readonly StateEntry[])[];
  readonly observation: Observation;
  /** Every execution was explored, as far as loops were followed. */
  readonly complete: boolean;
  /** As herd7 names it: an execution has a data race. */
  readonly flags: readonly string[];
  /** weak: a data race ends an execution, so outcomes behind it are not among the states. */
  readonly endsAtRace: boolean;
  /** A loop that does more than wait was not followed to its end. */
  readonly cut: boolean;
  /** Executions that have no final state, because a thread waits for ever. */
  readonly unending: Unending | null;
  /** The search itself: its counts, races, deadlocks, and mistakes. */
  readonly result: CheckResult;
}

/** How to search. */
export interface OutcomeOptions extends Pick<CheckOptions, 'until' | 'stop' | 'reduction'> {
  readonly unroll?: number;
}

/** The test cannot be run; why. */
export interface NotRun {
  readonly model: Model;
  readonly reason: string;
}

/** Explores a litmus test. */
export function outcomesOf(
  test: LitmusTest,
  model: Model,
  options: OutcomeOptions = {},
): Outcomes | NotRun {
  const reason = whyNotRunnable(test);
  if (reason !== null) return { model, reason };
  const { unroll, ...limits } = options;
  const bridged = scenarioOf(test, unroll);
  const { program } = bridged;
  const { finals, result } = reachableFinals(bridged.scenario, { ...limits, model });
  const races = result.findings.some(({ property }) => property.name.startsWith('data race'));
  const trouble = troubleIn(result);
  if (trouble !== null) return { model, reason: trouble };
  const asked = observed(program);
  const states = new Map<string, readonly number[]>();
  const seen = { positive: false, negative: false };
  for (const end of finals) {
    const final = bridged.finalOf(end);
    if (test.filter !== null && holds(test.filter, program, final) !== true) continue;
    const state = asked.map((location) => final(location) ?? 0);
    states.set(state.join(), state);
    if (holds(test.condition, program, final) === true) seen.positive = true;
    else seen.negative = true;
  }
  return {
    model,
    states: sortedStates({ states, observed: asked, program }),
    observation: observationOf({ ...seen, certain: result.complete }),
    complete: result.complete,
    flags: races ? ['data-race'] : [],
    endsAtRace: races && model === 'weak',
    cut: bridged.isCut(),
    unending: unendingOf(result),
    result,
  };
}

/** Why a search says nothing: a mistake, or an execution in which a thread had no next step. */
function troubleIn({ problems, findings }: CheckResult): string | null {
  const thrown = findings.find(({ property }) => property.name === 'exception');
  return problems[0]?.what ?? thrown?.message ?? null;
}

/** A state as one line, for comparison. */
export function stateText(state: readonly StateEntry[]): string {
  return state.map(({ location, value }) => `${location}=${value};`).join(' ');
}
