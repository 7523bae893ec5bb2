/** How accesses to one word commute: for the reduction (reduction.ts). */

import { Modify, Result, Test } from '../memory/operation.ts';
import type { Operation } from '../memory/operation.ts';
import type { Model } from './result.ts';

/** How an access commutes with others. 0: it conflicts with everything. */
export const AccessClass = { ANY: 0, READ: 1, ADD: 2, OR: 3, AND: 4, WRITE: 5 } as const;
/** Classes that commute with something. */
export const CLASSES = 5;

/** The class of an operation. */
export function accessClassOf(operation: Operation, model: Model): number {
  if (operation.effect !== 0) return AccessClass.ANY;
  const isBarrier = operation.address === 0 && operation.primitive === 'smp_mb';
  if (model === 'weak' && isBarrier) return AccessClass.WRITE;
  if (operation.modify === Modify.NOTHING) return AccessClass.READ;
  // Under weak others can see in which order stores came.
  if (model === 'weak') return AccessClass.WRITE;
  const silent = operation.result === Result.NONE && operation.test === Test.ALWAYS;
  if (!silent || operation.wait) return AccessClass.WRITE;
  if (operation.modify === Modify.ADD) return AccessClass.ADD;
  if (operation.modify === Modify.OR) return AccessClass.OR;
  return operation.modify === Modify.AND ? AccessClass.AND : AccessClass.WRITE;
}
