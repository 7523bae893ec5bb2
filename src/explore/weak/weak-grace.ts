/**
 * Grace periods under model `weak`: views are exchanged, not barriers made.
 *
 * A grace period and a read-side section that could overlap it stand in one of two ways: the
 * section has ended before the grace period ends, and all that it had seen is collected; or the
 * section begins after the grace period has begun, and sees what that had seen. A full barrier on
 * the reader's side would promise more than the kernel does: accesses outside of sections are not
 * ordered.
 *
 * A section whose first access came before the grace period is waited for. One whose first access
 * comes while the grace period lasts may have begun before that, too, since nothing orders
 * rcu_read_lock with the accesses before it. So whoever is about to make this access may pass the
 * grace period first, as a step of its own; if it does not, the grace period waits for it. All
 * others are passed when the grace period ends. An interrupt that is sent to all is taken as soon
 * as the CPU lets it in (smp_call_function).
 */

import { GRACE_PERIOD, SRCU_GRACE_PERIOD } from '../../memory/operation.ts';
import { Ability } from './weak-abilities.ts';
import { Column, Flag, NodeKind } from '../automaton/node.ts';
import { EMPTY_VIEW } from './views.ts';
import { cpuOf } from './weak-pending.ts';
import type { Pending } from './weak-pending.ts';
import { afterJoin } from './weak-views.ts';

/** Begins: deals with everybody who will not hold it up, notes the others. */
export function beginGrace(pending: Pending, which: number): void {
  const { stepper, memory, thread, cpu } = pending;
  const observer = memory.observer(cpu);
  memory.setObserver(cpu, { ...observer, grace: observer.seen, collected: EMPTY_VIEW });
  let mask = 0;
  for (let other = 0; other < stepper.layout.threads; other++) {
    if (other === thread) continue;
    if (isSettled(pending, other, which)) exchange(pending, cpu, other, which);
    else mask |= 1 << other;
  }
  stepper.change(stepper.layout.graceAt + thread, mask);
}

/** Ends if nobody is inside of a section that it waits for. @returns whether it does */
export function endGrace(pending: Pending, which: number): boolean {
  const { stepper, thread, cpu } = pending;
  const { graceAt, threads } = stepper.layout;
  const mask = stepper.records[stepper.base + graceAt + thread] as number;
  const waiting = Array.from({ length: threads }, (_, other) => other).filter(
    (other) => (mask & (1 << other)) !== 0,
  );
  if (!waiting.every((other) => isOutside(pending, other, stepper.nodeOf(other), which))) {
    return false;
  }
  stepper.begin();
  for (const other of waiting) exchange(pending, cpu, other, which);
  stepper.change(graceAt + thread, 0);
  learnCollected(pending);
  return true;
}

/** What was collected has happened before all that follows, and a full barrier comes first. */
export function learnCollected({ memory, cpu }: Pending): void {
  const observer = memory.observer(cpu);
  const joined = afterJoin(memory.tables.views, observer, observer.collected);
  const ended = { ...joined, grace: EMPTY_VIEW, collected: EMPTY_VIEW };
  memory.setObserver(cpu, { ...ended, fenced: false, owesFence: true });
}

/** After a step of a thread: who waits for its CPU waits no longer if it will not be held up. */
export function passGrace(pending: Pending): void {
  const { stepper, cpu } = pending;
  const { graceAt, threads } = stepper.layout;
  for (let waiter = 0; waiter < threads; waiter++) {
    let mask = stepper.records[stepper.base + graceAt + waiter] as number;
    if (mask === 0 || waiter === pending.thread) continue;
    const which = stepper.column(stepper.nodeOf(waiter), Column.ARGUMENT);
    if (which === SRCU_GRACE_PERIOD) continue;
    for (let other = 0; other < threads; other++) {
      const bit = 1 << other;
      if ((mask & bit) === 0 || cpuOf(stepper, other) !== cpu) continue;
      if (!isSettled(pending, other, which)) continue;
      exchange(pending, cpuOf(stepper, waiter), other, which);
      mask &= ~bit;
    }
    stepper.change(graceAt + waiter, mask);
  }
}

/** What one thread that is outside of every section, and a grace period, learn of each other. */
export function exchange(
  { stepper, memory }: Pending,
  waiter: number,
  other: number,
  which: number,
): void {
  const { views } = memory.tables;
  const cpu = cpuOf(stepper, other);
  if (cpu === waiter) return;
  const { grace, collected } = memory.observer(waiter);
  const passing = memory.observer(cpu);
  const given = which === GRACE_PERIOD ? passing.section : passing.seen;
  memory.setObserver(waiter, {
    ...memory.observer(waiter),
    collected: views.join(collected, given),
  });
  if (which === GRACE_PERIOD) {
    memory.setObserver(cpu, { ...passing, left: views.join(passing.left, grace) });
  } else {
    // The interrupt is taken now: what comes later on this CPU has seen what the sender had.
    const floor = views.join(passing.floor, grace);
    memory.setObserver(cpu, { ...passing, floor, seen: views.join(passing.seen, grace) });
  }
}

/** Whether nothing more can happen between a thread and a grace period, after the step. */
function isSettled(pending: Pending, thread: number, which: number): boolean {
  const node = pending.stepper.nodeAfter(thread);
  if (!isOutside(pending, thread, node, which)) return false;
  const { liveness } = pending.memory.tables;
  return which !== GRACE_PERIOD || !liveness.can(node, Ability.SECTION);
}

/** Whether a thread in this state is outside of every section that matters. */
function isOutside({ stepper }: Pending, thread: number, node: number, which: number): boolean {
  const section = which === GRACE_PERIOD ? Flag.READER : Flag.IRQ_OFF;
  if ((stepper.column(node, Column.FLAGS) & section) !== 0) return false;
  const isHandler = (stepper.interrupts[thread] as number) >= 0;
  if (!isHandler || node === stepper.first[thread]) return true;
  return stepper.column(node, Column.KIND) === NodeKind.DONE;
}
