/** Loops: how often they are followed, and what is certain all the same. */
import { describe, expect, it } from 'vitest';
import { checkLitmus } from './index.ts';
import type { LitmusOptions, LitmusResult } from './index.ts';

function run(threads: string, condition: string, options: LitmusOptions = {}): LitmusResult {
  return checkLitmus(`C t\n{}\n${threads}\nexists (${condition})`, options);
}

function verdict({ observation, cut, decided }: LitmusResult): string {
  const loop = cut ? ' Loop' : '';
  return `${observation}${loop}${decided ? '' : ' undecided'}`;
}

const COUNT_TO_THREE = 'P0(int *x) { int r = 0; while (r < 3) { WRITE_ONCE(*x, r); r = r + 1; } }';

describe('a loop that counts', () => {
  it('is followed twice unless told otherwise; what it would do then is not known', () => {
    expect(verdict(run(COUNT_TO_THREE, '0:r=3'))).toBe('Never Loop undecided');
    expect(verdict(run(COUNT_TO_THREE, '0:r=3', { unroll: 2 }))).toBe('Never Loop undecided');
  });

  it('is followed to its end where it takes no more rounds than are followed', () => {
    expect(verdict(run(COUNT_TO_THREE, '0:r=3', { unroll: 3 }))).toBe('Always');
    expect(verdict(run(COUNT_TO_THREE, 'x=2', { unroll: 3 }))).toBe('Always');
  });

  it('may be decided before its end: both answers were seen', () => {
    const code =
      'P0(int *x) { while (READ_ONCE(*x) == 1) WRITE_ONCE(*x, 2); }\nP1(int *x) { *x = 1; }';
    expect(verdict(run(code, 'x=2'))).toBe('Sometimes Loop');
  });
});

const FLAG = 'P1(int *x, int *y) { WRITE_ONCE(*x, 1); smp_store_release(y, 1); }';

function waiting(loop: string, condition = '0:s=0'): LitmusResult {
  const start = 'int r = 0; int q = 0;';
  const code = `P0(int *x, int *y) { ${start} ${loop} int s = READ_ONCE(*x); }\n${FLAG}`;
  return run(code, condition);
}

describe('a loop that only waits', () => {
  it('shows every outcome in one round, however often it may go round', () => {
    expect(verdict(waiting('while (smp_load_acquire(y) == 0) ;'))).toBe('Never Loop');
    expect(verdict(waiting('while (READ_ONCE(*y) == 0) ;'))).toBe('Sometimes Loop');
    expect(verdict(waiting('while (READ_ONCE(*y) == 0) ; smp_rmb();'))).toBe('Never Loop');
    expect(verdict(waiting('while (r == 0) { r = READ_ONCE(*y); smp_rmb(); }'))).toBe('Never Loop');
  });

  it('may use in a round what the same round has read', () => {
    const loop = 'while (q == 0) { r = smp_load_acquire(y); q = r; }';
    expect(verdict(waiting(loop, 'x=7'))).toBe('Never Loop');
  });

  it('decides also what never happens', () => {
    const loop = 'while (READ_ONCE(*y) == 0) ;';
    expect(verdict(waiting(loop, 'x=7'))).toBe('Never Loop');
  });

  it('writes nothing, takes no lock, and carries no value from round to round', () => {
    for (const loop of [
      'while (smp_load_acquire(y) == 0) WRITE_ONCE(*x, 1);',
      'while (xchg_acquire(y, 1) == 0) ;',
      'while (smp_load_acquire(y) == 0) rcu_read_lock();',
      'while (smp_load_acquire(y) == 0) q = srcu_read_lock(x);',
      'while (smp_load_acquire(y) == 0) { q = q + r; r = READ_ONCE(*x); }',
      'while (smp_load_acquire(y) == 0) { if (q == 0) r = 1; }',
    ]) {
      expect(verdict(waiting(loop, 'x=7')), loop).toBe('Never Loop undecided');
    }
  });

  it('has the same outcomes for one, two and five rounds', () => {
    const states = [1, 2, 5].map((unroll) => {
      const loop = 'while (r == 0) { q = READ_ONCE(*x); smp_rmb(); r = READ_ONCE(*y); }';
      const code = `P0(int *x, int *y) { int r = 0; int q = 0; ${loop} }\n${FLAG}`;
      return run(code, '0:q=0 /\\ 0:r=1 /\\ x=1', { unroll }).states;
    });
    expect(states[1]).toEqual(states[0]);
    expect(states[2]).toEqual(states[0]);
  });
});
