/**
 * Lock order, as lockdep looks at it: which lock was taken while which was held, and whether
 * handlers take locks that others take with interrupts on.
 *
 * The search finds every deadlock that the scenario's threads can make. This looks a step further:
 * an order that no execution of the scenario deadlocks on, but that other threads could, and a lock
 * that a handler takes while it could have interrupted its holder on another CPU. Both are
 * warnings.
 */

import type { Context } from './context.ts';
import { callerPosition } from '../position.ts';
import type { Position } from '../result.ts';

/** Collects the orders of one search. */
export interface LockOrder {
  /** A thread takes a lock in this context. */
  note(thread: string, isHandler: boolean, context: Context, address: number): void;
  /** What to warn of, in words. */
  warnings(): string[];
}

interface Taken {
  readonly thread: string;
  readonly position: Position | null;
}

/** Makes an empty collection. */
export function createLockOrder(nameOf: (address: number) => string): LockOrder {
  const after = new Map<string, Map<string, Taken>>();
  const inHandler = new Map<string, Taken>();
  const withInterrupts = new Map<string, Taken>();
  return {
    note(thread, isHandler, context, address) {
      const lock = nameOf(address);
      if (isHandler) keepFirst(inHandler, lock, thread);
      else if (context.irq === 0) keepFirst(withInterrupts, lock, thread);
      for (const held of context.held) {
        if (held.removed || held.address === address) continue;
        const first = nameOf(held.address);
        const later = after.get(first) ?? new Map<string, Taken>();
        after.set(first, later);
        keepFirst(later, lock, thread);
      }
    },
    warnings: () => [...inversions(after), ...interruptInversions(inHandler, withInterrupts)],
  };
}

/** Looks up the place only for the first: that costs as much as a run of the thread. */
function keepFirst(map: Map<string, Taken>, key: string, thread: string): void {
  if (!map.has(key)) map.set(key, { thread, position: callerPosition() });
}

function inversions(after: ReadonlyMap<string, ReadonlyMap<string, Taken>>): string[] {
  const found: string[] = [];
  for (const [first, later] of after) {
    for (const [second, taken] of later) {
      const back = after.get(second)?.get(first);
      if (back === undefined || first > second) continue;
      found.push(
        `lock order: ${second} is taken while ${first} is held (${placeOf(taken)}), ` +
          `and ${first} while ${second} is held (${placeOf(back)})`,
      );
    }
  }
  return found.toSorted();
}

function interruptInversions(
  inHandler: ReadonlyMap<string, Taken>,
  withInterrupts: ReadonlyMap<string, Taken>,
): string[] {
  const found: string[] = [];
  for (const [lock, handler] of inHandler) {
    const holder = withInterrupts.get(lock);
    if (holder === undefined) continue;
    found.push(
      `interrupts: the handler ${handler.thread} takes ${lock} (${placeOf(handler)}), ` +
        `which ${holder.thread} takes with interrupts on (${placeOf(holder)})`,
    );
  }
  return found.toSorted();
}

function placeOf({ thread, position }: Taken): string {
  if (position === null) return thread;
  const file = position.file.slice(position.file.lastIndexOf('/') + 1).replace(/\.js$/, '.ts');
  return `${thread}, ${file}:${position.line}`;
}
