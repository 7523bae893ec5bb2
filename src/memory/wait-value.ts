/** Waiting for a value without a queue or a lock. Ours, not the kernel's. */

import { addressOf, bothPresent, integer, present } from './argument.ts';
import { machine } from './machine.ts';
import { operation, Result, Test } from './operation.ts';
import type { Field } from './type.ts';

/**
 * Sleeps until a word has a value. Ours, not the kernel's: for protocols that only need to wait.
 *
 * @returns nothing; the thread is stuck, and found stuck, if the value never comes
 */
export function waitUntilEquals(field: Field, value: number): void {
  bothPresent('waitUntilEquals', field, value);
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
      address: addressOf('wait_for_value', present('waitForWork', field)),
      test: Test.DIFFERS,
      testArgument: 0,
      result: Result.OLD,
      wait: true,
      hold: { sleeps: true, idle: true },
    }),
  );
}
