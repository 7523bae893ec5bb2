/**
 * What the explorer explores: threads over an initial memory, and the properties to judge.
 *
 * `scenario/` builds a program from what the user wrote; everything in it is fixed before the
 * search begins.
 */

import type { StructType, Type } from '../memory/index.ts';
import type { DesignUse, Position } from './result.ts';

/** One thread of a program. */
export interface ProgramThread {
  /** Unique; copies of one declaration are `name#1`, `name#2` ... */
  readonly name: string;
  readonly body: () => unknown;
  /** Threads of one group have the same body and are interchangeable. */
  readonly group: number;
  /** `cpu` has a store buffer under tso; `device` writes to memory at once. */
  readonly kind: 'cpu' | 'device' | 'irq';
  /** Where it is declared. */
  readonly position: Position | null;
  /** For `irq`: the index of the thread whose CPU it interrupts. */
  readonly interrupts: number | null;
}

/** One named word of memory. */
export interface ProgramWord {
  readonly name: string;
  readonly type: Type;
  readonly address: number;
  readonly initial: number;
}

/** Slots from which `kmalloc` takes structs of one type. */
export interface ProgramPool {
  readonly type: StructType;
  /** The addresses of the slots, lowest first. */
  readonly slots: readonly number[];
  /**
   * The addresses of the words that say whether a slot is fresh (0), allocated (1) or freed (2).
   */
  readonly status: readonly number[];
}

/** An `rcu_head`, and the word by which its callback is queued: the number of a function. */
export interface ProgramCallback {
  readonly head: number;
  readonly word: number;
}

/** The name of the struct of a pool that begins at an address, for example `node#1`. */
export function objectAt({ pools, words }: Program, address: number): string | null {
  const pool = pools.find(({ slots }) => slots.includes(address));
  const status = pool?.status[pool.slots.indexOf(address)];
  return words.find((word) => word.address === status)?.name ?? null;
}

/** What the status word of a slot says; 0 is a fresh one. */
export const ALLOCATED = 1;
export const FREED = 2;

/** A property that the author stated. */
export interface ProgramProperty {
  readonly kind: 'always' | 'never' | 'sometimes';
  readonly name: string;
  /** Judged with the final memory in force; null for a `sometimes` that is only marked. */
  readonly predicate: (() => boolean) | null;
  /** The address of the mark of a `sometimes`, or 0. */
  readonly mark: number;
  /** Judged in every state instead of in final states only. */
  readonly everyState: boolean;
  readonly position: Position | null;
}

/** What the explorer explores. */
export interface Program {
  readonly name: string;
  readonly threads: readonly ProgramThread[];
  /** Words in order of address, from address 1 on without gaps; address 0 is NULL. */
  readonly words: readonly ProgramWord[];
  readonly pools: readonly ProgramPool[];
  /** The heads of RCU callbacks, and the words by which they are queued. */
  readonly callbacks: readonly ProgramCallback[];
  readonly properties: readonly ProgramProperty[];
  /** Designs that the scenario's body asked for. */
  readonly designs: readonly DesignUse[];
  /** What its body does that is no mistake, and perhaps not meant. */
  readonly warnings: readonly string[];
  readonly expected: 'pass' | 'fail';
  /** Where the scenario is declared. */
  readonly position: Position | null;
}
