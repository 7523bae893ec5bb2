/**
 * The seam: who decides what an access to shared memory does.
 *
 * Kernel code calls the primitives; a primitive describes itself as an `Operation` and hands it to
 * the machine in force. The explorer, the initial set-up, a property that looks at a final state
 * and (later) real threads are machines. Kernel code cannot tell which one is running.
 */

import type { Operation } from './operation.ts';
import type { StructType } from './struct.ts';
import type { Field, Type } from './type.ts';

/** Where a function comes from: a path in the Linux tree with its version, or from us. */
export type Provenance =
  | { readonly file: string; readonly version: string }
  /** What it stands for, as pictures name it: the MMU, a disk. */
  | { readonly standsFor: string };

/** A kernel function may give these back to its caller; anything else would be lost on replay. */
export type KernelResult = number | boolean | null | undefined | object;

/** What runs kernel code. */
export interface Machine {
  /**
   * Makes one access and tells what the thread observes.
   *
   * @param by whose order it has: what hardware keeps in order is no defence of the code
   */
  perform(operation: Operation, by?: 'hardware'): number;
  /** Runs a kernel function; what it observed is then replaced by its result. */
  call<R extends KernelResult>(
    name: string,
    provenance: Provenance,
    body: () => R,
    argumentsOfCall: readonly unknown[],
  ): R;
  /** Runs rounds until `round` gives false. */
  loop(round: () => boolean): void;
  /** Takes a struct from the pool of its type. */
  allocate(type: StructType): number;
  /**
   * Changes interrupt, preemption or RCU nesting by `change`.
   *
   * @param isKept false for a section that is left out: neither it nor its end does anything
   */
  nest(what: Nesting, change: 1 | -1, isKept?: boolean): void;
  /** Where the thread has marked itself as sleeping: `schedule()` waits there. */
  sleepOn(where: SleepingPlace | null): void;
  sleepsOn(): SleepingPlace | null;
  /** Names the next access; null takes the name away. */
  label(text: string | null): void;
  assert(condition: boolean, message: string): void;
  /** States where `caller` may be called: a finding if the thread is somewhere else now. */
  require(where: Where, caller: string): void;
  /** The callbacks of RCU. */
  readonly callbacks: Callbacks;
  mark(word: number): void;
  /** Stops at a mistake of the user: code and what it is. */
  refuse(code: string, what: string): never;
  /** Whether a named defence is in force, and which design was selected. */
  defended(name: string, kind?: NamedDefence): boolean;
  design(name: string, choices: readonly string[]): string;
}

/** Sections in which a thread may not sleep, and which a grace period or an IPI waits for. */
export type Nesting = 'rcu' | 'irq' | 'bh' | 'preempt';

/** What is left out as a whole: a test, a section, or the wait for those of others. */
export type NamedDefence = 'test' | 'section' | 'grace period';

/** What is called after a grace period, by number; and where it is queued. */
export interface Callbacks {
  /** The word by which the callback of the head at an address is queued. */
  wordOf(head: number): number;
  /** Those words. */
  words(): readonly number[];
  /** Callbacks of one head with the same text have the same number. */
  numberOf(head: number, callback: Callback): number;
  functionOf(head: number, number: number): Callback;
}

/** What is called with its head. */
export type Callback = (head: Field<Type<'rcu_head', number>>) => void;

/** A wait queue with a bit for each thread, or the word of the thread's state alone. */
export interface SleepingPlace {
  readonly address: number;
  readonly ownBit: boolean;
}

/** Where sleeping is allowed; where nobody can be scheduled in between. */
export type Where = 'may sleep' | 'preemption off';

let inForce: Machine | null = null;

/** The machine in force. Throws where kernel code runs outside of any. */
export function machine(): Machine {
  if (inForce === null) {
    throw new Error('memory: a primitive was called outside of a scenario');
  }
  return inForce;
}

/** The machine in force, or null outside of any. */
export function machineOrNull(): Machine | null {
  return inForce;
}

/**
 * Runs `body` with another machine in force.
 *
 * @returns what `body` gives; the previous machine is in force again, also after a throw
 */
export function withMachine<R>(other: Machine, body: () => R): R {
  const previous = inForce;
  inForce = other;
  try {
    return body();
  } finally {
    inForce = previous;
  }
}
