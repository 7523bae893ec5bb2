/**
 * Why nothing could follow, or why what follows is wrong: data races, deadlocks and livelocks,
 * whose reason is what the threads are about to do.
 */

import type { PropertyName, Step, Trace } from '../explore/result.ts';
import { raceCause } from './cause-race.ts';
import { awaitedSections, notOpenCause, unendedCause } from './cause-sections.ts';
import type { Cause } from './cause.ts';
import type { Layout } from './layout.ts';
import { takesLock } from './locks.ts';
import { accessText, fieldsOf, shortNames } from './names.ts';

/** Explains what the pending accesses of a trace say; null where another property is violated. */
export function pendingCause(trace: Trace, layout: Layout, property: PropertyName): Cause | null {
  if (property.kind !== 'automatic') return null;
  const pending = trace.steps.filter(({ kind }) => kind === 'pending');
  const row = (step: Step): number => layout.rowOf.get(step.number) ?? step.number;
  if (property.name.startsWith('data race')) {
    return raceCause(trace, layout, property) ?? meetingCause(pending, row);
  }
  if (property.name === 'deadlock' || property.name === 'stuck thread') {
    return stuckCause(trace, pending, row);
  }
  const [first] = pending;
  if (property.name === 'wrong unlock' && first !== undefined) {
    return notOpenCause(trace, first, row);
  }
  // A thread that leaves a section of another kind fails by itself.
  const isOfNoThread = trace.steps.every(({ kind }) => kind !== 'failure');
  if (property.name === 'unbalanced section' && isOfNoThread) return unendedCause(trace, row);
  if (property.name !== 'livelock') return null;
  const text = 'Whatever steps follow lead back here: the loops wait for what no thread will do.';
  return { text, positions: placesOf(pending) };
}

function placesOf(steps: readonly Step[]): Cause['positions'] {
  return steps.flatMap(({ position }) => (position === null ? [] : [position]));
}

/** Two accesses that can be made at once. */
function meetingCause(pending: readonly Step[], row: (step: Step) => number): Cause | null {
  const [one, other] = pending;
  if (one === undefined || other === undefined) return null;
  const text = `Nothing orders step ${row(one)} and step ${row(other)}: either may come first.`;
  return { text, positions: placesOf(pending) };
}

/** For each thread that waits: who holds what it waits for. */
function stuckCause(
  trace: Trace,
  pending: readonly Step[],
  row: (step: Step) => number,
): Cause | null {
  const short = shortNames(fieldsOf(trace));
  const waiting = new Set(pending.map(({ thread }) => thread));
  const begins: Step[] = [];
  const told = pending.map((step) => {
    const name = trace.threads[step.thread] ?? '';
    const sections = awaitedSections(trace, step, waiting, row);
    if (sections !== null) {
      begins.push(...sections.steps);
      return `${name} waits in ${accessText(step, short)} for ${sections.text}`;
    }
    const taken = trace.steps.findLast(({ changes }) =>
      changes.some(({ field }) => field === step.field),
    );
    if (taken === undefined || !takesLock(taken.primitive)) {
      return `${name} waits in ${accessText(step, short)}, and no thread is left to end that`;
    }
    const isOwn = taken.thread === step.thread;
    const owner = isOwn ? 'it took itself' : `${trace.threads[taken.thread] ?? ''} took`;
    return `${name} waits for ${short(step.field ?? '')}, which ${owner} in step ${row(taken)}`;
  });
  return { text: `${told.join('; ')}.`, positions: placesOf([...begins, ...pending]) };
}
