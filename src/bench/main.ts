/**
 * Runs every benchmark of this folder: `npm run bench`, or `npm run bench -- name` for some.
 *
 * A benchmark is a file `<name>.bench.ts` that exports `tasks`, an object of title to function.
 * Each result goes to the terminal and, as one line with the Node version, to
 * bench/results.ndjson, so that figures of different days and versions can be compared.
 */
import { appendFileSync, mkdirSync, readdirSync } from 'node:fs';
import { Bench } from 'tinybench';

/** What a `*.bench.ts` file exports as `tasks`. */
export type BenchmarkTasks = Readonly<Record<string, () => unknown>>;

const RESULTS: URL = new URL('../../bench/results.ndjson', import.meta.url);

function benchmarkNames(wanted: readonly string[]): string[] {
  return readdirSync(new URL('.', import.meta.url))
    .filter((file) => file.endsWith('.bench.js'))
    .map((file) => file.slice(0, -'.bench.js'.length))
    .filter((name) => wanted.length === 0 || wanted.includes(name))
    .sort();
}

async function runBenchmark(name: string): Promise<void> {
  const module = (await import(`./${name}.bench.js`)) as { tasks: BenchmarkTasks };
  const bench = new Bench({ name, time: 500 });
  for (const [title, task] of Object.entries(module.tasks)) bench.add(title, task);
  await bench.run();
  process.stdout.write(`\n${name}\n`);
  for (const { name: title, result } of bench.tasks) {
    if (result.state !== 'completed') throw new Error(`${name}: ${title} did not complete`);
    const perSecond = Math.round(result.throughput.mean);
    process.stdout.write(`  ${title.padEnd(48)} ${String(perSecond).padStart(12)} /s\n`);
    const line = { date: new Date().toISOString(), node: process.version, name, title, perSecond };
    appendFileSync(RESULTS, `${JSON.stringify(line)}\n`);
  }
}

mkdirSync(new URL('.', RESULTS), { recursive: true });
for (const name of benchmarkNames(process.argv.slice(2))) await runBenchmark(name);
