/**
 * Measures one size: every configuration of Holdfast and SPIN in both manners, turn by turn.
 *
 * Machines are noisy, and noise comes in waves. So the competitors take turns, small sizes more
 * often than large ones, and what is reported is the median of each figure.
 */

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Manner } from './promela.ts';
import type { Size } from './protocol.ts';
import { CONFIGURATIONS } from './search.ts';
import type { Configuration, SearchRequest, SearchRun } from './search.ts';
import type { SpinRun, Verifier } from './spin.ts';
import { buildVerifier } from './spin.ts';

/** The medians for one size. SPIN is null where it was not run. */
export interface Measurement {
  readonly size: Size;
  readonly repeats: number;
  readonly ours: Readonly<Record<Configuration, SearchRun>>;
  readonly spin: Readonly<Record<Manner, SpinMeasurement>> | null;
}

/** The medians of SPIN, and what building its verifier took. */
export type SpinMeasurement = SpinRun & { readonly buildCpuSeconds: number };

/** Takes the measurements; `repeats` is chosen by the first run when it is null. */
export function measureSize(size: Size, withSpin: boolean, repeats: number | null): Measurement {
  const verifiers = withSpin ? MANNERS.map((manner) => buildVerifier(size, manner)) : [];
  const ours: Record<Configuration, SearchRun[]> = emptyLists(NAMES);
  const spin: Record<Manner, SpinRun[]> = emptyLists(MANNERS);
  const rounds = repeats ?? repeatsFor(search({ size, configuration: 'plain' }).wallSeconds);
  for (let i = 0; i < rounds; i++) {
    for (const name of NAMES) ours[name].push(search({ size, configuration: name }));
    MANNERS.forEach((manner, at) => {
      const verifier = verifiers[at];
      if (verifier !== undefined) spin[manner].push(verifier.run());
    });
  }
  const measured = {
    size,
    repeats: rounds,
    ours: mapValues(ours, medians),
    spin: withSpin ? spinMedians(spin, verifiers) : null,
  };
  for (const verifier of verifiers) verifier.remove();
  return measured;
}

const NAMES = Object.keys(CONFIGURATIONS) as Configuration[];
const MANNERS: readonly Manner[] = ['plain', 'tuned'];
const SEARCH = fileURLToPath(new URL('./search.js', import.meta.url));

/** Eleven turns for what takes a moment, three for what takes seconds. */
function repeatsFor(seconds: number): number {
  if (seconds < 0.3) return 11;
  return seconds < 2 ? 5 : 3;
}

/** Runs one search in a process of its own. */
export function search(request: SearchRequest): SearchRun {
  const argument = JSON.stringify(request);
  const line = execFileSync(process.execPath, [SEARCH, argument], { encoding: 'utf8' });
  return JSON.parse(line) as SearchRun;
}

function spinMedians(
  runs: Readonly<Record<Manner, readonly SpinRun[]>>,
  verifiers: readonly Verifier[],
): Record<Manner, SpinMeasurement> {
  const built = (at: number): number => verifiers[at]?.buildCpuSeconds ?? 0;
  return {
    plain: { ...medians(runs.plain), buildCpuSeconds: built(0) },
    tuned: { ...medians(runs.tuned), buildCpuSeconds: built(1) },
  };
}

/** The median of every number in a list of alike records; other values are those of the first. */
export function medians<Run extends object>(runs: readonly Run[]): Run {
  const [first] = runs;
  if (first === undefined) throw new Error('bench: no runs to take the median of');
  const entries = Object.entries(first).map(([key, value]: [string, unknown]) => {
    if (typeof value !== 'number') return [key, value];
    return [key, median(runs.map((run) => (run as Record<string, number>)[key] ?? NaN))];
  });
  return Object.fromEntries(entries) as Run;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? NaN)) / 2;
}

function emptyLists<K extends string, T>(keys: readonly K[]): Record<K, T[]> {
  return Object.fromEntries(keys.map((key) => [key, []])) as unknown as Record<K, T[]>;
}

function mapValues<K extends string, A, B>(
  record: Readonly<Record<K, A>>,
  of: (value: A) => B,
): Record<K, B> {
  const entries = Object.entries<A>(record).map(([key, value]) => [key, of(value)]);
  return Object.fromEntries(entries) as Record<K, B>;
}
