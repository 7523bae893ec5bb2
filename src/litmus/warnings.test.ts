/** Slips that change no answer, and mistakes that are told by their name. */

import { describe, expect, it } from 'vitest';
import type { Problem } from '../explore/result.ts';
import { checkLitmus } from './index.ts';

/** The warnings about a test whose threads begin in line 3, one a line. */
function warnings(threads: readonly string[], rest = 'exists (x=0)'): readonly string[] {
  const result = checkLitmus(`C t\n{}\n${threads.join('\n')}\n${rest}\n`);
  expect(result.problems).toEqual([]);
  return result.warnings;
}

function problem(thread: string): Problem | undefined {
  return checkLitmus(`C t\n{ x = 1; 0:r9 = 5; }\n${thread}\nexists (x=0)\n`).problems[0];
}

describe('a warning is given', () => {
  it('where a global has types that exclude each other, once for each', () => {
    const number = (thread: number): string => `P${thread}(volatile int *x) { READ_ONCE(*x); }`;
    const atomic = (thread: number): string => `P${thread}(atomic_t *x) { atomic_read(x); }`;
    expect(warnings([number(0), atomic(1), atomic(2), number(3)])).toEqual([
      'x is int in P0 and atomic_t in P1: both are the one global of that name.',
    ]);
    const srcu = 'P1(struct srcu_struct *x) { synchronize_srcu(x); }';
    expect(warnings([number(0), srcu])).toHaveLength(1);
    expect(warnings(['P0(spinlock_t *x) { }', number(1)])).toHaveLength(1);
    expect(warnings([number(0), 'P1(unsigned long **x) { READ_ONCE(*x); }'])).toEqual([]);
    expect(warnings([atomic(0), atomic(1)])).toEqual([]);
  });

  it('where a register is read that nothing is assigned to', () => {
    const said = ['r7 is assigned nowhere in P0, so it is 0.'];
    expect(warnings(['P0(int *x) { WRITE_ONCE(*x, r7 + 1); atomic_add(r7, x); }'])).toEqual(said);
    expect(warnings(['P0(int *x) { int r7; if (r7) WRITE_ONCE(*x, 1); else *x = 2; }'])).toEqual(
      said,
    );
    expect(warnings(['P0(int *x) { if (1) { r7 = 2; } WRITE_ONCE(*x, r7); }'])).toEqual([]);
  });

  it('where the test asks for nothing', () => {
    const thread = ['P0(int *x) { WRITE_ONCE(*x, 1); }'];
    expect(warnings(thread, '')).toEqual([
      'the test asks for nothing, so it holds always: end it with exists, ~exists or forall.',
    ]);
    expect(warnings(thread, 'locations [x;]')).toEqual([]);
    expect(warnings(thread, '(x=1)')).toEqual([]);
  });
});

describe('a mistake is told', () => {
  it('by the name of a global that is no parameter', () => {
    expect(problem('P0(int *x) { WRITE_ONCE(*x, 1); WRITE_ONCE(*y, 1); }')).toMatchObject({
      code: 'HF112',
      what: '`y` is no parameter of P0, and nothing is assigned to it.',
      position: { line: 3, column: 45 },
      next: 'A global is a parameter of each thread that uses it: P0(int *y).',
    });
    expect(problem('P0(int *x) { spin_lock(l); }')?.what).toContain('`l` is no parameter of P0');
    expect(problem('P0(int *x) { int r; r = xchg(y, 1); }')?.what).toContain('`y` is no');
    // What somebody did assign is a number, and no name is missing.
    expect(problem('P0(int *x) { *r9 = 1; }')?.what).toContain('The number 5');
    expect(problem('P0(int *x) { int *r; r = READ_ONCE(*x); *r = 1; }')?.what).toContain(
      'A number',
    );
    expect(problem('P0(int *x) { int r; r = 3; *r = 1; }')?.what).toContain('The number 3');
  });

  it('where a primitive is not called', () => {
    expect(problem('P0(int *x) { smp_mb__after_atomic; }')).toMatchObject({
      code: 'HF105',
      what: '`smp_mb__after_atomic` stands here without parentheses, and so is not called.',
      position: { line: 3, column: 14 },
      next: 'Write smp_mb__after_atomic();',
    });
    expect(problem('P0(int *x) { spin_lock; }')?.next).toBe('Write spin_lock(...);');
    expect(problem('P0(int *x) { r1; }')?.code).toBe('HF102');
  });
});
