/**
 * Defences that hurt nobody when one of them alone is removed, because another does its work.
 *
 * All of them are removed at once. Where nothing fails then, this scenario needs none of them, and
 * no more is asked. Else every smallest set that fails is looked for, as if what fails without some
 * failed without more, too. What is left is removed together, to be sure of it. Pure: the search is
 * passed in.
 */

import type { Model, Verdict } from '../explore/result.ts';
import { searchAll } from './why-search.ts';
import type { Search, Verdicts } from './why-search.ts';

/** A smallest set of defences of which one suffices. */
export interface Redundancy {
  readonly names: readonly string[];
  /** What happens without all of them. */
  readonly without: Verdicts;
}

/** What is known of the defences whose removal alone hurts nothing. */
export interface Redundancies {
  readonly sets: readonly Redundancy[];
  /** Those that were removed all at once, and nothing failed. */
  readonly idle: readonly string[];
}

/** More searches for another smallest set are not begun. */
const LOOKS_MAX = 16;

/**
 * Looks for redundant defences.
 *
 * @param names the defences whose removal alone hurts nothing
 * @param models strongest first: a set that fails under any of them fails under the last
 */
export async function redundanciesOf(
  names: readonly string[],
  models: readonly Model[],
  search: Search,
): Promise<Redundancies> {
  const weakest = models.at(-1);
  if (weakest === undefined) return { sets: [], idle: [] };
  const known = new Map<string, Verdict>();
  const verdictWithout = async (some: readonly string[]): Promise<Verdict> => {
    if (some.length < 2) return 'pass'; // as the caller knows
    const key = some.join('\n');
    const verdict = known.get(key) ?? (await search(weakest, some)).verdict;
    known.set(key, verdict);
    return verdict;
  };
  const fails = async (some: readonly string[]): Promise<boolean> =>
    (await verdictWithout(names.filter((name) => some.includes(name)))) === 'fail';
  const sets = await smallestSets(names, fails);
  const idle = names.filter((name) => !sets.some((set) => set.includes(name)));
  const told: Redundancy[] = [];
  for (const set of sets) told.push({ names: set, without: await searchAll(models, search, set) });
  // What stands behind a removed test may never be met: that is no mistake here.
  const together = (await verdictWithout(idle)) === 'pass';
  return { sets: told, idle: together ? idle : [] };
}

type Fails = (names: readonly string[]) => Promise<boolean>;

/**
 * Every smallest set that fails. If there is another beside a known one, it lacks one of its names:
 * so each of them in turn is left in place (the hitting-set tree of Reiter).
 */
async function smallestSets(names: readonly string[], fails: Fails): Promise<string[][]> {
  const sets: string[][] = [];
  const waiting = [[...names]];
  const seen = new Set<string>();
  for (let some = waiting.shift(); some !== undefined; some = waiting.shift()) {
    const among = some;
    const key = among.join('\n');
    if (seen.has(key) || seen.size === LOOKS_MAX) continue;
    seen.add(key);
    let set = sets.find((one) => one.every((name) => among.includes(name)));
    if (set === undefined && (await fails(among))) {
      const found = await smallestFailing([], among, fails);
      set = names.filter((name) => found.includes(name));
      sets.push(set);
    }
    for (const kept of set ?? []) waiting.push(among.filter((name) => name !== kept));
  }
  const places = (set: readonly string[]): string =>
    set.map((name) => String(names.indexOf(name)).padStart(4)).join();
  return sets.toSorted((one, other) => (places(one) < places(other) ? -1 : 1));
}

/**
 * What of `names` fails together with `base`, without which it does not (QuickXplain): half of them
 * at a time is tried.
 */
async function smallestFailing(
  base: readonly string[],
  names: readonly string[],
  fails: Fails,
): Promise<string[]> {
  if (names.length === 1) return [...names];
  const half = names.length >>> 1;
  const [first, second] = [names.slice(0, half), names.slice(half)];
  const withFirst = [...base, ...first];
  const right = (await fails(withFirst)) ? [] : await smallestFailing(withFirst, second, fails);
  const withRight = [...base, ...right];
  const isAll = right.length > 0 && (await fails(withRight));
  return isAll ? right : [...(await smallestFailing(withRight, first, fails)), ...right];
}
