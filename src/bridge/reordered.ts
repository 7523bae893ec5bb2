/**
 * What model `weak` leaves out of a litmus test: states that need a store to be made before an
 * earlier load of its thread. They are recognised by the axioms, not guessed: LKMM reaches them,
 * and LKMM with all loads kept before later stores does not.
 */

import { checkLitmus } from '../litmus/index.ts';
import type { LitmusOptions, LitmusResult } from '../litmus/index.ts';
import { stateText } from './outcomes.ts';
import type { Outcomes } from './outcomes.ts';

/**
 * Counts the states of LKMM that need load-to-store reordering.
 *
 * @param lkmm what the exact model says of the test
 * @param weak what the search under `weak` has reached
 * @param text of the test; `options` as it was checked with
 * @returns null where one of them is not complete
 */
export function reorderedStates(
  lkmm: LitmusResult,
  weak: Outcomes,
  text: string,
  options: LitmusOptions,
): number | null {
  const isWhole = lkmm.open === null && !lkmm.cut && weak.complete && !weak.cut;
  if (!isWhole || weak.endsAtRace) return null;
  const reached = new Set(weak.states.map(stateText));
  const missed = lkmm.states.map(stateText).filter((state) => !reached.has(state));
  if (missed.length === 0) return 0;
  const ordered = checkLitmus(text, { ...options, explain: false, noLoadStoreReordering: true });
  if (ordered.open !== null) return null;
  const known = new Set(ordered.states.map(stateText));
  return missed.filter((state) => !known.has(state)).length;
}
