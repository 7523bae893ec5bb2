/**
 * What each named defence is for: every one is removed once, in a search that then finds what it
 * does not find with it. Those that nobody would miss stand in a table of their own, with the
 * reason.
 *
 * That none is forgotten has two roads: the sources are read for what they declare, here; and what
 * the searches of all scenarios meet is compared with the tables in slow-defences.test.ts.
 */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { check } from '../src/index.ts';
import type { Model } from '../src/index.ts';
import { REDUNDANT } from './defences.redundant.ts';
import { findingsOf, neededDefences, shippedScenarios, withoutNumber } from './support/defences.ts';
import { declaredDefences, readKernel } from './support/kernel-source.ts';

const scenarios = await shippedScenarios();
const needed = neededDefences();
const known = [...needed, ...neededDefences('slow-defences.needed.txt')];

function scenarioOf(name: string): NonNullable<ReturnType<typeof scenarios.get>> {
  const scenario = scenarios.get(name);
  if (scenario === undefined) throw new Error(`there is no scenario ${name}`);
  return scenario;
}

/** What is found without some defences and not with them. */
async function missed(name: string, model: Model, without: readonly string[]): Promise<string[]> {
  const scenario = scenarioOf(name);
  const { findings, expected, problems } = await check(scenario, { model, without });
  expect(problems).toEqual([]);
  const found = findings.map(({ property }) => property.name);
  // That it passes with them is what test/scenarios.test.ts checks, under sc and tso.
  if (expected === 'pass' && model !== 'weak') return found;
  const before = new Set(await findingsOf(scenario, { model }));
  const after = await findingsOf(scenario, { model, without });
  return after.filter((one) => !before.has(one));
}

describe('a defence', () => {
  it('that the kernel code declares stands in one of the two tables', () => {
    const declared = declaredDefences(readKernel(join(import.meta.dirname, '../src/kernel')));
    const listed = [...known, ...REDUNDANT].map(({ defence }) => withoutNumber(defence));
    expect(declared.filter((one) => !listed.includes(one))).toEqual([]);
    expect(declared.length).toBeGreaterThan(100);
  });

  it('is either needed or not', () => {
    const both = REDUNDANT.filter(({ defence }) => known.some((one) => one.defence === defence));
    expect(both).toEqual([]);
  });
});

describe('is found without', () => {
  it.each(needed.map((one) => [one.defence, one] as const))(
    '%s',
    async (defence, { scenario, model, finding }) => {
      expect(await missed(scenario, model, [defence])).toContain(finding);
    },
  );
});

describe('nobody would miss', () => {
  it.each(REDUNDANT.flatMap(({ beside, ...one }) => (beside ? [{ ...one, ...beside }] : [])))(
    '$defence beside $defences',
    async ({ defence, defences, scenario, model }) => {
      expect(await missed(scenario, model, [defence])).toEqual([]);
      for (const other of defences) {
        expect(await missed(scenario, model, [other])).toEqual([]);
      }
      expect(await missed(scenario, model, [defence, ...defences])).not.toEqual([]);
    },
  );

  it('one without a reason', () => {
    expect(REDUNDANT.filter(({ because }) => because.length < 8)).toEqual([]);
  });
});
