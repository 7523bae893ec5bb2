/**
 * Sections and grace periods of SRCU under model `weak`, as weak-grace.ts has them for RCU.
 *
 * The word of a srcu_struct has one message. It carries what had been seen at the end of the
 * sections that are over (`view`), which a grace period that begins collects, and what the grace
 * periods that are over had seen at their beginning (`strong`), which a section that begins will
 * have seen. A section that begins while grace periods last stands behind or before each of them,
 * whichever it likes: nothing orders srcu_read_lock with the accesses before it.
 *
 * Of two sections on one CPU, also one of RCU and one of SRCU, the later may begin first as far as
 * others can tell. But neither ends before the other has begun, if it ends behind that in the
 * program (rcu-link): so a section of RCU has begun when one of SRCU ends inside of it.
 */

import { BARE_MESSAGE } from './coherence.ts';
import type { Message } from './coherence.ts';
import { closeBit, freeBit, isOpen, openBit, openSections, waitersOn } from '../srcu-sections.ts';
import { Column, Flag } from '../automaton/node.ts';
import { withMark } from './observers.ts';
import type { Observer } from './observers.ts';
import { Trouble } from '../trouble.ts';
import { follow } from './weak-candidate.ts';
import { learnCollected } from './weak-grace.ts';
import { Mark, WeakOrder } from './weak-order.ts';
import { cpuOf, wordOf } from './weak-pending.ts';
import type { Pending } from './weak-pending.ts';
import { broughtBack, withLeft } from './weak-returns.ts';
import { afterJoin, inSection } from './weak-views.ts';

/** Begins a section: a step for each set of grace periods that it stands before. */
export function beginSection(pending: Pending): void {
  const { stepper, memory, thread, cpu, node } = pending;
  const bit = freeBit(stepper, node);
  if (bit < 0) return stepper.meet(Trouble.SECTIONS_FULL, thread);
  const waiters = waitersOn(stepper, node);
  const { views } = memory.tables;
  const observer = insideRcu(pending);
  for (let before = 0; before < 1 << waiters.length; before++) {
    stepper.begin();
    openBit(stepper, node, bit);
    let learned = messageOn(pending).strong;
    for (const [i, waiter] of waiters.entries()) {
      if ((before & (1 << i)) !== 0) waitFor(pending, waiter, bit);
      else learned = views.join(learned, memory.observer(cpuOf(stepper, waiter)).grace);
    }
    const begun = afterJoin(views, observer, broughtBack(memory, observer, learned));
    memory.setObserver(cpu, { ...begun, fenced: false });
    follow(pending, bit, before);
  }
}

/** A section of RCU around it has begun by then, and will have seen what was left for it. */
function insideRcu({ memory, cpu, order, flags }: Pending): Observer {
  const observer = memory.observer(cpu);
  const begins = (order & WeakOrder.SECTION) !== 0 && (flags & Flag.READER) === 0;
  return begins ? inSection(memory.tables.views, withLeft(memory, observer)) : observer;
}

function waitFor({ stepper }: Pending, waiter: number, bit: number): void {
  const at = stepper.layout.graceAt + waiter;
  stepper.change(at, (stepper.records[stepper.base + at] as number) | (1 << bit));
}

/** Ends a section: what has been seen by now is collected by whoever waits. */
export function endSection(pending: Pending): void {
  const { stepper, memory, thread, cpu, node } = pending;
  if (!isOpen(stepper, node)) return stepper.meet(Trouble.SECTION_NOT_OPEN, thread);
  const { views } = memory.tables;
  const bit = 1 << stepper.column(node, Column.ARGUMENT);
  stepper.begin();
  memory.setObserver(cpu, insideRcu(pending));
  const { seen } = memory.observer(cpu);
  for (const waiter of waitersOn(stepper, node)) {
    const mask = stepper.records[stepper.base + stepper.layout.graceAt + waiter] as number;
    const collector = cpuOf(stepper, waiter);
    const observer = memory.observer(collector);
    if ((mask & bit) === 0) continue;
    memory.setObserver(collector, { ...observer, collected: views.join(observer.collected, seen) });
  }
  closeBit(stepper, node);
  const message = messageOn(pending);
  putMessage(pending, { ...message, view: views.join(message.view, seen) });
  const left = withMark(memory.observer(cpu), Mark.AFTER_SECTION);
  memory.setObserver(cpu, { ...left, fenced: false });
  follow(pending, 0, 0);
}

/** A grace period begins: it waits for the sections that are open now. */
export function beginSrcuGrace(pending: Pending): void {
  const { stepper, memory, thread, cpu, node } = pending;
  const observer = memory.observer(cpu);
  const collected = messageOn(pending).view;
  memory.setObserver(cpu, { ...observer, grace: observer.seen, collected });
  stepper.change(stepper.layout.graceAt + thread, openSections(stepper, node));
}

/** It is over: sections that begin from now on will have seen what it had. @returns whether */
export function endSrcuGrace(pending: Pending): boolean {
  const { stepper, memory, thread, cpu } = pending;
  if (stepper.records[stepper.base + stepper.layout.graceAt + thread] !== 0) return false;
  stepper.begin();
  const message = messageOn(pending);
  const strong = memory.tables.views.join(message.strong, memory.observer(cpu).grace);
  putMessage(pending, { ...message, strong });
  learnCollected(pending);
  return true;
}

function messageOn(pending: Pending): Message {
  return pending.memory.messages(wordOf(pending))[0] ?? BARE_MESSAGE;
}

function putMessage(pending: Pending, message: Message): void {
  const { memory } = pending;
  memory.lists[wordOf(pending)] = memory.tables.coherence.intern([message]);
}
