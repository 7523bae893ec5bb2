import { describe, expect, it } from 'vitest';
import { finalsOf, wrongWith } from '../../test/support/small.ts';
import { READ_ONCE, WRITE_ONCE } from './access.ts';
import { preempt_disable, preempt_enable } from './rcu.ts';
import { loop } from './control.ts';
import {
  __set_current_state,
  schedule,
  set_current_state,
  TASK_INTERRUPTIBLE,
  TASK_RUNNING,
  TASK_UNINTERRUPTIBLE,
  wake_up_process,
} from './task.ts';
import type { Task } from './task.ts';
import { s32, task_struct } from './type.ts';

type Goes = (current: Task, done: () => boolean) => void;

/** The kernel's way: state, barrier, condition. */
const rightly: Goes = (current, done) => {
  loop(() => {
    set_current_state(current, TASK_UNINTERRUPTIBLE);
    if (done()) return false;
    schedule();
    return true;
  });
  __set_current_state(current, TASK_RUNNING);
};

/** The condition is looked at before the state is set: the wake-up may come in between. */
const tooLate: Goes = (current, done) =>
  loop(() => {
    if (done()) return false;
    set_current_state(current, TASK_INTERRUPTIBLE);
    schedule();
    return true;
  });

/** The state is set without the barrier. */
const withoutBarrier: Goes = (current, done) => {
  loop(() => {
    __set_current_state(current, TASK_UNINTERRUPTIBLE);
    if (done()) return false;
    schedule();
    return true;
  });
  __set_current_state(current, TASK_RUNNING);
};

function slept(goes: Goes, model: 'sc' | 'tso' | 'weak'): Promise<string[]> {
  return wrongWith(
    ({ alloc, thread, always }) => {
      const [task, done] = [alloc(task_struct, 'task'), alloc(s32, 'done')];
      thread('sleeper', () => goes(task, () => READ_ONCE(done) === 1));
      thread('waker', () => {
        WRITE_ONCE(done, 1);
        wake_up_process(task);
      });
      always('it runs', () => READ_ONCE({ type: s32, address: task.address }) === TASK_RUNNING);
    },
    { model },
  );
}

describe('a thread that sleeps until it is woken', () => {
  it.each(['sc', 'tso', 'weak'] as const)(
    'sets its state before it looks, under %s',
    async (model) => {
      expect(await slept(rightly, model)).toEqual([]);
    },
  );

  it('sleeps for ever if it looks before it sets its state', async () => {
    expect(await slept(tooLate, 'sc')).toEqual(['stuck thread']);
  });

  it('needs the barrier after the state, on x86 too', async () => {
    expect(await slept(withoutBarrier, 'sc')).toEqual([]);
    expect(await slept(withoutBarrier, 'tso')).toEqual(['stuck thread']);
  });
});

it('wake_up_process tells whether there was somebody to wake', () => {
  const finals = finalsOf(({ alloc, thread }) => {
    const task = alloc(task_struct, 'task');
    thread('t', () => {
      const before = wake_up_process(task);
      set_current_state(task, TASK_UNINTERRUPTIBLE);
      return !before && wake_up_process(task);
    });
  });
  expect(finals).toEqual(['0 | true']);
});

it('schedule is refused in atomic context, also where it would go on at once', async () => {
  const found = await wrongWith(({ thread }) => {
    thread('t', () => {
      preempt_disable();
      schedule();
      preempt_enable();
    });
  });
  expect(found).toEqual(['sleeping in atomic context']);
});

it('a state that the thread set outlives the function that set it', async () => {
  const found = await wrongWith(({ alloc, thread }) => {
    const task = alloc(task_struct, 'task');
    const goToSleep = (): void => set_current_state(task, TASK_UNINTERRUPTIBLE);
    thread('sleeper', () => {
      goToSleep();
      schedule();
    });
  });
  expect(found).toEqual(['stuck thread']);
});
