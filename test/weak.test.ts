/**
 * Model `weak` on small programs whose answer under the kernel's memory model is known: each rule
 * of the machine (weak-views.ts) has a program that fails without it, and a neighbour
 * that shows that it promises no more. Random programs are compared with the exact model elsewhere.
 */

import { describe, expect, it } from 'vitest';
import { pointer, scenario, struct, u32 } from '../src/index.ts';
import {
  atomic_add,
  atomic_add_return,
  atomic_dec,
  atomic_dec_and_test,
  atomic_fetch_add_relaxed,
  atomic_inc,
  atomic_inc_not_zero,
  atomic_read,
  atomic_read_acquire,
  cmpxchg,
  kernelFunction,
  loop,
  rcu_dereference,
  rcu_read_lock,
  rcu_read_unlock,
  READ_ONCE,
  smp_load_acquire,
  smp_mb,
  smp_mb__after_atomic,
  smp_rmb,
  smp_store_release,
  smp_wmb,
  spin_lock,
  spin_unlock,
  store,
  load,
  synchronize_rcu,
  waitUntilEquals,
  WRITE_ONCE,
  xchg,
  xchg_relaxed,
} from '../src/memory/index.ts';
import type { Struct } from '../src/memory/index.ts';
import { reachableFinals } from '../src/scenario/finals.ts';
import { outcomes, words } from './support/weak.ts';
import type { Body, Words } from './support/weak.ts';

/** Two reads as one number: 10 * first + second. */
const two = (first: number, second: number): number => 10 * first + second;

const MP_WRITER: Body = (w) => {
  WRITE_ONCE(w.x, 1);
  smp_wmb();
  WRITE_ONCE(w.y, 1);
};

interface Case {
  readonly name: string;
  readonly bodies: readonly Body[];
  /** An outcome, and whether it can be reached. */
  readonly outcome: string;
  readonly reached: boolean;
}

const CASES: readonly Case[] = [
  {
    name: 'MP: two reads without smp_rmb may see the later store only',
    bodies: [MP_WRITER, (w) => two(READ_ONCE(w.y), READ_ONCE(w.x))],
    outcome: '10',
    reached: true,
  },
  {
    name: 'MP: smp_rmb against smp_wmb',
    bodies: [
      MP_WRITER,
      (w) => {
        const y = READ_ONCE(w.y);
        smp_rmb();
        return two(y, READ_ONCE(w.x));
      },
    ],
    outcome: '10',
    reached: false,
  },
  {
    name: 'MP: an acquire against a release',
    bodies: [
      (w) => {
        WRITE_ONCE(w.x, 1);
        smp_store_release(w.y, 1);
      },
      (w) => two(smp_load_acquire(w.y), READ_ONCE(w.x)),
    ],
    outcome: '10',
    reached: false,
  },
  {
    name: 'MP: two stores without smp_wmb',
    bodies: [
      (w) => {
        WRITE_ONCE(w.x, 1);
        WRITE_ONCE(w.y, 1);
      },
      (w) => two(smp_load_acquire(w.y), READ_ONCE(w.x)),
    ],
    outcome: '10',
    reached: true,
  },
  {
    name: 'SB: smp_wmb and smp_rmb do not keep a store before a load',
    bodies: [
      (w) => {
        WRITE_ONCE(w.x, 1);
        smp_wmb();
        smp_rmb();
        return READ_ONCE(w.y);
      },
      (w) => {
        WRITE_ONCE(w.y, 1);
        smp_mb();
        return READ_ONCE(w.x);
      },
    ],
    outcome: '0 0',
    reached: true,
  },
  {
    name: 'SB: a full barrier on both sides',
    bodies: [
      (w) => {
        WRITE_ONCE(w.x, 1);
        smp_mb();
        return READ_ONCE(w.y);
      },
      (w) => {
        WRITE_ONCE(w.y, 1);
        xchg(w.z, 1);
        return READ_ONCE(w.x);
      },
    ],
    outcome: '0 0',
    reached: false,
  },
  {
    name: 'SB: a failed cmpxchg orders nothing',
    bodies: [
      (w) => {
        WRITE_ONCE(w.x, 1);
        cmpxchg(w.z, 7, 1);
        return READ_ONCE(w.y);
      },
      (w) => {
        WRITE_ONCE(w.y, 1);
        smp_mb();
        return READ_ONCE(w.x);
      },
    ],
    outcome: '0 0',
    reached: true,
  },
  {
    name: 'SB: an atomic that returns nothing orders nothing',
    bodies: [
      (w) => {
        WRITE_ONCE(w.x, 1);
        atomic_inc(w.a);
        return READ_ONCE(w.y);
      },
      (w) => {
        WRITE_ONCE(w.y, 1);
        smp_mb();
        return READ_ONCE(w.x);
      },
    ],
    outcome: '0 0',
    reached: true,
  },
  {
    name: 'SB: smp_mb__after_atomic makes it a full barrier',
    bodies: [
      (w) => {
        WRITE_ONCE(w.x, 1);
        atomic_inc(w.a);
        smp_mb__after_atomic();
        return READ_ONCE(w.y);
      },
      (w) => {
        WRITE_ONCE(w.y, 1);
        smp_mb();
        return READ_ONCE(w.x);
      },
    ],
    outcome: '0 0',
    reached: false,
  },
  {
    name: 'IRIW: readers may disagree about independent stores',
    bodies: [
      (w) => WRITE_ONCE(w.x, 1),
      (w) => WRITE_ONCE(w.y, 1),
      (w) => two(smp_load_acquire(w.x), READ_ONCE(w.y)),
      (w) => two(smp_load_acquire(w.y), READ_ONCE(w.x)),
    ],
    outcome: '10 10',
    reached: true,
  },
  {
    name: 'what a relaxed read has seen travels with a later release',
    bodies: [
      MP_WRITER,
      (w) => {
        const y = READ_ONCE(w.y);
        smp_store_release(w.z, 1);
        return y;
      },
      (w) => {
        const z = READ_ONCE(w.z);
        smp_rmb();
        return two(z, READ_ONCE(w.x));
      },
    ],
    outcome: '1 10',
    reached: false,
  },
  {
    name: 'a full barrier works through relaxed stores of others',
    bodies: [
      (w) => {
        WRITE_ONCE(w.x, 1);
        smp_mb();
        WRITE_ONCE(w.y, 1);
      },
      (w) => {
        const y = READ_ONCE(w.y);
        WRITE_ONCE(w.z, y);
        return y;
      },
      (w) => {
        const z = READ_ONCE(w.z);
        smp_rmb();
        return two(z, READ_ONCE(w.x));
      },
    ],
    outcome: '1 10',
    reached: false,
  },
  {
    name: 'smp_wmb does not work through relaxed stores of others',
    bodies: [
      MP_WRITER,
      (w) => {
        const y = READ_ONCE(w.y);
        WRITE_ONCE(w.z, y);
        return y;
      },
      (w) => {
        const z = READ_ONCE(w.z);
        smp_rmb();
        return two(z, READ_ONCE(w.x));
      },
    ],
    outcome: '1 10',
    reached: true,
  },
  {
    name: 'smp_wmb carries stores, not what was read',
    bodies: [
      (w) => WRITE_ONCE(w.x, 1),
      (w) => {
        const x = READ_ONCE(w.x);
        smp_wmb();
        WRITE_ONCE(w.y, 1);
        return x;
      },
      (w) => two(smp_load_acquire(w.y), READ_ONCE(w.x)),
    ],
    outcome: '1 10',
    reached: true,
  },
  {
    name: 'coherence: two reads of one word never go back',
    bodies: [(w) => WRITE_ONCE(w.x, 1), (w) => two(READ_ONCE(w.x), READ_ONCE(w.x))],
    outcome: '10',
    reached: false,
  },
  {
    name: 'an atomic reads what it replaces: both of two increments count',
    bodies: [(w) => atomic_fetch_add_relaxed(1, w.a), (w) => atomic_fetch_add_relaxed(1, w.a)],
    outcome: '0 0',
    reached: false,
  },
  {
    name: 'smp_rmb does not order the read of an atomic that returns nothing',
    bodies: [
      (w) => {
        WRITE_ONCE(w.x, 1);
        smp_wmb();
        atomic_inc(w.a);
      },
      (w) => {
        atomic_inc(w.a);
        smp_rmb();
        const x = READ_ONCE(w.x);
        return two(atomic_read(w.a), x);
      },
    ],
    outcome: '20',
    reached: true,
  },
  {
    name: 'a spin lock hands on what its last owner did',
    bodies: [
      (w) => {
        spin_lock(w.l);
        WRITE_ONCE(w.x, 1);
        WRITE_ONCE(w.y, 1);
        spin_unlock(w.l);
      },
      (w) => {
        spin_lock(w.l);
        const seen = two(READ_ONCE(w.y), READ_ONCE(w.x));
        spin_unlock(w.l);
        return seen;
      },
    ],
    outcome: '10',
    reached: false,
  },
  {
    name: 'stores before an unlock come before stores after the next lock (RCtso)',
    bodies: [
      (w) => {
        spin_lock(w.l);
        WRITE_ONCE(w.x, 1);
        spin_unlock(w.l);
        spin_lock(w.m);
        WRITE_ONCE(w.y, 1);
        spin_unlock(w.m);
      },
      (w) => two(smp_load_acquire(w.y), READ_ONCE(w.x)),
    ],
    outcome: '10',
    reached: false,
  },
  {
    name: 'a store before an unlock may still come after a read behind it',
    bodies: [
      (w) => {
        spin_lock(w.l);
        WRITE_ONCE(w.x, 1);
        spin_unlock(w.l);
        return READ_ONCE(w.y);
      },
      (w) => {
        WRITE_ONCE(w.y, 1);
        smp_mb();
        return READ_ONCE(w.x);
      },
    ],
    outcome: '0 0',
    reached: true,
  },
  {
    name: 'RCU: a section that saw nothing of before the grace period is over when it ends',
    bodies: [
      (w) => {
        rcu_read_lock();
        const y = READ_ONCE(w.y);
        const x = READ_ONCE(w.x);
        rcu_read_unlock();
        return two(x, y);
      },
      (w) => {
        WRITE_ONCE(w.x, 1);
        synchronize_rcu();
        WRITE_ONCE(w.y, 1);
      },
    ],
    outcome: '1',
    reached: false,
  },
  {
    name: 'RCU: an empty section orders what stands around it',
    bodies: [
      (w) => {
        WRITE_ONCE(w.y, 1);
        synchronize_rcu();
        return READ_ONCE(w.x);
      },
      (w) => {
        WRITE_ONCE(w.x, 1);
        rcu_read_lock();
        rcu_read_unlock();
        return READ_ONCE(w.y);
      },
    ],
    outcome: '0 0',
    reached: false,
  },
  {
    name: 'RCU: accesses outside of sections are not ordered by a grace period',
    bodies: [
      (w) => two(READ_ONCE(w.y), READ_ONCE(w.x)),
      (w) => {
        WRITE_ONCE(w.x, 1);
        synchronize_rcu();
        WRITE_ONCE(w.y, 1);
      },
    ],
    outcome: '10',
    reached: true,
  },
  {
    name: 'LB: loads are never reordered with later stores here (docs/LIMITS.md)',
    bodies: [
      (w) => {
        const x = READ_ONCE(w.x);
        WRITE_ONCE(w.y, 1);
        return x;
      },
      (w) => {
        const y = READ_ONCE(w.y);
        WRITE_ONCE(w.x, 1);
        return y;
      },
    ],
    outcome: '1 1',
    reached: false,
  },
  {
    name: 'a release chain through an acquiring read-modify-write',
    bodies: [
      (w) => {
        WRITE_ONCE(w.x, 1);
        atomic_inc(w.a);
      },
      (w) => two(atomic_read_acquire(w.a), READ_ONCE(w.x)),
    ],
    outcome: '10',
    reached: true,
  },
];

describe('model weak', () => {
  it.each(CASES.map((one) => [one.name, one] as const))(
    '%s',
    (_name, { bodies, outcome, reached }) => {
      expect(outcomes(bodies).includes(outcome)).toBe(reached);
      expect(outcomes(bodies, false)).toEqual(outcomes(bodies));
    },
  );

  it('continues a release through a relaxed read-modify-write, and only then', () => {
    const release: Body = (w) => {
      WRITE_ONCE(w.x, 1);
      smp_store_release(w.y, 1);
    };
    const exchange: Body = (w) => 10 * xchg_relaxed(w.y, 2);
    const reader: Body = (w) => two(smp_load_acquire(w.y), READ_ONCE(w.x));
    const reached = outcomes([release, exchange, reader]);
    expect(reached).not.toContain('10 20');
    expect(reached).toContain('0 20');
  });
});

const node = struct('node', { data: u32 });
const list = struct('list', { head: pointer(node) });
const first = kernelFunction('test.c', '6.18', function first(of: Struct<typeof list.members>) {
  return rcu_dereference(of.head);
});

describe('the barrier before a fully ordered update', () => {
  const beside = (update: Body): string[] =>
    outcomes([
      (w) => {
        WRITE_ONCE(w.x, 1);
        return update(w);
      },
      (w) => {
        WRITE_ONCE(w.y, 1);
        smp_mb();
        return READ_ONCE(w.x);
      },
    ]);

  it('tells others of what came before it, before the update reads', () => {
    expect(beside((w) => xchg(w.y, 2))).not.toContain('0 0');
    expect(beside((w) => xchg_relaxed(w.y, 2))).toContain('0 0');
  });
});

describe('the barrier behind a fully ordered update', () => {
  /** As one step with the update it would forbid this: somebody else's updates come between. */
  it('is a step of its own', () => {
    const add: Body = (w) => {
      atomic_add_return(1, w.a);
      return atomic_read(w.b);
    };
    const other: Body = (w) => 10 * atomic_add_return(1, w.b) + atomic_read(w.a);
    const both: Body = (w) => {
      atomic_add(2, w.a);
      atomic_add(2, w.b);
    };
    // The second found 2 in b, and 0 in a, where what both() added to b came behind the first.
    expect(outcomes([add, other, both])).toContain('3 30');
  });
});

describe('a wait under weak', () => {
  const late = scenario('late', ({ alloc, thread }) => {
    const w = alloc(words, 'w');
    thread('writer', () => {
      WRITE_ONCE(w.x, 1);
      WRITE_ONCE(w.x, 0);
    });
    thread('waiter', () => waitUntilEquals(w.x, 1));
  });

  it('may end by a message that is not the newest any more, and may as well never end', () => {
    const { finals, deadlocks, result } = reachableFinals(late, { model: 'weak' });
    expect(finals.length).toBe(1);
    expect(deadlocks.length).toBe(1);
    expect(result.findings.map(({ property }) => property.name)).toEqual(['stuck thread']);
  });
});

describe('address dependencies under weak', () => {
  const seen = (publish: boolean, find: 'here' | 'in a call' | 'not at all'): string[] => {
    const one = scenario('publish', ({ alloc, thread }) => {
      const of = alloc(list, 'list');
      const item = alloc(node, 'item');
      thread('writer', () => {
        WRITE_ONCE(item.data, 1);
        if (publish) smp_wmb();
        WRITE_ONCE(of.head, item);
      });
      thread('reader', () => {
        if (find === 'not at all') return READ_ONCE(of.head) === null ? 9 : READ_ONCE(item.data);
        const found = find === 'here' ? READ_ONCE(of.head) : first(of);
        return found === null ? 9 : READ_ONCE(found.data);
      });
    });
    const { finals } = reachableFinals(one, { model: 'weak' });
    return [...new Set(finals.map(({ results }) => String(results[1])))].sort();
  };

  it('order what is read through a pointer after the read of the pointer', () => {
    expect(seen(true, 'here')).toEqual(['1', '9']);
    expect(seen(false, 'here')).toEqual(['0', '1', '9']);
  });

  it('survive the return of the kernel function that read the pointer', () => {
    expect(seen(true, 'in a call')).toEqual(['1', '9']);
  });
});

describe('data races under weak', () => {
  const races = (writer: Body, reader: Body): string[] => {
    const one = scenario('race', ({ alloc, thread }) => {
      const w = alloc(words, 'w');
      thread('writer', () => void writer(w));
      thread('reader', () => void reader(w));
    });
    const { result } = reachableFinals(one, { model: 'weak' });
    return result.findings.map(({ property }) => property.name);
  };
  const reader =
    (acquire: boolean): Body =>
    (w) => {
      if ((acquire ? smp_load_acquire(w.y) : READ_ONCE(w.y)) === 1) load(w.x);
    };
  const writer =
    (release: boolean): Body =>
    (w) => {
      store(w.x, 1);
      if (release) smp_store_release(w.y, 1);
      else WRITE_ONCE(w.y, 1);
    };

  it('are found where a flag is passed on without order, though sc never has them at once', () => {
    expect(races(writer(false), reader(true))).toEqual(['data race on w.x']);
    expect(races(writer(true), reader(false))).toEqual(['data race on w.x']);
  });

  it('are not found behind a release and an acquire', () => {
    expect(races(writer(true), reader(true))).toEqual([]);
  });
});

describe('old messages under weak', () => {
  /** A loop that takes something and gives it back, beside somebody who does the same once. */
  const beside = (round: Body, once: Body): string => {
    const one = scenario('rounds', ({ alloc, thread }) => {
      const w = alloc(words, 'w');
      thread('looper', () => {
        loop(() => {
          round(w);
          return READ_ONCE(w.x) === 0;
        });
        WRITE_ONCE(w.y, 1);
      });
      thread('once', () => {
        once(w);
        WRITE_ONCE(w.x, 1);
      });
    });
    const { result } = reachableFinals(one, { model: 'weak' });
    return result.open === null ? result.verdict : result.open.limit;
  };
  const lock: Body = (w) => {
    spin_lock(w.l);
    spin_unlock(w.l);
  };
  const count: Body = (w) => {
    atomic_inc(w.a);
    atomic_dec_and_test(w.a);
  };

  it('of a lock are needed by nobody', () => {
    expect(beside(lock, lock)).toBe('pass');
  });

  it('of a counter are not needed by who will update it before looking at it', () => {
    const look: Body = (w) => {
      WRITE_ONCE(w.x, 1);
      waitUntilEquals(w.y, 1);
      atomic_inc(w.a);
      return atomic_read(w.a);
    };
    expect(beside(count, look)).toBe('pass');
  });

  const looking =
    (times: number): Body =>
    (w) => {
      let sum = 0;
      for (let i = 0; i < times; i++) sum = 2 * sum + atomic_read(w.a);
      return sum;
    };

  it('of a counter are no more than what somebody can tell who looks at it once or twice', () => {
    expect(beside(count, looking(1))).toBe('pass');
    expect(beside(count, looking(2))).toBe('pass');
    expect(beside(count, (w) => void atomic_inc_not_zero(w.a))).toBe('pass');
  });

  it('are without end where somebody may look at them often', () => {
    expect(beside(count, looking(3))).toBe('messages');
  });
});

describe('old messages that a reader can do without', () => {
  /** 0 1 0 1 4 1 0 1 0 1 6: a loop counts up and down, and something else; then it says so. */
  const counts: Body = (w) => {
    for (let i = 0; i < 3; i++) {
      atomic_inc(w.a);
      if (i === 1) {
        atomic_add(3, w.a);
        smp_store_release(w.x, 1);
        atomic_add(-3, w.a);
      }
      atomic_dec(w.a);
    }
    atomic_inc(w.a);
    atomic_add(5, w.a);
    WRITE_ONCE(w.y, 1);
  };
  /** The same number comes with another one each time. */
  const countsAndTells: Body = (w) => {
    for (let i = 1; i < 4; i++) {
      WRITE_ONCE(w.z, i);
      smp_wmb();
      atomic_inc(w.a);
      atomic_dec(w.a);
    }
    WRITE_ONCE(w.y, 1);
  };
  /** Only who has seen the end first reads messages that are old by then. */
  const afterEnd =
    (look: (w: Words) => number): Body =>
    (w) =>
      1000 * READ_ONCE(w.y) + look(w);
  const looks: Record<string, readonly Body[]> = {
    once: [counts, afterEnd((w) => atomic_read(w.a))],
    twice: [counts, afterEnd((w) => 10 * atomic_read(w.a) + atomic_read(w.a))],
    'whether it is zero': [
      counts,
      afterEnd((w) => 10 * (atomic_inc_not_zero(w.a) ? 1 : 0) + atomic_read(w.a)),
    ],
    'and then whether it is zero': [
      counts,
      afterEnd((w) => 10 * atomic_read(w.a) + (atomic_inc_not_zero(w.a) ? 1 : 0)),
    ],
    'behind a flag': [counts, afterEnd((w) => 10 * smp_load_acquire(w.x) + atomic_read(w.a))],
    'before and behind a flag': [
      counts,
      afterEnd((w) => 100 * atomic_read(w.a) + 10 * smp_load_acquire(w.x) + atomic_read(w.a)),
    ],
    'and tells somebody who looks too': [
      counts,
      afterEnd((w) => {
        const seen = atomic_read(w.a);
        smp_store_release(w.z, 1);
        return seen;
      }),
      (w) => 10 * smp_load_acquire(w.z) + atomic_read(w.a),
    ],
    'and at what comes with it': [
      countsAndTells,
      afterEnd((w) => 10 * atomic_read_acquire(w.a) + READ_ONCE(w.z)),
    ],
    'while somebody else counts': [
      counts,
      afterEnd((w) => 10 * atomic_read(w.a) + atomic_read(w.a)),
      (w) => atomic_add_return(7, w.a),
    ],
    'where stores are old, and somebody updates them': [
      (w) => {
        for (const value of [1, 2, 1, 2]) WRITE_ONCE(w.x, value);
        WRITE_ONCE(w.y, 1);
      },
      afterEnd((w) => READ_ONCE(w.x)),
      (w) => 10 * xchg_relaxed(w.x, 7) + xchg_relaxed(w.x, 8),
    ],
  };

  it.each(Object.entries(looks))('are none that it could tell: it looks %s', (_, bodies) => {
    expect(outcomes(bodies)).toEqual(outcomes(bodies, false));
  });
});
