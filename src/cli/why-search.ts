/** The searches that `why` makes, and what they say together. Pure: the search is passed in. */

import type { CheckResult, Model } from '../explore/result.ts';

/** Searches the scenario without these defences. */
export type Search = (model: Model, without: readonly string[]) => Promise<CheckResult>;

/** What happened without a defence, or with a weaker one, model by model. */
export type Verdicts = Readonly<Partial<Record<Model, CheckResult>>>;

/**
 * Searches under one model after the other, up to the first that fails.
 *
 * @param models strongest first: what fails under one fails under the weaker ones too
 */
export async function searchAll(
  models: readonly Model[],
  search: Search,
  without: readonly string[],
): Promise<Verdicts> {
  const verdicts: Partial<Record<Model, CheckResult>> = {};
  for (const model of models) {
    const result = await search(model, without);
    verdicts[model] = result;
    if (result.verdict === 'fail') break;
  }
  return verdicts;
}

/** Every search ended and found nothing. */
export function holds(verdicts: Verdicts): boolean {
  return Object.values(verdicts).every(
    (result) => result.verdict === 'pass' && result.problems.length === 0,
  );
}

/** The strongest model under which it fails, null if under none. */
export function failsUnder(verdicts: Verdicts): CheckResult | null {
  return Object.values(verdicts).find((result) => result.verdict === 'fail') ?? null;
}

/** `pass`, `fail`, `open` or the code of a problem. */
export function summaryOf(verdicts: Verdicts): string {
  const results = Object.values(verdicts);
  const problem = results.flatMap((result) => result.problems)[0];
  if (problem !== undefined) return problem.code;
  if (failsUnder(verdicts) !== null) return 'fail';
  return results.some((result) => result.verdict === 'open') ? 'open' : 'pass';
}
