import { describe, expect, it } from 'vitest';
import { tried, wrongWith } from '../../test/support/small.ts';
import { lockdep_assert_preemption_disabled, might_sleep } from './atomic-context.ts';
import { wait_on_bit, wait_on_bit_lock } from './bitops.ts';
import { down_read, down_write, mutex_lock, spin_lock, spin_unlock } from './lock.ts';
import {
  local_bh_disable,
  local_bh_enable,
  local_irq_disable,
  local_irq_enable,
  preempt_disable,
  preempt_enable,
  rcu_read_lock,
  rcu_read_unlock,
  synchronize_rcu,
} from './rcu.ts';
import { completion, flags, mutex, rw_semaphore, spinlock_t, wait_queue_head_t } from './type.ts';
import { complete, wait_for_completion } from './completion.ts';
import { wait_event } from './wait.ts';

const word = flags('flags', ['b0']);

/** Calls that may sleep, and here have nothing to wait for. */
const NOTHING_TO_WAIT_FOR = [
  'might_sleep',
  'wait_event',
  'mutex_lock',
  'down_read',
  'down_write',
  'wait_for_completion',
  'wait_on_bit',
  'wait_on_bit_lock',
  'synchronize_rcu',
] as const;

function called(name: (typeof NOTHING_TO_WAIT_FOR)[number]): Promise<string[]> {
  return wrongWith(({ alloc, thread }) => {
    const [lock, mtx, rwsem] = [
      alloc(spinlock_t, 's'),
      alloc(mutex, 'm'),
      alloc(rw_semaphore, 'r'),
    ];
    const [done, bits, queue] = [
      alloc(completion, 'done'),
      alloc(word, 'bits'),
      alloc(wait_queue_head_t, 'queue'),
    ];
    complete(done);
    const calls = {
      might_sleep: () => might_sleep(),
      wait_event: () => wait_event(queue, () => true),
      mutex_lock: () => mutex_lock(mtx),
      down_read: () => down_read(rwsem),
      down_write: () => down_write(rwsem),
      wait_for_completion: () => wait_for_completion(done),
      wait_on_bit: () => wait_on_bit(word.bit.b0, bits),
      wait_on_bit_lock: () => wait_on_bit_lock(word.bit.b0, bits),
      synchronize_rcu: () => synchronize_rcu(),
    };
    thread('t', () => {
      spin_lock(lock);
      calls[name]();
      spin_unlock(lock);
    });
  });
}

describe('sleeping in atomic context is found even where there is nothing to wait for', () => {
  it.each(NOTHING_TO_WAIT_FOR)('%s', async (name) => {
    expect(await called(name)).toEqual(['sleeping in atomic context']);
  });
});

describe('might_sleep', () => {
  it.each([
    ['interrupts are off', local_irq_disable, local_irq_enable],
    ['bottom halves are off', local_bh_disable, local_bh_enable],
    ['preemption is off', preempt_disable, preempt_enable],
    ['an RCU read-side section is open', rcu_read_lock, rcu_read_unlock],
  ])('is refused where %s', async (reason, enter, leave) => {
    const { findings } = await tried(({ thread }) => {
      thread('t', () => {
        enter();
        might_sleep();
        leave();
      });
    });
    expect(findings.map(({ message }) => message)).toEqual([
      `might_sleep may sleep, but ${reason}.`,
    ]);
  });

  it('is allowed after the section', async () => {
    const { verdict } = await tried(({ thread }) => {
      thread('t', () => {
        preempt_disable();
        preempt_enable();
        might_sleep();
      });
    });
    expect(verdict).toBe('pass');
  });
});

it('lockdep_assert_preemption_disabled is refused where another thread could run', async () => {
  const asserting = (off: boolean): Promise<string[]> =>
    wrongWith(({ thread }) => {
      thread('t', () => {
        if (off) preempt_disable();
        lockdep_assert_preemption_disabled();
        if (off) preempt_enable();
      });
    });
  expect(await asserting(false)).toEqual(['preemption is on']);
  expect(await asserting(true)).toEqual([]);
});

it('bottom halves that stay off are found', async () => {
  const { findings } = await tried(({ thread }) => {
    thread('t', () => local_bh_disable());
  });
  expect(findings.map(({ message }) => message)).toEqual([
    't has ended, but bottom halves are still off.',
  ]);
});
