/**
 * The tests of the corpus that herd7 does not finish in 20 seconds: each gets a verdict here.
 *
 * The expected outcomes are those that the authors of the tests wrote into them.
 */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CORPUS, corpusRows } from '../../test/support/litmus-corpus.ts';
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

describe.runIf(!existsSync(CORPUS))('the tests that herd7 does not finish', () => {
  it(`are not on this machine (looked for them at ${CORPUS})`, () => {
    expect(existsSync(CORPUS)).toBe(false);
  });
});
