/**
 * The search on two cores against the referee.
 *
 * Workers are hired for large searches only, so two threads that exchange a word of their own with
 * 0, again and again, are put beside each random program: they multiply its states, no reduction
 * can leave them out, and they change none of its ends.
 */

import fc from 'fast-check';
import { expect } from 'vitest';
import { check } from '../../src/jobs/check.ts';
import { enumerate } from './enumerate.ts';
import type { Model } from './enumerate.ts';
import { programs } from './generate.ts';
import type { Access, Program, Thread } from './program.ts';
import { scenarioOf } from './run.ts';

/** Beyond this many states a search goes to all workers: src/scenario/check.ts. */
const PARALLEL_FROM = 100_000;
const STATES_MIN = 300;
const STATES_MAX = 3000;

/** What is tried. */
export interface JobsTrial {
  readonly model: Model;
  readonly count: number;
  readonly seed: number;
  /**
   * Only programs in which nothing is found: findings cost a second search for the shortest one.
   */
  readonly harmless: boolean;
}

/** Two jobs must reach as many final states as the referee, with and without the reduction. */
export async function compareJobsOnRandomPrograms(trial: JobsTrial): Promise<void> {
  const chosen = suitable(trial);
  expect(chosen).toHaveLength(trial.count);
  for (const [index, { program, finals, states }] of chosen.entries()) {
    const reduction = index % 2 === 0;
    const { scenario } = scenarioOf(padded(program, reduction ? states / 3 : states));
    const options = { model: trial.model, reduction, symmetry: false, keepGoing: true };
    const one = await check(scenario, { ...options, jobs: 1 });
    const two = await check(scenario, { ...options, jobs: 2 });
    expect([one.complete, two.complete, one.finals, two.finals]).toEqual([
      true,
      true,
      finals,
      finals,
    ]);
    if (!reduction) {
      expect(two.states).toBeGreaterThan(PARALLEL_FROM);
      expect(two.states).toBe(one.states);
    }
    const names = two.findings.map(({ property }) => property.name);
    expect(names.toSorted()).toEqual(one.findings.map(({ property }) => property.name).toSorted());
  }
}

interface Chosen {
  readonly program: Program;
  readonly finals: number;
  readonly states: number;
}

/** Random programs of a middle size that misuse no memory, so that all their ends count. */
function suitable({ model, count, seed, harmless }: JobsTrial): Chosen[] {
  const chosen: Chosen[] = [];
  const drawn = fc.sample(programs(), { numRuns: 40 * count, seed });
  for (const program of drawn) {
    if (chosen.length === count) break;
    const outcomes = enumerate(program, model, STATES_MAX);
    if (outcomes === null || outcomes.misuses || outcomes.states < STATES_MIN) continue;
    const { deadlocks, races, hangs } = outcomes;
    if (harmless && (races || hangs || deadlocks.size > 0)) continue;
    chosen.push({ program, finals: outcomes.finals.size, states: outcomes.states });
  }
  return chosen;
}

function padded(program: Program, states: number): Program {
  const word = program.words.length;
  const steps = Math.ceil(Math.sqrt((2 * PARALLEL_FROM) / states));
  const pad: Access = { do: 'access', primitive: 'xchg', word, operands: [0], into: null };
  const body = Array.from({ length: steps }, () => pad);
  const thread = (name: string): Thread => ({
    name,
    count: 1,
    device: false,
    on: null,
    body,
    gives: 'nothing',
  });
  return {
    ...program,
    words: [...program.words, { name: 'pad', kind: 'word', initial: 0 }],
    threads: [...program.threads, thread('pad1'), thread('pad2')],
  };
}
