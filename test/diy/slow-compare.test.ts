/** The state search against exact models on 20,000 random litmus tests: compare.ts. */
import { expect, it } from 'vitest';
import { chainTest, compareOnRandomTests, detourTest, looseTest } from './compare.ts';

const TESTS_OF_ONE_RUN = 2000;
const TIMEOUT_MS = 1_200_000;

const SEEDS = Array.from({ length: 10 }, (_, run) => 1_000_000 + run * TESTS_OF_ONE_RUN);

it.each(SEEDS)(
  `each model reaches what its axioms allow on ${TESTS_OF_ONE_RUN} random tests from seed %i`,
  (seed) => {
    const compared = compareOnRandomTests({ seed, count: TESTS_OF_ONE_RUN });
    expect(compared).toBeGreaterThan(0.8 * TESTS_OF_ONE_RUN);
  },
  TIMEOUT_MS,
);

const LOOSE_OF_ONE_RUN = 5000;

it.each([2_000_000, 2_005_000])(
  `and on ${LOOSE_OF_ONE_RUN} with sections and barriers that stand in no pairs, from seed %i`,
  (seed) => {
    const compared = compareOnRandomTests({ seed, count: LOOSE_OF_ONE_RUN, make: looseTest });
    expect(compared).toBeGreaterThan(0.8 * LOOSE_OF_ONE_RUN);
  },
  TIMEOUT_MS,
);

const CHAINS = 5000;

it(
  `and on ${CHAINS} with sections that overlap as the links of a chain`,
  () => {
    const compared = compareOnRandomTests({ seed: 3_000_000, count: CHAINS, make: chainTest });
    expect(compared).toBeGreaterThan(0.8 * CHAINS);
  },
  TIMEOUT_MS,
);

const DETOURS = 5000;

it(
  `and on ${DETOURS} in which something comes back to a thread`,
  () => {
    const compared = compareOnRandomTests({ seed: 4_000_000, count: DETOURS, make: detourTest });
    expect(compared).toBeGreaterThan(0.8 * DETOURS);
  },
  TIMEOUT_MS,
);
