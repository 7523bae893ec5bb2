/**
 * One access to shared memory, as data.
 *
 * Every primitive of the kernel that touches one word has the same form: *test* the old value;
 * where the test holds, *modify* it; give back a *result*. A lock is the same with `wait`: it does
 * nothing until the test holds. One form for all means one evaluator for all, which every machine
 * shares.
 *
 *     atomic_add_unless(v, a, u)   test NOT u      modify ADD a     result TESTED
 *     atomic_dec_and_test(v)       test ALWAYS     modify ADD -1    result NEW_EQUALS 0
 *     spin_lock(lock)              test EQUALS 0   modify SET 1     result NONE, wait
 */

import type { PrimitiveName } from './ordering.ts';

/** What must hold of the old value, with the operation's `testArgument`. */
export const Test = {
  ALWAYS: 0,
  EQUALS: 1,
  DIFFERS: 2,
  AT_LEAST: 3,
  LESS: 4,
  BITS_CLEAR: 5,
  BITS_SET: 6,
  UNSIGNED_AT_LEAST: 7,
} as const;
export type Test = (typeof Test)[keyof typeof Test];

/**
 * What becomes of the word where the test holds, with `modifyArgument`. TAKE_ONE takes 1 away from
 * a positive number and leaves a negative one as it is (a completion that was completed for good).
 */
export const Modify = { NOTHING: 0, SET: 1, ADD: 2, AND: 3, OR: 4, XOR: 5, TAKE_ONE: 6 } as const;
export type Modify = (typeof Modify)[keyof typeof Modify];

/** What the thread is told, with `resultArgument`. Booleans are 0 and 1. */
export const Result = {
  NONE: 0,
  OLD: 1,
  NEW: 2,
  TESTED: 3,
  NEW_EQUALS: 4,
  NEW_NEGATIVE: 5,
  OLD_BITS: 6,
  OLD_EQUALS: 7,
  /** -1, 0 or 1: whether the new value is below, at or above 0. */
  NEW_SIGN: 8,
} as const;
export type Result = (typeof Result)[keyof typeof Result];

/** What an operation does beyond touching one word. */
export const Effect = {
  ACCESS: 0,
  /** A barrier: touches nothing. */
  BARRIER: 1,
  /** A choice of `choices` outcomes that no state decides. */
  CHOOSE: 2,
  /** Takes a free slot of the pool at `address`; the result is the slot's address. */
  ALLOCATE: 3,
  /** Gives the slot at `address` back to its pool. */
  FREE: 4,
  /** A grace period begins: notes which threads must pass a quiescent moment. */
  GRACE_BEGIN: 5,
  /** A grace period ends: waits until all of them have. */
  GRACE_WAIT: 6,
  /** A section of SRCU begins: takes a free bit of the word, and tells which. */
  SECTION_BEGIN: 7,
  /** A section of SRCU ends: gives bit `choices` of the word back. */
  SECTION_END: 8,
} as const;
export type Effect = (typeof Effect)[keyof typeof Effect];

/**
 * What kind of lock it is: a spinning one (no sleeping while it is held), a sleeping one, or a bit
 * that is used as a sleeping lock and that another thread may release (the page lock).
 */
export type LockKind = 'spin' | 'sleep' | 'bit';

/** How an operation changes what the thread holds; checked without looking at shared memory. */
export type Hold =
  | { readonly take: LockKind; readonly shared: boolean }
  | { readonly release: LockKind; readonly shared: boolean }
  | { readonly downgrade: true }
  /** `idle`: who waits here has nothing to do, so an execution may end with it. */
  | { readonly sleeps: true; readonly idle?: true };

/** One step of a thread. */
export interface Operation {
  readonly primitive: PrimitiveName;
  readonly effect: Effect;
  /** The word's address, 0 where there is none. */
  readonly address: number;
  readonly test: Test;
  readonly testArgument: number;
  readonly modify: Modify;
  readonly modifyArgument: number;
  readonly result: Result;
  readonly resultArgument: number;
  /** Nothing happens until the test holds. */
  readonly wait: boolean;
  /** The operand of test and modify is this thread's own bit. */
  readonly ownBit: boolean;
  readonly hold: Hold | null;
  /** A read of a pointer: words of what it points to; else 0. */
  readonly target: number;
  /** The name of this read, so that later accesses can depend on it; 0 for most. */
  readonly source: number;
  /**
   * The reads that the address is computed from, and those that the stored value is computed from,
   * by name. Litmus tests say so; for kernel code only pointers are followed (`target`).
   */
  readonly dependsOn: readonly number[];
  readonly computedFrom: readonly number[];
  /**
   * CHOOSE: how many outcomes. ALLOCATE: the struct's number. GRACE_*: for what (below).
   * SECTION_END: the bit.
   */
  readonly choices: number;
}

/** What a grace period waits for: sections of RCU, interrupts off, sections of one srcu_struct. */
export const GRACE_PERIOD = 0;
export const INTERRUPT_ALL = 1;
export const SRCU_GRACE_PERIOD = 2;

const NOTHING: Operation['dependsOn'] = [];

/** What a primitive says of its operation; what it does not say is absent. */
export type OperationParts = Partial<Omit<Operation, 'primitive'>>;

/**
 * Completes an operation: what is not given is absent (no test, no change, no result).
 *
 * @param address of the word; a primitive's other parts are the same at each call and made once
 */
export function operation(
  primitive: PrimitiveName,
  parts: OperationParts,
  address: number = parts.address ?? 0,
): Operation {
  const { effect, test, testArgument, modify, modifyArgument } = parts;
  const { result, resultArgument, wait, ownBit, hold, choices } = parts;
  const { target, source, dependsOn, computedFrom } = parts;
  // Written out: three spreads cost a microsecond, at every access of every run.
  return {
    primitive,
    effect: effect ?? Effect.ACCESS,
    address,
    test: test ?? Test.ALWAYS,
    testArgument: testArgument ?? 0,
    modify: modify ?? Modify.NOTHING,
    modifyArgument: modifyArgument ?? 0,
    result: result ?? Result.NONE,
    resultArgument: resultArgument ?? 0,
    wait: wait ?? false,
    ownBit: ownBit ?? false,
    hold: hold ?? null,
    target: target ?? 0,
    source: source ?? 0,
    dependsOn: dependsOn ?? NOTHING,
    computedFrom: computedFrom ?? NOTHING,
    choices: choices ?? 0,
  };
}

/** Steps that have the form of an access and go to no word. */
const WITHOUT_WORD: ReadonlySet<string> = new Set([
  'section',
  'interrupt',
  'smp_mb',
  'smp_mb__after_unlock_lock',
  'smp_mb__after_srcu_read_unlock',
  'smp_mb__before_atomic',
  'smp_mb__after_atomic',
  'smp_mb__after_spinlock',
]);

/** Whether an access goes through a NULL pointer. */
export function goesToNull({ effect, address, primitive }: Operation): boolean {
  return address === 0 && effect === Effect.ACCESS && !WITHOUT_WORD.has(primitive);
}

/** Whether the test of an operation holds of the old value. */
export function testHolds(test: number, argument: number, old: number): boolean {
  switch (test) {
    case Test.ALWAYS:
      return true;
    case Test.EQUALS:
      return old === argument;
    case Test.DIFFERS:
      return old !== argument;
    case Test.AT_LEAST:
      return old >= argument;
    case Test.LESS:
      return old < argument;
    case Test.BITS_CLEAR:
      return (old & argument) === 0;
    case Test.BITS_SET:
      return (old & argument) !== 0;
    default:
      return old >>> 0 >= argument >>> 0;
  }
}

/** The new value of a word, as 32-bit two's complement arithmetic gives it. */
export function modified(modify: number, argument: number, old: number): number {
  switch (modify) {
    case Modify.NOTHING:
      return old;
    case Modify.SET:
      return argument;
    case Modify.ADD:
      return (old + argument) | 0;
    case Modify.AND:
      return old & argument;
    case Modify.OR:
      return old | argument;
    case Modify.XOR:
      return old ^ argument;
    default:
      return old > 0 ? old - 1 : old;
  }
}

/** What the thread is told of an access that has been made. */
export function resultOf(
  result: number,
  argument: number,
  old: number,
  written: number,
  tested: boolean,
): number {
  switch (result) {
    case Result.NONE:
      return 0;
    case Result.OLD:
      return old;
    case Result.NEW:
      return written;
    case Result.TESTED:
      return tested ? 1 : 0;
    case Result.NEW_EQUALS:
      return written === argument ? 1 : 0;
    case Result.NEW_NEGATIVE:
      return written < 0 ? 1 : 0;
    case Result.OLD_BITS:
      return (old & argument) === 0 ? 0 : 1;
    case Result.OLD_EQUALS:
      return old === argument ? 1 : 0;
    default:
      return Math.sign(written);
  }
}
