/** A scenario that ships, under model `weak`. */
import { expect } from 'vitest';
import { check } from '../../src/index.ts';
import type { CheckOptions, CheckResult, Scenario } from '../../src/index.ts';

/** Checks it; its verdict must be the expected one unless the search was not finished. */
export async function checkUnderWeak(
  one: Scenario,
  until: NonNullable<CheckOptions['until']>,
): Promise<CheckResult> {
  const result = await check(one, { model: 'weak', until });
  const { verdict, expected, open, problems } = result;
  expect(problems).toEqual([]);
  if (verdict === 'open') expect(open?.limit).toBe('states');
  else expect(verdict).toBe(expected);
  return result;
}

/** Its line in the table of sizes; an unfinished search has no size. */
export function lineOf({ scenario, verdict, states, transitions }: CheckResult): string {
  if (verdict === 'open') return `open  ${scenario}`;
  return `${verdict}  ${states} states ${transitions} transitions  ${scenario}`;
}
