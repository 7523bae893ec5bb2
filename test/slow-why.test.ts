/**
 * `why` of every scenario that ships, under tso: what fails without each defence stands in why.txt
 * (`npx vitest run --config vitest.slow.config.ts test/slow-why.test.ts -u` writes it again), to be
 * read by people. why.test.ts asks for some of them in every test run.
 */
import { describe, expect, it } from 'vitest';
import { shippedScenarios } from './support/shipped.ts';
import { noAnswers, whyBlock, whyOf } from './support/why.ts';

const scenarios = await shippedScenarios();

describe('why, of each scenario that ships', () => {
  const blocks: string[] = [];

  it.each(scenarios.map((one) => [one.name, one] as const))('%s', async (_, one) => {
    const table = await whyOf(one);
    blocks.push(whyBlock(one, table).join('\n'));
    if (table !== null) expect(noAnswers(table)).toEqual([]);
  });

  it('answers as it did before', async () => {
    await expect(`${blocks.join('\n\n')}\n`).toMatchFileSnapshot('why.txt');
  });
});
