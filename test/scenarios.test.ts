/**
 * Every scenario that ships: under each model the verdict that it says it has, and the size of its
 * search. Sizes stand in one table, scenarios.counts.txt; `npx vitest run test/scenarios.test.ts
 * -u` writes it again. A size that changes without a reason is the first sign of a broken search.
 */
import { describe, expect, it } from 'vitest';
import { check } from '../src/index.ts';
import { shippedScenarios } from './support/shipped.ts';

/** Several seconds at most; more where other work keeps the machine busy. */
const TIMEOUT_MS = 60_000;
const MODELS = ['sc', 'tso'] as const;

const scenarios = await shippedScenarios();

describe('the scenarios that ship', () => {
  it('have names of their own', () => {
    const names = scenarios.map(({ name }) => name);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });

  const lines: string[] = [];

  it.each(scenarios.map((one) => [one.name, one] as const))(
    '%s',
    async (name, one) => {
      for (const model of MODELS) {
        const result = await check(one, { model });
        const { verdict, expected, states, transitions, problems } = result;
        lines.push(
          `${model.padEnd(4)}${verdict} ${states} states ${transitions} transitions  ${name}`,
        );
        expect({ model, verdict, problems }).toEqual({ model, verdict: expected, problems: [] });
      }
    },
    TIMEOUT_MS,
  );

  it('take as many states as they took before', async () => {
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('scenarios.counts.txt');
  });
});
