/** A thread's pending step under model `weak`, as the functions that make it need it. */

import { Column } from '../automaton/node.ts';
import { computedMask, dependsMask } from '../pointers.ts';
import type { Stepper } from '../stepper.ts';
import { broughtBack } from './weak-returns.ts';
import { EMPTY_VIEW } from './views.ts';
import type { WeakMemory } from './weak-memory.ts';
import { WeakOrder } from './weak-order.ts';

/** One thread's pending step, as the functions below need it. */
export interface Pending {
  readonly stepper: Stepper;
  readonly memory: WeakMemory;
  readonly thread: number;
  /** The thread whose observer is used: a handler sees what the CPU it interrupts has seen. */
  readonly cpu: number;
  readonly node: number;
  readonly order: number;
  readonly flags: number;
  /** What the reads have seen that the address depends on; of a store, its value, too. */
  readonly dependency: number;
  /** What those have seen that the value of a read-modify-write depends on. */
  readonly computed: number;
}

/** The thread whose observer a thread uses. */
export function cpuOf(stepper: Stepper, thread: number): number {
  const host = stepper.interrupts[thread] as number;
  return host < 0 ? thread : host;
}

export function pendingOf(
  stepper: Stepper,
  memory: WeakMemory,
  thread: number,
  node: number,
): Pending {
  const order = stepper.column(node, Column.ORDER);
  const isDevice = isDeviceThread(stepper, thread);
  const isStore = (order & WeakOrder.STORE) !== 0;
  const pointers = stepper.column(node, Column.POINTERS);
  const [depends, computes] = [dependsMask(pointers), computedMask(pointers)];
  return {
    stepper,
    memory,
    thread,
    cpu: cpuOf(stepper, thread),
    node,
    order: isDevice ? order | WeakOrder.ACQUIRE | WeakOrder.RELEASE : order,
    flags: stepper.column(node, Column.FLAGS),
    dependency: seenBy(stepper, memory, thread, isStore ? depends | computes : depends),
    computed: isStore ? EMPTY_VIEW : seenBy(stepper, memory, thread, computes),
  };
}

/** The word that the pending step is about. */
export function wordOf({ stepper, node }: Pending): number {
  return stepper.column(node, Column.INDEX) - stepper.layout.memoryAt;
}

/** A device sees memory as it is and writes to it in order. */
export function isDeviceThread(stepper: Stepper, thread: number): boolean {
  return stepper.layout.bufferOf[thread] === -1;
}

/** Slots of a thread and of the handlers that share its observer are kept apart. */
export function pointerKey(thread: number, slot: number): number {
  return thread * SLOTS + slot;
}

/** The thread and the slot of a key. */
export function pointerOf(key: number): { readonly thread: number; readonly slot: number } {
  return { thread: Math.floor(key / SLOTS), slot: key % SLOTS };
}

const SLOTS = 16;

/** What the reads in some slots have seen: that comes before what depends on them. */
function seenBy(stepper: Stepper, memory: WeakMemory, thread: number, mask: number): number {
  if (mask === 0) return EMPTY_VIEW;
  const observer = memory.observer(cpuOf(stepper, thread));
  const { pointers } = observer;
  let dependency = EMPTY_VIEW;
  for (let i = 0; i < pointers.length; i += 2) {
    const { thread: reader, slot } = pointerOf(pointers[i] as number);
    if (reader !== thread || (mask & (1 << slot)) === 0) continue;
    dependency = memory.tables.views.join(dependency, pointers[i + 1] as number);
  }
  return broughtBack(memory, observer, dependency);
}
