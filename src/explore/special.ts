/**
 * Steps that are not an access to one word: choices, allocation and free, grace periods; and what
 * interrupts on the same CPU allow. They are rare, so nothing here is tuned.
 */

import { SRCU_GRACE_PERIOD } from '../memory/operation.ts';
import { Column, Flag, NodeKind } from './automaton/node.ts';
import { isSrcu, openSections, sectionBegin, sectionEnd } from './srcu-sections.ts';
import { Trouble } from './trouble.ts';
import type { Stepper } from './stepper.ts';

/** Writes the candidates of a thread whose next step is no access. */
export function specialStep(stepper: Stepper, thread: number, node: number, kind: number): void {
  const argument = stepper.column(node, Column.ARGUMENT);
  if (kind === NodeKind.CHOOSE) {
    for (let outcome = 0; outcome < argument; outcome++) {
      stepper.begin();
      stepper.follow(thread, node, outcome, outcome);
    }
  } else if (kind === NodeKind.ALLOCATE) {
    allocate(stepper, thread, node, argument);
  } else if (stepper.bufferedStores(thread) !== 0) {
    // A free, a grace period and sections of SRCU come after every earlier store.
  } else if (kind === NodeKind.FREE) {
    free(stepper, thread, node);
  } else if (kind === NodeKind.SECTION_BEGIN) {
    sectionBegin(stepper, thread, node);
  } else if (kind === NodeKind.SECTION_END) {
    sectionEnd(stepper, thread, node);
  } else if (kind === NodeKind.GRACE_BEGIN) {
    graceBegin(stepper, thread, node, argument);
  } else if (isPassed(stepper, thread, argument)) {
    stepper.begin();
    stepper.follow(thread, node, 0, 0);
  }
}

/** A free slot: the lowest fresh one, or any that was freed before. */
function allocate(stepper: Stepper, thread: number, node: number, number: number): void {
  const pool = stepper.pools[number];
  if (pool === undefined) return;
  let fresh = false;
  let found = false;
  pool.status.forEach((index, i) => {
    const status = stepper.records[stepper.base + index];
    if (status === 1 || (status === 0 && fresh)) return;
    if (status === 0) fresh = true;
    found = true;
    stepper.begin();
    stepper.change(index, 1);
    stepper.follow(thread, node, pool.addresses[i] ?? 0, i);
  });
  if (!found) stepper.meet(Trouble.POOL_EMPTY, thread);
}

function free(stepper: Stepper, thread: number, node: number): void {
  const status = stepper.column(node, Column.STATUS);
  if (stepper.records[stepper.base + status] !== 1) {
    stepper.meet(Trouble.DOUBLE_FREE, thread);
    return;
  }
  stepper.begin();
  stepper.change(status, 2);
  const index = stepper.column(node, Column.INDEX);
  const size = stepper.pools.find((pool) => pool.slots.includes(index))?.size ?? 0;
  for (let i = 0; i < size; i++) stepper.change(index + i, 0);
  stepper.follow(thread, node, 0, 0);
}

function graceMask(stepper: Stepper, thread: number): number {
  return stepper.records[stepper.base + stepper.layout.graceAt + thread] ?? 0;
}

/** Whether nobody holds a grace period up; a mask of `weak` has those as well who are outside. */
function isPassed(stepper: Stepper, thread: number, which: number): boolean {
  const mask = graceMask(stepper, thread);
  if (which === SRCU_GRACE_PERIOD) return mask === 0;
  for (let other = 0; other < stepper.layout.threads; other++) {
    if ((mask & (1 << other)) === 0) continue;
    const stores = stepper.bufferedStores(other);
    if (!isQuiescent(stepper, other, stepper.nodeOf(other), which, stores)) return false;
  }
  return true;
}

/** Notes what the grace period waits for: open sections, or threads that are not quiescent now. */
function graceBegin(stepper: Stepper, thread: number, node: number, which: number): void {
  const isSections = which === SRCU_GRACE_PERIOD;
  const mask = isSections ? openSections(stepper, node) : unquiet(stepper, thread, which);
  stepper.begin();
  stepper.change(stepper.layout.graceAt + thread, mask);
  stepper.follow(thread, node, 0, 0);
}

function unquiet(stepper: Stepper, thread: number, which: number): number {
  let mask = 0;
  for (let other = 0; other < stepper.layout.threads; other++) {
    const stores = stepper.bufferedStores(other);
    if (other !== thread && !isQuiescent(stepper, other, stepper.nodeOf(other), which, stores)) {
      mask |= 1 << other;
    }
  }
  return mask;
}

/**
 * Whether a thread is outside of every section that the grace period waits for, with an empty store
 * buffer: then the barrier that the grace period makes on its behalf has nothing to do.
 */
function isQuiescent(
  stepper: Stepper,
  thread: number,
  node: number,
  which: number,
  stores: number,
): boolean {
  if (stores !== 0) return false;
  const section = which === 0 ? Flag.READER : Flag.IRQ_OFF;
  if ((stepper.column(node, Column.FLAGS) & section) !== 0) return false;
  return !isHandling(stepper, thread, node);
}

/** Whether an interrupt handler has started and not finished. */
function isHandling(stepper: Stepper, thread: number, node: number): boolean {
  if ((stepper.interrupts[thread] ?? -1) < 0 || node === stepper.first[thread]) return false;
  return stepper.column(node, Column.KIND) !== NodeKind.DONE;
}

/**
 * After a step of `thread`: whoever waits for it, or for another thread that shares its store
 * buffer, waits no longer if that thread is quiescent now.
 */
export function passQuiescent(stepper: Stepper, thread: number): void {
  const { graceAt, threads } = stepper.layout;
  for (let waiter = 0; waiter < threads; waiter++) {
    const mask = graceMask(stepper, waiter);
    if (mask === 0 || isSrcu(stepper, stepper.nodeOf(waiter))) continue;
    const which = stepper.column(stepper.nodeOf(waiter), Column.ARGUMENT);
    let left = mask;
    for (let other = 0; other < threads; other++) {
      if (sharesBuffer(stepper, thread, other) && isQuiescentNow(stepper, thread, other, which)) {
        left &= ~(1 << other);
      }
    }
    stepper.change(graceAt + waiter, left);
  }
}

/** Whether a step of one thread can make the other quiescent. */
function sharesBuffer(stepper: Stepper, thread: number, other: number): boolean {
  const { bufferOf } = stepper.layout;
  return other === thread || (bufferOf[other] === bufferOf[thread] && (bufferOf[other] ?? -1) >= 0);
}

/** Whether `other` is quiescent after the step of `thread` that is being written. */
function isQuiescentNow(stepper: Stepper, thread: number, other: number, which: number): boolean {
  const stores = stepper.bufferChanged ? (stepper.buffer[0] ?? 0) : stepper.bufferedStores(other);
  const node = other === thread ? stepper.nodeAfter(other) : stepper.nodeOf(other);
  return isQuiescent(stepper, other, node, which, stores);
}

/** Whether a thread cannot step because of an interrupt on its CPU, or cannot interrupt now. */
export function isPaused(stepper: Stepper, thread: number): boolean {
  const host = stepper.interrupts[thread] ?? -1;
  const node = stepper.nodeOf(thread);
  if (host >= 0 && node !== stepper.first[thread]) return false;
  const cpu = host >= 0 ? host : thread;
  for (let other = 0; other < stepper.layout.threads; other++) {
    if (other === thread || stepper.interrupts[other] !== cpu) continue;
    if (isHandling(stepper, other, stepper.nodeOf(other))) return true;
  }
  return host >= 0 && (stepper.column(stepper.nodeOf(host), Column.FLAGS) & Flag.IRQ_OFF) !== 0;
}
