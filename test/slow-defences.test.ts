/**
 * The tables of test/defences.test.ts against the searches of every scenario: what they meet is
 * listed, and what is listed as redundant is redundant wherever it is met.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { check } from '../src/index.ts';
import type { CheckOptions, CheckResult, Defence, Scenario } from '../src/index.ts';
import { REDUNDANT } from './defences.redundant.ts';
import { findingsOf, neededDefences, shippedScenarios, withoutNumber } from './support/defences.ts';

/** Larger searches are not repeated for each redundant defence. */
const STATES_MAX = 20_000;
const WEAK_STATES_MAX = 8000;
/** How many scenarios are tried for a line that is missing in the table. */
const TRIES_MAX = 20;

/** All searches once; many times that where the machine has other work. */
const TIMEOUT_MS = 600_000;

interface Meeting {
  readonly scenario: Scenario;
  readonly result: CheckResult;
}

const scenarios = await shippedScenarios();
const slow = neededDefences('slow-defences.needed.txt');
const needed = [...neededDefences(), ...slow];
const all: Meeting[] = [];

beforeAll(async () => {
  for (const scenario of scenarios.values()) {
    all.push({ scenario, result: await check(scenario, { model: 'sc', keepGoing: true }) });
  }
  all.sort((one, other) => one.result.states - other.result.states);
}, TIMEOUT_MS);

/** One defence at one place of the source, whatever number a scenario gives it. */
function placeOf({ name, position }: Defence): string {
  return `${withoutNumber(name)} ${position?.file}:${position?.line}:${position?.column}`;
}

function placesOf(isListed: (meeting: Meeting, name: string) => boolean): Set<string> {
  const listed = all.flatMap((meeting) =>
    meeting.result.defences.filter(({ name }) => isListed(meeting, name)),
  );
  return new Set(listed.map(placeOf));
}

/** The models that can miss a defence: orders of single accesses only weak, up to a limit. */
function judging({ kind }: Defence): CheckOptions[] {
  if (kind !== 'order') return [{ model: 'sc' }, { model: 'tso' }];
  return [{ model: 'weak', until: { states: WEAK_STATES_MAX } }];
}

/** A line for the table, if some small search shows what the defence is for. */
async function suggestion(place: string): Promise<string> {
  const meetings = all.filter(({ result }) => result.defences.some((d) => placeOf(d) === place));
  for (const model of ['sc', 'tso', 'weak'] as const) {
    for (const { scenario, result } of meetings.slice(0, TRIES_MAX)) {
      const name = result.defences.find((one) => placeOf(one) === place)?.name ?? '';
      const before = await findingsOf(scenario, { model });
      const after = await findingsOf(scenario, { model, without: [name] });
      const finding = after.find((one) => !before.includes(one));
      if (finding !== undefined) return [name, model, scenario.name, finding].join(' | ');
    }
  }
  return `${place}: nothing found`;
}

describe('the tables of defences', () => {
  it('list every defence that a scenario meets', async () => {
    const known = placesOf(
      ({ scenario }, name) =>
        REDUNDANT.some(({ defence }) => defence === name) ||
        needed.some((one) => one.defence === name && one.scenario === scenario.name),
    );
    const met = [...new Set(all.flatMap(({ result }) => result.defences.map(placeOf)))];
    const missing: string[] = [];
    for (const place of met.filter((one) => !known.has(one))) missing.push(await suggestion(place));
    expect(missing).toEqual([]);
  });

  it('call unmet what no scenario meets, and nothing else', () => {
    const met = new Set(all.flatMap(({ result }) => result.defences.map(({ name }) => name)));
    const wrong = REDUNDANT.filter(({ defence, unmet }) => met.has(defence) === (unmet ?? false));
    expect(wrong).toEqual([]);
  });
});

describe('is found without', () => {
  it.each(slow.map((one) => [one.defence, one] as const))(
    '%s',
    async (defence, { scenario: name, model, finding }) => {
      const scenario = scenarios.get(name);
      if (scenario === undefined) throw new Error(`there is no scenario ${name}`);
      expect((await check(scenario, { model })).verdict).toBe('pass');
      const { findings } = await check(scenario, { model, without: [defence] });
      expect(findings.map(({ property }) => property.name)).toEqual([finding]);
    },
  );
});

describe('a redundant defence', () => {
  it.each(REDUNDANT.filter(({ unmet }) => unmet === undefined).map(({ defence }) => defence))(
    '%s is redundant wherever it is met',
    async (defence) => {
      const places = placesOf((_meeting, name) => name === defence);
      for (const { scenario, result } of all) {
        const met = result.defences.find((one) => places.has(placeOf(one)));
        if (met === undefined || result.states > STATES_MAX) continue;
        for (const options of judging(met)) {
          if ((await check(scenario, options)).verdict === 'open') continue;
          const before = await findingsOf(scenario, options);
          // A thread that fails by itself has not done what it would do next.
          if (before.includes('sleeping in atomic context')) continue;
          const after = await findingsOf(scenario, { ...options, without: [met.name] });
          expect(after.filter((one) => !before.includes(one))).toEqual([]);
        }
      }
    },
  );
});
