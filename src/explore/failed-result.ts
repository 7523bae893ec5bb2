/** A search that could not begin or end, as a result like any other. */

import type { CheckResult, Model, Problem } from './result.ts';

/** Who was to be searched, and what was expected of it. */
type Asked = Pick<CheckResult, 'scenario' | 'expected'> & { readonly model: Model };

/** Nothing was found out, because of a mistake of the user. */
export function failedResult(asked: Asked, found: Problem): CheckResult {
  return {
    scenario: asked.scenario,
    model: asked.model,
    verdict: 'open',
    expected: asked.expected,
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
