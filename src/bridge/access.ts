/**
 * The accesses of a litmus test as operations of the seam.
 *
 * The shapes of litmus/ast.ts are those of memory/operation.ts; what orders an access is its
 * primitive, which the ordering table knows under the same name.
 */

import type { Expression, FenceKind, Operator, Order } from '../litmus/ast.ts';
import { machine } from '../memory/machine.ts';
import { Effect, Modify, operation, Result, SRCU_GRACE_PERIOD, Test } from '../memory/operation.ts';
import type { Operation } from '../memory/operation.ts';
import { ORDERING } from '../memory/ordering.ts';
import type { PrimitiveName } from '../memory/ordering.ts';
import { synchronize_rcu } from '../memory/rcu.ts';
import { Inexpressible, valueOfWord, wordOf } from './words.ts';

type Of<Kind extends Expression['kind']> = Extract<Expression, { kind: Kind }>;

const LOADS: Partial<Record<Order, PrimitiveName>> = {
  plain: 'load',
  once: 'READ_ONCE',
  acquire: 'smp_load_acquire',
};

const STORES: Partial<Record<Order, PrimitiveName>> = {
  plain: 'store',
  once: 'WRITE_ONCE',
  release: 'smp_store_release',
};

/** Where an access goes, and what is known of dependencies. */
export interface Site {
  readonly address: number;
  /** The name of the read, or 0. */
  readonly source: number;
  /** The reads that the address was computed from, and the stored value, by name. */
  readonly dependsOn: readonly number[];
  readonly computedFrom: readonly number[];
}

/** Reads a global. @returns the word that it holds */
export function load({ order }: Of<'load'>, site: Site): number {
  return perform(known(LOADS[order], order), { ...site, result: Result.OLD });
}

/** Writes a word to a global. */
export function store(order: Order, site: Site, modifyArgument: number): void {
  perform(known(STORES[order], order), { ...site, modify: Modify.SET, modifyArgument });
}

/** Writes a global and gives what it held. */
export function exchange({ order }: Of<'exchange'>, site: Site, value: number): number {
  const parts = { modify: Modify.SET, modifyArgument: wordOf(value), result: Result.OLD };
  return valueOfWord(perform(withOrder('xchg', order), { ...site, ...parts }));
}

/** Writes a global if it holds `old`; gives what it held. */
export function compareExchange(
  { order }: Of<'compare-exchange'>,
  site: Site,
  old: number,
  value: number,
): number {
  const test = { test: Test.EQUALS, testArgument: wordOf(old) };
  const parts = { modify: Modify.SET, modifyArgument: wordOf(value), result: Result.OLD };
  return valueOfWord(perform(withOrder('cmpxchg', order), { ...site, ...test, ...parts }));
}

const OPERATORS: Partial<Record<Operator, (operand: number) => Partial<Operation>>> = {
  '+': (operand) => ({ modify: Modify.ADD, modifyArgument: operand }),
  '-': (operand) => ({ modify: Modify.ADD, modifyArgument: -operand | 0 }),
  '&': (operand) => ({ modify: Modify.AND, modifyArgument: operand }),
  '&~': (operand) => ({ modify: Modify.AND, modifyArgument: ~operand }),
  '|': (operand) => ({ modify: Modify.OR, modifyArgument: operand }),
  '^': (operand) => ({ modify: Modify.XOR, modifyArgument: operand }),
};

/** The primitives that stand for all of their family and ordering. */
const SILENT = 'atomic_add';

/** An arithmetic atomic: nothing, the old value or the new one. */
export function atomic(
  { order, operator, gives }: Of<'atomic'>,
  site: Site,
  operand: number,
): number {
  const parts = OPERATORS[operator]?.(wordOf(operand));
  if (parts === undefined) throw new Inexpressible(`There is no atomic with ${operator}.`);
  if (order === 'noreturn') return perform(SILENT, { ...site, ...parts });
  const result = gives === 'new' ? Result.NEW : Result.OLD;
  return valueOfWord(perform(withOrder('atomic_fetch_add', order), { ...site, ...parts, result }));
}

/** atomic_add_unless. */
export function addUnless(site: Site, amount: number, unless: number): number {
  return perform('atomic_add_unless', {
    ...site,
    test: Test.DIFFERS,
    testArgument: wordOf(unless),
    modify: Modify.ADD,
    modifyArgument: wordOf(amount),
    result: Result.TESTED,
  });
}

/**
 * Locks, without the rules of scenarios: a litmus test may end with a lock held, which leaves
 * others waiting and is no finding.
 */
const FREE = { test: Test.EQUALS, testArgument: 0 } as const;
const LOCKED = { modify: Modify.SET, modifyArgument: 1 } as const;

/** spin_lock, spin_unlock. */
export function lock(kind: 'lock' | 'unlock', site: Site): void {
  if (kind === 'lock') perform('spin_lock', { ...site, ...FREE, ...LOCKED, wait: true });
  else perform('spin_unlock', { ...site, modify: Modify.SET, modifyArgument: 0 });
}

/** spin_trylock, spin_is_locked. */
export function lockTest(kind: 'trylock' | 'is-locked', site: Site): number {
  if (kind === 'trylock') {
    return perform('spin_trylock', { ...site, ...FREE, ...LOCKED, result: Result.TESTED });
  }
  return perform('spin_is_locked', { ...site, result: Result.OLD_BITS, resultArgument: 1 });
}

const BARRIERS: Partial<Record<FenceKind, PrimitiveName>> = {
  mb: 'smp_mb',
  rmb: 'smp_rmb',
  wmb: 'smp_wmb',
  'before-atomic': 'smp_mb__before_atomic',
  'after-atomic': 'smp_mb__after_atomic',
  'after-spinlock': 'smp_mb__after_spinlock',
  'after-unlock-lock': 'smp_mb__after_unlock_lock',
  'after-srcu-read-unlock': 'smp_mb__after_srcu_read_unlock',
};

/** Barriers, sections of RCU and its grace periods. */
export function fence(kind: FenceKind): void {
  if (kind === 'rcu-lock') return machine().nest('rcu', 1);
  if (kind === 'rcu-unlock') return machine().nest('rcu', -1);
  if (kind === 'sync-rcu') return synchronize_rcu();
  const primitive = BARRIERS[kind];
  // barrier() keeps the compiler in order, and here there is none.
  if (primitive !== undefined) perform(primitive, { effect: Effect.BARRIER });
}

/** Begins a section of SRCU. @returns its number */
export function beginSection({ address }: Site): number {
  const parts = { effect: Effect.SECTION_BEGIN, address, result: Result.OLD };
  return perform('srcu_read_lock', parts);
}

/** Ends a section of SRCU. */
export function endSection({ address }: Site, section: number): void {
  perform('srcu_read_unlock', { effect: Effect.SECTION_END, address, choices: section });
}

/** synchronize_srcu. */
export function waitForSections({ address }: Site): void {
  const parts = { address, choices: SRCU_GRACE_PERIOD };
  perform('synchronize_srcu', { ...parts, effect: Effect.GRACE_BEGIN });
  perform('synchronize_srcu', { ...parts, effect: Effect.GRACE_WAIT });
}

/** Stands still for ever, because the execution is not wanted any more. */
export function standStill(never: number): void {
  perform('wait_for_value', { address: never, test: Test.EQUALS, testArgument: 1, wait: true });
}

function perform(primitive: PrimitiveName, parts: Partial<Operation>): number {
  return machine().perform(operation(primitive, parts));
}

function withOrder(name: 'xchg' | 'cmpxchg' | 'atomic_fetch_add', order: Order): PrimitiveName {
  const suffix = order === 'mb' ? '' : `_${order === 'once' ? 'relaxed' : order}`;
  const primitive = `${name}${suffix}`;
  return known(primitive in ORDERING ? (primitive as PrimitiveName) : undefined, order);
}

function known(primitive: PrimitiveName | undefined, order: Order): PrimitiveName {
  if (primitive !== undefined) return primitive;
  throw new Error(`bridge: no primitive has the order ${order}`);
}
