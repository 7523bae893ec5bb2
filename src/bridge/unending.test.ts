/** Executions of litmus tests that never end: which thread waits where. */

import { describe, expect, it } from 'vitest';
import { parseLitmus } from '../litmus/index.ts';
import type { Unending } from '../litmus/result.ts';
import { outcomesOf } from './outcomes.ts';

/** What is told of a test whose threads begin in line 3, one a line. */
function unending(...threads: readonly string[]): Unending | null {
  const text = `C t\n{}\n${threads.join('\n')}\nexists (x=1)\n`;
  const test = parseLitmus(text, 't.litmus');
  if ('problem' in test) throw new Error(test.problem.what);
  const outcomes = (['sc', 'tso', 'weak'] as const).map((model) => {
    const found = outcomesOf(test, model);
    if ('reason' in found) throw new Error(found.reason);
    return found.unending;
  });
  expect(outcomes[1]).toEqual(outcomes[0]);
  expect(outcomes[2]).toEqual(outcomes[0]);
  return outcomes[0] ?? null;
}

describe('what never ends is told under every model:', () => {
  it('a lock that its holder takes again', () => {
    expect(unending('P0(spinlock_t *s) { spin_lock(s); spin_lock(s); }')).toEqual({
      all: true,
      waits: [
        {
          thread: 0,
          primitive: 'spin_lock',
          location: 's',
          own: false,
          at: { line: 3, column: 35 },
        },
      ],
    });
  });

  it('a grace period of RCU inside of its own section, also in an inner one', () => {
    const waits = [
      { thread: 0, primitive: 'synchronize_rcu', location: null, own: true, at: expect.anything() },
    ];
    const code = (inner: string): string =>
      `P0(int *x) { rcu_read_lock(); ${inner} synchronize_rcu(); rcu_read_unlock(); }`;
    expect(unending(code(''))).toEqual({ all: true, waits });
    expect(unending(code('rcu_read_lock(); rcu_read_unlock();'))).toEqual({ all: true, waits });
    expect(unending('P0(int *x) { rcu_read_lock(); rcu_read_unlock(); synchronize_rcu(); }')).toBe(
      null,
    );
  });

  it('a grace period of SRCU inside of its own section', () => {
    const code = 'P0(struct srcu_struct *s) { int r; r = srcu_read_lock(s);';
    expect(unending(`${code} synchronize_srcu(s); srcu_read_unlock(s, r); }`)).toMatchObject({
      all: true,
      waits: [{ primitive: 'synchronize_srcu', location: 's', at: { line: 3, column: 59 } }],
    });
  });

  it('a loop that waits for what nobody writes', () => {
    expect(unending('P0(int *x) { while (READ_ONCE(*x) == 0) ; }')).toMatchObject({
      all: true,
      waits: [{ primitive: 'READ_ONCE', location: 'x', at: { line: 3, column: 14 } }],
    });
  });

  it('locks in two orders, which block each other in some executions only', () => {
    const thread = (number: number, first: string, second: string): string =>
      `P${number}(spinlock_t *a, spinlock_t *b) { spin_lock(${first}); spin_lock(${second}); ` +
      `spin_unlock(${second}); spin_unlock(${first}); }`;
    expect(unending(thread(0, 'a', 'b'), thread(1, 'b', 'a'))).toMatchObject({
      all: false,
      waits: [
        { thread: 0, location: 'b', at: { line: 3 } },
        { thread: 1, location: 'a', at: { line: 4 } },
      ],
    });
  });
});

describe('nothing is told', () => {
  it('of a test that always ends, or whose loop is cut', () => {
    expect(unending('P0(int *x) { WRITE_ONCE(*x, 1); }')).toBe(null);
    expect(
      unending('P0(int *x) { int r = 0; while (r < 9) { r = r + 1; WRITE_ONCE(*x, r); } }'),
    ).toBe(null);
  });
});
