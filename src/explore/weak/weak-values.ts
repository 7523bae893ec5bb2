/** What an access does with a value that it reads (model `weak`). */

import { modified, Modify, resultOf, testHolds } from '../../memory/operation.ts';
import { Column, Flag } from '../automaton/node.ts';
import type { Pending } from './weak-pending.ts';

/** An access that asks what a value would do to it. */
export type Asking = Pick<Pending, 'stepper' | 'node' | 'thread' | 'flags'>;

/** Whether the test of an access holds for a value. */
export function holds({ stepper, node, thread, flags }: Asking, old: number): boolean {
  const own = (flags & Flag.OWN_BIT) !== 0;
  const argument = own ? 1 << thread : stepper.column(node, Column.TEST_ARGUMENT);
  return testHolds(stepper.column(node, Column.TEST), argument, old);
}

/** What a successful access makes of a value. */
export function written({ stepper, node, thread, flags }: Asking, old: number): number {
  const modify = stepper.column(node, Column.MODIFY);
  let argument = stepper.column(node, Column.MODIFY_ARGUMENT);
  if ((flags & Flag.OWN_BIT) !== 0) {
    argument = modify === Modify.AND ? ~(1 << thread) : 1 << thread;
  }
  return modified(modify, argument, old);
}

/** What the thread is told by an access. */
export function told(asking: Asking, old: number, now: number, tested: boolean): number {
  const { stepper, node } = asking;
  const result = stepper.column(node, Column.RESULT);
  return resultOf(result, stepper.column(node, Column.RESULT_ARGUMENT), old, now, tested);
}
