/**
 * The memory models of the state search, strongest first: what one of them shows, every later one
 * shows too.
 */

import type { Model } from './result.ts';

/** Written as a record so that a model without a place in the order does not compile. */
const ORDER: Readonly<Record<Model, number>> = { sc: 0, tso: 1, weak: 2 };

/** Strongest first. */
export const MODELS: readonly Model[] = (Object.keys(ORDER) as Model[]).toSorted(
  (one, other) => ORDER[one] - ORDER[other],
);

/** The models that allow less than this one, strongest first. */
export function strongerThan(model: Model): readonly Model[] {
  return MODELS.slice(0, MODELS.indexOf(model));
}
