/**
 * Grace periods under model `weak`: views are exchanged, not barriers made.
 *
 * A grace period waits for every read-side section that has begun. Whoever is outside of one when
 * it is asked owes the grace period all that it had seen when its last section ended, and will have
 * seen what the grace period had seen at its beginning when its next section begins. A full barrier
 * on the reader's side would promise more than the kernel does: accesses outside of sections are
 * not ordered.
 */

import { Column, Flag, NodeKind } from './node.ts';
import { EMPTY_VIEW } from './views.ts';
import { cpuOf } from './weak-pending.ts';
import type { Pending } from './weak-pending.ts';
import { afterJoin } from './weak-views.ts';

/** What GRACE_BEGIN is for: see memory/rcu.ts. */
const GRACE_PERIOD = 0;

/** Begins: deals with everybody who is outside of a section now, notes the others. */
export function beginGrace(pending: Pending, which: number): void {
  const { stepper, memory, thread, cpu } = pending;
  const observer = memory.observer(cpu);
  memory.setObserver(cpu, { ...observer, grace: observer.seen, collected: EMPTY_VIEW });
  let mask = 0;
  for (let other = 0; other < stepper.layout.threads; other++) {
    if (other === thread) continue;
    if (isQuiescent(pending, other, which)) exchange(pending, cpu, other, which);
    else mask |= 1 << other;
  }
  stepper.change(stepper.layout.graceAt + thread, mask);
}

/** Ends: what was collected has happened before. */
export function endGrace({ memory, cpu }: Pending): void {
  const observer = memory.observer(cpu);
  const joined = afterJoin(memory.tables.views, observer, observer.collected);
  const ended = { ...joined, grace: EMPTY_VIEW, collected: EMPTY_VIEW };
  memory.setObserver(cpu, { ...ended, fenced: false, owesFence: true });
}

/** After a step of a thread: whoever waits for its CPU waits no longer if it is outside now. */
export function passGrace(pending: Pending): void {
  const { stepper, cpu } = pending;
  const { graceAt, threads } = stepper.layout;
  for (let waiter = 0; waiter < threads; waiter++) {
    let mask = stepper.records[stepper.base + graceAt + waiter] as number;
    if (mask === 0 || waiter === pending.thread) continue;
    const which = stepper.column(stepper.nodeOf(waiter), Column.ARGUMENT);
    for (let other = 0; other < threads; other++) {
      const bit = 1 << other;
      if ((mask & bit) === 0 || cpuOf(stepper, other) !== cpu) continue;
      if (!isQuiescent(pending, other, which)) continue;
      exchange(pending, cpuOf(stepper, waiter), other, which);
      mask &= ~bit;
    }
    stepper.change(graceAt + waiter, mask);
  }
}

/** What one thread that is outside of every section, and a grace period, learn of each other. */
function exchange(
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

/** Whether a thread is outside of every section that matters, after the step. */
function isQuiescent({ stepper }: Pending, thread: number, which: number): boolean {
  const node = stepper.nodeAfter(thread);
  const section = which === GRACE_PERIOD ? Flag.READER : Flag.IRQ_OFF;
  if ((stepper.column(node, Column.FLAGS) & section) !== 0) return false;
  const isHandler = (stepper.interrupts[thread] as number) >= 0;
  if (!isHandler || node === stepper.first[thread]) return true;
  return stepper.column(node, Column.KIND) === NodeKind.DONE;
}
