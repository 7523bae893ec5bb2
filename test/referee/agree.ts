/**
 * Random programs through both machines: the same ends, races and hangs, or a printed
 * disagreement.
 */

import fc from 'fast-check';
import type { Ends } from './compare.ts';
import { engineEnds, refereeEnds } from './compare.ts';
import type { Model } from './enumerate.ts';
import { programs } from './generate.ts';
import type { Taste } from './generate.ts';
import type { Program } from './program.ts';

/** The engine's options under which a program is tried. */
export interface Manner {
  readonly reduction: boolean;
  readonly symmetry: boolean;
}

export const WITH_AND_WITHOUT_REDUCTION: readonly Manner[] = [
  { reduction: true, symmetry: true },
  { reduction: false, symmetry: true },
];

export const ALL_MANNERS: readonly Manner[] = [
  ...WITH_AND_WITHOUT_REDUCTION,
  { reduction: true, symmetry: false },
  { reduction: false, symmetry: false },
];

/** What is tried. */
export interface Trial {
  readonly model: Model;
  /** Another model for the referee: a comparison that has to fail. */
  readonly refereeModel?: Model;
  readonly taste: Taste;
  readonly manners: readonly Manner[];
  readonly numRuns: number;
  /** The same seed makes the same programs. */
  readonly seed: number;
  /** Programs of more states are passed over. */
  readonly statesMax: number;
}

/**
 * Tries random programs until `numRuns` of them have been compared. Throws the smallest program
 * found on which the two disagree, as pseudo-C.
 */
export function compareOnRandomPrograms(trial: Trial): void {
  const { model, refereeModel = model, manners, statesMax, numRuns, seed } = trial;
  const agree = (program: Program): void => {
    const expected = refereeEnds(program, refereeModel, statesMax);
    fc.pre(expected !== null);
    for (const manner of manners) agreeOn(program, expected, model, manner);
  };
  const report = { includeErrorInReport: true };
  fc.assert(fc.property(programs(trial.taste), agree), { numRuns, seed, ...report });
}

function agreeOn(program: Program, expected: Ends, model: Model, manner: Manner): void {
  const actual = engineEnds(program, model, manner);
  const faults = [
    ...differences('final state', expected.finals, actual.finals),
    ...differences('stuck state', expected.deadlocks, actual.deadlocks),
    ...(expected.races === actual.races ? [] : [`data race: engine says ${actual.races}`]),
    ...(expected.misuses === actual.misuses ? [] : [`misuse: engine says ${actual.misuses}`]),
    ...(expected.hangs === actual.hangs ? [] : [`livelock: engine says ${actual.hangs}`]),
  ];
  if (faults.length > 0)
    throw new Error([JSON.stringify({ model, ...manner }), ...faults].join('\n'));
}

function differences(
  what: string,
  expected: readonly string[],
  actual: readonly string[],
): string[] {
  const missing = expected.filter((one) => !actual.includes(one));
  const extra = actual.filter((one) => !expected.includes(one));
  return [
    ...missing.map((one) => `${what} ${one} is missed by the engine`),
    ...extra.map((one) => `${what} ${one} is invented by the engine`),
  ];
}
