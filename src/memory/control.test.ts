import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  endsOf,
  finalsOf,
  mistakeIn,
  onlyFinding,
  traceOf,
  tried,
  wrongWith,
} from '../../test/support/small.ts';
import type { CheckResult } from '../explore/result.ts';
import { atomic_read, atomic_set, atomic_try_cmpxchg } from './index.ts';
import { READ_ONCE, WRITE_ONCE } from './access.ts';
import { assert, choose, cpu_relax, defence, design, label, loop } from './control.ts';
import { kernelFunction } from './function.ts';
import { atomic_t, s32 } from './type.ts';

describe('loop', () => {
  it('goes round until a round gives false', () => {
    const finals = finalsOf(({ alloc, thread }) => {
      const count = alloc(atomic_t, 'count');
      const add = (): void => {
        loop(() => {
          const old = atomic_read(count);
          return !atomic_try_cmpxchg(count, old, old + 1);
        });
      };
      thread('t', { count: 3 }, add);
    });
    expect(finals).toEqual(['3 |   ']);
  });

  it('makes a cycle of states and not a history that grows', async () => {
    const { verdict, states, automatonStates } = await tried(({ alloc, thread }) => {
      const go = alloc(s32, 'go');
      thread('waits', () => loop(() => READ_ONCE(go) === 0));
      thread('goes', () => WRITE_ONCE(go, 1));
    });
    expect(verdict).toBe('pass');
    expect(states).toBe(3);
    expect(automatonStates).toBe(4);
  });

  it('may stand in a loop', () => {
    const finals = finalsOf(({ alloc, thread }) => {
      const [x, y] = [alloc(atomic_t, 'x'), alloc(atomic_t, 'y')];
      thread('t', () => {
        loop(() => {
          atomic_set(y, 0);
          loop(() => {
            const old = atomic_read(y);
            atomic_set(y, old + 1);
            return old + 1 < 3;
          });
          const old = atomic_read(x);
          atomic_set(x, old + atomic_read(y));
          return old < 6;
        });
      });
    });
    expect(finals).toEqual(['9 3 | ']);
  });

  it('may stand in a kernel function, and leave it from within', () => {
    const spin = kernelFunction('kernel/spin.c', '6.18', function spin(limit: number): number {
      let found = 0;
      loop(() => {
        found = choose(4);
        return found < limit;
      });
      return found;
    });
    const finals = finalsOf(({ thread }) => void thread('t', () => spin(2) * 10 + spin(3)));
    expect(finals).toEqual([' | 23', ' | 33']);
  });
});

describe('cpu_relax', () => {
  it('is no step: what spins with it has the states of what spins without', async () => {
    const spinning = (relax: () => void): Promise<CheckResult> =>
      tried(({ alloc, thread }) => {
        const go = alloc(s32, 'go');
        thread('waits', () => {
          loop(() => {
            relax();
            return READ_ONCE(go) === 0;
          });
        });
        thread('tells', () => WRITE_ONCE(go, 1));
      });
    const [one, other] = [await spinning(cpu_relax), await spinning(() => undefined)];
    expect([one.verdict, one.states]).toEqual(['pass', other.states]);
  });
});

describe('choose', () => {
  it.each([1, 2, 7, 64])('explores each of %i outcomes once', (n) => {
    const { finals, result } = endsOf(({ thread }) => void thread('t', () => choose(n)));
    const outcomes = finals.map(({ results }) => results[0]);
    expect(outcomes).toEqual(Array.from({ length: n }, (_, i) => i));
    expect(result.transitions).toBe(n);
  });

  it('combines with other choices', () => {
    const finals = finalsOf(({ thread }) => {
      thread('a', () => choose(2) + 2 * choose(2));
      thread('b', () => choose(2));
    });
    expect(finals).toHaveLength(8);
  });
});

describe('label', () => {
  it('names the next access, and only that', async () => {
    const result = await tried(({ alloc, thread }) => {
      const x = alloc(s32, 'x');
      thread('t', () => {
        label('first');
        WRITE_ONCE(x, 1);
        WRITE_ONCE(x, 2);
        label('forgotten');
        label('third');
        WRITE_ONCE(x, 3);
        assert(false);
      });
    });
    expect(traceOf(result).steps.map((step) => step.label)).toEqual(['first', null, 'third']);
  });
});

describe('assert', () => {
  it('finds the executions in which it is false', async () => {
    const result = await tried(({ alloc, thread }) => {
      const x = alloc(s32, 'x');
      thread('writer', () => WRITE_ONCE(x, 1));
      thread('reader', () => assert(READ_ONCE(x) === 0, 'x is still 0'));
    });
    expect(onlyFinding(result)).toMatchObject({
      property: { kind: 'assert', name: 'x is still 0' },
      message: 'x is still 0.',
    });
    expect(traceOf(result).choices).toHaveLength(2);
  });

  it('is reported once, however many executions violate it', async () => {
    const found = await wrongWith(
      ({ alloc, thread }) => {
        const x = alloc(s32, 'x');
        thread('t', { count: 3 }, () => {
          WRITE_ONCE(x, choose(3));
          assert(READ_ONCE(x) === 0, 'x is 0');
        });
      },
      { keepGoing: true },
    );
    expect(found).toEqual(['x is 0']);
  });
});

describe('defence', () => {
  const guarded = kernelFunction('mm/x.c', '6.18', function guarded(danger: boolean): number {
    return defence('danger seen', () => danger) ? 1 : 0;
  });

  it('tells whether the danger is there', () => {
    const finals = finalsOf(({ thread }) => {
      thread('t', () => 10 * guarded(true) + guarded(false));
    });
    expect(finals).toEqual([' | 10']);
  });

  it('that is removed does not look', () => {
    const ends = finalsOf(
      ({ alloc, thread }) => {
        const x = alloc(s32, 'x');
        const look = kernelFunction('mm/x.c', '6.18', function look(): boolean {
          return defence('x was set', () => READ_ONCE(x) === 1);
        });
        WRITE_ONCE(x, 1);
        thread('t', () => look());
      },
      { without: ['look/x was set'] },
    );
    expect(ends).toEqual(['1 | false']);
  });
});

describe('design', () => {
  const asked = (): string => design('pin-vs-writeback', ['linux', 'bounce']);
  const inThread = { designs: { 'pin-vs-writeback': 'bounce' } };

  it('is what Linux does unless another is selected', () => {
    const lengths = (options: object): string[] =>
      finalsOf(({ thread }) => void thread('t', () => asked().length), options);
    expect(lengths({})).toEqual([' | 5']);
    expect(lengths(inThread)).toEqual([' | 6']);
  });

  it('that nobody knows is a mistake', async () => {
    const designs = { 'pin-vs-writeback': 'magic' };
    const body = ({ thread }: { thread: (name: string, body: () => void) => unknown }): void => {
      thread('t', () => void asked());
    };
    const found = await mistakeIn(body, { designs });
    expect(found).toMatchObject({
      code: 'HF005',
      what: '`magic` is not a choice of the design pin-vs-writeback.',
      details: ['There are: linux, bounce'],
    });
  });

  it('is reported with its choices', async () => {
    const { designs } = await tried(({ thread }) => void thread('t', () => void asked()), inThread);
    const [use] = designs;
    expect(use).toEqual({
      name: 'pin-vs-writeback',
      choices: ['linux', 'bounce'],
      chosen: 'bounce',
    });
  });

  it('gives one of its choices, as the compiler knows', () => {
    const neverCalled = (): void => {
      expectTypeOf(design('d', ['a', 'b'])).toEqualTypeOf<'a' | 'b'>();
      // @ts-expect-error there is no first choice
      design('d', []);
    };
    expect(neverCalled).toBeTypeOf('function');
  });
});
