import { describe, expect, it } from 'vitest';
import { endsOf, finalsOf, textsOf, tried, wrongWith } from '../../test/support/small.ts';
import {
  atomic_inc,
  atomic_inc_return,
  atomic_t,
  choose,
  local_irq_disable,
  local_irq_enable,
  loop,
  READ_ONCE,
  s32,
  smp_mb,
  spin_lock,
  spin_lock_irq,
  spin_unlock,
  spin_unlock_irq,
  spinlock_t,
  store,
  synchronize_rcu,
  WRITE_ONCE,
  xchg,
} from '../memory/index.ts';
import type { Field } from '../memory/type.ts';
import type { Stage } from '../scenario/stage.ts';

type Word = Field<typeof s32>;
const words = ({ alloc }: Stage): [Word, Word] => [alloc(s32, 'x'), alloc(s32, 'y')];
const tso = { model: 'tso' } as const;
const MODELS = ['sc', 'tso'] as const;

describe('a store buffer', () => {
  const body =
    (middle: () => void) =>
    (stage: Stage): void => {
      const [x, y] = words(stage);
      stage.thread('left', () => {
        WRITE_ONCE(x, 1);
        middle();
        return READ_ONCE(y);
      });
      stage.thread('right', () => {
        WRITE_ONCE(y, 1);
        middle();
        return READ_ONCE(x);
      });
    };
  const sc = ['1 1 | 0 1', '1 1 | 1 0', '1 1 | 1 1'];

  it('lets a read overtake a store, under tso only', () => {
    expect(finalsOf(body(() => {}))).toEqual(sc);
    expect(
      finalsOf(
        body(() => {}),
        tso,
      ),
    ).toEqual(['1 1 | 0 0', ...sc]);
    expect(finalsOf(body(smp_mb), tso)).toEqual(sc);
  });

  it('is read by its own thread first', () => {
    const finals = finalsOf((stage) => {
      const [x] = words(stage);
      stage.thread('t', () => {
        WRITE_ONCE(x, 1);
        WRITE_ONCE(x, 2);
        return READ_ONCE(x);
      });
    }, tso);
    expect(finals).toEqual(['2 0 | 2']);
  });

  it('keeps the order of its stores', () => {
    const finals = finalsOf((stage) => {
      const [x, y] = words(stage);
      stage.thread('writer', () => {
        WRITE_ONCE(x, 1);
        WRITE_ONCE(y, 1);
      });
      stage.thread('reader', () => 10 * READ_ONCE(y) + READ_ONCE(x));
    }, tso);
    expect(finals).toEqual(['1 1 |  0', '1 1 |  1', '1 1 |  11']);
  });

  it('is empty at the end of every execution', () => {
    const { finals } = endsOf((stage) => {
      const [x, y] = words(stage);
      stage.thread('t', { count: 2 }, () => {
        WRITE_ONCE(x, 1);
        WRITE_ONCE(y, 1);
      });
    }, tso);
    expect(finals.map(({ memory }) => memory)).toEqual([[1, 1]]);
  });

  it('is emptied by a locked instruction', () => {
    const finals = finalsOf((stage) => {
      const [x, y] = words(stage);
      const z = stage.alloc(s32, 'z');
      const side = (mine: Word, other: Word) => (): number => {
        WRITE_ONCE(mine, 1);
        xchg(z, 1);
        return READ_ONCE(other);
      };
      stage.thread('left', side(x, y));
      stage.thread('right', side(y, x));
    }, tso);
    expect(finals.map((text) => text.split('| ')[1])).not.toContain('0 0');
  });

  it('holds more stores than it first had room for', () => {
    const finals = finalsOf((stage) => {
      const all = Array.from({ length: 11 }, (_, i) => stage.alloc(s32, `w${i}`));
      stage.thread('t', () => {
        for (const word of all) WRITE_ONCE(word, 1);
        return all.reduce((sum, word) => sum + READ_ONCE(word), 0);
      });
    }, tso);
    expect(finals).toEqual([`${Array.from({ length: 11 }, () => 1).join(' ')} | 11`]);
  });

  it('that grows without end leaves the search open, and says so', async () => {
    const { verdict, open, complete } = await tried((stage) => {
      const [x, y] = words(stage);
      stage.thread('t', () => {
        loop(() => {
          WRITE_ONCE(x, 1);
          return READ_ONCE(y) === 0;
        });
      });
      stage.thread('other', () => {
        READ_ONCE(x);
        WRITE_ONCE(y, 1);
      });
    }, tso);
    expect([verdict, complete, open]).toEqual(['open', false, { limit: 'buffer', entries: 32 }]);
  });
});

describe('a device', () => {
  const body =
    (kind: 'thread' | 'device') =>
    (stage: Stage): void => {
      const [x, y] = words(stage);
      if (kind === 'device') {
        stage.thread.device('nic', (dma) => {
          dma.write(x, 1);
          return dma.read(y);
        });
      } else {
        stage.thread('nic', () => {
          WRITE_ONCE(x, 1);
          return READ_ONCE(y);
        });
      }
      stage.thread('cpu', () => {
        WRITE_ONCE(y, 1);
        smp_mb();
        return READ_ONCE(x);
      });
    };

  it('writes to memory at once: it has no store buffer', () => {
    expect(finalsOf(body('thread'), tso)).toContain('1 1 | 0 0');
    expect(finalsOf(body('device'), tso)).not.toContain('1 1 | 0 0');
  });

  it('does not race: it makes marked accesses', async () => {
    const found = await wrongWith((stage) => {
      const [x] = words(stage);
      stage.thread.device('nic', (dma) => dma.write(x, 1));
      stage.thread('cpu', () => READ_ONCE(x));
    });
    expect(found).toEqual([]);
  });
});

describe.each(MODELS)('an interrupt handler under %s', (model) => {
  it('runs to its end before the thread goes on', () => {
    const finals = finalsOf(
      (stage) => {
        const [x] = words(stage);
        const host = stage.thread('host', () => 10 * READ_ONCE(x) + READ_ONCE(x));
        stage.thread.irq(
          'irq',
          () => {
            WRITE_ONCE(x, 1);
            WRITE_ONCE(x, 2);
          },
          { on: host },
        );
      },
      { model },
    );
    expect(finals).toEqual(['2 0 | 0 ', '2 0 | 2 ', '2 0 | 22 ']);
  });

  it('interleaves with threads on other CPUs', () => {
    const finals = finalsOf(
      (stage) => {
        const [x] = words(stage);
        const host = stage.thread('host', () => {});
        stage.thread('other', () => 10 * READ_ONCE(x) + READ_ONCE(x));
        const twice = (): void => {
          WRITE_ONCE(x, 1);
          WRITE_ONCE(x, 2);
        };
        stage.thread.irq('irq', twice, { on: host });
      },
      { model },
    );
    expect(finals.map((text) => Number(text.split('|')[1]))).toEqual([0, 1, 11, 12, 2, 22]);
  });

  it('does not come while interrupts are off', () => {
    const read = (before: () => void, after: () => void): number[] =>
      finalsOf(
        (stage) => {
          const [x] = words(stage);
          const host = stage.thread('host', () => {
            before();
            const seen = 10 * READ_ONCE(x) + READ_ONCE(x);
            after();
            return seen;
          });
          stage.thread.irq('irq', () => WRITE_ONCE(x, 1), { on: host });
        },
        { model },
      ).map((text) => Number(text.split('|')[1]));
    expect(read(local_irq_disable, local_irq_enable)).toEqual([0, 11]);
    expect(
      read(
        () => {},
        () => {},
      ),
    ).toEqual([0, 1, 11]);
  });

  it('comes at the latest when the thread has ended', () => {
    const finals = finalsOf(
      (stage) => {
        const [x, y] = words(stage);
        const host = stage.thread('host', () => {
          local_irq_disable();
          WRITE_ONCE(x, 1);
          local_irq_enable();
        });
        stage.thread.irq('irq', () => WRITE_ONCE(y, READ_ONCE(x) + 1), { on: host });
      },
      { model },
    );
    expect(finals).toEqual(['1 1 |  ', '1 2 |  ']);
  });

  it('of which there are two runs one after the other', () => {
    const finals = finalsOf(
      (stage) => {
        const [x, y] = words(stage);
        const host = stage.thread('host', () => {});
        const add = (): void => {
          WRITE_ONCE(x, READ_ONCE(x) + 1);
          WRITE_ONCE(y, READ_ONCE(y) + 1);
        };
        stage.thread.irq('one', add, { on: host });
        stage.thread.irq('other', add, { on: host });
      },
      { model },
    );
    expect(finals).toEqual(['2 2 |   ']);
  });

  it('waits for ever for a spin lock that its own CPU holds', async () => {
    const body =
      (lock: 'plain' | 'irq') =>
      (stage: Stage): void => {
        const spin = stage.alloc(spinlock_t, 'spin');
        const host = stage.thread('host', () => {
          if (lock === 'plain') spin_lock(spin);
          else spin_lock_irq(spin);
          if (lock === 'plain') spin_unlock(spin);
          else spin_unlock_irq(spin);
        });
        const handler = (): void => {
          spin_lock(spin);
          spin_unlock(spin);
        };
        stage.thread.irq('handler', handler, { on: host });
      };
    expect(await wrongWith(body('plain'), { model })).toEqual(['deadlock']);
    expect(await wrongWith(body('irq'), { model })).toEqual([]);
  });
});

describe('an interrupt handler shares the store buffer of its CPU', () => {
  it('so it sees what the interrupted thread stored', () => {
    const finals = finalsOf((stage) => {
      const [x, y] = words(stage);
      const host = stage.thread('host', () => {
        WRITE_ONCE(x, 1);
        WRITE_ONCE(y, 1);
      });
      stage.thread.irq('irq', () => 10 * READ_ONCE(y) + READ_ONCE(x), { on: host });
    }, tso);
    expect(finals).toEqual(['1 1 |  0', '1 1 |  1', '1 1 |  11']);
  });

  it('so its stores come after those of the thread', () => {
    const finals = finalsOf((stage) => {
      const [x, y] = words(stage);
      const host = stage.thread('host', () => WRITE_ONCE(x, 1));
      const publish = (): void => {
        if (READ_ONCE(x) === 1) WRITE_ONCE(y, 1);
      };
      stage.thread.irq('irq', publish, { on: host });
      stage.thread('reader', () => 10 * READ_ONCE(y) + READ_ONCE(x));
    }, tso);
    expect(finals.some((text) => text.endsWith(' 10'))).toBe(false);
    expect(finals).toContain('1 1 |   11');
  });

  it('and its locked instructions drain it', () => {
    const finals = finalsOf((stage) => {
      const [x, y] = words(stage);
      const v = stage.alloc(atomic_t, 'v');
      const host = stage.thread('host', () => WRITE_ONCE(x, 1));
      const handler = (): number => {
        const seen = READ_ONCE(x);
        atomic_inc(v);
        return 10 * seen + READ_ONCE(y);
      };
      stage.thread.irq('irq', handler, { on: host });
      stage.thread('other', () => {
        WRITE_ONCE(y, 1);
        smp_mb();
        return READ_ONCE(x);
      });
    }, tso);
    expect(finals.some((text) => text.includes('|  10 0'))).toBe(false);
  });

  it('and a grace period waits for neither when both are done', () => {
    const { deadlocks, finals } = endsOf((stage) => {
      const [x, y] = words(stage);
      const host = stage.thread('host', () => WRITE_ONCE(x, 1));
      stage.thread.irq('irq', () => WRITE_ONCE(y, 1), { on: host });
      stage.thread('waiter', synchronize_rcu);
    }, tso);
    expect(deadlocks).toEqual([]);
    expect(textsOf(finals)).toEqual(['1 1 |   ']);
  });
});

describe('the compiler', () => {
  it('wants to know on which CPU a handler runs', () => {
    const neverCalled = ({ thread }: Stage): void => {
      // @ts-expect-error an interrupt needs a thread to interrupt
      thread.irq('irq', () => {});
      // @ts-expect-error a host is a thread, not a name
      thread.irq('irq', () => {}, { on: 'cpu' });
      // @ts-expect-error a device has no lock to take, and no flag to clear
      thread.device('nic', (dma) => dma.lock());
    };
    expect(neverCalled).toBeTypeOf('function');
  });
});

describe('a step', () => {
  it('of a choice leads to one state for each outcome', async () => {
    const { states, transitions } = await tried(({ thread }) => {
      thread('t', () => choose(5) + choose(2));
    });
    expect([states, transitions]).toEqual([1 + 5 + 7 - 1, 5 + 10]);
  });

  it('of a barrier is none: it costs no state', async () => {
    const body =
      (barrier: () => void) =>
      (stage: Stage): void => {
        const [x] = words(stage);
        stage.thread('t', { count: 2 }, () => {
          store(x, READ_ONCE(x));
          barrier();
          barrier();
        });
      };
    const without = await tried(body(() => {}));
    const withBarrier = await tried(body(smp_mb));
    expect(withBarrier.states).toBe(without.states);
  });

  it('that changes nothing is a step all the same', async () => {
    const { states, depth } = await tried(({ alloc, thread }) => {
      const v = alloc(atomic_t, 'v');
      thread('t', () => {
        atomic_inc_return(v);
        READ_ONCE({ type: s32, address: v.address });
      });
    });
    expect([states, depth]).toEqual([3, 2]);
  });
});
