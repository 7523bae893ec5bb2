/**
 * One process that checks the whole corpus and prints what it took: litmus.ts runs it.
 *
 * CPU time is that of the process since it was started, so it contains the start of Node, reading
 * the files, and compiling our code.
 */

import { checkLitmus } from '../litmus/index.ts';
import { corpusRows, corpusText } from './corpus.ts';

/** What one test took, and whether the answer is herd7's. */
export interface LitmusRun {
  readonly path: string;
  readonly cpuSeconds: number;
  readonly herdSeconds: number;
  readonly observation: string;
  readonly herdObservation: string;
}

function run(): { readonly runs: readonly LitmusRun[]; readonly processCpuSeconds: number } {
  const runs = corpusRows().map((row): LitmusRun => {
    const before = process.cpuUsage();
    const { observation } = checkLitmus(corpusText(row), { file: row.path });
    const cpuSeconds = secondsOf(process.cpuUsage(before));
    const { path, seconds, observation: herdObservation } = row;
    return { path, cpuSeconds, herdSeconds: seconds, observation, herdObservation };
  });
  return { runs, processCpuSeconds: secondsOf(process.cpuUsage()) };
}

function secondsOf({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1e6;
}

process.stdout.write(`${JSON.stringify(run())}\n`);
