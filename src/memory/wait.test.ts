import { describe, expect, it } from 'vitest';
import { endsOf, finalsOf, textsOf, tried, wrongWith } from '../../test/support/small.ts';
import { READ_ONCE, WRITE_ONCE } from './access.ts';
import { loop } from './control.ts';
import { spin_lock } from './lock.ts';
import { schedule } from './task.ts';
import { s32, spinlock_t, wait_queue_head_t } from './type.ts';
import type { Field } from './type.ts';
import {
  finish_wait,
  prepare_to_wait,
  wait_event,
  waitqueue_active,
  wake_up,
  wq_has_sleeper,
} from './wait.ts';

describe('wait_event', () => {
  it.each(['sc', 'tso', 'weak'] as const)('never misses a wake-up under %s', async (model) => {
    const { verdict, findings } = await tried(
      ({ alloc, thread, always }) => {
        const [queue, done, after] = [
          alloc(wait_queue_head_t, 'queue'),
          alloc(s32, 'done'),
          alloc(s32, 'after'),
        ];
        thread('waiter', { count: 2 }, () => {
          wait_event(queue, () => READ_ONCE(done) === 1);
          WRITE_ONCE(after, 1);
        });
        thread('waker', () => {
          WRITE_ONCE(done, 1);
          wake_up(queue);
        });
        always('the queue is empty and they went on', () => {
          const sleepers = READ_ONCE({ type: s32, address: queue.address });
          return sleepers === 0 && READ_ONCE(after) === 1;
        });
      },
      { model },
    );
    expect([verdict, findings]).toEqual(['pass', []]);
  });

  it('sleeps for ever when nobody wakes it', async () => {
    const found = await wrongWith(({ alloc, thread }) => {
      const [queue, done] = [alloc(wait_queue_head_t, 'queue'), alloc(s32, 'done')];
      thread('waiter', () => wait_event(queue, () => READ_ONCE(done) === 1));
      thread('forgetful', () => WRITE_ONCE(done, 1));
    });
    expect(found).toEqual(['stuck thread']);
  });

  it('looks again after each wake-up', () => {
    const finals = finalsOf(({ alloc, thread }) => {
      const [queue, done] = [alloc(wait_queue_head_t, 'queue'), alloc(s32, 'done')];
      thread('waiter', () => wait_event(queue, () => READ_ONCE(done) === 2));
      thread('waker', () => {
        wake_up(queue);
        WRITE_ONCE(done, 1);
        wake_up(queue);
        WRITE_ONCE(done, 2);
        wake_up(queue);
      });
    });
    expect(finals).toEqual(['0 2 |  ']);
  });

  it('does not touch the queue when the condition holds at once', () => {
    const { result, finals } = endsOf(({ alloc, thread }) => {
      const queue = alloc(wait_queue_head_t, 'queue');
      thread('waiter', () => wait_event(queue, () => true));
      thread('other', () => READ_ONCE({ type: s32, address: queue.address }));
    });
    expect(textsOf(finals)).toEqual(['0 |  0']);
    expect(result.transitions).toBe(1);
  });

  it('wakes every sleeper, each with a bit of its own', () => {
    const { finals, deadlocks } = endsOf(({ alloc, thread }) => {
      const [queue, done] = [alloc(wait_queue_head_t, 'queue'), alloc(s32, 'done')];
      thread('waiter', { count: 3 }, () => wait_event(queue, () => READ_ONCE(done) === 1));
      thread('waker', () => {
        WRITE_ONCE(done, 1);
        wake_up(queue);
      });
    });
    expect(textsOf(finals)).toEqual(['0 1 |    ']);
    expect(deadlocks).toEqual([]);
  });

  it('is refused under a spin lock, for a wait queue', async () => {
    const found = await wrongWith(({ alloc, thread }) => {
      const [lock, queue] = [alloc(spinlock_t, 'lock'), alloc(wait_queue_head_t, 'queue')];
      thread('t', () => {
        spin_lock(lock);
        wait_event(queue, () => false);
      });
    });
    expect(found).toEqual(['sleeping in atomic context']);
  });
});

describe('a sleeper by hand', () => {
  /** Sleeps until done is set; a waker sets it and wakes the queue as `wake` says. */
  const slept = (
    wake: (queue: Field<typeof wait_queue_head_t>) => void,
    model: 'sc' | 'tso' | 'weak',
  ): Promise<string[]> =>
    wrongWith(
      ({ alloc, thread, always }) => {
        const [queue, done] = [alloc(wait_queue_head_t, 'queue'), alloc(s32, 'done')];
        thread('sleeper', () => {
          loop(() => {
            prepare_to_wait(queue);
            if (READ_ONCE(done) === 1) return false;
            schedule();
            return true;
          });
          finish_wait(queue);
        });
        thread('waker', () => {
          WRITE_ONCE(done, 1);
          wake(queue);
        });
        always('nobody is left on the queue', () => !waitqueue_active(queue));
      },
      { model },
    );

  it.each(['sc', 'tso', 'weak'] as const)('is what wait_event is, under %s', async (model) => {
    expect(await slept(wake_up, model)).toEqual([]);
  });

  it('is missed by who asks whether there is a sleeper without a barrier, on x86 too', async () => {
    const asks = (queue: Field<typeof wait_queue_head_t>): void => {
      if (waitqueue_active(queue)) wake_up(queue);
    };
    expect([await slept(asks, 'sc'), await slept(asks, 'tso')]).toEqual([[], ['stuck thread']]);
  });

  it.each(['sc', 'tso', 'weak'] as const)('is found by wq_has_sleeper, under %s', async (model) => {
    const asks = (queue: Field<typeof wait_queue_head_t>): void => {
      if (wq_has_sleeper(queue)) wake_up(queue);
    };
    expect(await slept(asks, model)).toEqual([]);
  });

  it('goes on at once where schedule() finds that it was woken already', () => {
    const finals = finalsOf(({ alloc, thread }) => {
      const queue = alloc(wait_queue_head_t, 'queue');
      thread('t', () => {
        prepare_to_wait(queue);
        wake_up(queue);
        schedule();
        schedule();
        return waitqueue_active(queue);
      });
    });
    expect(finals).toEqual(['0 | false']);
  });

  it('does not sleep any more after finish_wait', () => {
    const finals = finalsOf(({ alloc, thread }) => {
      const queue = alloc(wait_queue_head_t, 'queue');
      thread('t', () => {
        prepare_to_wait(queue);
        const isThere = waitqueue_active(queue);
        finish_wait(queue);
        schedule();
        return isThere;
      });
    });
    expect(finals).toEqual(['0 | true']);
  });
});
