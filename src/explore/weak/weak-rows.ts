/** Model `weak`: which messages the access of a thread state needs, read off its row. */

import { Modify, Result, SRCU_GRACE_PERIOD, Test, testHolds } from '../../memory/operation.ts';
import { Column, Flag, NodeKind } from '../automaton/node.ts';
import { WeakOrder } from './weak-order.ts';

/** A read-modify-write: it needs a message that no other has used up. An unlock needs none. */
export function isUpdate(rows: Int32Array, row: number): boolean {
  const order = rows[row + Column.ORDER] as number;
  // Whoever gives a lock back has taken it: the newest message is its own.
  const stores = (order & WeakOrder.STORE) !== 0 && (order & WeakOrder.UNLOCK) === 0;
  return rows[row + Column.MODIFY] !== Modify.NOTHING && !stores;
}

/** Whether a step may read an old message, or store before a newer one. */
export function isRead(rows: Int32Array, row: number): boolean {
  return rows[row] === NodeKind.ACCESS && (!isUpdate(rows, row) || mayFail(rows, row));
}

/** Whether a step is about the sections of a srcu_struct. */
export function isAboutSections(rows: Int32Array, row: number): boolean {
  const kind = rows[row] as number;
  if (kind === NodeKind.SECTION_BEGIN || kind === NodeKind.SECTION_END) return true;
  const isGrace = kind === NodeKind.GRACE_BEGIN || kind === NodeKind.GRACE_WAIT;
  return isGrace && rows[row + Column.ARGUMENT] === SRCU_GRACE_PERIOD;
}

/** What is known of whether a step has stored. */
export const Stored = {
  NO: 0,
  /** By a read-modify-write, or a wait that ended with one. */
  YES: 1,
  /** By a plain store or a release, or it cannot be told from the value that it gave. */
  PERHAPS: 2,
} as const;

/** Whether the step that gave this value has stored. */
export function storedBy(rows: Int32Array, row: number, observed: number): number {
  if (rows[row] !== NodeKind.ACCESS || rows[row + Column.MODIFY] === Modify.NOTHING) {
    return Stored.NO;
  }
  if (!isUpdate(rows, row)) return Stored.PERHAPS;
  if (!mayFail(rows, row)) return Stored.YES;
  const result = rows[row + Column.RESULT] as number;
  if (result === Result.TESTED) return observed !== 0 ? Stored.YES : Stored.NO;
  const isOwnBit = ((rows[row + Column.FLAGS] as number) & Flag.OWN_BIT) !== 0;
  if (result !== Result.OLD || isOwnBit) return Stored.PERHAPS;
  const test = rows[row + Column.TEST] as number;
  const holds = testHolds(test, rows[row + Column.TEST_ARGUMENT] as number, observed);
  return holds ? Stored.YES : Stored.NO;
}

/** A store that does not continue the message before: no read-modify-write, and no unlock. */
export function overwrites(rows: Int32Array, row: number): boolean {
  const order = rows[row + Column.ORDER] as number;
  return (order & (WeakOrder.STORE | WeakOrder.UNLOCK)) === WeakOrder.STORE;
}

export function failsOnZero(rows: Int32Array, row: number): boolean {
  const test = rows[row + Column.TEST] as number;
  return test === Test.DIFFERS && rows[row + Column.TEST_ARGUMENT] === 0;
}

export function mayFail(rows: Int32Array, row: number): boolean {
  const waits = ((rows[row + Column.FLAGS] as number) & Flag.WAIT) !== 0;
  return !waits && rows[row + Column.TEST] !== Test.ALWAYS;
}
