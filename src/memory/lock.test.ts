import { describe, expect, it } from 'vitest';
import { finalsOf, findingsOf, tried, wrongWith } from '../../test/support/small.ts';
import { load, READ_ONCE, store, WRITE_ONCE } from './access.ts';
import * as lock from './lock.ts';
import { preempt_disable } from './rcu.ts';
import { mutex, rw_semaphore, rwlock_t, s32, spinlock_t } from './type.ts';
import type { Field, Type } from './type.ts';

type Call = (lock: Field) => unknown;
const all = lock as unknown as Record<string, Call>;
const called = new Set<string>();

function primitive(name: string): Call {
  called.add(name);
  const found = all[name];
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
}

interface Family {
  readonly type: Type;
  readonly take: string;
  readonly attempt: string | null;
  readonly release: string;
}

const exclusive: readonly Family[] = [
  { type: spinlock_t, take: 'spin_lock', attempt: 'spin_trylock', release: 'spin_unlock' },
  { type: spinlock_t, take: 'spin_lock_irq', attempt: null, release: 'spin_unlock_irq' },
  { type: spinlock_t, take: 'spin_lock_irqsave', attempt: null, release: 'spin_unlock_irqrestore' },
  { type: spinlock_t, take: 'spin_lock_bh', attempt: null, release: 'spin_unlock_bh' },
  { type: rwlock_t, take: 'write_lock', attempt: 'write_trylock', release: 'write_unlock' },
  { type: rw_semaphore, take: 'down_write', attempt: 'down_write_trylock', release: 'up_write' },
  { type: mutex, take: 'mutex_lock', attempt: 'mutex_trylock', release: 'mutex_unlock' },
];

const shared: readonly (Family & { readonly writer: Family })[] = [
  {
    type: rwlock_t,
    take: 'read_lock',
    attempt: 'read_trylock',
    release: 'read_unlock',
    writer: exclusive[4] as Family,
  },
  {
    type: rw_semaphore,
    take: 'down_read',
    attempt: 'down_read_trylock',
    release: 'up_read',
    writer: exclusive[5] as Family,
  },
];

describe.each(exclusive)('$take', ({ type, take, release }) => {
  const [lockIt, unlockIt] = [primitive(take), primitive(release)];

  it('lets one thread in at a time, under both models', async () => {
    for (const model of ['sc', 'tso'] as const) {
      const result = await tried(
        ({ alloc, thread, always }) => {
          const [the, count] = [alloc(type, 'the'), alloc(s32, 'count')];
          thread('t', { count: 3 }, () => {
            lockIt(the);
            store(count, load(count) + 1);
            unlockIt(the);
          });
          always('nothing is lost and the lock is free', () => {
            return READ_ONCE(count) === 3 && READ_ONCE({ type: s32, address: the.address }) === 0;
          });
        },
        { model },
      );
      expect([result.verdict, findingsOf(result)]).toEqual(['pass', []]);
    }
  });

  it('would not do so without the lock', async () => {
    const without = [`t/${take.replace(/^spin_lock_.*/, 'spin_lock')}`];
    const body: Parameters<typeof wrongWith>[0] = ({ alloc, thread }) => {
      const [the, count] = [alloc(type, 'the'), alloc(s32, 'count')];
      thread('t', { count: 2 }, () => {
        lockIt(the);
        store(count, load(count) + 1);
        unlockIt(the);
      });
    };
    expect(await wrongWith(body, { without })).toEqual(['data race on count']);
  });

  it('waits for ever when the thread has the lock itself', async () => {
    const found = await wrongWith(({ alloc, thread }) => {
      const the = alloc(type, 'the');
      thread('t', () => {
        lockIt(the);
        lockIt(the);
      });
    });
    expect(found).toEqual(['stuck thread']);
  });

  it('must be given back before the thread ends', async () => {
    const found = await wrongWith(({ alloc, thread }) => {
      const the = alloc(type, 'the');
      thread('t', () => void lockIt(the));
    });
    expect(found).toEqual(['leaked lock']);
  });

  it('can only be given back by who has it', async () => {
    const found = await wrongWith(({ alloc, thread }) => {
      const the = alloc(type, 'the');
      thread('t', () => void unlockIt(the));
    });
    expect(found).toEqual(['wrong unlock']);
  });
});

const attempts = exclusive.filter(({ attempt }) => attempt !== null);

it.each(attempts)('$attempt tells whether it took the lock', ({ type, attempt, release }) => {
  const [tryIt, unlockIt] = [primitive(attempt ?? ''), primitive(release)];
  const finals = finalsOf(({ alloc, thread }) => {
    const the = alloc(type, 'the');
    thread('t', () => {
      const first = tryIt(the) === true;
      const second = tryIt(the) === true;
      unlockIt(the);
      const third = tryIt(the) === true;
      unlockIt(the);
      return Number(first) + 10 * Number(second) + 100 * Number(third);
    });
  });
  expect(finals).toEqual(['0 | 101']);
});

describe.each(shared)('$take', ({ type, take, attempt, release, writer }) => {
  const [lockIt, tryIt, unlockIt] = [take, attempt ?? take, release].map(primitive) as [
    Call,
    Call,
    Call,
  ];
  const [write, tryWrite, unwrite] = [writer.take, writer.attempt ?? '', writer.release].map(
    primitive,
  ) as [Call, Call, Call];

  it('lets readers in together, and no writer while there is one', () => {
    const finals = finalsOf(({ alloc, thread }) => {
      const the = alloc(type, 'the');
      thread('t', () => {
        lockIt(the);
        const together = tryIt(the) === true;
        const wrote = tryWrite(the) === true;
        unlockIt(the);
        const still = tryWrite(the) === true;
        unlockIt(the);
        const alone = tryWrite(the) === true;
        const read = tryIt(the) === true;
        unwrite(the);
        return [together, wrote, still, alone, read].map(Number).join('') === '10010';
      });
    });
    expect(finals).toEqual(['0 | true']);
  });

  it('keeps a reader from seeing half of what a writer does', async () => {
    const body: Parameters<typeof tried>[0] = ({ alloc, thread, always }) => {
      const [the, x, y] = [alloc(type, 'the'), alloc(s32, 'x'), alloc(s32, 'y')];
      thread('writer', () => {
        write(the);
        store(x, 1);
        store(y, 1);
        unwrite(the);
      });
      const readers = thread('reader', { count: 2 }, () => {
        lockIt(the);
        const same = load(x) === load(y);
        unlockIt(the);
        return same;
      });
      always('readers see all or nothing', () => readers.every((one) => one.result()));
    };
    for (const model of ['sc', 'tso'] as const) {
      expect(await wrongWith(body, { model })).toEqual([]);
      const without = [`reader/${take}`];
      expect(await wrongWith(body, { model, without })).toEqual(['data race on x']);
    }
  });

  it('is not given back as if it were the writer', async () => {
    const found = await wrongWith(({ alloc, thread }) => {
      const the = alloc(type, 'the');
      thread('t', () => {
        lockIt(the);
        unwrite(the);
      });
    });
    expect(found).toEqual(['wrong unlock']);
  });
});

describe('downgrade_write', () => {
  const { downgrade_write, down_write, up_write, up_read, down_read } = lock;
  called.add('downgrade_write');

  it('lets readers in and keeps writers out', async () => {
    const result = await tried(({ alloc, thread, always, sometimes }) => {
      const [sem, x] = [alloc(rw_semaphore, 'sem'), alloc(s32, 'x')];
      const both = sometimes('a reader is in before the downgraded writer leaves');
      thread('writer', () => {
        down_write(sem);
        WRITE_ONCE(x, 1);
        downgrade_write(sem);
        if (READ_ONCE({ type: s32, address: sem.address }) === 2) both.mark();
        const same = READ_ONCE(x);
        up_read(sem);
        return same;
      });
      thread('other writer', () => {
        down_write(sem);
        WRITE_ONCE(x, 2);
        up_write(sem);
      });
      const reader = thread('reader', () => {
        down_read(sem);
        const first = READ_ONCE(x);
        const second = READ_ONCE(x);
        up_read(sem);
        return first === second;
      });
      always('nobody writes while readers are in', () => reader.result());
    });
    expect([result.verdict, findingsOf(result)]).toEqual(['pass', []]);
  });

  it('is for writers only', async () => {
    const found = await wrongWith(({ alloc, thread }) => {
      const sem = alloc(rw_semaphore, 'sem');
      thread('t', () => {
        down_read(sem);
        downgrade_write(sem);
        up_read(sem);
      });
    });
    expect(found).toEqual(['wrong unlock']);
  });
});

describe.each([
  ['spin_lock_irq', 'spin_unlock_irq', []],
  ['spin_lock_irqsave', 'spin_unlock_irqrestore', []],
  ['spin_lock_bh', 'spin_unlock_bh', ['deadlock']],
  ['spin_lock', 'spin_unlock', ['deadlock']],
])('%s and a handler that takes the lock on the same CPU', (take, release, found) => {
  it(found.length === 0 ? 'never meet' : 'deadlock', async () => {
    const wrong = await wrongWith(({ alloc, thread }) => {
      const the = alloc(spinlock_t, 'the');
      const host = thread('t', () => {
        primitive(take)(the);
        primitive(release)(the);
      });
      thread.irq(
        'handler',
        () => {
          lock.spin_lock(the);
          lock.spin_unlock(the);
        },
        { on: host },
      );
    });
    expect(wrong).toEqual(found);
  });
});

describe('sleeping', () => {
  it.each(['mutex_lock', 'down_read', 'down_write'])(
    '%s is refused under a spin lock',
    async (name) => {
      const type = name === 'mutex_lock' ? mutex : rw_semaphore;
      const found = await wrongWith(({ alloc, thread }) => {
        const [spin, sleep] = [alloc(spinlock_t, 'spin'), alloc(type, 'sleep')];
        thread('t', () => {
          lock.spin_lock(spin);
          primitive(name)(sleep);
        });
      });
      expect(found).toEqual(['sleeping in atomic context']);
    },
  );

  it('an attempt never sleeps', async () => {
    const found = await wrongWith(({ alloc, thread }) => {
      const [spin, sleep] = [alloc(spinlock_t, 'spin'), alloc(mutex, 'sleep')];
      thread('t', () => {
        lock.spin_lock(spin);
        if (lock.mutex_trylock(sleep)) lock.mutex_unlock(sleep);
        lock.spin_unlock(spin);
      });
    });
    expect(found).toEqual([]);
  });

  it('a lock that does not sleep may be taken with preemption off', async () => {
    const found = await wrongWith(({ alloc, thread }) => {
      const [spin, other] = [alloc(spinlock_t, 'spin'), alloc(mutex, 'other')];
      thread('t', () => {
        preempt_disable();
        lock.spin_lock(spin);
        lock.spin_unlock(spin);
        lock.mutex_lock(other);
      });
    });
    expect(found).toEqual(['sleeping in atomic context']);
  });
});

it('spin_is_locked looks without taking', () => {
  called.add('spin_is_locked');
  const finals = finalsOf(({ alloc, thread }) => {
    const the = alloc(spinlock_t, 'the');
    thread('t', () => {
      const before = lock.spin_is_locked(the);
      lock.spin_lock(the);
      const during = lock.spin_is_locked(the);
      lock.spin_unlock(the);
      return !before && during;
    });
  });
  expect(finals).toEqual(['0 | true']);
});

it('every exported primitive is called above', () => {
  expect([...called].toSorted()).toEqual(Object.keys(lock).toSorted());
});

it('the compiler keeps kinds of locks apart', () => {
  const neverCalled = (spin: Field<typeof spinlock_t>, sem: Field<typeof rw_semaphore>): void => {
    // @ts-expect-error a spin lock is not a mutex
    lock.mutex_lock(spin);
    // @ts-expect-error a semaphore is not a spin lock
    lock.spin_lock(sem);
    // @ts-expect-error a semaphore is not a rwlock
    lock.read_lock(sem);
  };
  expect(neverCalled).toBeTypeOf('function');
});
