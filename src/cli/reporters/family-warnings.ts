/**
 * Warnings of `scenario.each`, each told once: what is wrong in the body is wrong in every case of
 * the family. They are told behind its last case, with the cases that they hold for.
 */

import type { ScenarioInfo } from '../protocol.ts';
import type { ScenarioReport } from '../report-plan.ts';

/** Holds the warnings of families back. */
export interface FamilyWarnings {
  /** The report without what is held back. */
  hold(report: ScenarioReport): ScenarioReport;
  /** What is to be told behind this case: nothing before the family's last one. */
  behind({ info }: ScenarioReport): string[];
  /** What is still held, where no more cases come. */
  rest(): string[];
}

interface Family {
  readonly cases: number;
  /** Cases that have not finished. */
  left: number;
  /** The cases that each warning was given for. */
  readonly told: Map<string, string[]>;
}

/** Begins with the scenarios of a run. */
export function familyWarnings(scenarios: readonly ScenarioInfo[]): FamilyWarnings {
  const families = new Map<string, Family>();
  for (const info of scenarios) {
    const cases = (families.get(keyOf(info))?.cases ?? 0) + 1;
    families.set(keyOf(info), { cases, left: cases, told: new Map() });
  }
  const familyOf = ({ info }: ScenarioReport): Family | undefined => {
    const family = families.get(keyOf(info));
    return family === undefined || family.cases === 1 ? undefined : family;
  };
  return {
    hold(report) {
      const family = familyOf(report);
      if (family === undefined) return report;
      const { name } = report.info;
      for (const text of new Set(report.results.flatMap(({ warnings }) => warnings))) {
        family.told.set(text, [...(family.told.get(text) ?? []), caseOf(name)]);
      }
      return { ...report, results: report.results.map((one) => ({ ...one, warnings: [] })) };
    },
    behind(report) {
      const family = familyOf(report);
      if (family === undefined) return [];
      family.left--;
      return family.left === 0 ? takenFrom(family) : [];
    },
    rest: () => [...families.values()].flatMap(takenFrom),
  };
}

function takenFrom({ cases, told }: Family): string[] {
  const texts = [...told].map(([text, names]) => `${text} (${casesText(names, cases)})`);
  told.clear();
  return texts;
}

/** More cases than these are only counted. */
const NAMED_MAX = 3;

function casesText(names: readonly string[], cases: number): string {
  if (names.length === cases) return `in all ${cases} cases`;
  const named = names.slice(0, NAMED_MAX).join('; ');
  const more = names.length - NAMED_MAX;
  return `in ${names.length} of ${cases} cases: ${named}${more > 0 ? ` and ${more} more` : ''}`;
}

const CASE = /^(.*) \(([\w$]+=.*)\)$/;

/** Cases of one family have one name before the parameters, and stand in one file. */
function keyOf({ file, name }: ScenarioInfo): string {
  return `${file}\n${CASE.exec(name)?.[1] ?? name}`;
}

/** `how=right` of `srcu-free (how=right)`. */
function caseOf(name: string): string {
  return CASE.exec(name)?.[2] ?? name;
}
