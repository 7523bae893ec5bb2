/**
 * Small programs written in place and checked at once: for tests of the engine.
 */

import { check } from '../../src/scenario/check.ts';
import type { CheckOptions } from '../../src/scenario/check.ts';
import { reachableFinals } from '../../src/scenario/finals.ts';
import type { EndState, EndStates } from '../../src/scenario/finals.ts';
import { scenario } from '../../src/scenario/scenario.ts';
import type { Stage } from '../../src/scenario/stage.ts';
import type { CheckResult, Finding, Problem, Trace } from '../../src/explore/result.ts';

type Body = (stage: Stage) => void;

/** Checks a scenario that has no name of its own. */
export function tried(body: Body, options: CheckOptions = {}): Promise<CheckResult> {
  return check(scenario('small', body), options);
}

/** Every state in which an execution of a scenario can end. */
export function endsOf(body: Body, options: CheckOptions = {}): EndStates {
  return reachableFinals(scenario('small', body), options);
}

/** The final states as texts: memory, then results; sorted, without repetition. */
export function finalsOf(body: Body, options: CheckOptions = {}): string[] {
  return textsOf(endsOf(body, options).finals);
}

/** End states as texts: memory, then results; sorted, without repetition. */
export function textsOf(states: readonly EndState[]): string[] {
  const texts = states.map(({ memory, results }) => `${memory.join(' ')} | ${results.join(' ')}`);
  return [...new Set(texts)].toSorted();
}

/** The names of the violated properties, each as often as it was reported. */
export function findingsOf(result: CheckResult): string[] {
  return result.findings.map(({ property }) => property.name).toSorted();
}

/** The names of the properties that a program violates. */
export async function wrongWith(body: Body, options: CheckOptions = {}): Promise<string[]> {
  const result = await tried(body, options);
  if (result.problems.length > 0) return result.problems.map(({ code, what }) => `${code} ${what}`);
  return findingsOf(result);
}

/** The mistake of the user that a program contains; an error if there is none. */
export async function mistakeIn(body: Body, options: CheckOptions = {}): Promise<Problem> {
  const { problems, verdict } = await tried(body, options);
  const [found] = problems;
  if (found === undefined) throw new Error(`no problem was found; the verdict is ${verdict}`);
  return found;
}

/** The only finding of a result; an error if there are others or none. */
export function onlyFinding(result: CheckResult): Finding {
  const [found, ...others] = result.findings;
  if (found === undefined || others.length > 0) {
    throw new Error(`one finding was expected, not ${JSON.stringify(findingsOf(result))}`);
  }
  return found;
}

/** The trace of the only finding. */
export function traceOf(result: CheckResult): Trace {
  const { trace } = onlyFinding(result);
  if (trace === null) throw new Error('the finding has no trace');
  return trace;
}

/** The steps of a trace, one line each: thread, kind unless an access, primitive, field, values. */
export function linesOf(trace: Trace): string[] {
  return trace.steps.map((step) =>
    [
      trace.threads[step.thread],
      step.kind === 'access' ? [] : step.kind,
      step.primitive,
      step.field ?? [],
      step.observed === null ? [] : `-> ${step.observed}`,
      step.written === null ? [] : `:= ${step.written}`,
      step.buffered ? 'buffered' : [],
    ]
      .flat()
      .join(' '),
  );
}
