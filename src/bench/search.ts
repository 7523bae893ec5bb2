/**
 * One measured search in a process of its own: `node search.js '<request>'` prints a line of JSON.
 *
 * A fresh process, because a user's search starts with cold code too: what the just-in-time
 * compiler and the garbage collector do on their threads is in the CPU time.
 */

import process from 'node:process';
import { pathToFileURL } from 'node:url';
import type { Verdict } from '../explore/result.ts';
import { check } from '../jobs/check.ts';
import type { CheckOptions } from '../scenario/check.ts';
import type { Size } from './protocol.ts';
import { protocol } from './protocol.ts';

/** The ways of searching that are compared. */
export const CONFIGURATIONS = {
  plain: { reduction: false, symmetry: false, jobs: 1 },
  reduction: { reduction: true, symmetry: false, jobs: 1 },
  symmetry: { reduction: true, symmetry: true, jobs: 1 },
  'two jobs': { reduction: false, symmetry: false, jobs: 2 },
} as const satisfies Record<string, CheckOptions>;

export type Configuration = keyof typeof CONFIGURATIONS;

/** What to search. */
export interface SearchRequest {
  readonly size: Size;
  readonly configuration: Configuration;
}

/** What one search did and cost. */
export interface SearchRun {
  readonly verdict: Verdict;
  readonly states: number;
  readonly transitions: number;
  /** How often thread code was run. */
  readonly runs: number;
  readonly bytesPerState: number;
  /** All threads of the process, from the call of `check` to its result. */
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  /** The whole process, with the start of Node. */
  readonly processCpuSeconds: number;
  readonly peakBytes: number;
}

async function measure({ size, configuration }: SearchRequest): Promise<SearchRun> {
  const before = process.cpuUsage();
  const started = performance.now();
  const result = await check(protocol(size), CONFIGURATIONS[configuration]);
  const wallSeconds = (performance.now() - started) / 1000;
  const used = process.cpuUsage(before);
  if (result.problems.length > 0) throw new Error(JSON.stringify(result.problems));
  const { verdict, states, transitions, runs, bytesPerState } = result;
  return {
    verdict,
    states,
    transitions,
    runs,
    bytesPerState,
    cpuSeconds: seconds(used),
    wallSeconds,
    processCpuSeconds: seconds(process.cpuUsage()),
    peakBytes: process.resourceUsage().maxRSS * 1024,
  };
}

function seconds({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1e6;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const run = await measure(JSON.parse(process.argv[2] ?? '') as SearchRequest);
  process.stdout.write(`${JSON.stringify(run)}\n`);
}
