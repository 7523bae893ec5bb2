/** The model without load-to-store reordering: stronger than LKMM, and only by that. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CORPUS, corpusRows } from '../../test/support/litmus-corpus.ts';
import { checkLitmus } from './index.ts';
import type { LitmusResult } from './index.ts';

const STRONGER = { noLoadStoreReordering: true };

function both(threads: string, condition: string): string {
  const text = `C t\n{}\n${threads}\nexists (${condition})`;
  const answers = [checkLitmus(text), checkLitmus(text, STRONGER)];
  return answers.map(({ observation }) => observation).join(' ');
}

function loadBuffering(first: string, second: string): string {
  return both(
    `P0(int *x, int *y) { int r = ${first}; WRITE_ONCE(*y, 1); }
     P1(int *x, int *y) { int r = ${second}; WRITE_ONCE(*x, 1); }`,
    '0:r=1 /\\ 1:r=1',
  );
}

describe('without load-to-store reordering', () => {
  it('load buffering does not happen, marked or plain', () => {
    expect(loadBuffering('READ_ONCE(*x)', 'READ_ONCE(*y)')).toBe('Sometimes Never');
    expect(loadBuffering('*x', '*y')).toBe('Sometimes Never');
  });

  it('values out of thin air do not happen', () => {
    const code = `P0(int *x, int *y) { int r = *x; *y = r; }
      P1(int *x, int *y) { int r = *y; *x = r; }`;
    expect(both(code, '0:r=0')).toBe('Sometimes Always');
  });

  it('other reordering is as it was: stores, loads, a store after a load of its own value', () => {
    const sb = `P0(int *x, int *y) { WRITE_ONCE(*x, 1); int r = READ_ONCE(*y); }
      P1(int *x, int *y) { WRITE_ONCE(*y, 1); int r = READ_ONCE(*x); }`;
    expect(both(sb, '0:r=0 /\\ 1:r=0')).toBe('Sometimes Sometimes');
    const mp = `P0(int *x, int *y) { WRITE_ONCE(*x, 1); WRITE_ONCE(*y, 1); }
      P1(int *x, int *y) { int r = READ_ONCE(*y); int s = READ_ONCE(*x); }`;
    expect(both(mp, '1:r=1 /\\ 1:s=0')).toBe('Sometimes Sometimes');
  });

  it('a load keeps later stores behind it for others as well (S with a fence)', () => {
    const code = `P0(int *x, int *y) { WRITE_ONCE(*x, 2); smp_wmb(); WRITE_ONCE(*y, 1); }
      P1(int *x, int *y) { int r = READ_ONCE(*y); WRITE_ONCE(*x, 1); }`;
    expect(both(code, '1:r=1 /\\ x=2')).toBe('Sometimes Never');
  });
});

describe.runIf(existsSync(CORPUS))('on the corpus', () => {
  it('every outcome is one that LKMM allows', () => {
    const texts = (result: LitmusResult): string[] =>
      result.states.map((one) => JSON.stringify(one));
    const rows = corpusRows().filter(({ observation }) =>
      /Never|Sometimes|Always/.test(observation),
    );
    let fewer = 0;
    for (const { path } of rows) {
      const text = readFileSync(CORPUS + path, 'utf8');
      const [weak, strong] = [texts(checkLitmus(text)), texts(checkLitmus(text, STRONGER))];
      expect(
        strong.filter((state) => !weak.includes(state)),
        path,
      ).toEqual([]);
      if (strong.length < weak.length) fewer++;
    }
    expect(fewer).toBeGreaterThan(10);
  });
});
