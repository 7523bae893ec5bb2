/**
 * Barriers made readable: under weak the barrier of a fully ordered access is a step of its own.
 * Where nobody does anything between the two it is shown with the access; what remains a row of
 * its own is exactly where another thread came between.
 */

import type { Step } from '../explore/result.ts';
import type { Entry } from './drains.ts';

/** The entries with each barrier in the entry of its access, if that stands beside it. */
export function settledFences(entries: readonly Entry[]): Entry[] {
  const settled: Entry[] = [];
  for (const entry of entries) {
    const last = settled.at(-1);
    if (last !== undefined && isFenceOf(entry.step, last.step)) {
      settled[settled.length - 1] = { ...last, fences: [...last.fences, entry.step] };
    } else if (last !== undefined && isFenceOf(last.step, entry.step)) {
      settled[settled.length - 1] = { ...entry, fences: [last.step] };
    } else {
      settled.push(entry);
    }
  }
  return settled;
}

/** A barrier has the primitive and the place of its access. */
function isFenceOf(fence: Step, access: Step): boolean {
  return (
    fence.kind === 'fence' &&
    access.kind !== 'fence' &&
    fence.thread === access.thread &&
    fence.primitive === access.primitive &&
    JSON.stringify(fence.stack) === JSON.stringify(access.stack)
  );
}
