/**
 * A count of references that goes below zero: somebody gave back what he had not. What happens
 * later is of no interest, though a property may only be judged at the end.
 *
 * `_mapcount` begins at -1, and other numbers may be negative: only what is named after references
 * or pins is such a count, and only where it was not negative before.
 */

import type { Step, Trace } from '../explore/result.ts';
import type { Cause } from './cause.ts';
import type { Layout } from './layout.ts';
import { fieldsOf, shortNames } from './names.ts';

const COUNT = /(?:^|[._])\w*(?:ref|pin)\w*(?:\[\d+\])?$/i;

/** Who takes a count below zero; null where nobody does. */
export function belowZeroCause(trace: Trace, layout: Layout): Cause | null {
  const step = trace.steps.find((one) => fallOf(one) !== undefined);
  const fall = step && fallOf(step);
  if (step === undefined || fall === undefined) return null;
  const row = layout.rowOf.get(step.number) ?? step.number;
  const by = step.calls[0] === undefined ? '' : ` (${step.calls[0]})`;
  const field = shortNames(fieldsOf(trace))(fall.field);
  const text =
    `Step ${row} of ${trace.threads[step.thread] ?? ''}${by} takes ${field} from ${fall.before} ` +
    `to ${fall.after}: more is given back than was taken.`;
  const places = [step.stack.at(-1) ?? step.position, step.position];
  const positions = places.filter((place) => place !== null);
  return { text, positions, decidedIn: step.number };
}

function fallOf({ changes }: Step): Step['changes'][number] | undefined {
  return changes.find(
    ({ field, before, after }) => COUNT.test(field) && Number(before) >= 0 && Number(after) < 0,
  );
}
