/**
 * The tests of the corpus that herd7 does not finish in 20 seconds: each gets a verdict here.
 *
 * The expected outcomes are those that the authors of the tests wrote into them.
 */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { answeredRows, CORPUS, corpusRows, corpusText } from '../../test/support/litmus-corpus.ts';
import { checkLitmus } from './index.ts';

describe.runIf(existsSync(CORPUS))('the tests that herd7 does not finish', () => {
  const rows = existsSync(CORPUS) ? corpusRows() : [];
  for (const { path } of rows.filter(({ observation }) => observation === 'TIMEOUT')) {
    it(`has the outcome that its author expects: ${path}`, () => {
      const text = readFileSync(CORPUS + path, 'utf8');
      const result = checkLitmus(text, { file: path });
      expect(result.decided).toBe(true);
      expect(result.observation).toBe(/\* Result: (\w+)/.exec(text)?.[1]);
    }, 60_000);
  }
});

describe.runIf(existsSync(CORPUS))('the explanation', () => {
  it('of every outcome is an execution, or a closed cycle that forbids it', () => {
    const wrong: string[] = [];
    let cycles = 0;
    for (const row of answeredRows()) {
      const { witness, refusal } = checkLitmus(corpusText(row), { explain: true });
      if ((witness === null) === (refusal === null)) wrong.push(`${row.path}: both, or neither`);
      const cycle = refusal?.cycle ?? [];
      if (cycle.length > 0) cycles++;
      if (refusal !== null && refusal.axiom !== 'values' && cycle.length === 0) {
        wrong.push(`${row.path}: no cycle`);
      }
      cycle.forEach(({ to, by, carriers }, at) => {
        const next = cycle[(at + 1) % cycle.length];
        if (to !== next?.from) wrong.push(`${row.path}: the cycle is open behind edge ${at}`);
        if (by === 'rcu-fence' && carriers.length < 2) wrong.push(`${row.path}: ${by} of nothing`);
      });
    }
    expect(wrong).toEqual([]);
    expect(cycles).toBeGreaterThan(150);
  }, 120_000);
});

describe.runIf(!existsSync(CORPUS))('the tests that herd7 does not finish', () => {
  it(`are not on this machine (looked for them at ${CORPUS})`, () => {
    expect(existsSync(CORPUS)).toBe(false);
  });
});
