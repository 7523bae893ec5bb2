/** Every scenario that ships, under model `weak`, as far as memory and 20,000 states go. */
import { describe, expect, it } from 'vitest';
import { checkUnderWeak, lineOf } from './support/under-weak.ts';
import { shippedScenarios } from './support/shipped.ts';

const STATES_MAX = 20_000;
const TIMEOUT_MS = 1_200_000;
const scenarios = await shippedScenarios();

describe('the scenarios that ship, under weak, to 20,000 states', () => {
  const lines: string[] = [];

  it.each(scenarios.map((one) => [one.name, one] as const))(
    '%s',
    async (_, one) => {
      lines.push(lineOf(await checkUnderWeak(one, { states: STATES_MAX })));
    },
    TIMEOUT_MS,
  );

  it('take as many states as they took before', async () => {
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('slow-weak-scenarios.counts.txt');
  });
});
