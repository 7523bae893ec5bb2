/** The state search against exact models on 20,000 random litmus tests: compare.ts. */
import { expect, it } from 'vitest';
import { compareOnRandomTests } from './compare.ts';

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
