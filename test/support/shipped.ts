/** The scenarios that ship, in the order of their files. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadScenarioFile } from '../../src/cli/load.ts';
import { isScenario } from '../../src/index.ts';
import type { Scenario } from '../../src/index.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** All of them: `scenarios`, then `examples`. */
export async function shippedScenarios(): Promise<readonly Scenario[]> {
  const files = [...scenarioFiles('scenarios'), ...scenarioFiles('examples')];
  return (await Promise.all(files.map(scenariosOf))).flat();
}

function scenarioFiles(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.scenario.ts'))
    .map((name) => join(ROOT, folder, name))
    .sort();
}

async function scenariosOf(file: string): Promise<Scenario[]> {
  const loaded = await loadScenarioFile(file);
  if (!loaded.ok) throw new Error(`${file}: ${loaded.error.message}`);
  return Object.values(loaded.namespace).flat().filter(isScenario);
}
