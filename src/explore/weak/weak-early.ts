/**
 * Barriers that stand away from what they belong to (model `weak`, atomic-barriers.ts).
 *
 * smp_mb__after_atomic orders what came before the atomic with what comes behind the barrier, and
 * nothing that stands between: so the exchange with the global view may happen at any moment
 * between the two, and what it gives is learnt at the barrier. An access between may read what is
 * newer than that. So before each access between, the exchange is a step of its own that can
 * be made; if it is not, the barrier makes it.
 */

import { EARLY } from '../candidates.ts';
import { withTaken } from './observers.ts';
import type { Observer } from './observers.ts';
import { Ability, MARK_ABILITIES } from './weak-abilities.ts';
import { write } from './weak-candidate.ts';
import { UNLOCK_MARK, WeakOrder } from './weak-order.ts';
import type { Pending } from './weak-pending.ts';
import { markedBefore } from './weak-views.ts';

/** Offers the exchange for each mark whose barrier is still to come. */
export function exchangeEarly(pending: Pending): void {
  const { memory, cpu, node, order } = pending;
  const { liveness } = memory.tables;
  const before = memory.observer(cpu);
  const observer = (order & WeakOrder.MARKS) === 0 ? before : markedBefore(before);
  const { marked, marks, taken, isAfterUnlock, beforeUnlock } = observer;
  for (const [mark, ability] of MARK_ABILITIES.entries()) {
    const isOpen = (marked & (1 << mark)) !== 0 && taken[mark] === null;
    if (isOpen && liveness.expects(node, ability)) {
      exchange(pending, observer, mark, marks[mark] as number);
    }
  }
  const isOpen = isAfterUnlock && taken[UNLOCK_MARK] === null;
  if (isOpen && liveness.expects(node, Ability.AFTER_UNLOCK)) {
    exchange(pending, observer, UNLOCK_MARK, beforeUnlock);
  }
}

/** @param earlier what had been seen at the mark */
function exchange(pending: Pending, observer: Observer, mark: number, earlier: number): void {
  const { stepper, memory, thread, cpu, node } = pending;
  stepper.begin();
  memory.global = memory.tables.views.join(memory.global, earlier);
  memory.setObserver(cpu, withTaken(observer, mark, memory.global));
  write(pending);
  stepper.move(thread, node, node);
  stepper.complete(thread, EARLY - mark);
  memory.load(stepper.records, stepper.base);
}
