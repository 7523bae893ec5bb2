/**
 * The search on two cores against the referee.
 *
 * Programs are small, so the work is shared after some tens of states already, or from the first
 * one on.
 */

import fc from 'fast-check';
import { expect } from 'vitest';
import { check } from '../../src/jobs/check.ts';
import { enumerate } from './enumerate.ts';
import type { Model } from './enumerate.ts';
import { programs } from './generate.ts';
import type { Program } from './program.ts';
import { scenarioOf } from './run.ts';

const STATES_MIN = 100;
const STATES_MAX = 3000;

/** What is tried. */
export interface JobsTrial {
  readonly model: Model;
  readonly count: number;
  readonly seed: number;
}

/** Two jobs must reach as many final states as the referee, with and without the reduction. */
export async function compareJobsOnRandomPrograms(trial: JobsTrial): Promise<void> {
  const chosen = suitable(trial);
  expect(chosen).toHaveLength(trial.count);
  for (const [index, { program, finals }] of chosen.entries()) {
    const reduction = index % 2 === 0;
    const { scenario } = scenarioOf(program);
    const options = { model: trial.model, reduction, symmetry: false, keepGoing: true };
    const one = await check(scenario, { ...options, jobs: 1 });
    const two = await check(scenario, { ...options, jobs: 2, parallelFrom: (7 * index) % 50 });
    expect([one.complete, two.complete, one.finals, two.finals]).toEqual([
      true,
      true,
      finals,
      finals,
    ]);
    if (!reduction) expect([two.states, two.transitions]).toEqual([one.states, one.transitions]);
    const names = two.findings.map(({ property }) => property.name);
    expect(names.toSorted()).toEqual(one.findings.map(({ property }) => property.name).toSorted());
  }
}

interface Chosen {
  readonly program: Program;
  readonly finals: number;
}

/** Random programs of a middle size that misuse no memory, so that all their ends count. */
function suitable({ model, count, seed }: JobsTrial): Chosen[] {
  const chosen: Chosen[] = [];
  const drawn = fc.sample(programs(), { numRuns: 40 * count, seed });
  for (const program of drawn) {
    if (chosen.length === count) break;
    const outcomes = enumerate(program, model, STATES_MAX);
    if (outcomes === null || outcomes.misuses || outcomes.states < STATES_MIN) continue;
    chosen.push({ program, finals: outcomes.finals.size });
  }
  return chosen;
}
