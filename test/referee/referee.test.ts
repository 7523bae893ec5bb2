/**
 * The engine against the referee on random programs: the same final states, stuck states, data
 * races and livelocks. A disagreement is printed as the smallest program that shows it.
 */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ORDERING } from '../../src/memory/ordering.ts';
import { ALL_MANNERS, compareOnRandomPrograms, WITH_AND_WITHOUT_REDUCTION } from './agree.ts';
import { programs } from './generate.ts';
import type { Program, Statement } from './program.ts';

const STATES_MAX = 2000;
const TIMEOUT_MS = 120_000;

describe.each(['sc', 'tso'] as const)('under %s the engine agrees with the referee', (model) => {
  it.each([
    { about: 'any programs', taste: {}, manners: WITH_AND_WITHOUT_REDUCTION, numRuns: 500 },
    {
      about: 'interchangeable threads',
      taste: { twins: true },
      manners: ALL_MANNERS,
      numRuns: 100,
    },
    {
      about: 'interrupt handlers',
      taste: { interrupts: true },
      manners: WITH_AND_WITHOUT_REDUCTION,
      numRuns: 150,
    },
    {
      about: 'grace periods',
      taste: { grace: true },
      manners: WITH_AND_WITHOUT_REDUCTION,
      numRuns: 150,
    },
    {
      about: 'sections of SRCU',
      taste: { srcu: true },
      manners: WITH_AND_WITHOUT_REDUCTION,
      numRuns: 150,
    },
  ])(
    'on $numRuns programs: $about',
    ({ taste, manners, numRuns }) => {
      compareOnRandomPrograms({ model, taste, manners, numRuns, seed: 1, statesMax: STATES_MAX });
    },
    TIMEOUT_MS,
  );
});

it('a disagreement is shrunk and printed: sc invents no store buffer', () => {
  const trial = { model: 'sc', refereeModel: 'tso', taste: {}, seed: 1 } as const;
  const compare = (): void =>
    compareOnRandomPrograms({
      ...trial,
      manners: WITH_AND_WITHOUT_REDUCTION,
      numRuns: 500,
      statesMax: STATES_MAX,
    });
  expect(compare).toThrow(/thread t0 (?:x 2 )?\{[^]*is missed by the engine/);
});

/** Primitives that a program reaches only through others, by the call that reaches them. */
const REACHED_BY: Readonly<Record<string, string>> = {
  prepare_to_wait: 'wait_event',
  schedule: 'wait_event',
  finish_wait: 'wait_event',
  wait_for_value: 'waitUntilEquals',
  section: 'rcu_read_lock',
  rcu_do_batch: 'call_rcu',
};

/** The step by which a handler begins, and the order of a device: no call makes them. */
const LEFT_OUT = ['interrupt', 'hardwareOrder'];

function primitivesOf(statements: readonly Statement[]): string[] {
  return statements.flatMap((one) => {
    if (one.do === 'access') return [one.primitive];
    if (one.do === 'wait_event') return ['wait_event'];
    return primitivesOf(one.body);
  });
}

it('every primitive of the ordering table occurs in the random programs', () => {
  const drawn: Program[] = fc.sample(programs({ grace: true }), { numRuns: 4000, seed: 1 });
  const used = new Set(
    drawn.flatMap(({ threads }) => threads.flatMap((one) => primitivesOf(one.body))),
  );
  const missing = Object.keys(ORDERING).filter(
    (name) => !used.has(REACHED_BY[name] ?? name) && !LEFT_OUT.includes(name),
  );
  expect(missing).toEqual([]);
});
