/** The scenarios that ship, under model `weak`. */
import { describe, expect, it } from 'vitest';
import { check } from '../../src/index.ts';
import type { CheckResult, Scenario } from '../../src/index.ts';

/** How far a suite goes, and the file with the sizes that it found before. */
interface Extent {
  /** After so many states a search is OPEN. */
  readonly states: number;
  /** For each scenario. */
  readonly timeoutMs: number;
  readonly table: string;
}

/** Declares a test for each scenario, and one for all their sizes (`-u` writes the table again). */
export function describeUnderWeak(scenarios: readonly Scenario[], extent: Extent): void {
  const { states, timeoutMs, table } = extent;
  describe(`the scenarios that ship, under weak, to ${states} states`, () => {
    const lines: string[] = [];

    it.each(scenarios.map((one) => [one.name, one] as const))(
      '%s',
      async (_, one) => {
        lines.push(lineOf(await checkUnderWeak(one, states)));
      },
      timeoutMs,
    );

    it('take as many states as they took before', async () => {
      await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(table);
    });
  });
}

/**
 * Checks one; its verdict must be the expected one unless the search was not finished: too many
 * states, or a loop that stores again and again while somebody may still read the first store.
 */
async function checkUnderWeak(one: Scenario, states: number): Promise<CheckResult> {
  const result = await check(one, { model: 'weak', until: { states } });
  const { verdict, expected, open, problems } = result;
  expect(problems).toEqual([]);
  if (verdict === 'open') expect(['states', 'messages']).toContain(open?.limit);
  else expect(verdict).toBe(expected);
  return result;
}

/** Its line in the table of sizes; an unfinished search has no size. */
function lineOf({ scenario, verdict, states, transitions }: CheckResult): string {
  if (verdict === 'open') return `open  ${scenario}`;
  return `${verdict}  ${states} states ${transitions} transitions  ${scenario}`;
}
