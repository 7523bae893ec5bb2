/** `check` on Node: with as many worker threads as asked for. */

import { checkWith } from '../scenario/check.ts';
import type { CheckOptions } from '../scenario/explore.ts';
import type { CheckResult } from '../explore/result.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { hire } from './crew.ts';

/**
 * Explores every execution of a scenario.
 *
 * @returns the verdict, counts and findings; mistakes of the user are in `problems`
 */
export function check(scenario: Scenario, options: CheckOptions = {}): Promise<CheckResult> {
  return checkWith(scenario, options, hire);
}
