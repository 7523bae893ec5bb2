/**
 * From what was counted to the verdict in herd7's words.
 */

import type { LitmusTest, Location, Proposition, Quantifier } from './ast.ts';
import { isReachable } from './check.ts';
import type { SearchOptions, Tally } from './check.ts';
import { locationText, valueText } from './outcome.ts';
import type { Observation, StateEntry } from './result.ts';

/** How the condition fares, and whether that is certain. */
export interface Decision {
  /** Whether some consistent execution satisfies the proposition, and whether some does not. */
  readonly positive: boolean;
  readonly negative: boolean;
  readonly certain: boolean;
}

/** Decides the condition, as far as the loops were followed. */
export function decide(test: LitmusTest, options: SearchOptions, tally: Tally): Decision {
  const decision = decideFollowed(test, options, tally);
  if (!tally.losesOutcomes || (decision.positive && decision.negative)) return decision;
  return { ...decision, certain: false };
}

/** Where counting was given up, by looking for what was not found yet. */
function decideFollowed(test: LitmusTest, options: SearchOptions, tally: Tally): Decision {
  const counted = { positive: tally.positive > 0, negative: tally.negative > 0 };
  const gaveUp = tally.open?.limit === 'candidates';
  if (!gaveUp || (counted.positive && counted.negative)) {
    return { ...counted, certain: tally.open === null || (counted.positive && counted.negative) };
  }
  const { condition } = test;
  const missing: Proposition = counted.positive ? { kind: 'not', of: condition } : condition;
  const found = isReachable(test, options, missing);
  const positive = counted.positive || found === true;
  const negative = counted.negative || (counted.positive && found === true);
  return { positive, negative, certain: found !== null };
}

/** herd7's word. */
export function observationOf({ positive, negative }: Decision): Observation {
  if (!positive) return 'Never';
  return negative ? 'Sometimes' : 'Always';
}

/** Whether the quantified condition holds. */
export function isOk(quantifier: Quantifier, { positive, negative }: Decision): boolean {
  if (quantifier === 'exists') return positive;
  return quantifier === 'forall' ? !negative : !positive;
}

/** The states in herd7's order: by value, location after location. */
export function sortedStates({
  states,
  observed: locations,
  program,
}: Pick<Tally, 'states' | 'observed' | 'program'>): StateEntry[][] {
  const all = [...states.values()].sort((one, other) => {
    const at = one.findIndex((value, index) => value !== other[index]);
    return at < 0 ? 0 : (one[at] as number) - (other[at] as number);
  });
  return all.map((state) =>
    state.map((value, index) => ({
      location: locationText(locations[index] as Location),
      value: valueText(value, program.globals),
    })),
  );
}
