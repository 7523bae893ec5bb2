/** Each row of a discussion says what decides it, and every search finds what the row expects. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadScenarioFile } from '../src/cli/load.ts';
import { discussion000 } from '../src/debate/000.ts';
import { discussion002 } from '../src/debate/002.ts';
import type { Evidence } from '../src/debate/claim.ts';
import { check, isScenario } from '../src/index.ts';
import type { CheckResult, Model, Scenario } from '../src/index.ts';

const FOLDER = fileURLToPath(new URL('../scenarios', import.meta.url));

const byName = new Map<string, Scenario>();
for (const file of readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })) {
  if (!file.endsWith('.scenario.ts')) continue;
  const loaded = await loadScenarioFile(join(FOLDER, file));
  if (!loaded.ok) throw new Error(`${file}: ${loaded.error.message}`);
  for (const one of Object.values(loaded.namespace).flat()) {
    if (isScenario(one)) byName.set(one.name, one);
  }
}

/** Rows share searches; each is made once. */
const made = new Map<string, Promise<CheckResult>>();

function searched(one: Scenario, model: Model, without: readonly string[]): Promise<CheckResult> {
  const key = JSON.stringify([one.name, model, without]);
  const result = made.get(key) ?? check(one, { model, without, keepGoing: true });
  made.set(key, result);
  return result;
}

/** What a search says of one property, or as a whole. */
function found(result: CheckResult, property: string | undefined): string {
  if (property === undefined) return result.verdict;
  const report = result.properties.find((one) => one.property.name === property);
  if (report === undefined || report.holds === null) return 'not judged';
  return report.holds ? 'pass' : 'fail';
}

async function verdictsOf({
  scenario,
  model,
  property,
  without = [],
}: Evidence): Promise<string[]> {
  const one = byName.get(scenario);
  if (one === undefined) return [`there is no scenario '${scenario}'`];
  const models = model === undefined ? (['sc', 'tso'] as const) : [model];
  const results = await Promise.all(models.map((each) => searched(one, each, without)));
  return results.flatMap((result) => [
    ...result.problems.map(({ what }) => what),
    found(result, property),
  ]);
}

describe.each([
  [discussion000, 54],
  [discussion002, 37],
] as const)('discussion $id', ({ claims }, rows) => {
  it('has its rows in order, and all of them', () => {
    expect(claims.map(({ number }) => number)).toEqual(
      Array.from({ length: rows }, (_, i) => i + 1),
    );
  });

  it('gives evidence for every verdict, and a later place for every row that is open', () => {
    const bare = claims.filter(({ verdict, evidence, later }) => {
      if (verdict === 'OUT') return evidence.length > 0;
      return verdict === 'OPEN' ? later === undefined : evidence.length === 0;
    });
    expect(bare.map(({ number }) => number)).toEqual([]);
  });

  it.each(claims.map((claim) => [claim.number, claim.claim, claim] as const))(
    'row %i: %s',
    async (_number, _text, { evidence }) => {
      for (const one of evidence) {
        const expected = one.model === undefined ? [one.expect, one.expect] : [one.expect];
        expect({ shows: one.shows, verdicts: await verdictsOf(one) }).toEqual({
          shows: one.shows,
          verdicts: expected,
        });
      }
    },
  );
});
