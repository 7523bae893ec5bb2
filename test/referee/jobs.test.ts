/** Two jobs against the referee: jobs.ts. */

import { it } from 'vitest';
import { compareJobsOnRandomPrograms } from './jobs.ts';

const TIMEOUT_MS = 120_000;

it.each(['sc', 'tso'] as const)(
  'under %s two jobs reach the final states of the referee',
  (model) => compareJobsOnRandomPrograms({ model, count: 60, seed: 5 }),
  TIMEOUT_MS,
);
