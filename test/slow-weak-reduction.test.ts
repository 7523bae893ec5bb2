/**
 * Every scenario that ships, under model `weak`, with reduction and without, where it is small
 * enough for both: the same verdict, the same properties fail, the same are met.
 */

import { describe, expect, it } from 'vitest';
import { check } from '../src/index.ts';
import type { CheckResult, Scenario } from '../src/index.ts';
import { shippedScenarios } from './support/shipped.ts';

/** What is larger than this with reduction is not tried without it; without, it may be so large. */
const REDUCED_MAX = 500;
const STATES_MAX = 30_000;

/** What must not depend on reduction. */
function essence({ verdict, findings, properties }: CheckResult): object {
  const failed = findings.map(({ property }) => property.name).toSorted();
  return {
    verdict,
    failed,
    properties: properties.map(({ property, holds }) => [property.name, holds]),
  };
}

async function underWeak(one: Scenario, reduction: boolean, states: number): Promise<CheckResult> {
  return check(one, { model: 'weak', keepGoing: true, reduction, until: { states, seconds: 10 } });
}

describe('a shipped scenario under weak says with reduction what it says without', async () => {
  const compared: string[] = [];

  it.each((await shippedScenarios()).map((one) => [one.name, one] as const))(
    '%s',
    async (name, one) => {
      const reduced = await underWeak(one, true, REDUCED_MAX);
      if (reduced.verdict === 'open') return;
      const whole = await underWeak(one, false, STATES_MAX);
      if (whole.verdict === 'open') return;
      expect(essence(reduced)).toEqual(essence(whole));
      compared.push(name);
    },
    60_000,
  );

  it('and so many are small enough', () => {
    expect(compared.length).toBeGreaterThan(120);
  });
});
