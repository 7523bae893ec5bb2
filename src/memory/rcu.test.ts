import { describe, expect, it } from 'vitest';
import { finalsOf, tried, wrongWith } from '../../test/support/small.ts';
import type { CheckOptions } from '../scenario/check.ts';
import type { Stage } from '../scenario/stage.ts';
import { READ_ONCE, WRITE_ONCE } from './access.ts';
import { bit_spin_lock, bit_spin_unlock } from './bitops.ts';
import { spin_lock, spin_lock_irq, spin_unlock, spin_unlock_irq } from './lock.ts';
import * as lock from './lock.ts';
import * as rcu from './rcu.ts';
import { flags, mutex, rw_semaphore, rwlock_t, s32, spinlock_t } from './type.ts';
import type { Field, Type } from './type.ts';

const { rcu_read_lock, rcu_read_unlock, synchronize_rcu, smp_call_function } = rcu;

const MODELS = [{ model: 'sc' }, { model: 'tso' }] as const satisfies CheckOptions[];

/** A reader looks twice inside a section; a writer unpublishes, waits, and destroys. */
function destroyed(enter: () => void, leave: () => void, wait: () => void) {
  return ({ alloc, thread, always }: Stage): void => {
    const [live, data] = [alloc(s32, 'live'), alloc(s32, 'data')];
    WRITE_ONCE(live, 1);
    WRITE_ONCE(data, 7);
    const reader = thread('reader', () => {
      enter();
      const value = READ_ONCE(live) === 1 ? READ_ONCE(data) : 7;
      leave();
      return value;
    });
    thread('writer', () => {
      WRITE_ONCE(live, 0);
      wait();
      WRITE_ONCE(data, 0);
    });
    always('the reader never sees destroyed data', () => reader.result() === 7);
  };
}

type Call = (lock: Field<never>) => unknown;
type LockCase = [string, Type, Call, Call];

const bit = flags('bit', ['PG_locked']);
const { PG_locked } = bit.bit;

/** Locks whose holder has preemption off. */
const SPINNING: LockCase[] = [
  ['a spin lock', spinlock_t, lock.spin_lock, lock.spin_unlock],
  ['a spin lock that was tried for', spinlock_t, lock.spin_trylock, lock.spin_unlock],
  ['a reader lock', rwlock_t, lock.read_lock, lock.read_unlock],
  ['a writer lock', rwlock_t, lock.write_lock, lock.write_unlock],
  [
    'a bit spin lock',
    bit,
    named('bit_spin_lock', (word) => bit_spin_lock(PG_locked, word)),
    (word) => bit_spin_unlock(PG_locked, word),
  ],
];

/** Locks whose holder may sleep. */
const SLEEPING: LockCase[] = [
  ['a mutex', mutex, lock.mutex_lock, lock.mutex_unlock],
  ['a semaphore', rw_semaphore, lock.down_read, lock.up_read],
];

function named(name: string, call: Call): Call {
  return Object.defineProperty(call, 'name', { value: name });
}

const nothing = (): void => {};
const sections: [string, () => void, () => void][] = [
  ['an RCU section', rcu_read_lock, rcu_read_unlock],
  ['interrupts off', rcu.local_irq_disable, rcu.local_irq_enable],
  ['interrupts saved', rcu.local_irq_save, rcu.local_irq_restore],
  ['preemption off', rcu.preempt_disable, rcu.preempt_enable],
];

describe.each(MODELS)('under $model', (options) => {
  it.each(sections)('synchronize_rcu waits for %s', async (_, enter, leave) => {
    expect(await wrongWith(destroyed(enter, leave, synchronize_rcu), options)).toEqual([]);
  });

  it.each(sections)('nothing but a grace period waits for %s', async (_, enter, leave) => {
    const found = await wrongWith(destroyed(enter, leave, nothing), options);
    expect(found).toEqual(['the reader never sees destroyed data']);
  });

  it('synchronize_rcu does not wait for a reader without a section', async () => {
    const found = await wrongWith(destroyed(nothing, nothing, synchronize_rcu), options);
    expect(found).toEqual(['the reader never sees destroyed data']);
  });

  it.each(sections.slice(1, 3))(
    'an interrupt sent to all waits for %s',
    async (_, enter, leave) => {
      expect(await wrongWith(destroyed(enter, leave, smp_call_function), options)).toEqual([]);
    },
  );

  it.each([sections[0], sections[3]] as typeof sections)(
    'an interrupt sent to all does not wait for %s',
    async (_, enter, leave) => {
      const found = await wrongWith(destroyed(enter, leave, smp_call_function), options);
      expect(found).toEqual(['the reader never sees destroyed data']);
    },
  );

  it.each(SPINNING)('synchronize_rcu waits for the holder of %s', async (_, type, enter, leave) => {
    const body = (stage: Stage): void => {
      const lock = stage.alloc(type, 'lock') as Field<never>;
      destroyed(
        () => enter(lock),
        () => leave(lock),
        synchronize_rcu,
      )(stage);
    };
    expect(await wrongWith(body, options)).toEqual([]);
    const removed = { ...options, without: [`reader/${enter.name}`] };
    expect(await wrongWith(body, removed)).toEqual(['the reader never sees destroyed data']);
  });

  it.each(SLEEPING)('but not for the holder of %s', async (_, type, enter, leave) => {
    const body = (stage: Stage): void => {
      const lock = stage.alloc(type, 'lock') as Field<never>;
      destroyed(
        () => enter(lock),
        () => leave(lock),
        synchronize_rcu,
      )(stage);
    };
    expect(await wrongWith(body, options)).toEqual(['the reader never sees destroyed data']);
  });

  it('a section lasts until its outermost end', async () => {
    const twice = (call: () => void) => (): void => {
      call();
      call();
    };
    const enter = twice(rcu_read_lock);
    const nested = destroyed(enter, twice(rcu_read_unlock), synchronize_rcu);
    expect(await wrongWith(nested, options)).toEqual([]);
  });

  it('a grace period does not wait for sections that begin after it', () => {
    const finals = finalsOf(({ alloc, thread }) => {
      const [x, y] = [alloc(s32, 'x'), alloc(s32, 'y')];
      thread('writer', () => {
        synchronize_rcu();
        WRITE_ONCE(x, 1);
      });
      thread('reader', () => {
        rcu_read_lock();
        const first = READ_ONCE(x);
        WRITE_ONCE(y, first);
        const second = READ_ONCE(x);
        rcu_read_unlock();
        return 10 * first + second;
      });
    }, options);
    // 0 then 1: the section began after the grace period, and the write came in its midst.
    expect(finals).toEqual(['1 0 |  0', '1 0 |  1', '1 1 |  11']);
  });
});

describe('a grace period that cannot end', () => {
  it('is a deadlock when a reader waits for the writer', async () => {
    const found = await wrongWith(({ alloc, thread }) => {
      const lock = alloc(spinlock_t, 'lock');
      thread('writer', () => {
        spin_lock(lock);
        smp_call_function();
        spin_unlock(lock);
      });
      thread('reader', () => {
        spin_lock_irq(lock);
        spin_unlock_irq(lock);
      });
    });
    expect(found).toEqual(['deadlock']);
  });

  it('is not one when there is nobody else', async () => {
    const { verdict } = await tried(({ thread }) => void thread('alone', synchronize_rcu));
    expect(verdict).toBe('pass');
  });

  it('may not be waited for inside a section of one’s own', async () => {
    const found = await wrongWith(({ thread }) => {
      thread('t', () => {
        rcu_read_lock();
        synchronize_rcu();
      });
    });
    expect(found).toEqual(['sleeping in atomic context']);
  });
});

describe('nesting', () => {
  const pairs: [string, string][] = [
    ['rcu_read_lock', 'rcu_read_unlock'],
    ['local_irq_disable', 'local_irq_enable'],
    ['local_irq_save', 'local_irq_restore'],
    ['preempt_disable', 'preempt_enable'],
  ];
  const all = rcu as unknown as Record<string, () => void>;

  it.each(pairs)('%s without %s is found at the end of the thread', async (enter) => {
    const found = await wrongWith(({ thread }) => void thread('t', () => all[enter]?.()));
    expect(found).toEqual(['unbalanced section']);
  });

  it.each(pairs)('the end of %s without its beginning is found', async (_, leave) => {
    const found = await wrongWith(({ thread }) => void thread('t', () => all[leave]?.()));
    expect(found).toEqual(['wrong unlock']);
  });

  it.each(pairs)('%s and %s leave nothing behind', async (enter, leave) => {
    const found = await wrongWith(({ thread }) => {
      thread('t', () => {
        all[enter]?.();
        all[enter]?.();
        all[leave]?.();
        all[leave]?.();
      });
    });
    expect(found).toEqual([]);
  });
});
