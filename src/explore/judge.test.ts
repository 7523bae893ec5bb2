import { describe, expect, it } from 'vitest';
import { findingsOf, mistakeIn, onlyFinding, tried, wrongWith } from '../../test/support/small.ts';
import {
  assert,
  atomic_inc,
  atomic_inc_return,
  atomic_read,
  atomic_t,
  choose,
  clear_bit_unlock,
  flags,
  load,
  local_irq_disable,
  local_irq_enable,
  loop,
  mutex,
  mutex_lock,
  mutex_unlock,
  READ_ONCE,
  s32,
  spin_lock,
  spin_unlock,
  spinlock_t,
  store,
  wait_on_bit_lock,
  waitUntilEquals,
  WRITE_ONCE,
} from '../memory/index.ts';
import type { Stage } from '../scenario/stage.ts';

describe('a deadlock', () => {
  const crossed = ({ alloc, thread }: Stage): void => {
    const [a, b] = [alloc(mutex, 'a'), alloc(mutex, 'b')];
    thread('left', () => {
      mutex_lock(a);
      mutex_lock(b);
      mutex_unlock(b);
      mutex_unlock(a);
    });
    thread('right', () => {
      mutex_lock(b);
      mutex_lock(a);
      mutex_unlock(a);
      mutex_unlock(b);
    });
  };

  it('is found and says who waits for what', async () => {
    const finding = onlyFinding(await tried(crossed));
    expect(finding).toMatchObject({
      property: { kind: 'automatic', name: 'deadlock' },
      message:
        'No thread can take a step: left waits in mutex_lock(b); right waits in mutex_lock(a).',
    });
    expect(finding.trace?.choices).toHaveLength(2);
    const pending = finding.trace?.steps.filter((step) => step.kind === 'pending');
    expect(pending?.map(({ thread, field }) => [thread, field])).toEqual([
      [0, 'b'],
      [1, 'a'],
    ]);
  });

  it('of one thread is a stuck thread', async () => {
    const result = await tried(({ alloc, thread }) => {
      const x = alloc(s32, 'x');
      thread('waiter', () => waitUntilEquals(x, 1));
      thread('other', () => WRITE_ONCE(x, 2));
    });
    expect(onlyFinding(result)).toMatchObject({
      property: { name: 'stuck thread' },
      message: 'No thread can take a step: waiter waits in wait_for_value(x).',
    });
  });

  it('is no deadlock while somebody else can still step', async () => {
    const found = await wrongWith(({ alloc, thread }) => {
      const x = alloc(s32, 'x');
      thread('waiter', () => waitUntilEquals(x, 2));
      thread('other', () => {
        WRITE_ONCE(x, 1);
        WRITE_ONCE(x, 2);
      });
    });
    expect(found).toEqual([]);
  });

  it('may be of threads that wait for a page lock that is never released', async () => {
    const PF = flags('page-flags', ['PG_locked']);
    const found = await wrongWith(({ alloc, thread }) => {
      const page = alloc(PF, 'page');
      thread('t', { count: 2 }, () => wait_on_bit_lock(PF.bit.PG_locked, page));
    });
    expect(found).toEqual(['stuck thread']);
  });

  it('is none when another thread releases the page lock', async () => {
    const PF = flags('page-flags', ['PG_locked']);
    const found = await wrongWith(({ alloc, thread }) => {
      const [page, done] = [alloc(PF, 'page'), alloc(s32, 'done')];
      thread('reader', () => {
        wait_on_bit_lock(PF.bit.PG_locked, page);
        WRITE_ONCE(done, 1);
      });
      thread('end of io', () => {
        waitUntilEquals(done, 1);
        clear_bit_unlock(PF.bit.PG_locked, page);
      });
    });
    expect(found).toEqual([]);
  });
});

describe('a data race', () => {
  type Access = 'load' | 'store' | 'READ_ONCE' | 'WRITE_ONCE' | 'atomic';
  const race = (left: Access, right: Access, model: 'sc' | 'tso'): Promise<string[]> =>
    wrongWith(
      ({ alloc, thread }) => {
        const x = alloc(s32, 'x');
        const access = (how: Access) => (): unknown => {
          if (how === 'load') return load(x);
          if (how === 'store') return store(x, 1);
          if (how === 'READ_ONCE') return READ_ONCE(x);
          if (how === 'WRITE_ONCE') return WRITE_ONCE(x, 1);
          return atomic_inc({ type: atomic_t, address: x.address });
        };
        thread('left', () => void access(left)());
        thread('right', () => void access(right)());
      },
      { model },
    );
  const all: Access[] = ['load', 'store', 'READ_ONCE', 'WRITE_ONCE', 'atomic'];
  const pairs = all.flatMap((left) => all.map((right) => [left, right] as const));
  const writes = new Set<Access>(['store', 'WRITE_ONCE', 'atomic']);
  const plain = new Set<Access>(['load', 'store']);

  it.each(pairs)('between %s and %s is found exactly if there is one', async (left, right) => {
    const isRace = (plain.has(left) || plain.has(right)) && (writes.has(left) || writes.has(right));
    for (const model of ['sc', 'tso'] as const) {
      expect(await race(left, right, model)).toEqual(isRace ? ['data race on x'] : []);
    }
  });

  it('says who and on what, and shows both accesses', async () => {
    const result = await tried(({ alloc, thread }) => {
      const x = alloc(s32, 'x');
      thread('writer', () => store(x, 1));
      thread('reader', () => void load(x));
    });
    const { message, trace } = onlyFinding(result);
    const ends = 'can access x at once: at least one writes, at least one is plain.';
    expect(message).toBe(`reader and writer ${ends}`);
    expect(trace?.steps.map(({ kind, primitive }) => `${kind} ${primitive}`)).toEqual([
      'pending store',
      'pending load',
    ]);
  });

  it('is none where a lock keeps the accesses apart', async () => {
    const found = await wrongWith(({ alloc, thread }) => {
      const [lock, x] = [alloc(spinlock_t, 'lock'), alloc(s32, 'x')];
      thread('t', { count: 2 }, () => {
        spin_lock(lock);
        store(x, load(x) + 1);
        spin_unlock(lock);
      });
    });
    expect(found).toEqual([]);
  });

  it('is none on different words', async () => {
    const found = await wrongWith(({ alloc, thread }) => {
      const [x, y] = [alloc(s32, 'x'), alloc(s32, 'y')];
      thread('a', () => store(x, 1));
      thread('b', () => store(y, 1));
    });
    expect(found).toEqual([]);
  });

  it('is found also where another thread could still step first', async () => {
    const body = ({ alloc, thread }: Stage): void => {
      const [x, y] = [alloc(s32, 'x'), alloc(s32, 'y')];
      thread('a', () => {
        WRITE_ONCE(y, 1);
        store(x, 1);
      });
      thread('b', () => {
        READ_ONCE(y);
        READ_ONCE(y);
        return load(x);
      });
    };
    for (const reduction of [false, true]) {
      expect(await wrongWith(body, { reduction })).toEqual(['data race on x']);
    }
  });

  it('is none between a thread with interrupts off and the handler on its CPU', async () => {
    const found = await wrongWith(({ alloc, thread }) => {
      const x = alloc(s32, 'x');
      const host = thread('host', () => {
        local_irq_disable();
        store(x, load(x) + 1);
        local_irq_enable();
      });
      thread.irq('handler', () => store(x, 5), { on: host });
    });
    expect(found).toEqual([]);
  });
});

describe('a property of the author', () => {
  const flips = ({ alloc, thread }: Stage) => {
    const x = alloc(s32, 'x');
    const t = thread('t', () => {
      WRITE_ONCE(x, 1);
      WRITE_ONCE(x, choose(3));
      return READ_ONCE(x);
    });
    return { x, t };
  };

  it('is judged at the end of every execution', async () => {
    const { findings, properties, verdict } = await tried((stage) => {
      const { x, t } = flips(stage);
      stage.always('small', () => READ_ONCE(x) < 3);
      stage.never('one in between', () => READ_ONCE(x) > 2);
      stage.sometimes('two', () => t.result() === 2);
    });
    expect([verdict, findings]).toEqual(['pass', []]);
    expect(properties).toEqual([
      { property: { kind: 'always', name: 'small' }, judged: 3, holds: true },
      { property: { kind: 'never', name: 'one in between' }, judged: 3, holds: true },
      { property: { kind: 'sometimes', name: 'two' }, judged: 3, holds: true },
    ]);
  });

  it('may be judged in every state', async () => {
    const at = { at: 'every state' } as const;
    const everywhere = await wrongWith(
      (stage) => {
        const { x } = flips(stage);
        stage.never('is one on the way', () => READ_ONCE(x) === 1, at);
        stage.always('is not two', () => READ_ONCE(x) !== 2, at);
      },
      { keepGoing: true },
    );
    expect(everywhere).toEqual(['is not two', 'is one on the way']);
    const initially = await tried((stage) => {
      const { x } = flips(stage);
      stage.never('is nought', () => READ_ONCE(x) === 0, at);
    });
    expect(onlyFinding(initially).trace?.choices).toEqual([]);
  });

  it('is judged once in each final state, also when the search was begun again', async () => {
    const { finals, properties } = await tried(({ alloc, thread, always }) => {
      const v = alloc(atomic_t, 'v');
      const [one, other] = thread('t', { count: 2 }, () => atomic_inc_return(v));
      always('they differ', () => one?.result() !== other?.result());
    });
    expect(properties).toMatchObject([{ judged: finals, holds: true }]);
    expect(finals).toBe(2);
  });

  it('says what is wrong, in words', async () => {
    const always = await tried((stage) => {
      const { x } = flips(stage);
      stage.always('x is small', () => READ_ONCE(x) < 2);
    });
    expect(onlyFinding(always)).toMatchObject({
      property: { kind: 'always', name: 'x is small' },
      message: "'x is small' does not hold.",
    });
    const never = await tried((stage) => {
      const { x } = flips(stage);
      stage.never('x is two', () => READ_ONCE(x) === 2);
    });
    expect(onlyFinding(never).message).toBe('x is two.');
  });

  it('that nobody could judge has not been shown', async () => {
    const result = await tried(({ alloc, thread, always }) => {
      const x = alloc(s32, 'x');
      thread('t', () => waitUntilEquals(x, 1));
      always('fine', () => true);
    });
    expect(findingsOf(result)).toEqual(['stuck thread']);
    expect(result.properties).toMatchObject([{ judged: 0 }]);
  });

  it('may be a mark that some execution sets', async () => {
    const body =
      (limit: number) =>
      ({ thread, sometimes }: Stage): void => {
        const seen = sometimes('three');
        thread('t', () => {
          const chosen = choose(limit);
          if (chosen === 3) seen.mark();
          return 0;
        });
      };
    expect(await wrongWith(body(4))).toEqual([]);
    expect(await wrongWith(body(3))).toEqual(['three']);
  });

  it('may be a mark on the way: states that differ only in it are not merged', async () => {
    const { findings, finals } = await tried(({ alloc, thread, sometimes, never }) => {
      const x = alloc(s32, 'x');
      const seen = sometimes('seen');
      thread('t', () => {
        if (READ_ONCE(x) === 1) seen.mark();
        WRITE_ONCE(x, 0);
        return 0;
      });
      thread('u', () => {
        WRITE_ONCE(x, 1);
        WRITE_ONCE(x, 0);
      });
      void never;
    });
    expect(findings).toEqual([]);
    expect(finals).toBe(2);
  });

  it.each([false, true])('may not write, not even sometimes (reduction %s)', async (reduction) => {
    const found = await mistakeIn(
      (stage) => {
        const { x } = flips(stage);
        stage.always('writes', () => {
          if (READ_ONCE(x) === 2) WRITE_ONCE(x, 3);
          return true;
        });
      },
      { reduction },
    );
    expect(found).toMatchObject({ code: 'HF027', what: 'A property may only read memory.' });
    expect(found.position?.file).toMatch(/judge\.test\.ts$/);
  });

  it('may not choose, wait for ever, or fail', async () => {
    const doing = (what: (x: Parameters<typeof READ_ONCE>[0]) => unknown): Promise<string> =>
      mistakeIn((stage) => {
        const { x } = flips(stage);
        stage.always('odd', () => what(x) !== 'never');
      }).then(({ code }) => code);
    expect(await doing(() => choose(2))).toBe('HF027');
    expect(await doing((x) => waitUntilEquals(x, 77))).toBe('HF027');
    expect(await doing(() => assert(false))).toBe('HF027');
    expect(await doing(() => loop(() => true))).toBe('HF022');
    const thrown = await mistakeIn((stage) => {
      flips(stage);
      stage.always('throws', () => {
        throw new Error('oops');
      });
    });
    expect(thrown).toMatchObject({
      code: 'HF027',
      what: "The property always 'throws' throws: oops",
    });
  });

  it('knows what threads returned, and only properties do', async () => {
    const result = await tried(({ alloc, thread, always }) => {
      const v = alloc(atomic_t, 'v');
      const counted = thread('counted', () => {
        atomic_inc(v);
        return atomic_read(v);
      });
      const nothing = thread('nothing', () => {});
      always('both', () => counted.result() === 1 && nothing.result() === undefined);
    });
    expect(result.verdict).toBe('pass');
    const early = await mistakeIn(({ thread }) => {
      const t = thread('t', () => 1);
      t.result();
    });
    expect(early.code).toBe('HF020');
  });
});

describe('a failed assertion', () => {
  it('ends its execution: nothing after it is judged', async () => {
    const found = await wrongWith(
      ({ alloc, thread, never }) => {
        const x = alloc(s32, 'x');
        thread('t', () => {
          assert(READ_ONCE(x) === 1, 'first');
          assert(READ_ONCE(x) === 1, 'second');
        });
        never('ends', () => true);
      },
      { keepGoing: true },
    );
    expect(found).toEqual(['first']);
  });

  it('of several threads is told once for each message', async () => {
    const found = await wrongWith(
      ({ alloc, thread }) => {
        const x = alloc(s32, 'x');
        thread('writer', () => WRITE_ONCE(x, 1));
        thread('a', () => assert(READ_ONCE(x) === 0, 'a'));
        thread('b', () => {
          const seen = READ_ONCE(x);
          READ_ONCE(x);
          assert(seen === 0, 'b');
        });
      },
      { keepGoing: true },
    );
    expect(found).toEqual(['a', 'b']);
  });

  it('in a thread’s beginning, before any access, is found', async () => {
    const result = await tried(({ thread }) => void thread('t', () => assert(false, 'at once')));
    const { trace, property } = onlyFinding(result);
    expect([property.name, trace?.choices]).toEqual(['at once', []]);
  });
});
