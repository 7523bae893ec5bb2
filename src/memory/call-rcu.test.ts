import { describe, expect, it } from 'vitest';
import { finalsOf, tried, wrongWith } from '../../test/support/small.ts';
import type { Stage } from '../scenario/stage.ts';
import { rcu_assign_pointer, rcu_dereference, READ_ONCE, WRITE_ONCE } from './access.ts';
import { atomic_inc, atomic_read } from './atomic.ts';
import { call_rcu, kfree_rcu, kfree_rcu_mightsleep, rcu_barrier } from './call-rcu.ts';
import type { RcuHead } from './call-rcu.ts';
import { mutex_lock, mutex_unlock } from './lock.ts';
import { preempt_disable, preempt_enable, rcu_read_lock, rcu_read_unlock } from './rcu.ts';
import { kfree, kmalloc } from './slab.ts';
import { container_of, pointer, struct } from './struct.ts';
import { atomic_t, mutex, rcu_head, s32 } from './type.ts';

const foo = struct('foo', { value: s32, rcu: rcu_head });
const foo_ptr = pointer(foo);
type Foo = ReturnType<typeof foo.at>;

/** A published foo that a reader looks at while it is replaced by nothing and freed in some way. */
function replaced(
  free: (old: Foo) => void,
  reads: 'in a section' | 'without one',
): Promise<string[]> {
  return wrongWith(({ alloc, thread, pool }) => {
    const global = alloc(foo_ptr, 'global');
    pool(foo, 1);
    thread('updater', () => {
      const one = kmalloc(foo);
      WRITE_ONCE(one.value, 1);
      rcu_assign_pointer(global, one);
      rcu_assign_pointer(global, null);
      free(one);
    });
    thread('reader', () => {
      if (reads === 'in a section') rcu_read_lock();
      const one = rcu_dereference(global);
      if (one !== null) READ_ONCE(one.value);
      if (reads === 'in a section') rcu_read_unlock();
    });
  });
}

const WAYS = {
  kfree_rcu: (old: Foo) => kfree_rcu(old, 'rcu'),
  call_rcu: (old: Foo) => call_rcu(old.rcu, release),
  kfree_rcu_mightsleep: (old: Foo) => kfree_rcu_mightsleep(old),
};

function release(head: RcuHead): void {
  kfree(container_of(head, foo, 'rcu'));
}

describe.each(Object.entries(WAYS))('%s', (_, free) => {
  it('frees after every reader that may have the pointer', async () => {
    expect(await replaced(free, 'in a section')).toEqual([]);
  });

  it('does not wait for who reads without a section', async () => {
    expect(await replaced(free, 'without one')).toEqual(['use after free']);
  });
});

it('kfree at once is too early for readers', async () => {
  expect(await replaced((old) => kfree(old), 'in a section')).toEqual(['use after free']);
});

it('kfree_rcu lets NULL pass', () => {
  const finals = finalsOf(({ thread }) =>
    thread('t', () => kfree_rcu<typeof foo.members>(null, 'rcu')),
  );
  expect(finals).toEqual([' | ']);
});

/** One object whose callback counts, and what a thread does with it. */
function counting(
  { alloc, thread }: Stage,
  body: (head: RcuHead, run: (head: RcuHead) => void) => void,
) {
  const [one, runs] = [alloc(foo, 'one'), alloc(atomic_t, 'runs')];
  const run = (): void => atomic_inc(runs);
  thread('t', () => {
    body(one.rcu, run);
    return atomic_read(runs);
  });
  return { runs };
}

describe('a callback', () => {
  it('runs once, later', () => {
    const finals = finalsOf((stage) => void counting(stage, (head, run) => call_rcu(head, run)));
    expect(finals).toEqual(['0 1 1 0 | 0 ', '0 1 1 0 | 1 ']);
  });

  it('has run after rcu_barrier()', () => {
    const finals = finalsOf((stage) => {
      counting(stage, (head, run) => {
        call_rcu(head, run);
        rcu_barrier();
      });
    });
    expect(finals).toEqual(['0 1 1 0 | 1 ']);
  });

  it('may be queued again once it has begun', () => {
    const finals = finalsOf((stage) => {
      counting(stage, (head, run) => {
        call_rcu(head, run);
        rcu_barrier();
        call_rcu(head, run);
        rcu_barrier();
      });
    });
    expect(finals).toEqual(['0 1 2 0 | 2 ']);
  });

  it('is not queued a second time while it is pending', async () => {
    const found = await wrongWith((stage) => {
      counting(stage, (head, run) => {
        call_rcu(head, run);
        call_rcu(head, run);
      });
    });
    expect(found).toEqual(['call_rcu: the callback is pending already']);
  });

  it('may not sleep', async () => {
    const found = await wrongWith(({ alloc, thread }) => {
      const [one, lock] = [alloc(foo, 'one'), alloc(mutex, 'lock')];
      const sleeps = (): void => {
        mutex_lock(lock);
        mutex_unlock(lock);
      };
      thread('t', () => call_rcu(one.rcu, sleeps));
    });
    expect(found).toEqual(['sleeping in atomic context']);
  });

  it('is told which head it was called for', () => {
    const finals = finalsOf(({ alloc, thread }) => {
      const [first, second] = [alloc(foo, 'first'), alloc(foo, 'second')];
      const mark = (head: RcuHead): void => WRITE_ONCE(container_of(head, foo, 'rcu').value, 7);
      thread('t', () => {
        call_rcu(second.rcu, mark);
        return READ_ONCE(first.value);
      });
    });
    expect(finals).toEqual(['0 0 7 1 0 0 | 0  ']);
  });
});

it('rcu_barrier sleeps, call_rcu does not', async () => {
  const inAtomicContext = (call: (head: RcuHead) => void): Promise<string[]> =>
    wrongWith(({ alloc, thread }) => {
      const one = alloc(foo, 'one');
      thread('t', () => {
        preempt_disable();
        call(one.rcu);
        preempt_enable();
      });
    });
  const nothing = (): void => {};
  expect(await inAtomicContext(rcu_barrier)).toEqual(['sleeping in atomic context']);
  expect(await inAtomicContext((head) => call_rcu(head, nothing))).toEqual([]);
});

it('different callbacks of one head are told apart', () => {
  const finals = finalsOf(({ alloc, thread }) => {
    const [one, x] = [alloc(foo, 'one'), alloc(s32, 'x')];
    thread('t', () => {
      call_rcu(one.rcu, () => WRITE_ONCE(x, 1));
      rcu_barrier();
      const first = READ_ONCE(x);
      call_rcu(one.rcu, () => WRITE_ONCE(x, 2));
      rcu_barrier();
      return 10 * first + READ_ONCE(x);
    });
  });
  expect(finals).toEqual(['0 1 2 0 | 12 ']);
});

describe.each(['sc', 'tso', 'weak'] as const)('under %s', (model) => {
  it('a callback sees what came before the call, and readers see nothing after it', async () => {
    const { verdict, findings } = await tried(
      ({ alloc, thread, always, never }) => {
        const [one, flag, gone] = [alloc(foo, 'one'), alloc(s32, 'flag'), alloc(s32, 'gone')];
        const seen = alloc(s32, 'seen');
        const callback = (): void => {
          WRITE_ONCE(seen, READ_ONCE(flag));
          WRITE_ONCE(gone, 1);
        };
        thread('updater', () => {
          WRITE_ONCE(flag, 1);
          call_rcu(one.rcu, callback);
        });
        const reader = thread('reader', () => {
          rcu_read_lock();
          const before = READ_ONCE(flag) === 0;
          const after = READ_ONCE(gone) === 1;
          rcu_read_unlock();
          return before && after;
        });
        always('the callback saw the flag', () => READ_ONCE(seen) === 1);
        never('a section from before the call sees the callback', () => reader.result());
      },
      { model },
    );
    expect([verdict, findings.map(({ message }) => message)]).toEqual(['pass', []]);
  });
});
