/**
 * `npm run bench`: what a search costs, beside SPIN on the same protocol where SPIN is installed.
 *
 * The protocol is protocol.ts, its sizes are (pinners, write-back threads, rounds). Every result is
 * also appended, as one line, to bench/results.ndjson, so that figures of different days, machines
 * and versions can be compared.
 */

import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { ablation } from './ablation.ts';
import { litmusSection } from './litmus.ts';
import { measureSize } from './measure.ts';
import type { Measurement } from './measure.ts';
import type { Size } from './protocol.ts';
import { spinVersion, whyNoSpin } from './spin.ts';
import { EXPLANATION, figuresTable, targetsTable } from './tables.ts';
import { disagreements } from './targets.ts';

interface Options {
  readonly sizes?: readonly Size[];
  readonly quick?: true;
  readonly ablation?: true;
  readonly spin: boolean;
  readonly repeat?: number;
  readonly json?: string;
}

/** Measures something and prints it; gives what is wrong with it, which is no matter of speed. */
type Section = () => readonly string[];

function bench(options: Options): void {
  const without = options.spin ? whyNoSpin() : 'left out by --no-spin';
  printHead(without);
  const sections: readonly Section[] =
    options.ablation === true
      ? [() => ablation(print)]
      : [() => protocolSection(options, without === null), litmus];
  for (const fault of sections.flatMap((section) => section())) {
    print(`wrong: ${fault}\n`);
    process.exitCode = 1;
  }
}

function protocolSection(options: Options, withSpin: boolean): readonly string[] {
  const sizes = options.sizes ?? (options.quick === true ? QUICK : SIZES);
  const measurements: Measurement[] = [];
  for (const size of sizes) {
    const measurement = measureSize(size, withSpin, options.repeat ?? null);
    measurements.push(measurement);
    print(`\n${figuresTable(measurement)}\n`);
    appendFileSync(RESULTS, linesOf(measurement));
  }
  print(`\n${targetsTable(measurements)}\n${EXPLANATION}\n`);
  if (options.json !== undefined) writeJson(options.json, measurements);
  return measurements.flatMap(disagreements);
}

function litmus(): readonly string[] {
  const { text, faults } = litmusSection();
  print(`\n${text}\n`);
  return faults;
}

const SIZES = ['2,1,1', '3,1,1', '2,2,1', '2,1,2', '4,1,1', '5,1,1', '4,2,1', '3,1,2', '3,2,2']
  .concat('4,1,2', '6,1,1')
  .map(sizeFrom);
const QUICK = ['2,1,1', '2,1,2', '4,1,1'].map(sizeFrom);
const RESULTS: URL = new URL('../../bench/results.ndjson', import.meta.url);

const environment = {
  date: new Date().toISOString(),
  node: process.version,
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: availableParallelism(),
};

function printHead(withoutSpin: string | null): void {
  const [load = 0] = loadavg();
  const { node, cpu, cores } = environment;
  print(`Node ${node}, ${cpu}, ${cores} cores, load ${load.toFixed(1)}\n`);
  print(withoutSpin === null ? `${spinVersion()}\n` : `No comparison with SPIN: ${withoutSpin}.\n`);
}

/** One line for each competitor, complete in itself. */
function linesOf({ size, repeats, ours, spin }: Measurement): string {
  const runs = [
    ...Object.entries(ours),
    ...Object.entries(spin ?? {}).map(([manner, run]) => [`SPIN ${manner}`, run] as const),
  ];
  return runs
    .map(([how, run]) => `${JSON.stringify({ ...environment, ...size, how, repeats, ...run })}\n`)
    .join('');
}

function writeJson(file: string, measurements: readonly Measurement[]): void {
  writeFileSync(file, `${JSON.stringify({ ...environment, measurements }, null, 2)}\n`);
}

function print(text: string): void {
  process.stdout.write(text);
}

function sizeFrom(text: string): Size {
  const [pinners = 0, writers = 0, rounds = 0, ...rest] = text.split(',').map(Number);
  const whole = [pinners, writers, rounds].every((n) => Number.isInteger(n) && n >= 1 && n <= 20);
  if (!whole || rest.length > 0) {
    throw new InvalidArgumentError(`'${text}' is no size; one looks like 4,1,1.`);
  }
  return { pinners, writers, rounds };
}

function countFrom(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('A count from 1 on.');
  return value;
}

mkdirSync(new URL('.', RESULTS), { recursive: true });
new Command('npm run bench --')
  .description('Measures the search, and compares it with SPIN where spin and gcc are installed.')
  .option('--quick', 'only the small sizes')
  .option('--sizes <p,w,l>', 'this size; may be given again', addSize)
  .option('--repeat <n>', 'measure each competitor n times', countFrom)
  .option('--ablation', 'instead: what each optimisation gives')
  .option('--no-spin', 'without SPIN')
  .option('--json <file>', 'write all results to a file')
  .action(bench)
  .parse();

function addSize(text: string, sizes: readonly Size[] = []): Size[] {
  return [...sizes, sizeFrom(text)];
}
