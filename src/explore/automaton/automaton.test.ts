import { describe, expect, it } from 'vitest';
import { endsOf, findingsOf, textsOf, tried, wrongWith } from '../../../test/support/small.ts';
import {
  assert,
  atomic_inc,
  atomic_inc_return,
  atomic_read,
  atomic_t,
  choose,
  kernelFunction,
  kfree,
  kmalloc,
  loop,
  READ_ONCE,
  readEquals,
  s32,
  struct,
  synchronize_rcu,
  rcu_read_lock,
  rcu_read_unlock,
  wait_event,
  wait_queue_head_t,
  wake_up,
  WRITE_ONCE,
} from '../../memory/index.ts';
import type { Stage } from '../../scenario/stage.ts';

describe('what a thread observed', () => {
  /** Ten reads of a changing counter whose values nobody needs. */
  const tenReads = (read: (stage: Stage) => (v: ReturnType<typeof counter>) => void) => {
    return tried(
      (stage) => {
        const v = counter(stage);
        const look = read(stage);
        stage.thread('reader', () => {
          for (let i = 0; i < 10; i++) look(v);
        });
        stage.thread('writer', () => {
          for (let i = 1; i <= 4; i++) WRITE_ONCE(v, i);
        });
      },
      { reduction: false },
    );
  };
  const counter = (stage: Stage) => stage.alloc(s32, 'v');

  it('keeps states apart that differ in nothing else, so ten reads are many', async () => {
    const { automatonStates } = await tenReads(() => (v) => void READ_ONCE(v));
    expect(automatonStates).toBeGreaterThan(1500);
  });

  it('is only the answer where only a comparison matters', async () => {
    const { automatonStates, states } = await tenReads(() => (v) => void readEquals(v, 9));
    expect(automatonStates).toBe(10 + 1 + 5);
    expect(states).toBe(11 * 5);
  });

  it('is only the result of a finished call', async () => {
    const look = kernelFunction('mm/x.c', '6.18', function look(v: ReturnType<typeof counter>) {
      READ_ONCE(v);
    });
    const { automatonStates, states } = await tenReads(() => (v) => look(v));
    expect(automatonStates).toBe(10 + 1 + 5);
    expect(states).toBe(11 * 5);
  });

  it('ends with the thread: only its result is left', () => {
    const { finals } = endsOf(({ alloc, thread }) => {
      const x = alloc(s32, 'x');
      thread('reader', () => {
        READ_ONCE(x);
        READ_ONCE(x);
        return 7;
      });
      thread('writer', () => WRITE_ONCE(x, 1));
    });
    expect(textsOf(finals)).toEqual(['1 | 7 ']);
    expect(finals).toHaveLength(1);
  });
});

describe('threads with the same function', () => {
  const identical = ({ alloc, thread }: Stage): void => {
    const v = alloc(atomic_t, 'v');
    thread('t', { count: 4 }, () => {
      atomic_inc_return(v);
      atomic_inc(v);
    });
  };

  it('share their runs', async () => {
    const one = await tried(
      (stage) => {
        const v = stage.alloc(atomic_t, 'v');
        const body = (): void => {
          atomic_inc_return(v);
          atomic_inc(v);
        };
        for (const name of ['a', 'b', 'c', 'd']) stage.thread(name, body);
      },
      { symmetry: false },
    );
    const four = await tried(identical, { symmetry: false });
    expect(four.states).toBe(one.states);
    expect(four.runs).toBeLessThan(one.runs / 2);
  });

  it('are merged: states that differ by who is who are one', async () => {
    const merged = await tried(identical, { reduction: false });
    const apart = await tried(identical, { reduction: false, symmetry: false });
    expect(merged.states).toBeLessThan(apart.states / 8);
    expect([merged.verdict, apart.verdict]).toEqual(['pass', 'pass']);
  });

  it('are not merged under tso unless their store buffers agree', () => {
    const body = ({ alloc, thread }: Stage): void => {
      const [x, y] = [alloc(s32, 'x'), alloc(s32, 'y')];
      thread('t', { count: 2 }, () => {
        const mine = choose(2);
        WRITE_ONCE(mine === 0 ? x : y, 1);
        return READ_ONCE(mine === 0 ? y : x);
      });
    };
    const sorted = (symmetry: boolean): string[] => [
      ...new Set(
        endsOf(body, { model: 'tso', symmetry }).finals.map(
          ({ memory, results }) =>
            `${memory.join()} ${results
              .map(String)
              .toSorted((a, b) => (a < b ? -1 : 1))
              .join()}`,
        ),
      ),
    ];
    expect(sorted(true).toSorted()).toEqual(sorted(false).toSorted());
  });
});

describe('threads that can be told apart are not merged', () => {
  it('because a property names one of them', async () => {
    const body = ({ alloc, thread, never }: Stage): void => {
      const v = alloc(atomic_t, 'v');
      const [first, second] = thread('t', { count: 2 }, () => atomic_inc_return(v));
      never('the second comes first', () => second?.result() === 1 && first?.result() === 2);
    };
    expect(await wrongWith(body)).toEqual(['the second comes first']);
  });

  it('because each has its own bit of a wait queue', () => {
    const body = ({ alloc, thread }: Stage): void => {
      const [queue, x] = [alloc(wait_queue_head_t, 'queue'), alloc(s32, 'x')];
      thread('waiter', { count: 2 }, () => {
        let seen = 0;
        wait_event(queue, () => {
          seen = READ_ONCE(x);
          return seen > 0;
        });
        return seen;
      });
      thread('waker', () => {
        WRITE_ONCE(x, 1);
        wake_up(queue);
        WRITE_ONCE(x, 2);
      });
    };
    const [merged, apart] = [endsOf(body), endsOf(body, { symmetry: false })];
    expect(textsOf(merged.finals)).toEqual(textsOf(apart.finals));
    expect(merged.deadlocks).toEqual([]);
    expect(textsOf(merged.finals)).toContain('0 2 | 1 2 ');
    expect(textsOf(merged.finals)).toContain('0 2 | 2 1 ');
  });

  it('because a grace period waits for each by itself', () => {
    const body = ({ alloc, thread }: Stage): void => {
      const x = alloc(s32, 'x');
      thread('reader', { count: 2 }, () => {
        rcu_read_lock();
        const seen = READ_ONCE(x);
        const again = READ_ONCE(x);
        rcu_read_unlock();
        return 10 * seen + again;
      });
      thread('writer', () => {
        WRITE_ONCE(x, 1);
        synchronize_rcu();
        WRITE_ONCE(x, 2);
      });
    };
    for (const model of ['sc', 'tso'] as const) {
      const merged = textsOf(endsOf(body, { model }).finals);
      expect(merged).toEqual(textsOf(endsOf(body, { model, symmetry: false }).finals));
      expect(merged.some((text) => /\b2\b/.test(text.split('| ')[1] ?? ''))).toBe(false);
    }
  });

  it('because one is interrupted', () => {
    const body = ({ alloc, thread }: Stage): void => {
      const v = alloc(atomic_t, 'v');
      const [first] = thread('t', { count: 2 }, () => {
        atomic_inc_return(v);
        return atomic_inc_return(v);
      });
      if (first !== undefined) {
        thread.irq('irq', () => void (atomic_inc_return(v), atomic_inc_return(v)), { on: first });
      }
    };
    const [merged, apart] = [endsOf(body), endsOf(body, { symmetry: false })];
    expect(textsOf(merged.finals)).toEqual(textsOf(apart.finals));
  });
});

describe('allocated memory', () => {
  const node = struct('node', { value: s32 });

  it('has one address after another, so that equal situations are equal states', async () => {
    const { states } = await tried(
      ({ pool, thread }) => {
        pool(node, 4);
        thread('t', () => {
          loop(() => {
            const one = kmalloc(node);
            WRITE_ONCE(one.value, 1);
            kfree(one);
            return choose(2) === 1;
          });
        });
      },
      { reduction: false },
    );
    expect(states).toBeLessThan(100);
  });
});

describe('runs of thread code', () => {
  it('are few: each state and value is run once, whatever the number of states', async () => {
    const { runs, states, automatonStates } = await tried(
      ({ alloc, thread }) => {
        const x = alloc(s32, 'x');
        thread('t', { count: 5 }, () => {
          for (let i = 0; i < 4; i++) WRITE_ONCE(x, i);
        });
      },
      { reduction: false, symmetry: false },
    );
    expect(states).toBeGreaterThan(3000);
    expect(automatonStates).toBe(5);
    expect(runs).toBeLessThan(100);
  });
});

describe('the same history', () => {
  it('of two threads with different functions is two states', async () => {
    const result = await tried(({ alloc, thread, always }) => {
      const [x, y] = [alloc(s32, 'x'), alloc(s32, 'y')];
      thread('a', () => WRITE_ONCE(x, 1));
      thread('b', () => WRITE_ONCE(y, 2));
      always('both', () => READ_ONCE(x) === 1 && READ_ONCE(y) === 2);
    });
    expect([result.verdict, findingsOf(result)]).toEqual(['pass', []]);
  });

  it('of an assertion that failed and a thread that ended is two states', async () => {
    const found = await wrongWith(({ alloc, thread }) => {
      const v = alloc(atomic_t, 'v');
      thread('t', { count: 2 }, () => {
        const seen = atomic_read(v);
        atomic_inc(v);
        assert(seen < 2);
      });
    });
    expect(found).toEqual([]);
  });
});
