/**
 * One measured search in a process of its own: `node search.js '<request>'` prints a line of JSON.
 *
 * The first run in a fresh process is measured cold, because a user's search starts with cold code
 * too: what the just-in-time compiler and the garbage collector do on their threads is in the CPU
 * time. Then the same search is run again and its last run is measured warm, beside a verifier that
 * was compiled before its time was taken (docs/decisions/0004-what-is-timed.md).
 *
 * V8 is told to compile as late as the executable tells it (compile-later.ts).
 */

import process from 'node:process';
import { pathToFileURL } from 'node:url';
import type { CheckResult, Verdict } from '../explore/result.ts';
import { check } from '../jobs/check.ts';
import { compileLater } from '../jobs/compile-later.ts';
import type { CheckOptions } from '../scenario/check.ts';
import type { Size } from './protocol.ts';
import { protocol } from './protocol.ts';
import { switchOff } from './switch-off.ts';
import type { Optimisation } from './switch-off.ts';

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
  /** What the engine shall do without. */
  readonly without?: Optimisation;
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
  /** The same, of the last run in this process. */
  readonly warmCpuSeconds: number;
  readonly warmWallSeconds: number;
  /** The whole process until the first verdict, with the start of Node. */
  readonly processCpuSeconds: number;
  readonly peakBytes: number;
}

async function measure(request: SearchRequest): Promise<SearchRun> {
  if (request.without !== undefined) switchOff(request.without);
  const cold = await timed(request);
  const processCpuSeconds = seconds(process.cpuUsage());
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  const { result, cpuSeconds, wallSeconds } = cold;
  let warm = await timed(request);
  if (warm.wallSeconds < LONG_SECONDS) warm = await timed(request);
  const { verdict, states, transitions, runs, bytesPerState } = result;
  return {
    verdict,
    states,
    transitions,
    runs,
    bytesPerState,
    cpuSeconds,
    wallSeconds,
    warmCpuSeconds: warm.cpuSeconds,
    warmWallSeconds: warm.wallSeconds,
    processCpuSeconds,
    peakBytes,
  };
}

/** A search that takes so long has been compiled for most of its time: its second run is warm. */
const LONG_SECONDS = 1;

interface Timed {
  readonly result: CheckResult;
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
}

async function timed({ size, configuration }: SearchRequest): Promise<Timed> {
  const before = process.cpuUsage();
  const started = performance.now();
  const result = await check(protocol(size), CONFIGURATIONS[configuration]);
  const wallSeconds = (performance.now() - started) / 1000;
  const cpuSeconds = seconds(process.cpuUsage(before));
  if (result.problems.length > 0) throw new Error(JSON.stringify(result.problems));
  return { result, cpuSeconds, wallSeconds };
}

function seconds({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1e6;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  compileLater();
  const run = await measure(JSON.parse(process.argv[2] ?? '') as SearchRequest);
  process.stdout.write(`${JSON.stringify(run)}\n`);
}
