/** The named defences of the kernel code and of the scenarios: two tables, and how to ask. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadScenarioFile } from '../../src/cli/load.ts';
import { check, isScenario } from '../../src/index.ts';
import type { CheckOptions, Model, Scenario } from '../../src/index.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A defence that is needed: what is found without it. */
export interface Needed {
  readonly defence: string;
  readonly model: Model;
  readonly scenario: string;
  readonly finding: string;
}

/** A defence whose removal alone shows nothing in any scenario. */
export interface Redundant {
  readonly defence: string;
  /** Why, as a sentence. */
  readonly because: string;
  /** Another that does its work: without both of them this search fails, without one it passes. */
  readonly beside?: {
    readonly defences: readonly string[];
    readonly scenario: string;
    readonly model: Model;
  };
  /** No shipped scenario meets it: only a proposal that is selected by name does, or nobody. */
  readonly unmet?: true;
}

/** Every line of defences.needed.txt, or of what only the slow suite runs. */
export function neededDefences(
  file: 'defences.needed.txt' | 'slow-defences.needed.txt' = 'defences.needed.txt',
): Needed[] {
  const text = readFileSync(join(ROOT, 'test', file), 'utf8');
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => {
    const [defence = '', model = '', scenario = '', finding = ''] = line.split(' | ');
    return { defence, model: model as Model, scenario, finding };
  });
}

/** Every scenario that ships, by name. */
export async function shippedScenarios(): Promise<Map<string, Scenario>> {
  const found: Scenario[] = [];
  for (const folder of ['scenarios', 'examples']) {
    const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' });
    for (const name of names.filter((one) => one.endsWith('.scenario.ts')).sort()) {
      const loaded = await loadScenarioFile(join(ROOT, folder, name));
      if (!loaded.ok) throw new Error(`${name}: ${loaded.error.message}`);
      found.push(...Object.values(loaded.namespace).flat().filter(isScenario));
    }
  }
  return new Map(found.map((one) => [one.name, one]));
}

/** The names of what a search finds; all of it. */
export async function findingsOf(scenario: Scenario, options: CheckOptions): Promise<string[]> {
  const { findings, problems } = await check(scenario, { ...options, keepGoing: true });
  if (problems.length > 0) throw new Error(`${scenario.name}: ${JSON.stringify(problems)}`);
  return findings.map(({ property }) => property.name);
}

/** The name of a defence without its number. */
export function withoutNumber(defence: string): string {
  return defence.replace(/#\d+$/, '');
}
