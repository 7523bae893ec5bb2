/** Two jobs against the referee, on more programs: jobs.ts. */

import { it } from 'vitest';
import { compareJobsOnRandomPrograms } from './jobs.ts';

const TIMEOUT_MS = 1_200_000;

it.each(['sc', 'tso'] as const)(
  'under %s two jobs reach the final states of the referee on 1,000 programs',
  (model) => compareJobsOnRandomPrograms({ model, count: 1000, seed: 6 }),
  TIMEOUT_MS,
);
