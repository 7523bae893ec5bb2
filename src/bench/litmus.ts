/**
 * The litmus corpus against herd7: CPU time of one process for all its tests, and the slowest.
 *
 * herd7's times are those of its verdicts file, measured once on another day: the ratio tells the
 * order of magnitude, not the percent. Tests that herd7 did not finish are told apart, because its
 * time for them is a limit and not a measurement.
 */

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { CORPUS, hasCorpus } from './corpus.ts';
import type { LitmusRun } from './litmus-run.ts';
import { plainTable } from './tables.ts';

/** Our CPU time as a share of herd7's, at most. */
export const SHARE_OF_HERD_MAX = 0.1;

const SLOWEST = 10;

/** The section of the corpus. */
export interface LitmusSection {
  readonly text: string;
  /** Tests with another answer than herd7's. */
  readonly faults: readonly string[];
}

/** Measures, and prints what was measured; says so where there is no corpus. */
export function litmusSection(): LitmusSection {
  if (!hasCorpus()) {
    const text = `No litmus corpus on this machine: it was looked for at ${CORPUS}.`;
    return { text, faults: [] };
  }
  const script = fileURLToPath(new URL('./litmus-run.js', import.meta.url));
  const line = execFileSync(process.execPath, [script], { encoding: 'utf8', maxBuffer: 1e8 });
  return judged(JSON.parse(line) as Measured);
}

/** What litmus-run.ts prints. */
export interface Measured {
  readonly runs: readonly LitmusRun[];
  readonly processCpuSeconds: number;
}

/** The section for given measurements. */
export function judged({ runs, processCpuSeconds }: Measured): LitmusSection {
  const finished = runs.filter(({ herdObservation }) => herdObservation !== 'TIMEOUT');
  const others = runs.filter(({ herdObservation }) => herdObservation === 'TIMEOUT');
  const ours = sum(finished, 'cpuSeconds');
  const withStart = ours + processCpuSeconds - sum(runs, 'cpuSeconds');
  const herds = sum(finished, 'herdSeconds');
  const table = plainTable([`${finished.length} litmus tests`, 'CPU s', 'share of herd7']);
  table.push(['herd7', herds.toFixed(2), '1']);
  table.push(['Holdfast', ours.toFixed(2), (ours / herds).toFixed(3)]);
  table.push(['Holdfast with start', withStart.toFixed(2), (withStart / herds).toFixed(3)]);
  const met = withStart <= SHARE_OF_HERD_MAX * herds;
  const target = `Target: at most ${SHARE_OF_HERD_MAX} with start. ${met ? 'yes' : 'NO'}`;
  const rest =
    `${others.length} more tests, which herd7 gave up after about 20 s each: ` +
    `${sum(others, 'cpuSeconds').toFixed(2)} s.`;
  const text = [table.toString(), target, rest, '', slowest(runs)].join('\n');
  return { text, faults: faultsOf(runs) };
}

function faultsOf(runs: readonly LitmusRun[]): string[] {
  return runs
    .filter(({ herdObservation }) => !['TIMEOUT', 'ERROR'].includes(herdObservation))
    .filter(({ observation, herdObservation }) => observation !== herdObservation)
    .map((one) => `${one.path}: ${one.observation}, and herd7 says ${one.herdObservation}`);
}

function slowest(runs: readonly LitmusRun[]): string {
  const table = plainTable(['our slowest', 'CPU s', 'herd7 CPU s']);
  const sorted = runs.toSorted((one, other) => other.cpuSeconds - one.cpuSeconds);
  for (const { path, cpuSeconds, herdSeconds, herdObservation } of sorted.slice(0, SLOWEST)) {
    const open = herdObservation === 'TIMEOUT';
    const theirs = open ? `> ${herdSeconds.toFixed(0)}` : herdSeconds.toFixed(3);
    table.push([path, cpuSeconds.toFixed(3), theirs]);
  }
  return table.toString();
}

function sum(runs: readonly LitmusRun[], of: 'cpuSeconds' | 'herdSeconds'): number {
  return runs.reduce((total, one) => total + one[of], 0);
}
