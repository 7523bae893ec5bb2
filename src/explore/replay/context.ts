/**
 * What a thread holds: locks, and how deep it is in sections that forbid sleeping.
 *
 * All of this follows from the thread's own history, so it is checked once, when a thread state is
 * discovered, and costs the search nothing. Contexts are immutable and interned, because a
 * collapsed call must bring back what it left held.
 */

import type { Hold, LockKind, Operation } from '../../memory/operation.ts';
import { Modify } from '../../memory/operation.ts';
import type { Nesting, SleepingPlace } from '../../memory/machine.ts';

/** One held lock. */
export interface Held {
  /** The word, and the bit for a lock that is one bit (-1: the whole word). */
  readonly address: number;
  readonly bit: number;
  readonly kind: LockKind;
  readonly shared: boolean;
  /** Its taking was removed by name: its release is left out too. */
  readonly removed: boolean;
}

/** A section that was removed by name: its end is left out too. */
export interface RemovedSection {
  readonly what: Nesting;
  /** How deep the thread was in real sections of the kind where this one would have begun. */
  readonly depth: number;
}

/** What a thread holds. */
export interface Context {
  readonly held: readonly Held[];
  readonly rcu: number;
  readonly irq: number;
  readonly bh: number;
  readonly preempt: number;
  /** Innermost last. */
  readonly removed: readonly RemovedSection[];
  /** Where the thread has marked itself as sleeping. */
  readonly sleepsOn: SleepingPlace | null;
  /** An access was made since the outermost section that a grace period waits for began. */
  readonly inReader: boolean;
  /** The same for sections with interrupts off. */
  readonly inIrqOff: boolean;
  /**
   * A full barrier was passed since the last access: the next one drains the buffer first (tso).
   */
  readonly barrier: boolean;
  /** Barriers for reads and stores since the last access (weak): weak-order.ts. */
  readonly orders: number;
  /** Where the thread is behind smp_mb__before_atomic (weak): atomic-barriers.ts. */
  readonly beforeAtomic: number;
}

/** The context in which every thread starts. */
export const EMPTY_CONTEXT: Context = {
  held: [],
  rcu: 0,
  irq: 0,
  bh: 0,
  preempt: 0,
  removed: [],
  sleepsOn: null,
  inReader: false,
  inIrqOff: false,
  barrier: false,
  orders: 0,
  beforeAtomic: 0,
};

/** A context after an operation, or what is wrong with the operation in this context. */
export type ContextStep = { readonly context: Context } | { readonly wrong: string };

/** Whether the next access is the first of a section that others may have to wait for. */
export function beginsSection(context: Context): boolean {
  return (!context.inReader && isReader(context)) || (!context.inIrqOff && context.irq > 0);
}

/**
 * The context with every open section begun. So it is behind the beginning or the end of a section
 * of SRCU, because others can tell when that happens.
 */
export function inSection(context: Context): Context {
  return { ...context, inReader: isReader(context), inIrqOff: context.irq > 0 };
}

/**
 * Sections that a grace period waits for: RCU, interrupts off, bottom halves off, preemption off
 * and what switches it off, a held spinning lock (Documentation/RCU/checklist.rst; one flavour of
 * RCU since 4.20). With PREEMPT_RT a spin lock is one too: it enters an RCU section.
 */
export function isReader(context: Context): boolean {
  const { rcu, irq, bh, preempt } = context;
  return rcu > 0 || irq > 0 || bh > 0 || preempt > 0 || spins(context);
}

/** Whether a spinning lock is held; one whose taking was removed does nothing. */
function spins({ held }: Context): boolean {
  return held.some((one) => one.kind === 'spin' && !one.removed);
}

/**
 * The context after an access.
 *
 * A spinning lock is a section from its taking on. Whoever still spins for it has made no access
 * of the section, so it might as well have come later. Another section begins with its first
 * access: an earlier moment would only make others wait longer, so what finishes with the earlier
 * moment is among what finishes with the later. Where the first access may wait that does not hold,
 * and replay.ts makes the beginning a step of its own.
 */
export function afterAccess(context: Context): Context {
  const inReader = isReader(context);
  const inIrqOff = context.irq > 0;
  const same = inReader === context.inReader && inIrqOff === context.inIrqOff;
  const passed = context.barrier || context.orders !== 0;
  if (same && !passed) return context;
  return { ...context, inReader, inIrqOff, barrier: false, orders: 0 };
}

/** The context after `change` to a nesting depth, or what is wrong. */
export function afterNesting(context: Context, what: Nesting, change: 1 | -1): ContextStep {
  const depth = context[what] + change;
  if (depth < 0) return { wrong: `${NESTING[what].leave} without ${NESTING[what].enter}` };
  const next = { ...context, [what]: depth };
  return {
    context: {
      ...next,
      inReader: next.inReader && isReader(next),
      inIrqOff: next.inIrqOff && next.irq > 0,
    },
  };
}

/**
 * The context with a section that is left out, or behind its end; null where a real one begins or
 * ends.
 */
export function withoutSection(
  context: Context,
  what: Nesting,
  change: 1 | -1,
  isKept: boolean,
): Context | null {
  const { removed } = context;
  if (change === 1) {
    return isKept ? null : { ...context, removed: [...removed, { what, depth: context[what] }] };
  }
  const index = removed.findLastIndex((one) => one.what === what);
  // A real section that began inside of it ends first.
  if (removed[index]?.depth !== context[what]) return null;
  return { ...context, removed: removed.filter((_, i) => i !== index) };
}

/** Whether a grace period would wait for the thread if nothing had been removed. */
export function isRemovedReader({ removed, held }: Context): boolean {
  return removed.length > 0 || held.some((one) => one.kind === 'spin' && one.removed);
}

/** What forbids sleeping here, or null. */
export function atomicReason(context: Context): string | null {
  if (context.irq > 0) return 'interrupts are off';
  if (context.bh > 0) return 'bottom halves are off';
  if (context.preempt > 0) return 'preemption is off';
  if (context.rcu > 0) return 'an RCU read-side section is open';
  return spins(context) ? 'a spin lock is held' : null;
}

/** Whether another thread may be scheduled here; a spin lock prevents it, as without PREEMPT_RT. */
export function isPreemptible(context: Context): boolean {
  if (context.irq > 0 || context.bh > 0 || context.preempt > 0) return false;
  return !spins(context);
}

/**
 * The context after a lock operation that succeeded, or what is wrong.
 *
 * @param nameOf gives the name of the word at an address, for the message
 */
export function afterHold(
  context: Context,
  operation: Operation,
  nameOf: (address: number) => string,
): ContextStep {
  const { hold, address } = operation;
  if (hold === null || 'sleeps' in hold) return { context };
  if ('downgrade' in hold) return downgrade(context, address, nameOf);
  const bit = bitOf(operation, hold);
  if ('take' in hold) {
    const held = { address, bit, kind: hold.take, shared: hold.shared, removed: false };
    return { context: { ...context, held: [...context.held, held] } };
  }
  return release(context, address, bit, hold, nameOf);
}

/** The lock that an operation would take, as removed by name. */
export function withRemovedLock(context: Context, operation: Operation): Context {
  const { hold, address } = operation;
  if (hold === null || !('take' in hold)) return context;
  const bit = bitOf(operation, hold);
  const held = { address, bit, kind: hold.take, shared: hold.shared, removed: true };
  return { ...context, held: [...context.held, held] };
}

/** The context without a lock whose taking was removed, or null if this release is a real one. */
export function releaseOfRemoved(context: Context, operation: Operation): Context | null {
  const { hold, address } = operation;
  if (hold === null || !('release' in hold)) return null;
  const index = indexOf(context, address, bitOf(operation, hold), hold.shared);
  if (context.held[index]?.removed !== true) return null;
  return { ...context, held: context.held.filter((_, i) => i !== index) };
}

/** Whether an operation gives back a lock that the thread holds. */
export function givesBack(context: Context, operation: Operation): boolean {
  const { hold, address } = operation;
  if (hold === null || !('release' in hold)) return false;
  return indexOf(context, address, bitOf(operation, hold), hold.shared) >= 0;
}

/** What is still held at the end of a thread, in words, or null. */
export function leftHeld(context: Context, nameOf: (address: number) => string): string | null {
  const lock = context.held.find((held) => held.kind !== 'bit' && !held.removed);
  if (lock !== undefined) return `${nameOf(lock.address)} is still held`;
  if (context.irq > 0) return 'interrupts are still off';
  if (context.bh > 0) return 'bottom halves are still off';
  if (context.preempt > 0) return 'preemption is still off';
  return context.rcu > 0 ? 'an RCU read-side section is still open' : null;
}

const NESTING: Record<Nesting, { enter: string; leave: string }> = {
  rcu: { enter: 'rcu_read_lock', leave: 'rcu_read_unlock' },
  irq: { enter: 'local_irq_disable', leave: 'local_irq_enable' },
  bh: { enter: 'local_bh_disable', leave: 'local_bh_enable' },
  preempt: { enter: 'preempt_disable', leave: 'preempt_enable' },
};

/** The bit that a lock is, from the mask that changes it: the lowest, as PG_locked is. */
function bitOf(operation: Operation, hold: Hold): number {
  const isSpinBit = operation.primitive.startsWith('bit_spin');
  const isBit = isSpinBit || ('take' in hold && hold.take === 'bit');
  if (!isBit && !('release' in hold && hold.release === 'bit')) return -1;
  const clears = operation.modify === Modify.AND;
  const mask = clears ? ~operation.modifyArgument : operation.modifyArgument;
  return 31 - Math.clz32(mask & -mask);
}

function indexOf(context: Context, address: number, bit: number, shared: boolean): number {
  return context.held.findLastIndex(
    (held) => held.address === address && held.bit === bit && held.shared === shared,
  );
}

function release(
  context: Context,
  address: number,
  bit: number,
  hold: { readonly release: LockKind; readonly shared: boolean },
  nameOf: (address: number) => string,
): ContextStep {
  const index = indexOf(context, address, bit, hold.shared);
  if (index < 0) {
    // A page lock may be released by another thread than took it, for example at the end of a read.
    return hold.release === 'bit'
      ? { context }
      : { wrong: `${nameOf(address)} is released by a thread that does not hold it` };
  }
  return { context: { ...context, held: context.held.filter((_, i) => i !== index) } };
}

function downgrade(
  context: Context,
  address: number,
  nameOf: (address: number) => string,
): ContextStep {
  const index = indexOf(context, address, -1, false);
  if (index < 0) return { wrong: `${nameOf(address)} is downgraded but not held for writing` };
  const held = context.held.map((one, i) => (i === index ? { ...one, shared: true } : one));
  return { context: { ...context, held } };
}
