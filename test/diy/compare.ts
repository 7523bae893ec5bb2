/**
 * The state search against the exact models on one test: sc and tso must reach exactly what their
 * axioms allow; weak at least what LKMM allows without load-to-store reordering; each model at
 * least what the stronger one reaches; and none more than LKMM allows.
 */

import { axiomaticStates, hasSections } from '../support/axiomatic.ts';
import { outcomesOf, stateText } from '../../src/bridge/outcomes.ts';
import { whyMeaningless } from '../../src/bridge/runnable.ts';
import { checkLitmus, parseLitmus } from '../../src/litmus/index.ts';
import type { LitmusTest } from '../../src/litmus/index.ts';
import type { Model } from '../../src/explore/result.ts';
import { randomProgram } from './any-program.ts';
import { chainProgram } from './chain.ts';
import { randomCycle } from './cycle.ts';
import { detourProgram } from './detour.ts';
import { looseProgram } from './loose.ts';
import { printed } from './print.ts';
import type { Test } from './program.ts';
import { chanceFrom } from './random.ts';
import { shrunk } from './shrink.ts';

/** Tests with more are left out: there are enough others. */
const CANDIDATES_MAX = 5000;
const STATES_MAX = 10_000;

/** Which model the search is asked for instead of each: to see that a difference is found. */
export type Instead = Readonly<Record<Model, Model>>;

export const THEMSELVES: Instead = { sc: 'sc', tso: 'tso', weak: 'weak' };

/** What two models say differently, sentence by sentence; null where they cannot be compared. */
export function disagreements(test: Test, instead: Instead = THEMSELVES): string[] | null {
  const text = printed(test);
  const parsed = parseLitmus(text, 'test.litmus');
  if ('problem' in parsed) throw new Error(`${parsed.problem.what}\n${text}`);
  const exact = checkLitmus(text, { until });
  const [problem] = exact.problems;
  if (problem !== undefined) throw new Error(`${problem.what}\n${text}`);
  if (exact.open !== null || whyMeaningless(exact.flags) !== null) return null;
  const lkmm = exact.states.map(stateText);
  const sc = reached(parsed, instead.sc);
  const tso = reached(parsed, instead.tso);
  const weak = reached(parsed, instead.weak);
  if (sc === null || tso === null || weak === null) return null;
  const wrong = [...beyond('sc', sc, 'tso', tso), ...beyond('tso', tso, 'LKMM', lkmm)];
  wrong.push(...beyond('weak', weak, 'LKMM', lkmm));
  // A race has no meaning, and weak does not follow the execution.
  if (!exact.flags.includes('data-race')) {
    wrong.push(...beyond('tso', tso, 'weak', weak), ...missedByWeak(text, weak));
  }
  if (hasSections(text)) return wrong;
  const allowed = axiomaticStates(parsed, { until });
  if (allowed === null) return null;
  return [...wrong, ...differences('sc', sc, allowed.sc), ...differences('tso', tso, allowed.tso)];
}

/** What LKMM without load-to-store reordering reaches and weak does not. */
function missedByWeak(text: string, weak: readonly string[]): string[] {
  const { states } = checkLitmus(text, { until, noLoadStoreReordering: true });
  return states
    .map(stateText)
    .filter((state) => !weak.includes(state))
    .map((state) => `${state} is reached by LKMM with [R];po;[W] and not by weak.`);
}

const until = { candidates: CANDIDATES_MAX };

function differences(
  model: 'sc' | 'tso',
  found: readonly string[],
  allowed: readonly string[],
): string[] {
  const axioms = `the axioms of ${model}`;
  return [...beyond(model, found, axioms, allowed), ...beyond(axioms, allowed, model, found)];
}

function reached(test: LitmusTest, model: Model): string[] | null {
  const outcomes = outcomesOf(test, model, { until: { states: STATES_MAX } });
  if ('reason' in outcomes) throw new Error(`${model}: ${outcomes.reason}`);
  return outcomes.complete ? outcomes.states.map(stateText) : null;
}

function beyond(
  one: string,
  states: readonly string[],
  other: string,
  known: readonly string[],
): string[] {
  return states
    .filter((state) => !known.includes(state))
    .map((state) => `${state} is reached by ${one} and not by ${other}.`);
}

/** What random tests are compared. */
export interface Trial {
  readonly seed: number;
  /** The test of a seed; cycles and programs of any shape, in turn, where left out. */
  readonly make?: (seed: number) => Test;
  readonly count: number;
  readonly instead?: Instead;
}

/**
 * Compares on random tests.
 *
 * @returns how many were compared
 * @throws Error with the smallest test that still shows a disagreement
 */
export function compareOnRandomTests(trial: Trial): number {
  const { seed, count, instead, make = randomTest } = trial;
  let compared = 0;
  for (let number = 0; number < count; number++) {
    const test = make(seed + number);
    const found = disagreements(test, instead);
    if (found === null) continue;
    compared++;
    if (found.length > 0) throw disagreement(test, seed + number, instead);
  }
  return compared;
}

/** The random test of a seed. */
export function randomTest(seed: number): Test {
  const chance = chanceFrom(seed);
  if (seed % 2 === 0) return randomCycle(chance).test;
  return randomProgram(chance, { plain: chance.once(2), grace: chance.once(2) });
}

/** The random test of a seed, with sections and barriers that stand in no pairs. */
export function looseTest(seed: number): Test {
  return looseProgram(chanceFrom(seed));
}

/** The random test of a seed, with sections that overlap while others wait for them. */
export function chainTest(seed: number): Test {
  return chainProgram(chanceFrom(seed));
}

/** The random test of a seed, in which something comes back to a thread. */
export function detourTest(seed: number): Test {
  return detourProgram(chanceFrom(seed));
}

function disagreement(test: Test, seed: number, instead: Instead | undefined): Error {
  const shows = (one: Test): boolean => {
    try {
      return (disagreements(one, instead) ?? []).length > 0;
    } catch {
      return false;
    }
  };
  const smallest = shrunk(test, shows);
  const why = disagreements(smallest, instead) ?? [];
  return new Error(`seed ${seed}: ${why.join(' ')}\n\n${printed(smallest)}`);
}
