/** The engine against the referee on 20,000 random programs for each model. */

import { describe, it } from 'vitest';
import { ALL_MANNERS, compareOnRandomPrograms, WITH_AND_WITHOUT_REDUCTION } from './agree.ts';

const PROGRAMS_OF_ONE_TEST = 2000;
const STATES_MAX = 5000;
const TIMEOUT_MS = 1_200_000;

const SEEDS = [11, 12, 13, 14, 15];

describe.each(['sc', 'tso'] as const)('under %s the engine agrees with the referee', (model) => {
  it.each([
    ...SEEDS.map((seed) => ({
      about: 'any programs',
      seed,
      taste: {},
      manners: WITH_AND_WITHOUT_REDUCTION,
    })),
    { about: 'interchangeable threads', seed: 21, taste: { twins: true }, manners: ALL_MANNERS },
    { about: 'grace periods', seed: 31, taste: { grace: true }, manners: ALL_MANNERS },
    { about: 'sections of SRCU', seed: 51, taste: { srcu: true }, manners: ALL_MANNERS },
    {
      about: 'sections of SRCU in interrupt handlers, and RCU',
      seed: 61,
      taste: { srcu: true, interrupts: true, grace: true },
      manners: WITH_AND_WITHOUT_REDUCTION,
    },
    {
      about: 'interrupt handlers and grace periods',
      seed: 41,
      taste: { interrupts: true, grace: true },
      manners: WITH_AND_WITHOUT_REDUCTION,
    },
  ])(
    `on ${PROGRAMS_OF_ONE_TEST} programs: $about, seed $seed`,
    ({ taste, manners, seed }) => {
      const numRuns = PROGRAMS_OF_ONE_TEST;
      compareOnRandomPrograms({ model, taste, manners, numRuns, seed, statesMax: STATES_MAX });
    },
    TIMEOUT_MS,
  );
});
