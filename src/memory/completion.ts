/**
 * Completions (include/linux/completion.h, kernel/sched/completion.c, 6.18): one thread waits until
 * another has done something.
 *
 * The word is `done`: how many waiters may pass. The queue of the waiters and the lock around both
 * are not here; the orders are those of the lock (ordering.ts). Left out: time-outs and signals.
 */

import { addressOf } from './argument.ts';
import { machine } from './machine.ts';
import { Modify, operation, Test } from './operation.ts';
import type { completion, Field } from './type.ts';

type Completion = Field<typeof completion>;

/** Sleeps until the completion has been signalled and uses up one signal. */
export function wait_for_completion(x: Completion): void {
  machine().perform(
    operation('wait_for_completion', {
      address: addressOf('wait_for_completion', x, 'completion'),
      test: Test.DIFFERS,
      testArgument: 0,
      modify: Modify.TAKE_ONE,
      wait: true,
      hold: { sleeps: true },
    }),
  );
}

/** Signals once: one waiter may pass. */
export function complete(x: Completion): void {
  machine().perform(
    operation('complete', {
      address: addressOf('complete', x, 'completion'),
      test: Test.AT_LEAST,
      testArgument: 0,
      modify: Modify.ADD,
      modifyArgument: 1,
    }),
  );
}

/** `done` of a completion that lets everybody pass: UINT_MAX, which no waiter takes from. */
const FOR_EVERYBODY = -1;

/** Signals for good: every waiter may pass. */
export function complete_all(x: Completion): void {
  machine().perform(
    operation('complete_all', {
      address: addressOf('complete_all', x, 'completion'),
      modify: Modify.SET,
      modifyArgument: FOR_EVERYBODY,
    }),
  );
}
