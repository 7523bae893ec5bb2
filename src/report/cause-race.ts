/**
 * Why two accesses race: which they are, that one is plain and one writes, and what would order
 * them. Under `weak` the execution may show the order that is half there: the second thread has
 * read what the first one stored after its access, and an acquire or a release is missing on the
 * way.
 */

import type { PropertyName, Step, Trace } from '../explore/result.ts';
import { keepsReads, keepsStores, between } from './cause-weak.ts';
import type { Cause } from './cause.ts';
import type { Layout } from './layout.ts';

/** The accesses of a race under weak: the one that is not made, and the store before it. */
interface Race {
  readonly trace: Trace;
  readonly store: Step;
  readonly late: Step;
  readonly row: (step: Step) => number;
}

/** Explains a race in which one access is made and the other is not; null for anything else. */
export function raceCause(trace: Trace, layout: Layout, property: PropertyName): Cause | null {
  const race = raceIn(trace, layout, property);
  if (race === null) return null;
  const { store, late } = race;
  const named = `${accessOf(race, store)} and ${accessOf(race, late)} go to ${late.field ?? ''}`;
  const text = `${named}, and nothing orders the two. ${remedyOf(race)}`.replace(/^s/, 'S');
  return { text, positions: [store, late].flatMap(({ position }) => position ?? []) };
}

/** What would order the accesses of such a race, as a sentence. */
export function raceRemedy(trace: Trace, layout: Layout, property: PropertyName): string | null {
  const race = raceIn(trace, layout, property);
  return race === null ? null : remedyOf(race);
}

function raceIn(trace: Trace, layout: Layout, { kind, name }: PropertyName): Race | null {
  if (kind !== 'automatic' || !name.startsWith('data race')) return null;
  const [late, ...others] = trace.steps.filter((step) => step.kind === 'pending');
  if (late === undefined || others.length > 0) return null;
  const store = trace.steps.findLast(
    ({ kind: what, thread, field, written }) =>
      what === 'access' && thread !== late.thread && field === late.field && written !== null,
  );
  const row = (step: Step): number => layout.rowOf.get(step.number) ?? step.number;
  return store === undefined ? null : { trace, store, late, row };
}

const PLAIN = /^(load|store)$/;

/** `step 1 of writer (a plain store)` */
function accessOf({ trace, row }: Race, step: Step): string {
  const what = PLAIN.test(step.primitive) ? `a plain ${step.primitive}` : step.primitive;
  return `step ${row(step)} of ${trace.threads[step.thread] ?? ''} (${what})`;
}

/** The read by which the late thread learns of what the other stored after its access. */
function linkOf({ trace, store, late }: Race): { flag: Step; stored: Step } | null {
  for (const flag of trace.steps.toReversed()) {
    if (flag.thread !== late.thread || flag.readsFrom === null) continue;
    const stored = trace.steps.find(({ number }) => number === flag.readsFrom);
    if (stored?.thread === store.thread && stored.number > store.number) return { flag, stored };
  }
  return null;
}

/** What is missing on the way from one access to the other. */
function remedyOf(race: Race): string {
  const { trace, store, late, row } = race;
  const link = linkOf(race);
  if (link === null) {
    const [first, second] = [store, late].map(({ thread }) => trace.threads[thread] ?? '');
    return (
      `A lock around both would, or a flag that ${first} releases behind its access and ` +
      `${second} acquires before its own.`
    );
  }
  const { flag, stored } = link;
  const missing = [
    ...(between(trace, store, stored, keepsStores) ? [] : [`a release in step ${row(stored)}`]),
    ...(isKept(race, flag) ? [] : [`an acquire in step ${row(flag)}`]),
  ];
  const seen = `Step ${row(flag)} reads what step ${row(stored)} stores`;
  if (missing.length === 0) return `${seen}, and orders the two no more than that.`;
  return `${seen}: ${missing.join(' and ')} would order them.`;
}

/** Whether the read comes before the late access; before a store every read does, under weak. */
function isKept({ trace, late }: Race, flag: Step): boolean {
  const isRead = /^(load|READ_ONCE)$/.test(late.primitive);
  return !isRead || between(trace, flag, late, keepsReads);
}
