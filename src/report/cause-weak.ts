/**
 * Why a read under model `weak` gives a value that had been replaced: which order is missing, and
 * on which side.
 *
 * - Store buffering: each of two threads stores and then reads what the other stored. Both sides
 *   need a full barrier; where the reader has its own, the other's is missing.
 * - Message passing: the reader had read a later store of the same thread. The two stores need an
 *   order, and so do the two reads.
 */

import type { Step, Trace } from '../explore/result.ts';
import type { Layout } from './layout.ts';

/** The sentence, and the steps that it speaks of. */
export interface WeakCause {
  readonly text: string;
  readonly steps: readonly Step[];
}

/** A read that missed a store. */
interface Missed {
  readonly trace: Trace;
  readonly stale: Step;
  readonly store: Step;
  readonly row: (step: Step) => number;
}

/**
 * Explains the stale reads of an execution, in the row numbers of its layout: by the first of them
 * that one of the patterns fits, because not every old value that is read makes a difference.
 */
export function weakCause(trace: Trace, layout: Layout): WeakCause | null {
  const row = (step: Step): number => layout.rowOf.get(step.number) ?? step.number;
  const all = trace.steps.flatMap((stale): Missed[] => {
    const store = trace.steps.find((step) => step.number === stale.missed);
    return store === undefined ? [] : [{ trace, stale, store, row }];
  });
  for (const pattern of [buffering, passing, plainly]) {
    for (const missed of all) {
      const cause = pattern(missed);
      if (cause !== null) return cause;
    }
  }
  return null;
}

/** Both stored first and read then, and the reader alone has a full barrier between. */
function buffering({ trace, stale, store, row }: Missed): WeakCause | null {
  const { steps, threads } = trace;
  for (const own of steps) {
    if (own.thread !== stale.thread || own.number >= stale.number || !stores(own)) continue;
    if (!between(trace, own, stale, isFull)) continue;
    const read = steps.find(
      (step) =>
        step.thread === store.thread &&
        step.number > store.number &&
        step.field === own.field &&
        step.readsFrom !== null &&
        step.readsFrom < own.number,
    );
    if (read === undefined || between(trace, store, read, isFull)) continue;
    const text =
      `No full barrier stands between step ${row(store)} and step ${row(read)} of ` +
      `${threads[store.thread] ?? ''}: so step ${row(stale)} can still read the value that step ` +
      `${row(store)} had replaced, although a full barrier stands before it.`;
    return { text, steps: [store, read] };
  }
  return null;
}

/** The reader has read what was stored later: one of the two orders is missing. */
function passing({ trace, stale, store, row }: Missed): WeakCause | null {
  const { steps, threads } = trace;
  const later = (number: number | null): Step | undefined =>
    steps.find((step) => step.number === number && step.number > store.number);
  const flag = steps.findLast(
    (step) =>
      step.thread === stale.thread &&
      step.number < stale.number &&
      later(step.readsFrom)?.thread === store.thread,
  );
  const second = later(flag?.readsFrom ?? null);
  if (flag === undefined || second === undefined || row(flag) === row(stale)) return null;
  const areStored = between(trace, store, second, keepsStores);
  // What is read through a pointer comes behind the read of the pointer.
  const mayFollow = flag.observed?.startsWith('&') === true && !areStored;
  if (!between(trace, flag, stale, keepsReads) && !mayFollow) {
    const text =
      `Step ${row(stale)} still reads the value that step ${row(store)} had replaced: nothing ` +
      `orders it behind step ${row(flag)}, which reads what was stored later.`;
    return { text, steps: [flag, stale] };
  }
  if (areStored || row(store) === row(second)) return null;
  const text =
    `Step ${row(stale)} still reads the value that step ${row(store)} had replaced, although ` +
    `step ${row(flag)} has read what step ${row(second)} stored: nothing orders these two ` +
    `stores of ${threads[store.thread] ?? ''}.`;
  return { text, steps: [store, second] };
}

/** Neither: all that can be said is what it stands behind, if that is no barrier itself. */
function plainly({ trace, stale, store, row }: Missed): WeakCause {
  const text = `Step ${row(stale)} still reads the value that step ${row(store)} had replaced`;
  const earlier = trace.steps.findLast(
    (step) => step.thread === stale.thread && step.number < stale.number && row(step) < row(stale),
  );
  if (earlier === undefined || isFull(earlier)) return { text: `${text}.`, steps: [stale] };
  const behind = `: nothing orders it behind step ${row(earlier)}.`;
  return { text: `${text}${behind}`, steps: [earlier, stale] };
}

function stores(step: Step): boolean {
  return step.kind === 'access' && step.written !== null;
}

/** Whether a step of the thread orders what comes before it, or the first, with the second. */
export function between(
  { steps }: Trace,
  first: Step,
  second: Step,
  orders: (step: Step, end: 'first' | 'second' | 'middle') => boolean,
): boolean {
  return steps.some((step) => {
    if (step.thread !== first.thread) return false;
    if (step.number < first.number || step.number > second.number) return false;
    if (step.number === first.number) return orders(step, 'first');
    return orders(step, step.number === second.number ? 'second' : 'middle');
  });
}

function isFull({ order }: Step): boolean {
  return order === 'full';
}

/** An order of two reads. */
export function keepsReads(step: Step, end: 'first' | 'second' | 'middle'): boolean {
  const { order } = step;
  if (order === 'full') return true;
  if (end !== 'first' && step.barriers.includes('smp_rmb')) return true;
  return end !== 'second' && (order === 'acquire' || order === 'acquire-release');
}

/** An order of two stores. */
export function keepsStores(step: Step, end: 'first' | 'second' | 'middle'): boolean {
  const { order } = step;
  if (order === 'full') return true;
  if (end === 'first') return false;
  return order === 'release' || order === 'acquire-release' || step.barriers.includes('smp_wmb');
}
