import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endsOf, findingsOf, textsOf, tried } from '../../test/support/small.ts';
import {
  assert,
  atomic_add,
  atomic_dec_and_test,
  atomic_inc,
  atomic_inc_return,
  atomic_or,
  atomic_read,
  atomic_t,
  choose,
  kfree,
  kmalloc,
  load,
  local_irq_disable,
  local_irq_enable,
  loop,
  mutex,
  mutex_lock,
  mutex_unlock,
  pointer,
  rcu_assign_pointer,
  rcu_dereference,
  READ_ONCE,
  s32,
  smp_mb,
  spin_lock,
  spin_trylock,
  spin_unlock,
  spinlock_t,
  store,
  struct,
  synchronize_rcu,
  wait_event,
  wait_queue_head_t,
  waitUntilEquals,
  wake_up,
  WRITE_ONCE,
  xchg,
} from '../memory/index.ts';
import type { Field } from '../memory/type.ts';
import type { Stage } from '../scenario/stage.ts';
import { inputFor } from '../scenario/check.ts';
import type { CheckOptions } from '../scenario/check.ts';
import { scenario } from '../scenario/scenario.ts';
import { search } from './search.ts';

type Body = (stage: Stage) => void;
type Word = Field<typeof s32>;
const words = ({ alloc }: Stage): [Word, Word] => [alloc(s32, 'x'), alloc(s32, 'y')];

/** Everything that a reduced search must keep. */
function kept(body: Body, options: CheckOptions): object {
  const { finals, deadlocks, result } = endsOf(body, options);
  return {
    finals: textsOf(finals),
    deadlocks: textsOf(deadlocks),
    findings: findingsOf(result),
    problems: result.problems,
  };
}

const MODELS = ['sc', 'tso', 'weak'] as const;

function expectKept(body: Body): void {
  for (const model of MODELS) {
    const whole = kept(body, { model, reduction: false, symmetry: false });
    if (model === 'weak') expectMoreThanSc(body);
    for (const symmetry of [false, true]) {
      if (symmetry && !isSymmetric(body)) continue;
      expect(kept(body, { model, symmetry })).toEqual(whole);
    }
  }
}

/** A weaker model also ends in every way in which sc ends; a data race under weak is an end. */
function expectMoreThanSc(body: Body): void {
  const sc = endsOf(body, { model: 'sc' });
  const weak = endsOf(body, { model: 'weak' });
  if (JSON.stringify(findingsOf(weak.result)).includes('data race')) return;
  expect(textsOf(weak.deadlocks)).toEqual(expect.arrayContaining(textsOf(sc.deadlocks)));
  expect(textsOf(weak.finals)).toEqual(expect.arrayContaining(textsOf(sc.finals)));
}

/** Merging twins keeps their results only up to who is who. */
function isSymmetric(body: Body): boolean {
  return !/count:/.test(String(body));
}

const node = struct('node', { value: s32 });

const hard: Record<string, Body> = {
  'a write that is seen only in the middle'(stage) {
    const [x, y] = words(stage);
    stage.thread('a', () => {
      WRITE_ONCE(x, 1);
      WRITE_ONCE(x, 0);
    });
    stage.thread('b', () => {
      READ_ONCE(y);
      assert(READ_ONCE(x) === 0, 'x is 0');
    });
  },
  'an assertion after independent steps'(stage) {
    const [x, y] = words(stage);
    stage.thread('a', () => {
      for (let i = 0; i < 4; i++) WRITE_ONCE(y, i);
      WRITE_ONCE(x, 1);
    });
    stage.thread('b', () => {
      for (let i = 0; i < 3; i++) choose(2);
      assert(READ_ONCE(x) === 0);
    });
  },
  'two assertions that each end the execution'(stage) {
    const [x] = words(stage);
    stage.thread('a', () => {
      choose(2);
      assert(false, 'a');
    });
    stage.thread('b', () => {
      READ_ONCE(x);
      READ_ONCE(x);
      assert(false, 'b');
    });
  },
  'a loop that waits for a thread with independent steps'(stage) {
    const [x, y] = words(stage);
    stage.thread('a', () => loop(() => READ_ONCE(x) === 0));
    stage.thread('b', () => {
      WRITE_ONCE(y, 1);
      WRITE_ONCE(y, 2);
      WRITE_ONCE(x, 1);
    });
  },
  'a loop beside an assertion that nothing disturbs'(stage) {
    const [x, y] = words(stage);
    stage.thread('spins', () => loop(() => READ_ONCE(x) === 0 && choose(2) === 0));
    stage.thread('asserts', () => {
      READ_ONCE(y);
      assert(READ_ONCE(y) === 1, 'y is 1');
    });
  },
  'two loops that wait for each other'(stage) {
    const [x, y] = words(stage);
    stage.thread('a', () => {
      loop(() => READ_ONCE(x) === 0);
      WRITE_ONCE(y, 1);
    });
    stage.thread('b', () => {
      loop(() => READ_ONCE(y) === 0);
      WRITE_ONCE(x, 1);
    });
  },
  'a loop that writes its own word in each round'(stage) {
    const [x, y] = words(stage);
    stage.thread('a', () => {
      loop(() => {
        WRITE_ONCE(y, 1);
        WRITE_ONCE(y, 0);
        return READ_ONCE(x) === 0;
      });
    });
    stage.thread('b', () => WRITE_ONCE(x, READ_ONCE(y) + 1));
  },
  'a loop that another thread leaves with a failing lock'(stage) {
    const lock = stage.alloc(spinlock_t, 'lock');
    const [x] = words(stage);
    stage.thread('a', () => {
      spin_lock(lock);
      WRITE_ONCE(x, 1);
      spin_unlock(lock);
    });
    stage.thread('b', () => {
      loop(() => !spin_trylock(lock));
      const seen = READ_ONCE(x);
      spin_unlock(lock);
      return seen;
    });
  },
  'a choice that decides what is accessed'(stage) {
    const [x, y] = words(stage);
    stage.thread('a', () => WRITE_ONCE(choose(2) === 0 ? x : y, 1));
    stage.thread('b', () => 10 * READ_ONCE(x) + READ_ONCE(y));
    stage.thread('c', () => WRITE_ONCE(x, choose(3)));
  },
  'additions that commute, and one that tells'(stage) {
    const v = stage.alloc(atomic_t, 'v');
    stage.thread('a', () => atomic_add(2, v));
    stage.thread('b', () => atomic_inc(v));
    stage.thread('c', () => atomic_inc_return(v));
    stage.thread('d', () => atomic_or(8, v));
  },
  'a reference count'(stage) {
    const v = stage.alloc(atomic_t, 'v');
    const [x] = words(stage);
    stage.thread('t', { count: 3 }, () => {
      atomic_inc(v);
      if (atomic_dec_and_test(v)) WRITE_ONCE(x, READ_ONCE(x) + 1);
    });
  },
  'locks in two orders'(stage) {
    const [a, b] = [stage.alloc(mutex, 'a'), stage.alloc(mutex, 'b')];
    const [x] = words(stage);
    const both = (first: typeof a, second: typeof a) => (): void => {
      WRITE_ONCE(x, choose(2));
      mutex_lock(first);
      mutex_lock(second);
      mutex_unlock(second);
      mutex_unlock(first);
    };
    stage.thread('left', both(a, b));
    stage.thread('right', both(b, a));
  },
  'a thread that is stuck while another goes on'(stage) {
    const [x, y] = words(stage);
    stage.thread('stuck', () => waitUntilEquals(x, 5));
    stage.thread('other', { count: 2 }, () => WRITE_ONCE(y, READ_ONCE(y) + 1));
  },
  'store buffers'(stage) {
    const [x, y] = words(stage);
    const z = stage.alloc(s32, 'z');
    const side = (mine: Word, other: Word) => (): number => {
      WRITE_ONCE(mine, 1);
      WRITE_ONCE(z, READ_ONCE(mine) + 1);
      return READ_ONCE(other);
    };
    stage.thread('left', side(x, y));
    stage.thread('right', side(y, x));
  },
  'store buffers that are drained late'(stage) {
    const [x, y] = words(stage);
    stage.thread('left', () => {
      WRITE_ONCE(x, 1);
      WRITE_ONCE(y, 1);
      const seen = READ_ONCE(y);
      xchg(x, 2);
      return seen;
    });
    stage.thread('right', () => 10 * READ_ONCE(y) + READ_ONCE(x));
    stage.thread('far', () => {
      WRITE_ONCE(y, 2);
      smp_mb();
      return READ_ONCE(x);
    });
  },
  'a data race after a store of one’s own'(stage) {
    const [x, y] = words(stage);
    stage.thread('a', () => {
      WRITE_ONCE(y, 1);
      store(x, 1);
      WRITE_ONCE(y, 2);
    });
    stage.thread('b', () => {
      WRITE_ONCE(x, 2);
      return READ_ONCE(y);
    });
  },
  'a data race behind a choice'(stage) {
    const [x, y] = words(stage);
    stage.thread('a', () => {
      if (choose(3) === 2) store(x, 1);
      WRITE_ONCE(y, 1);
    });
    stage.thread('b', () => {
      if (READ_ONCE(y) === 0) load(x);
    });
  },
  'an interrupt in the middle'(stage) {
    const [x, y] = words(stage);
    const host = stage.thread('host', () => {
      WRITE_ONCE(x, 1);
      local_irq_disable();
      WRITE_ONCE(y, 1);
      WRITE_ONCE(x, 2);
      local_irq_enable();
      return READ_ONCE(y);
    });
    const handler = (): void => {
      WRITE_ONCE(y, 10 * READ_ONCE(y) + READ_ONCE(x));
    };
    stage.thread.irq('handler', handler, { on: host });
    stage.thread('other', () => READ_ONCE(y));
  },
  'a wait queue'(stage) {
    const [x, y] = words(stage);
    const queue = stage.alloc(wait_queue_head_t, 'queue');
    stage.thread('waiter', () => {
      wait_event(queue, () => READ_ONCE(x) === 1);
      return READ_ONCE(y);
    });
    stage.thread('waker', () => {
      WRITE_ONCE(y, 1);
      WRITE_ONCE(x, 1);
      wake_up(queue);
      WRITE_ONCE(y, 2);
    });
  },
  'a pointer to freed memory'(stage) {
    const head = stage.alloc(pointer(node), 'head');
    stage.pool(node, 2);
    stage.thread('owner', () => {
      const one = kmalloc(node);
      WRITE_ONCE(one.value, 1);
      rcu_assign_pointer(head, one);
      rcu_assign_pointer(head, null);
      kfree(one);
    });
    stage.thread('user', () => {
      const one = rcu_dereference(head);
      return one === null ? 0 : READ_ONCE(one.value);
    });
  },
  'a mark on the way'(stage) {
    const [x, y] = words(stage);
    const seen = stage.sometimes('seen');
    const never = stage.sometimes('not seen');
    stage.thread('a', () => {
      WRITE_ONCE(x, 1);
      WRITE_ONCE(x, 0);
    });
    stage.thread('b', () => {
      READ_ONCE(y);
      if (READ_ONCE(x) === 1) seen.mark();
      if (READ_ONCE(y) === 1) never.mark();
    });
  },
};

describe('a reduced search keeps everything', () => {
  it.each(Object.entries(hard))('of %s', (_, body) => expectKept(body));

  it('of small random programs', () => {
    const access = fc.record({
      kind: fc.constantFrom(
        'read',
        'write',
        'add',
        'xchg',
        'mb',
        'choose',
        'lock',
        'plain',
        'wait',
      ),
      word: fc.nat(1),
      value: fc.integer({ min: 1, max: 2 }),
    });
    const programs = fc.array(fc.array(access, { minLength: 1, maxLength: 3 }), {
      minLength: 2,
      maxLength: 3,
    });
    fc.assert(
      fc.property(programs, (threads) => {
        expectKept((stage) => {
          const both = words(stage);
          const lock = stage.alloc(spinlock_t, 'lock');
          threads.forEach((accesses, i) => {
            stage.thread(`t${i}`, () => {
              let sum = 0;
              for (const { kind, word, value } of accesses) {
                const x = both[word] ?? both[0];
                if (kind === 'read') sum = 4 * sum + READ_ONCE(x);
                if (kind === 'write') WRITE_ONCE(x, value);
                if (kind === 'add') atomic_add(value, { type: atomic_t, address: x.address });
                if (kind === 'xchg') sum = 4 * sum + xchg(x, value);
                if (kind === 'mb') smp_mb();
                if (kind === 'choose') sum += choose(2);
                if (kind === 'wait') waitUntilEquals(x, value);
                if (kind === 'plain') sum = 4 * sum + load(x);
                if (kind === 'lock') {
                  spin_lock(lock);
                  WRITE_ONCE(x, READ_ONCE(x) + value);
                  spin_unlock(lock);
                }
              }
              return sum;
            });
          });
        });
      }),
      { numRuns: 60, seed: 11 },
    );
  });
});

describe('a reduced search saves states', () => {
  it('where threads do not meet: one order is enough', async () => {
    const body: Body = ({ alloc, thread }) => {
      for (const name of ['a', 'b', 'c', 'd']) {
        const own = alloc(s32, name);
        thread(name, () => {
          for (let i = 1; i <= 3; i++) WRITE_ONCE(own, i);
        });
      }
    };
    for (const model of MODELS) {
      const reduced = await tried(body, { model });
      const whole = await tried(body, { model, reduction: false });
      expect(reduced.states).toBeLessThanOrEqual(model === 'sc' ? 13 : 25);
      expect(whole.states).toBeGreaterThan(200);
    }
  });

  it('where they add to one counter and do not look', async () => {
    const { states } = await tried(
      ({ alloc, thread }) => {
        const v = alloc(atomic_t, 'v');
        for (const name of ['a', 'b', 'c']) thread(name, () => atomic_add(3, v));
      },
      { symmetry: false },
    );
    expect(states).toBe(4);
  });

  it('but not where a property is judged in every state', async () => {
    const body: Body = (stage) => {
      const [x, y] = words(stage);
      stage.thread('a', () => WRITE_ONCE(x, 1));
      stage.thread('b', () => WRITE_ONCE(y, 1));
      const odd = (): boolean => READ_ONCE(x) === 0 && READ_ONCE(y) === 1;
      stage.never('y before x', odd, { at: 'every state' });
    };
    expect(findingsOf(await tried(body))).toEqual(['y before x']);
  });
});

describe('a decision that relied on too little', () => {
  /** The first thread does something about what the second reads, but that shows late. */
  const lately =
    (something: (x: Word, other: Word) => void): Body =>
    (stage) => {
      const [x, y] = words(stage);
      const [z, other] = [stage.alloc(s32, 'z'), stage.alloc(s32, 'other')];
      stage.thread('acts late', () => {
        if (READ_ONCE(z) === 1) something(x, other);
      });
      stage.thread('reads', () => 10 * READ_ONCE(x) + READ_ONCE(x));
      stage.thread('says when', () => {
        for (let i = 0; i < 6; i++) WRITE_ONCE(y, i);
        WRITE_ONCE(z, 1);
      });
    };

  const late = lately((x) => WRITE_ONCE(x, 1));

  /** Why each attempt was not the last. */
  function attempts(body: Body): (string | null)[] {
    const input = inputFor(scenario('late', body), {});
    if ('code' in input) throw new Error(input.what);
    const all: (string | null)[] = [];
    while (all.length < 9 && all.at(-1) !== null) all.push(search(input).retry);
    return all;
  }

  it('is noticed, and the search is run again', () => {
    // Once because of the write to z, and once because of the write to x.
    expect(attempts(late)).toEqual(['reduction', 'reduction', null]);
  });

  it('loses nothing in the end', () => expectKept(late));

  it('is still good when what shows late conflicts with nothing that was decided', () => {
    const elsewhere = lately((_, other) => WRITE_ONCE(other, 1));
    expect(attempts(elsewhere)).toEqual(['reduction', null]);
    expectKept(elsewhere);
  });

  it('is noticed where a grace period or a plain access shows late', () => {
    const grace = lately(() => synchronize_rcu());
    const plain = lately((_, other) => store(other, 1));
    for (const body of [grace, plain]) {
      expect(attempts(body)).toEqual(['reduction', 'reduction', null]);
      expectKept(body);
    }
  });

  it('is noticed where a step turns out to begin a new round', () => {
    const round: Body = (stage) => {
      const [x, y] = words(stage);
      stage.thread('goes round', () => {
        READ_ONCE(y);
        loop(() => READ_ONCE(x) === 0);
      });
      stage.thread('reads', () => READ_ONCE(y));
    };
    expect(attempts(round)).toEqual(['reduction', null]);
    expectKept(round);
  });

  it('is noticed for loops whose rounds are rare, too', () => {
    expectKept((stage) => {
      const [x, y] = words(stage);
      stage.thread('a', () => {
        loop(() => {
          if (choose(8) * choose(8) !== 49) return false;
          return READ_ONCE(y) === 0;
        });
        return 1;
      });
      stage.thread('b', () => {
        READ_ONCE(x);
        assert(READ_ONCE(x) === 0);
        WRITE_ONCE(y, 1);
      });
      stage.thread('c', () => WRITE_ONCE(x, 1));
    });
  });
});

describe('a counter', () => {
  it('that is read conflicts with additions', () => {
    expectKept(({ alloc, thread }) => {
      const v = alloc(atomic_t, 'v');
      thread('adds', () => atomic_add(1, v));
      thread('subtracts', () => atomic_add(-1, v));
      thread('reads', () => atomic_read(v));
    });
  });
});
