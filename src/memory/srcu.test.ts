import { describe, expect, it } from 'vitest';
import { endsOf, findingsOf, finalsOf, tried, wrongWith } from '../../test/support/small.ts';
import type { Stage } from '../scenario/stage.ts';
import { READ_ONCE, smp_load_acquire, smp_store_release, WRITE_ONCE } from './access.ts';
import { smp_mb__after_srcu_read_unlock } from './barrier.ts';
import { spin_lock, spin_unlock } from './lock.ts';
import {
  local_irq_disable,
  local_irq_enable,
  rcu_read_lock,
  rcu_read_unlock,
  synchronize_rcu,
} from './rcu.ts';
import {
  srcu_dereference,
  srcu_down_read,
  srcu_read_lock,
  srcu_read_unlock,
  srcu_up_read,
  synchronize_srcu,
} from './srcu.ts';
import { pointer, struct } from './struct.ts';
import { s32, spinlock_t, srcu_struct } from './type.ts';
import type { Field } from './type.ts';

type Srcu = Field<typeof srcu_struct>;

const MODELS = [{ model: 'sc' }, { model: 'tso' }, { model: 'weak' }] as const;
const DESTROYED = ['the reader never sees destroyed data'];

/** A reader looks twice; a writer unpublishes, waits, and destroys. */
function destroyed(read: (ss: Srcu, look: () => number) => number, wait: (ss: Srcu) => void) {
  return ({ alloc, thread, always }: Stage): void => {
    const [live, data, ss] = [alloc(s32, 'live'), alloc(s32, 'data'), alloc(srcu_struct, 'ss')];
    WRITE_ONCE(live, 1);
    WRITE_ONCE(data, 7);
    const look = (): number => (READ_ONCE(live) === 1 ? READ_ONCE(data) : 7);
    const reader = thread('reader', () => read(ss, look));
    thread('writer', () => {
      WRITE_ONCE(live, 0);
      wait(ss);
      WRITE_ONCE(data, 0);
    });
    always('the reader never sees destroyed data', () => reader.result() === 7);
  };
}

function inside(ss: Srcu, look: () => number): number {
  const idx = srcu_read_lock(ss);
  const value = look();
  srcu_read_unlock(ss, idx);
  return value;
}

describe.each(MODELS)('under $model', (options) => {
  it('synchronize_srcu waits for a section', async () => {
    expect(await wrongWith(destroyed(inside, synchronize_srcu), options)).toEqual([]);
    expect(
      await wrongWith(
        destroyed(inside, () => {}),
        options,
      ),
    ).toEqual(DESTROYED);
    expect(
      await wrongWith(
        destroyed((_, look) => look(), synchronize_srcu),
        options,
      ),
    ).toEqual(DESTROYED);
  });

  it('grace periods of RCU and SRCU wait for their own sections only', async () => {
    const inRcu = (_: Srcu, look: () => number): number => {
      rcu_read_lock();
      const value = look();
      rcu_read_unlock();
      return value;
    };
    expect(
      await wrongWith(
        destroyed(inside, () => synchronize_rcu()),
        options,
      ),
    ).toEqual(DESTROYED);
    expect(await wrongWith(destroyed(inRcu, synchronize_srcu), options)).toEqual(DESTROYED);
  });

  it('whoever enters a section of RCU passes no grace period of SRCU', async () => {
    const body = (stage: Stage): void => {
      const other = stage.alloc(s32, 'other');
      // The first thread, as the section is the first: each has a bit of its own kind.
      stage.thread('in RCU', () => {
        rcu_read_lock();
        READ_ONCE(other);
        rcu_read_unlock();
      });
      destroyed(inside, synchronize_srcu)(stage);
    };
    expect(await wrongWith(body, options)).toEqual([]);
  });

  it('the end of a section is none of those of another srcu_struct', async () => {
    const body = (stage: Stage): void => {
      const other = stage.alloc(srcu_struct, 'other');
      stage.thread('in another', () => srcu_read_unlock(other, srcu_read_lock(other)));
      destroyed(inside, synchronize_srcu)(stage);
    };
    expect(await wrongWith(body, options)).toEqual([]);
  });

  it('sections overlap, and each stands for itself', async () => {
    const overlapping = (ss: Srcu, look: () => number): number => {
      const first = srcu_read_lock(ss);
      const value = look();
      const second = srcu_read_lock(ss);
      srcu_read_unlock(ss, first);
      srcu_read_unlock(ss, second);
      return value;
    };
    expect(await wrongWith(destroyed(overlapping, synchronize_srcu), options)).toEqual([]);
    const torn = (ss: Srcu, _: () => number, live: Field<typeof s32>, data: Field<typeof s32>) => {
      const first = srcu_read_lock(ss);
      const isLive = READ_ONCE(live) === 1;
      const second = srcu_read_lock(ss);
      srcu_read_unlock(ss, first);
      const value = isLive ? READ_ONCE(data) : 7;
      srcu_read_unlock(ss, second);
      return value;
    };
    const found = await wrongWith(({ alloc, thread, always }) => {
      const [live, data, ss] = [alloc(s32, 'live'), alloc(s32, 'data'), alloc(srcu_struct, 'ss')];
      WRITE_ONCE(live, 1);
      WRITE_ONCE(data, 7);
      const reader = thread('reader', () => torn(ss, () => 0, live, data));
      thread('writer', () => {
        WRITE_ONCE(live, 0);
        synchronize_srcu(ss);
        WRITE_ONCE(data, 0);
      });
      always('the reader never sees destroyed data', () => reader.result() === 7);
    }, options);
    expect(found).toEqual(DESTROYED);
  });

  it('srcu_dereference reads a pointer, without a warning about RCU', async () => {
    const node = struct('node', { data: s32 });
    const body = ({ alloc, thread }: Stage): void => {
      const [head, one, ss] = [
        alloc(pointer(node), 'head'),
        alloc(node, 'one'),
        alloc(srcu_struct, 'ss'),
      ];
      WRITE_ONCE(head, one);
      thread('reader', () => {
        const idx = srcu_read_lock(ss);
        const found = srcu_dereference(head, ss);
        const value = found === null ? 0 : READ_ONCE(found.data);
        srcu_read_unlock(ss, idx);
        return value;
      });
    };
    const { verdict, warnings } = await tried(body, options);
    expect({ verdict, warnings }).toEqual({ verdict: 'pass', warnings: [] });
  });

  it('interrupts that are off keep handlers away from the end of a section on', async () => {
    const body =
      (isOff: boolean) =>
      ({ alloc, thread, never }: Stage): void => {
        const [x, y, z, ss] = [
          alloc(s32, 'x'),
          alloc(s32, 'y'),
          alloc(s32, 'z'),
          alloc(srcu_struct, 'ss'),
        ];
        const reader = thread('reader', () => {
          const idx = srcu_read_lock(ss);
          const isEarly = READ_ONCE(z) === 0;
          if (isOff) local_irq_disable();
          srcu_read_unlock(ss, idx);
          const seen = READ_ONCE(y);
          if (isOff) local_irq_enable();
          return isEarly && seen === 1;
        });
        thread.irq('handler', () => WRITE_ONCE(y, READ_ONCE(x)), { on: reader });
        thread('writer', () => {
          WRITE_ONCE(z, 1);
          synchronize_srcu(ss);
          WRITE_ONCE(x, 1);
        });
        never('the handler comes between', () => reader.result());
      };
    expect(await wrongWith(body(true), options)).toEqual([]);
    expect(await wrongWith(body(false), options)).toEqual(['the handler comes between']);
  });

  it('another thread may end a section', async () => {
    const body = ({ alloc, thread, always }: Stage): void => {
      const [live, data, ss] = [alloc(s32, 'live'), alloc(s32, 'data'), alloc(srcu_struct, 'ss')];
      const [idx, passed] = [alloc(s32, 'idx'), alloc(s32, 'passed')];
      WRITE_ONCE(live, 1);
      WRITE_ONCE(data, 7);
      thread('first', () => {
        WRITE_ONCE(idx, srcu_down_read(ss));
        smp_store_release(passed, READ_ONCE(live) === 1 ? 1 : 2);
      });
      const second = thread('second', () => {
        const found = smp_load_acquire(passed);
        if (found === 0) return 7;
        const value = found === 1 ? READ_ONCE(data) : 7;
        srcu_up_read(ss, READ_ONCE(idx));
        return value;
      });
      thread('writer', () => {
        WRITE_ONCE(live, 0);
        synchronize_srcu(ss);
        WRITE_ONCE(data, 0);
      });
      always('nobody sees destroyed data', () => second.result() === 7);
    };
    const { findings } = await tried(body, { ...options, keepGoing: true });
    const names = findings.map(({ property }) => property.name).toSorted();
    // Where the second thread comes too early, nobody ends the section: the writer waits for it.
    expect(names).toEqual(['stuck thread', 'unbalanced section']);
  });
});

describe('what is done wrongly is found:', () => {
  it('a section that is not open is ended', async () => {
    const twice = ({ alloc, thread }: Stage): void => {
      const ss = alloc(srcu_struct, 'ss');
      thread('t', () => {
        const idx = srcu_read_lock(ss);
        srcu_read_unlock(ss, idx);
        srcu_read_unlock(ss, idx);
      });
    };
    for (const options of MODELS) expect(await wrongWith(twice, options)).toEqual(['wrong unlock']);
    const { findings } = await tried(twice);
    expect(findings[0]?.message).toBe('t ends a section of ss that is not open.');
  });

  it('a section is left open', async () => {
    const open = ({ alloc, thread }: Stage): void => {
      const [other, ss] = [alloc(srcu_struct, 'other'), alloc(srcu_struct, 'ss')];
      thread('t', () => {
        srcu_read_unlock(other, srcu_read_lock(other));
        const first = srcu_read_lock(ss);
        srcu_read_lock(ss);
        srcu_read_unlock(ss, first);
      });
    };
    for (const options of MODELS) {
      expect(await wrongWith(open, options)).toEqual(['unbalanced section']);
    }
    const { findings } = await tried(open);
    expect(findings[0]?.message).toBe('The execution ends with a section of ss open.');
  });

  it('a grace period inside of a section of the same srcu_struct waits for ever', async () => {
    const own =
      (other: boolean) =>
      ({ alloc, thread }: Stage): void => {
        const [ss, tt] = [alloc(srcu_struct, 'ss'), alloc(srcu_struct, 'tt')];
        thread('t', () => {
          const idx = srcu_read_lock(ss);
          synchronize_srcu(other ? tt : ss);
          srcu_read_unlock(ss, idx);
        });
      };
    for (const options of MODELS) {
      expect(await wrongWith(own(false), options)).toEqual(['stuck thread']);
      expect(await wrongWith(own(true), options)).toEqual([]);
    }
  });

  it('a grace period inside of a section of RCU sleeps', async () => {
    const found = await wrongWith(({ alloc, thread }) => {
      const ss = alloc(srcu_struct, 'ss');
      thread('t', () => {
        rcu_read_lock();
        synchronize_srcu(ss);
        rcu_read_unlock();
      });
    });
    expect(found).toEqual(['sleeping in atomic context']);
  });

  it('a section or a grace period that is left out by name', async () => {
    const without = ['reader/srcu_read_lock', 'writer/synchronize_srcu'];
    for (const one of without) {
      const found = await wrongWith(destroyed(inside, synchronize_srcu), { without: [one] });
      expect(found).toEqual(DESTROYED);
    }
  });

  it('a number of another kind, a word of another kind', async () => {
    const wrong = (call: (ss: Srcu, lock: Field<typeof spinlock_t>) => void) =>
      wrongWith(({ alloc, thread }) => {
        const [ss, lock] = [alloc(srcu_struct, 'ss'), alloc(spinlock_t, 'lock')];
        thread('t', () => call(ss, lock));
      });
    const [first] = await wrong((ss) => srcu_read_unlock(ss, undefined as unknown as number));
    expect(first).toContain('The argument idx of srcu_read_unlock cannot be undefined');
    const [half] = await wrong((ss) => srcu_read_unlock(ss, 1.5));
    expect(half).toContain('The argument idx of srcu_read_unlock cannot be 1.5');
    expect(first).toContain('it is what srcu_read_lock gave.');
    const [second] = await wrong((_, lock) => void srcu_read_lock(lock as unknown as Srcu));
    expect(second).toContain('srcu_read_lock');
    expect(await wrong((ss) => srcu_read_unlock(ss, 77))).toEqual(['wrong unlock']);
    expect(await wrong((ss) => srcu_read_unlock(ss, 32))).toEqual(['wrong unlock']);
    const constant = await wrong((ss) => {
      srcu_read_lock(ss);
      srcu_read_unlock(ss, 0);
    });
    expect(constant).toEqual(['wrong unlock']);
    expect(await wrong((ss) => srcu_read_unlock(ss, -1))).toEqual(['wrong unlock']);
  });

  it('more sections than there are bits: the search says so', async () => {
    const many = (count: number, ends: (numbers: number[]) => number[] = (all) => all) =>
      tried(({ alloc, thread }) => {
        const ss = alloc(srcu_struct, 'ss');
        thread('t', () => {
          const numbers = Array.from({ length: count }, () => srcu_read_lock(ss));
          for (const idx of ends(numbers)) srcu_read_unlock(ss, idx);
        });
      });
    expect(await many(31)).toMatchObject({ verdict: 'pass' });
    const other = await many(31, (numbers) => [-1, ...numbers.slice(0, -1)]);
    expect(findingsOf(other)).toEqual(['wrong unlock']);
    const { verdict, open } = await many(32);
    expect({ verdict, open }).toEqual({
      verdict: 'open',
      open: { limit: 'sections', sections: 31 },
    });
  });
});

describe('order', () => {
  /** Store buffering: may both read 0? */
  const both = (model: 'sc' | 'tso' | 'weak', between: (ss: Srcu) => void): boolean => {
    const finals = finalsOf(
      ({ alloc, thread }) => {
        const [x, y, ss] = [alloc(s32, 'x'), alloc(s32, 'y'), alloc(srcu_struct, 'ss')];
        const side = (one: typeof x, other: typeof x) => (): number => {
          WRITE_ONCE(one, 1);
          between(ss);
          return READ_ONCE(other);
        };
        thread('P0', side(x, y));
        thread('P1', side(y, x));
      },
      { model },
    );
    return finals.some((text) => text.endsWith('| 0 0'));
  };
  const empty = (ss: Srcu): void => srcu_read_unlock(ss, srcu_read_lock(ss));

  it('begin and end have a full barrier on x86, and promise none', () => {
    expect(both('tso', () => {})).toBe(true);
    expect(both('tso', empty)).toBe(false);
    expect(both('weak', empty)).toBe(true);
    expect(both('weak', synchronize_srcu)).toBe(false);
  });

  it('smp_mb__after_srcu_read_unlock is a full barrier behind the end of a section', () => {
    const behind = (ss: Srcu): void => {
      empty(ss);
      smp_mb__after_srcu_read_unlock();
    };
    expect(both('weak', behind)).toBe(false);
    expect(both('weak', () => smp_mb__after_srcu_read_unlock())).toBe(true);
  });

  it('a section may begin after a grace period that has begun, and end after it', () => {
    const { finals } = endsOf(({ alloc, thread }) => {
      const [x, ss] = [alloc(s32, 'x'), alloc(srcu_struct, 'ss')];
      thread('writer', () => {
        synchronize_srcu(ss);
        WRITE_ONCE(x, 1);
      });
      thread('reader', () => {
        const idx = srcu_read_lock(ss);
        const first = READ_ONCE(x);
        const second = READ_ONCE(x);
        srcu_read_unlock(ss, idx);
        return 10 * first + second;
      });
    });
    expect(new Set(finals.map(({ results }) => results[1]))).toEqual(new Set([0, 1, 11]));
  });
});

describe('a spin lock is a section of RCU from its taking on', () => {
  it.each(MODELS)(
    'it may begin while a grace period lasts, and end behind it: $model',
    async (options) => {
      const found = await wrongWith(({ alloc, thread, never }) => {
        const [x, y, a, lock] = [
          alloc(s32, 'x'),
          alloc(s32, 'y'),
          alloc(s32, 'a'),
          alloc(spinlock_t, 'lock'),
        ];
        thread('writer', () => {
          WRITE_ONCE(x, 1);
          synchronize_rcu();
          WRITE_ONCE(y, 1);
        });
        const holder = thread('holder', () => {
          spin_lock(lock);
          WRITE_ONCE(a, 1);
          const seen = READ_ONCE(y);
          spin_unlock(lock);
          return seen === 1;
        });
        // It holds the grace period up until it has seen the other.
        const reader = thread('reader', () => {
          rcu_read_lock();
          const began = READ_ONCE(x) === 0;
          const met = READ_ONCE(a) === 1;
          rcu_read_unlock();
          return began && met;
        });
        never('the grace period ends inside', () => holder.result() && reader.result());
      }, options);
      expect(found).toEqual(['the grace period ends inside']);
    },
  );

  it.each([
    ['with the grace period', synchronize_rcu, []],
    ['without', () => {}, ['the reader sees what came before']],
  ] as const)('%s', async (_, wait, wrong) => {
    const result = await tried(
      ({ alloc, thread, never }) => {
        const [x, y, lock] = [alloc(s32, 'x'), alloc(s32, 'y'), alloc(spinlock_t, 'lock')];
        thread('writer', () => {
          WRITE_ONCE(x, 1);
          wait();
          WRITE_ONCE(y, 1);
        });
        const reader = thread('reader', () => {
          spin_lock(lock);
          const late = READ_ONCE(y);
          const early = READ_ONCE(x);
          spin_unlock(lock);
          return 10 * late + early;
        });
        never('the reader sees what came before', () => reader.result() === 10);
      },
      { model: 'weak' },
    );
    expect(findingsOf(result)).toEqual(wrong);
  });
});
