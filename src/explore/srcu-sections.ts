/**
 * Sections of SRCU (memory/srcu.ts): each open one has a bit in the word of its srcu_struct.
 *
 * A grace period that has begun keeps, in its thread's mask, the bits of the sections that it
 * waits for. A bit that is given back is taken out of all such masks, so whoever gets it next is
 * not waited for.
 */

import { SRCU_GRACE_PERIOD } from '../memory/operation.ts';
import { SECTIONS_MAX } from './limits.ts';
import { Column, NodeKind } from './automaton/node.ts';
import type { Stepper } from './stepper.ts';
import { Trouble } from './trouble.ts';

/** Begins a section, unless there are too many. */
export function sectionBegin(stepper: Stepper, thread: number, node: number): void {
  const bit = freeBit(stepper, node);
  if (bit < 0) return stepper.meet(Trouble.SECTIONS_FULL, thread);
  stepper.begin();
  openBit(stepper, node, bit);
  stepper.follow(thread, node, bit, 0);
}

/** Ends a section; who ends one that is not open is reported. */
export function sectionEnd(stepper: Stepper, thread: number, node: number): void {
  if (!isOpen(stepper, node)) return stepper.meet(Trouble.SECTION_NOT_OPEN, thread);
  stepper.begin();
  closeBit(stepper, node);
  stepper.follow(thread, node, 0, 0);
}

/** The lowest bit that no open section has, or -1. */
export function freeBit(stepper: Stepper, node: number): number {
  const open = openSections(stepper, node);
  let bit = 0;
  while ((open & (1 << bit)) !== 0) bit++;
  return bit < SECTIONS_MAX ? bit : -1;
}

/** The bits of the open sections of the srcu_struct that a thread state is about. */
export function openSections(stepper: Stepper, node: number): number {
  return stepper.records[stepper.base + stepper.column(node, Column.INDEX)] as number;
}

/** Whether the section is open that a thread state ends. */
export function isOpen(stepper: Stepper, node: number): boolean {
  const bit = stepper.column(node, Column.ARGUMENT);
  return bit >= 0 && bit < SECTIONS_MAX && (openSections(stepper, node) & (1 << bit)) !== 0;
}

export function openBit(stepper: Stepper, node: number, bit: number): void {
  stepper.change(stepper.column(node, Column.INDEX), openSections(stepper, node) | (1 << bit));
}

/** Gives a bit back: nobody waits for it any more. */
export function closeBit(stepper: Stepper, node: number): void {
  const bit = 1 << stepper.column(node, Column.ARGUMENT);
  stepper.change(stepper.column(node, Column.INDEX), openSections(stepper, node) & ~bit);
  for (const waiter of waitersOn(stepper, node)) {
    const at = stepper.layout.graceAt + waiter;
    stepper.change(at, (stepper.records[stepper.base + at] as number) & ~bit);
  }
}

/** The threads whose grace period waits for sections of the same srcu_struct. */
export function waitersOn(stepper: Stepper, node: number): number[] {
  const word = stepper.column(node, Column.INDEX);
  const waiters: number[] = [];
  for (let waiter = 0; waiter < stepper.layout.threads; waiter++) {
    const other = stepper.nodeOf(waiter);
    const waits = stepper.column(other, Column.KIND) === NodeKind.GRACE_WAIT;
    if (waits && stepper.column(other, Column.INDEX) === word && isSrcu(stepper, other)) {
      waiters.push(waiter);
    }
  }
  return waiters;
}

/** Whether a grace period is one of SRCU. */
export function isSrcu(stepper: Stepper, node: number): boolean {
  return stepper.column(node, Column.ARGUMENT) === SRCU_GRACE_PERIOD;
}
