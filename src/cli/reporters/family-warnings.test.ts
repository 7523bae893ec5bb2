import { describe, expect, it } from 'vitest';
import { checkResult } from '../../../test/support/trace.ts';
import { plainStyle } from '../../report/paint.ts';
import type { Context } from '../context.ts';
import type { ScenarioInfo } from '../protocol.ts';
import type { ScenarioReport } from '../report-plan.ts';
import { familyWarnings } from './family-warnings.ts';
import { humanReporter } from './human.ts';

function infoOf(name: string, file = 'a.scenario.ts'): ScenarioInfo {
  const expected = { sc: 'pass', tso: 'pass', weak: 'pass' } as const;
  return { file, index: 0, name, about: null, expected, position: null };
}

function reportOf(info: ScenarioInfo, ...warnings: string[]): ScenarioReport {
  return { info, results: [checkResult({ scenario: info.name, warnings })], beside: [], notes: [] };
}

const cases = ['lock', 'rcu', 'srcu', 'none', 'both'].map((one) => infoOf(`free (how=${one})`));

/** What is told behind each of these reports, and below it. */
function toldOf(reports: readonly ScenarioReport[]): { below: string[]; behind: string[] }[] {
  const warnings = familyWarnings(reports.map(({ info }) => info));
  return reports.map((report) => {
    const below = warnings.hold(report).results.flatMap((one) => one.warnings);
    return { below, behind: warnings.behind(report) };
  });
}

describe('a warning of a family', () => {
  it('is told once, behind its last case', () => {
    const told = toldOf(cases.map((info) => reportOf(info, 'A.')));
    expect(told.flatMap(({ below }) => below)).toEqual([]);
    expect(told.map(({ behind }) => behind)).toEqual([[], [], [], [], ['A. (in all 5 cases)']]);
  });

  it('names the cases that it holds for, and counts the rest', () => {
    const told = toldOf(
      cases.map((info, at) => reportOf(info, ...(at > 0 ? ['A.'] : []), ...(at < 2 ? ['B.'] : []))),
    );
    expect(told.at(-1)?.behind).toEqual([
      'B. (in 2 of 5 cases: how=lock; how=rcu)',
      'A. (in 4 of 5 cases: how=rcu; how=srcu; how=none and 1 more)',
    ]);
  });

  it('is told at the end where the last case never comes', () => {
    const warnings = familyWarnings(cases);
    const [first] = cases;
    if (first !== undefined) warnings.hold(reportOf(first, 'A.'));
    expect(warnings.rest()).toEqual(['A. (in 1 of 5 cases: how=lock)']);
    expect(warnings.rest()).toEqual([]);
  });
});

it('a warning of a scenario alone, or of two files, stays below each', () => {
  const reports = [infoOf('free'), infoOf('free (how=lock)', 'b.scenario.ts'), infoOf('other')];
  const told = toldOf(reports.map((info) => reportOf(info, 'A.')));
  expect(told).toEqual(reports.map(() => ({ below: ['A.'], behind: [] })));
});

it('a terminal shows it once, below the lines of the family', () => {
  const lines: string[] = [];
  const write = (text: string): void => void lines.push(...text.split('\n'));
  const options = { quiet: false, verbose: false, style: plainStyle, write };
  const reporter = humanReporter({} as Context, options);
  const rest = { version: '', litmus: [], models: ['tso' as const], without: [], designs: {} };
  reporter.begin?.({ scenarios: cases, ...rest });
  for (const info of cases) reporter.finished?.(reportOf(info, 'A warning.'));
  const warned = lines.filter((line) => line.includes('warning'));
  expect(warned).toEqual(['         warning: A warning. (in all 5 cases)']);
  expect(lines.indexOf(warned[0] ?? '')).toBeGreaterThan(cases.length);
});
