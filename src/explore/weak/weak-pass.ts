/**
 * Passing a grace period before a section begins (model `weak`): weak-grace.ts says why that is a
 * choice.
 */

import { GRACE_PERIOD } from '../../memory/operation.ts';
import { PASS } from '../candidates.ts';
import { Column, Flag } from '../automaton/node.ts';
import { write } from './weak-candidate.ts';
import { exchange } from './weak-grace.ts';
import { WeakOrder } from './weak-order.ts';
import { cpuOf } from './weak-pending.ts';
import type { Pending } from './weak-pending.ts';

/** Before the first access of a section: it may begin after each grace period that has begun. */
export function passBeforeSection(pending: Pending): void {
  const { stepper, memory, thread, node, order, flags } = pending;
  const begins = WeakOrder.SECTION | WeakOrder.TAKES_SECTION;
  if ((order & begins) === 0 || (flags & Flag.READER) !== 0) return;
  const { graceAt, threads } = stepper.layout;
  for (let waiter = 0; waiter < threads; waiter++) {
    const mask = stepper.records[stepper.base + graceAt + waiter] as number;
    const which = stepper.column(stepper.nodeOf(waiter), Column.ARGUMENT);
    if ((mask & (1 << thread)) === 0 || which !== GRACE_PERIOD) continue;
    stepper.begin();
    exchange(pending, cpuOf(stepper, waiter), thread, GRACE_PERIOD);
    stepper.change(graceAt + waiter, mask & ~(1 << thread));
    write(pending);
    stepper.move(thread, node, node);
    stepper.complete(thread, PASS - waiter);
    memory.load(stepper.records, stepper.base);
  }
}
