/**
 * Completes the candidates of model `weak`: barriers, the thread's next state, and what follows
 * from it for sections, grace periods and messages that nobody needs any more.
 */

import { FENCE } from '../candidates.ts';
import { Column, Flag } from '../automaton/node.ts';
import { isLiveSlot } from '../pointers.ts';
import { passGrace } from './weak-grace.ts';
import { EMPTY_VIEW } from './views.ts';
import { forget } from './weak-forget.ts';
import { UNLOCK_MARK, WeakOrder } from './weak-order.ts';
import { pointerOf } from './weak-pending.ts';
import type { Pending } from './weak-pending.ts';
import { isFresh, withTaken } from './observers.ts';
import { withLeft } from './weak-returns.ts';
import { afterFence, afterPartialFence, inSection } from './weak-views.ts';

/** A full barrier that belongs to the access before or after it. */
export function fenceOnly(pending: Pending): void {
  const { stepper, memory, thread, node } = pending;
  pending.stepper.begin();
  fence(pending);
  write(pending);
  stepper.move(thread, node, node);
  stepper.complete(thread, FENCE);
  memory.load(stepper.records, stepper.base);
}

export function fence({ memory, cpu }: Pending): void {
  const { views } = memory.tables;
  const observer = memory.observer(cpu);
  const global = views.join(memory.global, observer.seen);
  memory.setObserver(cpu, afterFence(views, observer, global));
  memory.global = global;
}

/** smp_mb__after_unlock_lock: where no unlock came before a lock, it orders nothing. */
export function fenceAfterUnlock(pending: Pending): void {
  const { memory, cpu } = pending;
  const { isAfterUnlock, beforeUnlock } = memory.observer(cpu);
  if (!isAfterUnlock) return;
  partialFence(pending, UNLOCK_MARK, beforeUnlock);
  memory.setObserver(cpu, { ...memory.observer(cpu), beforeUnlock: EMPTY_VIEW });
}

/** A full barrier for what came before a mark; where nothing was marked, it orders nothing. */
export function fenceForMark(pending: Pending, mark: number): void {
  const observer = pending.memory.observer(pending.cpu);
  if ((observer.marked & (1 << mark)) === 0) return;
  if (isFresh(observer, mark)) return fence(pending);
  partialFence(pending, mark, observer.marks[mark] as number);
}

/** @param earlier what had been seen at the mark */
function partialFence({ memory, cpu }: Pending, mark: number, earlier: number): void {
  const { views } = memory.tables;
  const observer = memory.observer(cpu);
  const taken = observer.taken[mark] ?? null;
  const global = taken ?? views.join(memory.global, earlier);
  const fenced = afterPartialFence(views, observer, earlier, global);
  memory.setObserver(cpu, withTaken(fenced, mark, null));
  if (taken === null) memory.global = global;
}

/** Follows the edge for what was observed; afterwards the memory is that of the state again. */
export function follow(pending: Pending, observed: number, outcome: number): void {
  const { stepper, memory, node } = pending;
  const next = stepper.target(node, observed);
  if (next < 0) stepper.abandon();
  else finish(pending, next, outcome);
  memory.load(stepper.records, stepper.base);
}

/** Completes the candidate of a step that leads to thread state `next`. */
function finish(pending: Pending, next: number, outcome: number): void {
  const { stepper, memory, thread, node, cpu, order } = pending;
  const isInside = (stepper.column(next, Column.FLAGS) & Flag.READER) !== 0;
  const observer = memory.observer(cpu);
  if ((order & WeakOrder.SECTION) !== 0 && !isInside) {
    memory.setObserver(cpu, { ...observer, section: observer.seen });
  } else if ((order & WeakOrder.TAKES_SECTION) !== 0 && isInside) {
    memory.setObserver(cpu, inSection(memory.tables.views, withLeft(memory, observer)));
  }
  dropPointers(pending, next);
  stepper.move(thread, node, next);
  passGrace(pending);
  write(pending);
  stepper.complete(thread, outcome);
}

/** Forgets the pointers that the thread cannot use any more. */
function dropPointers({ stepper, memory, cpu, thread }: Pending, next: number): void {
  const observer = memory.observer(cpu);
  const { pointers } = observer;
  if (pointers.length === 0) return;
  const column = stepper.column(next, Column.POINTERS);
  const kept = pointers.filter((_, i) => {
    const key = pointerOf(pointers[i & ~1] ?? 0);
    return key.thread !== thread || isLiveSlot(column, key.slot);
  });
  if (kept.length < pointers.length) memory.setObserver(cpu, { ...observer, pointers: kept });
}

/** Forgets what nobody needs, and writes what has changed into the candidate. */
export function write(pending: Pending): void {
  const { stepper, memory } = pending;
  const { observersAt, globalAt, listsAt, threads } = stepper.layout;
  forget(pending);
  for (let cpu = 0; cpu < threads; cpu++) {
    stepper.change(observersAt + cpu, memory.observers[cpu] as number);
  }
  stepper.change(globalAt, memory.global);
  for (let word = 1; word < memory.lists.length; word++) {
    stepper.change(listsAt + word, memory.lists[word] as number);
  }
}
