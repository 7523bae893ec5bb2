/**
 * Where a thread may sleep, and where it must not be preempted (include/linux/kernel.h,
 * include/linux/lockdep.h, 6.18).
 *
 * Both are checked where they stand, whatever happens afterwards: a call that might sleep is wrong
 * in atomic context even when it finds nothing to wait for.
 */

import { machine } from './machine.ts';

/** A finding unless the thread may sleep here: `wait_event` and the like begin with it. */
export function might_sleep(): void {
  machine().require('may sleep', 'might_sleep');
}

/** A finding unless preemption or interrupts are off, or a spin lock is held. */
export function lockdep_assert_preemption_disabled(): void {
  machine().require('preemption off', 'lockdep_assert_preemption_disabled');
}
