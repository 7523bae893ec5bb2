/**
 * Every scenario that ships, under model `weak`: its verdict is the expected one, and its size is
 * that of weak-scenarios.counts.txt (`-u` writes it again). A search that has met more states than
 * here is room for is OPEN and says so; slow-weak-scenarios.test.ts goes further.
 */
import { describe, expect, it } from 'vitest';
import { checkUnderWeak, lineOf } from './support/under-weak.ts';
import { shippedScenarios } from './support/shipped.ts';

const STATES_MAX = 4000;
const TIMEOUT_MS = 60_000;
const scenarios = await shippedScenarios();

describe('the scenarios that ship, under weak', () => {
  const lines: string[] = [];

  it.each(scenarios.map((one) => [one.name, one] as const))(
    '%s',
    async (_, one) => {
      lines.push(lineOf(await checkUnderWeak(one, { states: STATES_MAX })));
    },
    TIMEOUT_MS,
  );

  it('take as many states as they took before', async () => {
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('weak-scenarios.counts.txt');
  });
});
