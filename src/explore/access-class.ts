/** How accesses to one word commute: for the reduction (reduction.ts). */

import { Modify, Result, Test } from '../memory/operation.ts';
import type { Operation } from '../memory/operation.ts';
import { ORDERING } from '../memory/ordering.ts';
import type { Model } from './result.ts';
import { isBarrier } from './weak/weak-order.ts';

/**
 * How an access commutes with others. 0: it conflicts with everything. Model `weak` knows no silent
 * updates; it has classes of its own instead: marked stores, plain reads, and what conflicts with
 * every access of its words.
 */
export const AccessClass = {
  ANY: 0,
  READ: 1,
  ADD: 2,
  OR: 3,
  AND: 4,
  WRITE: 5,
  STORE: 2,
  PLAIN: 3,
  ALL: 4,
} as const;
/** Classes that commute with something. */
export const CLASSES = 5;

/**
 * The classes that each class conflicts with, as bits. What is not listed commutes: reads with
 * reads, additions that tell nothing with each other, `or` with `or`, `and` with `and`.
 */
const CONFLICTS: readonly number[] = conflictsOf({
  [AccessClass.READ]: [AccessClass.ADD, AccessClass.OR, AccessClass.AND, AccessClass.WRITE],
  [AccessClass.ADD]: [AccessClass.READ, AccessClass.OR, AccessClass.AND, AccessClass.WRITE],
  [AccessClass.OR]: [AccessClass.READ, AccessClass.ADD, AccessClass.AND, AccessClass.WRITE],
  [AccessClass.AND]: [AccessClass.READ, AccessClass.ADD, AccessClass.OR, AccessClass.WRITE],
  [AccessClass.WRITE]: [1, 2, 3, 4, 5],
});

/**
 * Under weak a store takes nothing from anybody: whoever could read an older message still can, and
 * a store or update that comes later may still take its place before it. So a store conflicts with
 * no marked access; a read with what it could read if it waited; an update also with other updates,
 * which may use up what it reads. Plain accesses keep their order with all that would be a data
 * race: one that shows ends the execution.
 */
const WEAK_CONFLICTS: readonly number[] = conflictsOf({
  [AccessClass.READ]: [AccessClass.STORE, AccessClass.WRITE, AccessClass.ALL],
  [AccessClass.PLAIN]: [AccessClass.STORE, AccessClass.WRITE, AccessClass.ALL],
  [AccessClass.STORE]: [AccessClass.PLAIN, AccessClass.ALL],
  [AccessClass.WRITE]: [AccessClass.STORE, AccessClass.PLAIN, AccessClass.WRITE, AccessClass.ALL],
  [AccessClass.ALL]: [1, 2, 3, 4, 5],
});

/** Whether accesses of class `one` conflict with those of class `other` that could come later. */
export function conflicts(model: Model, one: number, other: number): boolean {
  const table = model === 'weak' ? WEAK_CONFLICTS : CONFLICTS;
  return (((table[one] as number) >>> other) & 1) !== 0;
}

function conflictsOf(lists: Readonly<Record<number, readonly number[]>>): readonly number[] {
  return Array.from({ length: CLASSES + 1 }, (_, one) =>
    (lists[one] ?? []).reduce((bits, other) => bits | (1 << other), 0),
  );
}

/** The class of an operation. */
export function accessClassOf(operation: Operation, model: Model): number {
  if (operation.effect !== 0) return AccessClass.ANY;
  if (model === 'weak') return weakClassOf(operation);
  if (operation.modify === Modify.NOTHING) return AccessClass.READ;
  if (!isSilent(operation)) return AccessClass.WRITE;
  if (operation.modify === Modify.ADD) return AccessClass.ADD;
  if (operation.modify === Modify.OR) return AccessClass.OR;
  return operation.modify === Modify.AND ? AccessClass.AND : AccessClass.WRITE;
}

function weakClassOf(operation: Operation): number {
  const { modify, address, primitive } = operation;
  const { plain } = ORDERING[primitive];
  if (address === 0 && isBarrier(primitive)) return AccessClass.WRITE;
  if (modify === Modify.NOTHING) return plain ? AccessClass.PLAIN : AccessClass.READ;
  if (plain) return AccessClass.ALL;
  return modify === Modify.SET && isSilent(operation) ? AccessClass.STORE : AccessClass.WRITE;
}

/** It succeeds whatever the word holds, and does not tell what it held. */
function isSilent({ result, test, wait }: Operation): boolean {
  return result === Result.NONE && test === Test.ALWAYS && !wait;
}
