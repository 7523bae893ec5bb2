/**
 * The shared corpus against herd7's verdicts: observation, number of states, witness counts and
 * flags.
 *
 * The corpus is test data that stands beside the project and is read in place; where it is absent
 * these tests say so and check nothing. The tests that herd7 does not finish are in
 * slow-corpus.test.ts.
 */
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CORPUS, compare, corpusRows } from '../../test/support/litmus-corpus.ts';

describe.runIf(existsSync(CORPUS))('the corpus', () => {
  it('has the same observations, states, witnesses and flags as herd7 has', () => {
    const rows = corpusRows().filter(({ observation }) => observation !== 'TIMEOUT');
    expect(rows.length).toBeGreaterThan(300);
    expect(rows.flatMap((row) => compare(row) ?? [])).toEqual([]);
  });

  it('takes less than a tenth of the time that herd7 takes for the tests it finishes', () => {
    const rows = corpusRows().filter(({ observation }) => observation !== 'TIMEOUT');
    const before = process.cpuUsage();
    for (const row of rows) compare(row);
    const { user, system } = process.cpuUsage(before);
    const theirs = rows.reduce((sum, { seconds }) => sum + seconds, 0);
    expect((user + system) / 1e6).toBeLessThan(theirs / 10);
  });
});

describe.runIf(!existsSync(CORPUS))('the corpus', () => {
  it(`is not on this machine: nothing is compared (looked for it at ${CORPUS})`, () => {
    expect(existsSync(CORPUS)).toBe(false);
  });
});
