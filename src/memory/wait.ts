/**
 * Wait queues (include/linux/wait.h, kernel/sched/wait.c, 6.18): sleeping until somebody says that
 * something has happened.
 *
 * `wait_event` follows the kernel: look at the condition, and only if it does not hold mark
 * yourself as sleeping (a full barrier), look again, sleep until somebody takes the mark away, look
 * again. A wake-up between look and sleep is not lost, because it takes the mark away.
 *
 * A queue is one word, with a bit for each thread: it stands for the entry of the thread in the
 * queue and for its state at once. So entries are not given (`DEFINE_WAIT`), nor states: there are
 * no signals. Exclusive waiters, time-outs and other wake-up functions are left out too.
 */

import { addressOf, bothPresent, present, truth } from './argument.ts';
import { smp_mb } from './barrier.ts';
import { loop } from './control.ts';
import { machine } from './machine.ts';
import { Modify, operation, Result, Test } from './operation.ts';
import { schedule } from './task.ts';
import type { Field, wait_queue_head_t } from './type.ts';

type WaitQueue = Field<typeof wait_queue_head_t>;

/** Sleeps until `condition` holds; it is looked at before sleeping and after each wake-up. */
export function wait_event(wq_head: WaitQueue, condition: () => boolean): void {
  bothPresent('wait_event', wq_head, condition);
  machine().require('may sleep', 'wait_event');
  if (truth(condition(), 'The condition of wait_event')) return;
  loop(() => {
    prepare_to_wait(wq_head);
    if (truth(condition(), 'The condition of wait_event')) return false;
    schedule();
    return true;
  });
  finish_wait(wq_head);
}

/**
 * Joins the queue and marks the thread as sleeping, then a full barrier: what is looked at next is
 * looked at after whoever changes it can see the mark. `schedule()` sleeps then.
 */
export function prepare_to_wait(wq_head: WaitQueue): void {
  const address = addressOf('prepare_to_wait', wq_head, 'wait_queue_head_t');
  machine().perform(operation('prepare_to_wait', { address, modify: Modify.OR, ownBit: true }));
  machine().sleepOn({ address, ownBit: true });
}

/** Leaves the queue, if no wake-up has taken the thread off it, and goes on running. */
export function finish_wait(wq_head: WaitQueue): void {
  const address = addressOf('finish_wait', wq_head, 'wait_queue_head_t');
  const marked = { test: Test.BITS_SET, modify: Modify.AND, ownBit: true } as const;
  machine().perform(operation('finish_wait', { address, ...marked }));
  machine().sleepOn(null);
}

/**
 * Wakes every thread that sleeps on the queue: looks at it under its lock, and so reads the word
 * before it writes it.
 */
export function wake_up(wq_head: WaitQueue): void {
  machine().perform(
    operation('wake_up', {
      address: addressOf('wake_up', wq_head, 'wait_queue_head_t'),
      modify: Modify.AND,
      modifyArgument: 0,
    }),
  );
}

/**
 * Whether somebody is on the queue, without its lock. Orders nothing: who stores the condition and
 * then asks here needs a full barrier in between, or misses a sleeper.
 */
export function waitqueue_active(wq_head: WaitQueue): boolean {
  // A bit for each sleeper: the answer is whether any is set.
  const somebody = machine().perform(
    operation('waitqueue_active', {
      address: addressOf('waitqueue_active', wq_head, 'wait_queue_head_t'),
      result: Result.OLD_BITS,
      resultArgument: -1,
    }),
  );
  return somebody === 1;
}

/** `waitqueue_active` after that barrier. */
export function wq_has_sleeper(wq_head: WaitQueue): boolean {
  present('wq_has_sleeper', wq_head);
  smp_mb();
  return waitqueue_active(wq_head);
}
