/**
 * Sleeping until something happens: wait queues and completions (include/linux/wait.h, 6.18).
 *
 * `wait_event` follows the kernel: look at the condition, and only if it does not hold mark
 * yourself as sleeping (a full barrier), look again, sleep until somebody takes the mark away, look
 * again. A wake-up between look and sleep is not lost, because it takes the mark away.
 */

import { loop } from './control.ts';
import { addressOf, integer, truth } from './argument.ts';
import { machine } from './machine.ts';
import { Modify, operation, Result, Test } from './operation.ts';
import type { PrimitiveName } from './ordering.ts';
import type { Field } from './type.ts';
import type { completion, wait_queue_head_t } from './type.ts';

type WaitQueue = Field<typeof wait_queue_head_t>;
type Completion = Field<typeof completion>;

/** Sleeps until `condition` holds; it is looked at before sleeping and after each wake-up. */
export function wait_event(wq_head: WaitQueue, condition: () => boolean): void {
  machine().require('may sleep', 'wait_event');
  if (truth(condition(), 'The condition of wait_event')) return;
  loop(() => {
    own(wq_head, 'prepare_to_wait', { modify: Modify.OR });
    if (truth(condition(), 'The condition of wait_event')) return false;
    own(wq_head, 'schedule', { test: Test.BITS_CLEAR, wait: true });
    return true;
  });
  own(wq_head, 'finish_wait', { test: Test.BITS_SET, modify: Modify.AND });
}

/** Wakes every thread that sleeps on the queue. */
export function wake_up(wq_head: WaitQueue): void {
  machine().perform(
    operation('wake_up', {
      address: addressOf('wake_up', wq_head),
      modify: Modify.SET,
      modifyArgument: 0,
    }),
  );
}

/** Sleeps until the completion has been signalled and uses up one signal. */
export function wait_for_completion(x: Completion): void {
  machine().perform(
    operation('wait_for_completion', {
      address: addressOf('wait_for_completion', x),
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
      address: addressOf('complete', x),
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
      address: addressOf('complete_all', x),
      modify: Modify.SET,
      modifyArgument: FOR_EVERYBODY,
    }),
  );
}

/**
 * Sleeps until a word has a value. Ours, not the kernel's: for protocols that only need to wait.
 *
 * @returns nothing; the thread is stuck, and found stuck, if the value never comes
 */
export function waitUntilEquals(field: Field, value: number): void {
  machine().perform(
    operation('wait_for_value', {
      address: addressOf('wait_for_value', field),
      test: Test.EQUALS,
      testArgument: integer(value, field.type.name),
      wait: true,
      hold: { sleeps: true },
    }),
  );
}

/**
 * Sleeps until a word is not 0, and gives its value: what a device or a kernel thread does between
 * two pieces of work. An execution may end while a thread waits here; anywhere else a thread that
 * waits for ever is found stuck. Ours, not the kernel's.
 */
export function waitForWork(field: Field): number {
  return machine().perform(
    operation('wait_for_value', {
      address: addressOf('wait_for_value', field),
      test: Test.DIFFERS,
      testArgument: 0,
      result: Result.OLD,
      wait: true,
      hold: { sleeps: true, idle: true },
    }),
  );
}

/** An access to this thread's own bit of a wait queue. */
function own(
  wq_head: WaitQueue,
  primitive: PrimitiveName,
  parts: { modify?: Modify; test?: Test; wait?: boolean },
): void {
  machine().perform(
    operation(primitive, {
      address: addressOf(primitive, wq_head),
      ...parts,
      ownBit: true,
      result: Result.NONE,
      hold: primitive === 'schedule' ? { sleeps: true } : null,
    }),
  );
}
