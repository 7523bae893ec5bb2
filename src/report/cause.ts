/**
 * Why it happened, in one sentence: the missing order first.
 *
 * A stale read under tso has one cause: a store of some thread is still in that thread's store
 * buffer while the thread reads on. Where no read is stale, the reason is an interleaving: somebody
 * changed what a thread had looked at before the thread acted on it.
 */

import type { Position, PropertyName, Step, Trace } from '../explore/result.ts';
import { belowZeroCause } from './cause-below-zero.ts';
import { freedCause } from './cause-freed.ts';
import { lossCause } from './cause-loss.ts';
import { pendingCause } from './cause-pending.ts';
import { pinCause } from './cause-pins.ts';
import { weakCause } from './cause-weak.ts';
import type { Layout } from './layout.ts';
import { releasesLock, takesLock } from './locks.ts';
import { fieldsOf, shortNames } from './names.ts';

/** The sentence and the places in the code that it speaks of. */
export interface Cause {
  readonly text: string;
  readonly positions: readonly Position[];
  /** The step with which everything is decided, though the execution goes on; absent for most. */
  readonly decidedIn?: number;
}

/** Explains an execution, in the row numbers of its layout. */
export function causeOf(trace: Trace, layout: Layout, property: PropertyName): Cause {
  const pin = belowZeroCause(trace, layout) ?? pinCause(trace, layout, property);
  const first = freedCause(trace, layout, property) ?? pin;
  const order = staleCause(trace, layout) ?? pendingCause(trace, layout, property);
  // Of a pin that is left, or given back twice, the steps of others say nothing, unless they made
  // a read stale.
  const other = pin === null ? (order ?? lateCause(trace, layout, property)) : order;
  if (first === null) return other ?? orderCause(trace);
  return other === null ? first : both(first, other);
}

function lateCause(trace: Trace, layout: Layout, property: PropertyName): Cause | null {
  return (
    lossCause(trace, layout, property) ??
    interleavingCause(trace, layout) ??
    leakCause(trace, layout, property)
  );
}

function both(one: Cause, other: Cause): Cause {
  const positions = [...one.positions, ...other.positions];
  return { ...one, text: `${one.text} ${other.text}`, positions };
}

function places(...steps: readonly (Step | undefined)[]): Position[] {
  return steps.flatMap((step) => (step?.position ? [step.position] : []));
}

/** The store that somebody missed, and what its own thread read while the store still waited. */
function staleCause(trace: Trace, layout: Layout): Cause | null {
  const stale = trace.steps.find((step) => step.missed !== null);
  const store = trace.steps.find((step) => step.number === stale?.missed);
  if (stale === undefined || store === undefined) return null;
  const row = (step: Step): number => layout.rowOf.get(step.number) ?? step.number;
  const owner = trace.threads[store.thread] ?? '';
  if (!store.buffered) {
    const cause = weakCause(trace, layout);
    return cause && { text: cause.text, positions: places(...cause.steps) };
  }
  const overtaker = overtakerOf(trace, store, layout);
  if (overtaker === undefined || row(overtaker) === row(store)) {
    const text =
      `Step ${row(stale)} does not see step ${row(store)}: the store still waits in the store ` +
      `buffer of ${owner}.`;
    return { text, positions: places(stale, store) };
  }
  const text =
    `Step ${row(overtaker)} is done before step ${row(store)} is visible: the store waits in the ` +
    `store buffer of ${owner}, and no full barrier stands between them. So step ${row(stale)} ` +
    `still reads the old value.`;
  return { text, positions: places(store, overtaker) };
}

/**
 * The first read that the store's thread makes before the store is visible: of a field that another
 * thread changes if there is one, because that is the other half of the race.
 */
function overtakerOf(trace: Trace, store: Step, layout: Layout): Step | undefined {
  const visible = trace.steps.find(
    (step) =>
      step.kind === 'drain' &&
      step.thread === store.thread &&
      step.number > store.number &&
      step.field === store.field,
  );
  const reads = trace.steps.filter(
    (step) =>
      step.thread === store.thread &&
      step.number > store.number &&
      step.number < (visible?.number ?? Infinity) &&
      step.kind === 'access' &&
      step.observed !== null &&
      step.field !== store.field &&
      layout.rowOf.has(step.number),
  );
  return reads.find((step) => changedByOther(trace, step)) ?? reads[0];
}

function changedByOther(trace: Trace, read: Step): boolean {
  return trace.steps.some(
    (step) =>
      step.thread !== read.thread &&
      (step.changes.some(({ field }) => field === read.field) ||
        (step.field === read.field && step.written !== null)),
  );
}

/** The last look at a field that somebody changed before the looker acted. */
function interleavingCause(trace: Trace, layout: Layout): Cause | null {
  const short = shortNames(fieldsOf(trace));
  for (const act of trace.steps.toReversed()) {
    if (act.kind === 'drain' || releasesLock(act.primitive)) continue;
    const pair = overtaken(trace, act);
    if (pair === null) continue;
    // Whoever writes what is there already changes nothing, and may lose another's update.
    if (act.changes.length === 0 && !(act.written !== null && act.field === pair.look.field))
      continue;
    const { look, change } = pair;
    const row = (step: Step): number => layout.rowOf.get(step.number) ?? step.number;
    if (row(look) === row(act)) continue;
    const field = short(look.field ?? '');
    const text =
      `Step ${row(look)} of ${trace.threads[look.thread] ?? ''} looks at ${field}; ` +
      `step ${row(change)} of ${trace.threads[change.thread] ?? ''} changes it ` +
      `before step ${row(act)} ${overwrites(act, look) ? 'overwrites' : 'acts on'} it.`;
    return { text, positions: places(look, change, act) };
  }
  return null;
}

function overwrites({ field, primitive }: Step, look: Step): boolean {
  return field === look.field && /^(?:WRITE_ONCE|store|smp_store_release)$/.test(primitive);
}

function overtaken(trace: Trace, act: Step): { look: Step; change: Step } | null {
  const before = trace.steps.filter((step) => step.number < act.number);
  for (const look of before.toReversed()) {
    if (look.thread !== act.thread || look.observed === null || look.field === null) continue;
    const change = before.find(
      (step) =>
        step.number > look.number &&
        step.thread !== act.thread &&
        step.changes.some(({ field }) => field === look.field),
    );
    if (change !== undefined) return { look, change };
  }
  return null;
}

/** A lock that is not given back: where it was taken. */
function leakCause(trace: Trace, layout: Layout, property: PropertyName): Cause | null {
  if (property.kind !== 'automatic' || property.name !== 'leaked lock') return null;
  const owner = trace.steps.at(-1)?.thread;
  const own = trace.steps.filter((step) => step.thread === owner && step.field !== null);
  const kept = own.filter(
    (step) =>
      takesLock(step.primitive) &&
      !own.some(
        ({ number, field, primitive }) =>
          number > step.number && field === step.field && releasesLock(primitive),
      ),
  );
  const taken = kept.at(-1);
  if (owner === undefined || taken === undefined) return null;
  const row = layout.rowOf.get(taken.number) ?? taken.number;
  const text = `${trace.threads[owner] ?? ''} takes it in step ${row} and does not give it back.`;
  return { text, positions: places(taken) };
}

function orderCause(trace: Trace): Cause {
  const several = new Set(trace.steps.map((step) => step.thread)).size > 1;
  const text = several
    ? 'These steps in this order do it; no read is stale.'
    : 'One thread alone does it, whatever the others do.';
  // Where a section was entered that should have been left.
  const sections = trace.steps.filter(({ kind }) => kind === 'section');
  return { text, positions: places(...sections) };
}
