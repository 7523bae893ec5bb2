#!/usr/bin/env node
/**
 * The `holdfast` command: reads the command line, calls the parts, sets the exit code.
 *
 * So far `check` loads the scenario files that it is given (or the ones that ship) and says which
 * of them cannot be used.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { loadScenarioFile, type LoadError } from './load.ts';

const ROOT: string = fileURLToPath(new URL('../..', import.meta.url));
const SCENARIO_UNUSABLE = 2;

function version(): string {
  const text = readFileSync(join(ROOT, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** The scenario files that ship with Holdfast. */
function shippedFiles(): string[] {
  const names = readdirSync(ROOT, { encoding: 'utf8' }).includes('scenarios')
    ? readdirSync(join(ROOT, 'scenarios'), { recursive: true, encoding: 'utf8' })
    : [];
  const files = names.filter((name) => name.endsWith('.scenario.ts')).sort();
  return files.map((name) => join(ROOT, 'scenarios', name));
}

function describeError({ file, line, column, message }: LoadError): string {
  const place = line === undefined ? '' : `:${line}:${column}`;
  return `${relative('.', file)}${place}  ${message}`;
}

async function check(files: string[]): Promise<void> {
  const wanted = files.length > 0 ? files : shippedFiles();
  for (const file of wanted) {
    const result = await loadScenarioFile(file);
    if (result.ok) continue;
    process.stderr.write(`${describeError(result.error)}\n`);
    process.exitCode = SCENARIO_UNUSABLE;
  }
  process.stdout.write(`  ${wanted.length} scenario files\n`);
}

const program = new Command('holdfast')
  .description('Linux page pinning, checked in every possible execution.')
  .version(version(), '-V, --version');

program
  .command('check')
  .description('explore every execution')
  .argument('[scenario...]', 'scenario files')
  .action(check);

await program.parseAsync();
