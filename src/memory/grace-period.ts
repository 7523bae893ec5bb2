/**
 * A grace period of RCU as two operations: it begins, and it waits. That of a callback's thread
 * nobody can leave out; `synchronize_rcu` can be (rcu.ts).
 */

import { machine } from './machine.ts';
import { Effect, operation } from './operation.ts';

const GRACE_PERIOD = 0;

/** Sleeps until every read-side section that has begun is over. */
export function waitForReaders(): void {
  machine().perform(
    operation('synchronize_rcu', {
      effect: Effect.GRACE_BEGIN,
      choices: GRACE_PERIOD,
      hold: { sleeps: true },
    }),
  );
  machine().perform(
    operation('synchronize_rcu', {
      effect: Effect.GRACE_WAIT,
      choices: GRACE_PERIOD,
      hold: { sleeps: true },
    }),
  );
}
