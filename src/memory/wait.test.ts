import { describe, expect, it } from 'vitest';
import {
  endsOf,
  finalsOf,
  onlyFinding,
  textsOf,
  tried,
  wrongWith,
} from '../../test/support/small.ts';
import type { Stage } from '../scenario/stage.ts';
import { READ_ONCE, WRITE_ONCE } from './access.ts';
import { loop } from './control.ts';
import { spin_lock } from './lock.ts';
import { rcu_read_lock } from './rcu.ts';
import { completion, s32, spinlock_t, wait_queue_head_t } from './type.ts';
import {
  complete,
  complete_all,
  wait_event,
  wait_for_completion,
  waitForWork,
  waitUntilEquals,
  wake_up,
} from './wait.ts';

describe('wait_event', () => {
  it.each(['sc', 'tso'] as const)('never misses a wake-up under %s', async (model) => {
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
});

describe('a completion', () => {
  it('lets one waiter pass for each signal', () => {
    const { finals, deadlocks } = endsOf(({ alloc, thread }) => {
      const done = alloc(completion, 'done');
      thread('waiter', { count: 2 }, () => wait_for_completion(done));
      thread('worker', () => complete(done));
    });
    expect(finals).toEqual([]);
    expect(deadlocks.map(({ memory }) => memory)).toEqual([[0]]);
  });

  it('remembers signals that come before the waiter', () => {
    const finals = finalsOf(({ alloc, thread }) => {
      const done = alloc(completion, 'done');
      thread('t', () => {
        complete(done);
        complete(done);
        wait_for_completion(done);
      });
    });
    expect(finals).toEqual(['1 | ']);
  });

  it('lets everybody pass after complete_all, now and later', () => {
    const { finals, deadlocks } = endsOf(({ alloc, thread }) => {
      const done = alloc(completion, 'done');
      thread('waiter', { count: 3 }, () => {
        wait_for_completion(done);
        wait_for_completion(done);
      });
      thread('worker', () => {
        complete_all(done);
        complete(done);
      });
    });
    expect(deadlocks).toEqual([]);
    expect(textsOf(finals)).toEqual(['-1 |    ']);
  });
});

it('waitUntilEquals waits for one value', async () => {
  const { verdict } = await tried(({ alloc, thread, always }) => {
    const x = alloc(s32, 'x');
    const waiter = thread('waiter', () => {
      waitUntilEquals(x, 2);
      return READ_ONCE(x);
    });
    thread('other', () => {
      WRITE_ONCE(x, 1);
      WRITE_ONCE(x, 2);
    });
    always('it went on with 2', () => waiter.result() === 2);
  });
  expect(verdict).toBe('pass');
});

describe('sleeping', () => {
  it('is refused inside a read-side section, for a completion', async () => {
    const found = await wrongWith(({ alloc, thread }) => {
      const done = alloc(completion, 'done');
      thread('t', () => {
        rcu_read_lock();
        wait_for_completion(done);
      });
    });
    expect(found).toEqual(['sleeping in atomic context']);
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

describe('waitForWork', () => {
  /** A server that adds what it is given to a sum; work of 0 is none. */
  const server = (stage: Stage, first: number): void => {
    const work = stage.alloc(s32, 'work');
    const sum = stage.alloc(s32, 'sum');
    stage.thread('server', () => {
      loop(() => {
        const given = waitForWork(work);
        WRITE_ONCE(work, 0);
        WRITE_ONCE(sum, READ_ONCE(sum) + given);
        return true;
      });
    });
    stage.thread('client', () => {
      if (first !== 0) WRITE_ONCE(work, first);
      waitUntilEquals(work, 0);
    });
  };

  it.each(['sc', 'tso'] as const)('lets an execution end without work under %s', (model) => {
    expect(finalsOf((stage) => server(stage, 0), { model })).toEqual(['0 0 |  ']);
    expect(finalsOf((stage) => server(stage, 5), { model })).toEqual(['0 5 |  ']);
  });

  it('is the only place where a thread may wait for ever', async () => {
    const found = await tried(({ alloc, thread }) => {
      const [work, lock] = [alloc(s32, 'work'), alloc(spinlock_t, 'lock')];
      thread('idle', () => void waitForWork(work));
      thread('stuck', () => {
        spin_lock(lock);
        spin_lock(lock);
      });
    });
    expect(onlyFinding(found).message).toBe('Nobody can go on: stuck in spin_lock lock.');
  });

  it('makes no livelock of a server', async () => {
    expect(await wrongWith((stage) => server(stage, 5))).toEqual([]);
  });
});
