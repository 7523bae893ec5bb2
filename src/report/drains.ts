/**
 * Store buffers made readable: a drain that delays nothing is shown with its store.
 *
 * The engine finds some execution of the machine; which moment it chose for a drain often does not
 * matter. A drain may be moved up to its store as long as no other thread touches the field between
 * the two and the drains of a thread keep their order: every read gives the same value as before.
 * What remains a row of its own is exactly where the store buffer matters.
 */

import type { Step } from '../explore/result.ts';

/** One step with what is shown with it, because nobody else did anything in between. */
export interface Entry {
  readonly step: Step;
  /** The drain of its own store. */
  readonly drain: Step | null;
  /** weak: the barriers before and behind a fully ordered access. */
  readonly fences: readonly Step[];
}

/** The steps with each drain as early as it can be. */
export function settledDrains(steps: readonly Step[]): Entry[] {
  const order: Step[] = [];
  for (const step of steps) {
    if (step.kind === 'drain') order.splice(earliestPlace(order, step), 0, step);
    else order.push(step);
  }
  return withOwnDrains(order);
}

/** Where a drain can stand: behind its store, behind other drains, behind accesses of others. */
function earliestPlace(order: readonly Step[], drain: Step): number {
  const store = storeOf(order, drain);
  for (let place = order.length; place > 0; place--) {
    const before = order[place - 1];
    if (before === undefined || before === store) return place;
    const own = before.thread === drain.thread;
    if (own ? before.kind === 'drain' : before.field === drain.field) return place;
  }
  return order.length;
}

/** Buffers are queues: the n-th drain of a thread is that of its n-th buffered store. */
function storeOf(order: readonly Step[], drain: Step): Step | undefined {
  const own = order.filter((step) => step.thread === drain.thread);
  const done = own.filter((step) => step.kind === 'drain').length;
  return own.filter((step) => step.buffered)[done];
}

function withOwnDrains(order: readonly Step[]): Entry[] {
  const entries: Entry[] = [];
  const waiting = new Map<number, number>();
  for (const step of order) {
    const last = entries.at(-1);
    const waits = waiting.get(step.thread) ?? 0;
    const isOwn = last?.step.buffered === true && last.step.thread === step.thread;
    if (step.kind === 'drain' && isOwn && last.drain === null && waits === 1) {
      entries[entries.length - 1] = { ...last, drain: step };
    } else {
      entries.push({ step, drain: null, fences: [] });
    }
    const change = step.kind === 'drain' ? -1 : step.buffered ? 1 : 0;
    waiting.set(step.thread, waits + change);
  }
  return entries;
}
