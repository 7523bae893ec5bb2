/**
 * Defences that hurt nobody when one of them alone is removed, because another does its work.
 *
 * All of them are removed at once. Where nothing fails then, this scenario needs none of them, and
 * no more is asked. Else every pair is removed, then everything else that hurts nothing; where that
 * fails, a smallest set that fails is found by putting one defence back after the other. What is
 * left can be removed together. Pure: the search is passed in.
 */

import type { Model } from '../explore/result.ts';
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

/** More pairs than this are not tried one by one; larger sets are looked for all the same. */
const PAIRS_MAX = 500;

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
  // A single one was removed already.
  if (names.length < 2) return { sets: [], idle: names };
  const all = await search(weakest, names);
  if (all.verdict === 'pass') return { sets: [], idle: names };
  const fails = async (some: readonly string[]): Promise<boolean> =>
    some.length > 1 && (await search(weakest, some)).verdict === 'fail';
  const sets = await failingPairs(names, fails);
  let rest = withoutPairs(names, sets);
  while (await fails(rest)) {
    const smallest = await smallestFailing(rest, fails);
    sets.push(smallest);
    rest = rest.filter((name) => name !== smallest[0]);
  }
  const idle = names.filter((name) => !sets.some((set) => set.includes(name)));
  const told: Redundancy[] = [];
  for (const set of sets) told.push({ names: set, without: await searchAll(models, search, set) });
  // What stands behind a removed test may never be met: that is no mistake here.
  const together = idle.length < 2 || (await search(weakest, idle)).verdict === 'pass';
  return { sets: told, idle: together ? idle : [] };
}

type Fails = (names: readonly string[]) => Promise<boolean>;

async function failingPairs(names: readonly string[], fails: Fails): Promise<string[][]> {
  const pairs = names.flatMap((one, at) => names.slice(at + 1).map((other) => [one, other]));
  const failing: string[][] = [];
  for (const pair of pairs.length > PAIRS_MAX ? [] : pairs) {
    if (await fails(pair)) failing.push(pair);
  }
  return failing;
}

/** As many as possible of which no two are known to be a failing pair. */
function withoutPairs(names: readonly string[], pairs: readonly string[][]): string[] {
  const chosen: string[] = [];
  for (const name of names) {
    const clash = pairs.some((pair) => pair.includes(name) && pair.some((x) => chosen.includes(x)));
    if (!clash) chosen.push(name);
  }
  return chosen;
}

/** What is left of a failing set when everything is put back that it fails without. */
async function smallestFailing(names: readonly string[], fails: Fails): Promise<string[]> {
  let failing = [...names];
  for (const name of names) {
    const fewer = failing.filter((one) => one !== name);
    if (await fails(fewer)) failing = fewer;
  }
  return failing;
}
