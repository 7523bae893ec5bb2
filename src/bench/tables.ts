/** The printed form of the measurements: a table of figures, and one of targets. */

import Table from 'cli-table3';
import type { Measurement, SpinMeasurement } from './measure.ts';
import type { Size } from './protocol.ts';
import type { SearchRun } from './search.ts';

import {
  BYTES_PER_STATE_MAX,
  judge,
  rate,
  SHARE_OF_SPIN_MAX,
  SHARED_SECONDS_MIN,
  SPEEDUP_MIN,
  TRANSITIONS_PER_SECOND_MIN,
} from './targets.ts';

/** What was measured of one size: a row for each competitor. */
export function figuresTable({ size, ours, spin, repeats }: Measurement): string {
  const table = plainTable([
    `${sizeName(size)}, median of ${repeats}`,
    'states',
    'transitions',
    'CPU s',
    'warm',
    'with start',
    'wall s',
    'warm',
    'M/CPU s',
    'warm',
    'bytes/state',
    'peak MB',
    'x SPIN',
    'warm',
    'x tuned',
    'warm',
  ]);
  const shares = (run: SearchRun | SpinMeasurement): string[] => {
    const warm = 'warmCpuSeconds' in run ? run.warmCpuSeconds : run.cpuSeconds;
    if (spin === null) return ['-', '-', '-', '-'];
    return [spin.plain, spin.tuned].flatMap((one) => [
      times(run.cpuSeconds, one),
      times(warm, one),
    ]);
  };
  for (const [name, run] of Object.entries(ours)) {
    table.push([name, ...figures(run), ...shares(run)]);
  }
  for (const [manner, run] of Object.entries(spin ?? {})) {
    table.push([`SPIN, ${manner}`, ...spinFigures(run), ...shares(run)]);
  }
  return table.toString();
}

/** Which size meets which target; `-` where there is no figure. */
export function targetsTable(measurements: readonly Measurement[]): string {
  const rate = `>= ${TRANSITIONS_PER_SECOND_MIN / 1e6} M/CPU s`;
  const share = `<= ${SHARE_OF_SPIN_MAX}`;
  const table = plainTable([
    'target',
    rate,
    '(cold)',
    `${share} SPIN from text`,
    'compiled',
    '(cold)',
    `${share} tuned SPIN from text`,
    'compiled',
    '(cold)',
    `two jobs >= ${SPEEDUP_MIN} x`,
    '(warm)',
    `<= ${BYTES_PER_STATE_MAX} bytes/state`,
  ]);
  for (const measurement of measurements) {
    const cells = judge(measurement).map(({ value, met, target }) => {
      if (value === null) return '-';
      const text = (target.startsWith('rate') ? value / 1e6 : value).toFixed(2);
      return met === null ? `(${text})` : `${met ? 'yes' : 'NO'} ${text}`;
    });
    table.push([sizeName(measurement.size), ...cells]);
  }
  return table.toString();
}

/** What the words of both tables mean. */
export const EXPLANATION: string = `CPU s: from the call of check to its result in a fresh process.
Warm: the last run of the same search in one process.
From text: our whole process, with the start of Node, against spin -a, gcc and the verifier's run.
Compiled: ours warm against the verifier's run alone. Cold: ours in a fresh process against the
verifier's run alone, the comparison that is hardest on us: shown, not judged.
In brackets: not judged. Sizes below (4,1,1) are over before anything can be told; two jobs are
judged where one needs ${SHARED_SECONDS_MIN} s, because starting a second thread and compiling its
code takes a tenth of that.`;

/** `(4,1,1)` */
export function sizeName({ pinners, writers, rounds }: Size): string {
  return `(${pinners},${writers},${rounds})`;
}

function figures(run: SearchRun): string[] {
  return [
    count(run.states),
    count(run.transitions),
    run.cpuSeconds.toFixed(3),
    run.warmCpuSeconds.toFixed(3),
    run.processCpuSeconds.toFixed(3),
    run.wallSeconds.toFixed(3),
    run.warmWallSeconds.toFixed(3),
    (rate(run) / 1e6).toFixed(2),
    (run.transitions / run.warmCpuSeconds / 1e6).toFixed(2),
    run.bytesPerState.toFixed(1),
    megabytes(run.peakBytes),
  ];
}

/** With its start means for SPIN: with `spin -a` and the C compiler. */
function spinFigures(run: SpinMeasurement): string[] {
  return [
    count(run.states),
    count(run.transitions),
    run.cpuSeconds.toFixed(3),
    '-',
    (run.cpuSeconds + run.buildCpuSeconds).toFixed(3),
    run.wallSeconds.toFixed(3),
    '-',
    (rate(run) / 1e6).toFixed(2),
    '-',
    '-',
    megabytes(run.peakBytes),
  ];
}

function times(seconds: number, other: { readonly cpuSeconds: number }): string {
  return (seconds / other.cpuSeconds).toFixed(2);
}

function count(value: number): string {
  return value.toLocaleString('en');
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}

/** A table whose first column is text and whose others are numbers. */
export function plainTable(head: string[]): Table.Table {
  return new Table({
    head,
    colAligns: head.map((_, at) => (at === 0 ? 'left' : 'right')),
    style: { head: [], border: [], compact: true },
  });
}
