/**
 * A thread's own state: going to sleep and being woken (include/linux/sched.h,
 * kernel/sched/core.c, 6.18).
 *
 *     set_current_state(task, TASK_UNINTERRUPTIBLE);
 *     while (!condition) { schedule(); set_current_state(task, TASK_UNINTERRUPTIBLE); }
 *     __set_current_state(task, TASK_RUNNING);
 *
 * and who makes the condition true calls wake_up_process(task) afterwards. `current` is no word
 * here: the thread is given its task_struct. Its state is the whole of it; there are no signals, so
 * every state but TASK_RUNNING sleeps alike. wake_up_process does not wake who sleeps on a queue.
 */

import { addressOf, bothPresent, integer } from './argument.ts';
import { machine } from './machine.ts';
import { Modify, operation, Result, Test } from './operation.ts';
import type { Field, task_struct } from './type.ts';

/** A thread's state, as the thread itself and its wakers see it. */
export type Task = Field<typeof task_struct>;

/** The thread runs. */
export const TASK_RUNNING: number = 0;
/** The thread sleeps; in Linux a signal wakes it too. */
export const TASK_INTERRUPTIBLE: number = 1;
/** The thread sleeps. */
export const TASK_UNINTERRUPTIBLE: number = 2;

/** Stores the state, then a full barrier: the condition is looked at after the store. */
export function set_current_state(current: Task, state: number): void {
  store('set_current_state', current, state);
}

/** Stores the state and orders nothing: for TASK_RUNNING, when the condition has been seen. */
export function __set_current_state(current: Task, state: number): void {
  store('__set_current_state', current, state);
}

function store(
  primitive: 'set_current_state' | '__set_current_state',
  current: Task,
  state: number,
): void {
  bothPresent(primitive, current, state);
  const address = addressOf(primitive, current, 'task_struct');
  const modifyArgument = integer(state, 'task_struct');
  machine().perform(operation(primitive, { address, modify: Modify.SET, modifyArgument }));
  machine().sleepOn(state === TASK_RUNNING ? null : { address, ownBit: false });
}

/**
 * Sleeps until somebody makes the thread runnable: wakes it from the queue that it prepared to wait
 * on, or from the state that it set. A thread that is runnable already goes on at once.
 */
export function schedule(): void {
  machine().require('may sleep', 'schedule');
  const where = machine().sleepsOn();
  // Linux lets others run then, and is a full barrier even so.
  if (where === null) return;
  const awake = where.ownBit
    ? ({ test: Test.BITS_CLEAR, ownBit: true } as const)
    : ({ test: Test.EQUALS, testArgument: TASK_RUNNING } as const);
  const { address } = where;
  machine().perform(operation('schedule', { address, ...awake, wait: true, hold: SLEEPS }));
  machine().sleepOn(null);
}

const SLEEPS = { sleeps: true } as const;

/** Makes a sleeping thread runnable, after a full barrier; tells whether it slept. */
export function wake_up_process(p: Task): boolean {
  const told = machine().perform(
    operation('wake_up_process', {
      address: addressOf('wake_up_process', p, 'task_struct'),
      test: Test.DIFFERS,
      testArgument: TASK_RUNNING,
      modify: Modify.SET,
      modifyArgument: TASK_RUNNING,
      result: Result.TESTED,
    }),
  );
  return told !== 0;
}
