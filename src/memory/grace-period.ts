/**
 * Grace periods as two operations: one begins, and it waits. That of a callback's thread nobody can
 * leave out; `synchronize_rcu` and its like can be (rcu.ts, srcu.ts).
 */

import { machine } from './machine.ts';
import { Effect, GRACE_PERIOD, operation } from './operation.ts';
import type { OperationParts } from './operation.ts';
import type { PrimitiveName } from './ordering.ts';

/** Sleeps until every read-side section of RCU that has begun is over. */
export function waitForReaders(): void {
  waitFor('synchronize_rcu', { choices: GRACE_PERIOD, hold: { sleeps: true } });
}

/** Begins and waits. @param parts what is waited for, and whether the thread sleeps */
export function waitFor(primitive: PrimitiveName, parts: OperationParts): void {
  machine().perform(operation(primitive, { ...parts, effect: Effect.GRACE_BEGIN }));
  machine().perform(operation(primitive, { ...parts, effect: Effect.GRACE_WAIT }));
}

/** Whether a wait for sections is in force; the label of one that is left out goes with it. */
export function waits(name: string): boolean {
  const isKept = machine().defended(name, 'grace period');
  if (!isKept) machine().label(null);
  return isKept;
}
