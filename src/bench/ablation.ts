/** The section of the optimisations: what each of them gives, on two sizes of the protocol. */

import { medians, search } from './measure.ts';
import type { Size } from './protocol.ts';
import type { Configuration, SearchRun } from './search.ts';
import type { Optimisation } from './switch-off.ts';
import { plainTable, sizeName } from './tables.ts';

const SIZES: readonly Size[] = [
  { pinners: 5, writers: 1, rounds: 1 },
  { pinners: 3, writers: 2, rounds: 2 },
];
const REPEATS = 5;

interface Comparison {
  readonly about: string;
  readonly on: Run;
  readonly off: Run;
  readonly time: 'warmCpuSeconds' | 'warmWallSeconds';
}

interface Run {
  readonly configuration: Configuration;
  readonly without?: Optimisation;
}

const PLAIN: Run = { configuration: 'plain' };
const REDUCTION: Run = { configuration: 'reduction' };
const inside = (without: Optimisation): Comparison => ({
  about: without,
  on: PLAIN,
  off: { ...PLAIN, without },
  time: 'warmCpuSeconds',
});

const COMPARISONS: readonly Comparison[] = [
  { about: 'reduction', on: REDUCTION, off: PLAIN, time: 'warmCpuSeconds' },
  {
    about: 'symmetry, with reduction',
    on: { configuration: 'symmetry' },
    off: REDUCTION,
    time: 'warmCpuSeconds',
  },
  {
    about: 'a second job (wall s)',
    on: { configuration: 'two jobs' },
    off: PLAIN,
    time: 'warmWallSeconds',
  },
  inside('incremental hash'),
  inside('touching'),
  inside('cached edge'),
  inside('growth in place'),
];

/** Measures and prints; what is wrong with the counts is a fault. */
export function ablation(print: (text: string) => void): string[] {
  return SIZES.flatMap((size) => {
    const measured = measureAll(size);
    const table = plainTable([
      `${sizeName(size)}, median of ${REPEATS}, warm`,
      'states with',
      'without',
      'CPU s with',
      'without',
      'factor',
    ]);
    for (const { about, on, off, time } of COMPARISONS) {
      const [one, other] = [measured(on), measured(off)];
      const factor = (other[time] / one[time]).toFixed(2);
      const states = [one, other].map((run) => run.states.toLocaleString('en'));
      table.push([about, ...states, one[time].toFixed(3), other[time].toFixed(3), factor]);
    }
    print(`\n${table.toString()}\n`);
    return faultsOf(size, measured);
  });
}

/** Every run that some comparison needs, turn by turn. */
function measureAll(size: Size): (run: Run) => SearchRun {
  const runs = new Map<string, SearchRun[]>();
  const wanted = COMPARISONS.flatMap(({ on, off }) => [on, off]);
  for (const run of wanted) runs.set(JSON.stringify(run), []);
  for (let i = 0; i < REPEATS; i++) {
    for (const [text, list] of runs) list.push(search({ size, ...(JSON.parse(text) as Run) }));
  }
  return (run) => medians(runs.get(JSON.stringify(run)) ?? []);
}

/** Taking out what is inside of the engine changes no count. */
function faultsOf(size: Size, measured: (run: Run) => SearchRun): string[] {
  const { states, transitions } = measured(PLAIN);
  const isDifferent = (run: SearchRun): boolean =>
    run.states !== states || run.transitions !== transitions;
  return COMPARISONS.filter(
    ({ off }) => off.without !== undefined && isDifferent(measured(off)),
  ).map(({ about }) => `${sizeName(size)}: without ${about} the counts are different`);
}
