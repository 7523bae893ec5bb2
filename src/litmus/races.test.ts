/**
 * Plain accesses: what bounds their lifetime, so that they do not race. Expected is what
 * tools/memory-model/Documentation/explanation.txt derives, in its section on data races.
 */
import { describe, expect, it } from 'vitest';
import { checkLitmus } from './index.ts';

const GLOBALS = 'int *x, int *y, int *z, int *u, struct srcu_struct *s';

/** The flags of a test of these threads. */
function flagsOf(...threads: readonly string[]): readonly string[] {
  const bodies = threads.map((body, at) => `P${at}(${GLOBALS}) { ${body} }`);
  const { flags, problems } = checkLitmus(`C t\n{}\n${bodies.join('\n')}\nexists (x=1)`);
  expect(problems).toEqual([]);
  return flags;
}

describe('a plain access does not race', () => {
  it('behind smp_rmb, with a write that comes before smp_wmb', () => {
    const writer = '*x = 1; smp_wmb(); WRITE_ONCE(*y, 1);';
    const reader = (between: string): string =>
      `int r = READ_ONCE(*y); ${between} if (r == 1) { int q = *x; }`;
    expect(flagsOf(writer, reader('smp_rmb();'))).toEqual([]);
    expect(flagsOf(writer, reader(''))).toEqual(['data-race']);
  });

  it('before smp_rmb, with a write that comes behind what the read behind it leads to', () => {
    const reader = (between: string): string =>
      `int q = *x; ${between} int r = READ_ONCE(*y); WRITE_ONCE(*z, r + 1);`;
    const writer = 'int r = smp_load_acquire(z); if (r == 1) { *x = 1; }';
    expect(flagsOf(reader('smp_rmb();'), writer)).toEqual([]);
    expect(flagsOf(reader(''), writer)).toEqual(['data-race']);
  });

  it('behind what comes later only because of a full barrier elsewhere', () => {
    const writer = '*x = 1; smp_wmb(); WRITE_ONCE(*y, 1);';
    const elsewhere = (between: string): string =>
      `WRITE_ONCE(*y, 2); ${between} WRITE_ONCE(*z, 1);`;
    const hand = 'int r = READ_ONCE(*z); WRITE_ONCE(*u, r);';
    // The first read is overwritten before the barrier; the second comes behind it.
    const reader = `int a = READ_ONCE(*y); int b = smp_load_acquire(u); int c = READ_ONCE(*y);
      if ((a == 1) & (b == 1) & (c == 2)) { int q = *x; }`;
    expect(flagsOf(writer, reader, elsewhere('smp_mb();'), hand)).toEqual([]);
    expect(flagsOf(writer, reader, elsewhere(''), hand)).toEqual(['data-race']);
  });
});

describe('a plain write beside a marked access of its thread', () => {
  it('is no mixed access where a section of SRCU begins or ends between', () => {
    const begins = (between: string, after = ''): readonly string[] =>
      flagsOf(`*x = 1; ${between} int r = READ_ONCE(*x); ${after}`);
    expect(begins('')).toEqual(['mixed-accesses']);
    const lock = 'int i = srcu_read_lock(s);';
    const unlock = 'srcu_read_unlock(s, i);';
    expect(begins(lock, unlock)).toEqual([]);
    expect(flagsOf(`${lock} *x = 1; ${unlock} int r = READ_ONCE(*x);`)).toEqual([]);
  });
});
