/**
 * Waits that end because of an old message (model `weak`).
 *
 * Whoever waits may come upon a message that is no longer the newest one; but no CPU reads old
 * messages for ever. So where nothing else can happen any more, it may as well see the newest ones
 * and wait without end: such a state is an end, too, although steps leave it.
 */

import { CANDIDATE_HEAD, outcomeOf } from '../candidates.ts';
import { Column, Flag } from '../automaton/node.ts';
import type { Stepper } from '../stepper.ts';

/** Whether every candidate from `from` on, if there are any, ends a wait by an old message. */
export function onlyStaleWaits(stepper: Stepper, from: number): boolean {
  const { out, length, layout } = stepper;
  if (layout.model !== 'weak') return length === from;
  for (let at = from; at < length; at += CANDIDATE_HEAD + 2 * (out[at + 4] as number)) {
    const node = stepper.nodeOf((out[at + 3] as number) & 0xff);
    const waits = (stepper.column(node, Column.FLAGS) & Flag.WAIT) !== 0;
    if (!waits || outcomeOf(out, at) <= 0) return false;
  }
  return true;
}
