/**
 * After `--without`: what of it must be kept for the scenario to hold. Each answer was searched.
 *
 * Where one removed defence suffices, each that does is named by itself; otherwise a set of which
 * none can be left out.
 */

import { strongerThan } from '../explore/models.ts';
import type { CheckResult, Model } from '../explore/result.ts';
import { counted, listed } from '../report/text.ts';

/** Searches the scenario under a model without these defences. */
export type SearchWithout = (model: Model, without: readonly string[]) => Promise<CheckResult>;

type Note = readonly [head: string, text: string];

/**
 * Notes below a picture.
 *
 * @param removed what `--without` left out
 */
export async function repairNotes(
  results: readonly CheckResult[],
  removed: readonly string[],
  search: SearchWithout,
): Promise<Note[]> {
  const model = weakestFailing(results);
  if (model === null || removed.length === 0) return [];
  const keeping = (kept: readonly string[]): Promise<CheckResult> =>
    search(
      model,
      removed.filter((one) => !kept.includes(one)),
    );
  const whole = await keeping(removed);
  if (whole.verdict !== 'pass') return [['Repair', `keep ${listed(removed)}: ${outcome(whole)}`]];
  const notes: Note[] = [];
  for (const one of removed.length > 1 ? removed : []) {
    const result = await keeping([one]);
    if (result.verdict !== 'pass') continue;
    notes.push([notes.length === 0 ? 'Repair' : 'or', `keep ${one}: ${outcome(result)}`]);
  }
  return notes.length > 0 ? notes : [await smallestRepair(removed, whole, keeping)];
}

/** What passes under the weakest model that failed passes under the stronger ones too. */
function weakestFailing(results: readonly CheckResult[]): Model | null {
  const failing = results
    .filter((one) => one.verdict === 'fail' && one.expected === 'pass')
    .map(({ model }) => model);
  return (
    failing.find((model) => failing.every((one) => one === model || isBefore(one, model))) ?? null
  );
}

function isBefore(one: Model, other: Model): boolean {
  return strongerThan(other).includes(one);
}

/** Leaves out one after the other what the scenario does not need. */
async function smallestRepair(
  removed: readonly string[],
  whole: CheckResult,
  keeping: (kept: readonly string[]) => Promise<CheckResult>,
): Promise<Note> {
  let kept = removed;
  let last = whole;
  for (const one of removed.length > 1 ? removed : []) {
    const fewer = kept.filter((other) => other !== one);
    const result = await keeping(fewer);
    if (result.verdict !== 'pass') continue;
    kept = fewer;
    last = result;
  }
  return ['Repair', `keep ${listed(kept)}: ${outcome(last)}`];
}

function outcome({ verdict, states }: CheckResult): string {
  if (verdict === 'pass') return `checked, passes, ${counted(states, 'state')}, complete`;
  return verdict === 'fail' ? 'checked, still fails' : 'not decided';
}
