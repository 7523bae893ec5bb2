/**
 * Litmus tests: `.litmus` files in, exact verdicts of the Linux kernel memory model out.
 */

import { search } from './check.ts';
import type { LitmusLimits, SearchOptions } from './check.ts';
import type { LitmusTest } from './ast.ts';
import { explain } from './explain.ts';
import { problemOf } from './mistake.ts';
import { propositionText } from './outcome.ts';
import { parse } from './parse.ts';
import type { LitmusResult } from './result.ts';
import { withName } from './stray-names.ts';
import { decide, isOk, observationOf, sortedStates } from './verdict.ts';
import { warningsOf } from './warnings.ts';

export { parseLitmus } from './parse.ts';
export type { LitmusLimits };
export type { LitmusTest } from './ast.ts';
export type {
  Flagged,
  LitmusOpen,
  LitmusResult,
  Observation,
  Picture,
  PictureEdge,
  PictureEvent,
  Refusal,
  StateEntry,
} from './result.ts';

/** How a litmus test is checked. */
export interface LitmusOptions extends SearchOptions {
  /** The file's name, for positions in problems. */
  readonly file?: string;
  /** Look for a witness, or for the axiom and the cycle that forbid the condition. */
  readonly explain?: boolean;
}

/**
 * Checks a litmus test on the Linux kernel memory model.
 *
 * @param text the file
 * @returns the verdict; with `problems` if the file or an execution makes no sense; with `open` if
 *   a limit was reached first
 */
export function checkLitmus(text: string, options: LitmusOptions = {}): LitmusResult {
  const file = options.file ?? 'test.litmus';
  const start = Date.now();
  try {
    const test = parse(text);
    return check(test, file, options, start);
  } catch (thrown) {
    return withProblem(problemOf(thrown, file), file, start);
  }
}

function check(
  test: LitmusTest,
  file: string,
  options: LitmusOptions,
  start: number,
): LitmusResult {
  const tally = searchNamed(test, options);
  const decision = decide(test, options, tally);
  const why = options.explain === true ? explain(test, options) : { witness: null, refusal: null };
  const quantifier = test.quantifier === 'not exists' ? '~exists' : test.quantifier;
  return {
    name: test.name,
    file,
    quantifier,
    condition: propositionText(test.condition),
    observation: observationOf(decision),
    ok: isOk(test.quantifier, decision),
    positive: tally.positive,
    negative: tally.negative,
    states: sortedStates(tally),
    flags: [...tally.flags.keys()].sort(),
    flagged: [...tally.flags.values()].sort((one, other) => (one.flag < other.flag ? -1 : 1)),
    cut: tally.cut,
    open: tally.open,
    decided: decision.certain,
    candidates: tally.candidates,
    seconds: (Date.now() - start) / 1000,
    problems: [],
    warnings: warningsOf(test),
    ...why,
  };
}

/** @throws Mistake that speaks of names, where the search can only speak of a number */
function searchNamed(test: LitmusTest, options: LitmusOptions): ReturnType<typeof search> {
  try {
    return search(test, options);
  } catch (thrown) {
    throw withName(thrown, test);
  }
}

function withProblem(
  problem: LitmusResult['problems'][number],
  file: string,
  start: number,
): LitmusResult {
  return {
    name: '',
    file,
    quantifier: 'exists',
    condition: '',
    observation: 'Never',
    ok: false,
    positive: 0,
    negative: 0,
    states: [],
    flags: [],
    flagged: [],
    cut: false,
    open: null,
    decided: false,
    candidates: 0,
    seconds: (Date.now() - start) / 1000,
    problems: [problem],
    warnings: [],
    witness: null,
    refusal: null,
  };
}
