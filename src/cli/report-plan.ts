/** What a run of `check` found, in the form that every reporter is given. */

import { failedResult } from '../explore/failed-result.ts';
import { MODELS } from '../explore/models.ts';
import type { CheckResult, Finding, Model, Problem, Progress } from '../explore/result.ts';
import type { ModelVerdict } from '../report/models.ts';
import type { LitmusFound, ScenarioInfo } from './protocol.ts';

/** The setting of a run, known before the first search. */
export interface RunPlan {
  readonly version: string;
  readonly scenarios: readonly ScenarioInfo[];
  /** Files, as their user would name them. */
  readonly litmus: readonly string[];
  readonly models: readonly Model[];
  readonly without: readonly string[];
  readonly designs: Readonly<Record<string, string>>;
}

/** A litmus test with its answers. */
export interface LitmusReport extends LitmusFound {
  readonly name: string;
}

/** Everything that a run found. */
export interface Reports {
  readonly scenarios: readonly ScenarioReport[];
  readonly litmus: readonly LitmusReport[];
  /** How many litmus tests could not be read. */
  readonly notRead: number;
}

/** One scenario after all of its searches. */
export interface ScenarioReport {
  readonly info: ScenarioInfo;
  /** One for each model that was asked for. */
  readonly results: readonly CheckResult[];
  /** Searches beside these, which only say under which models a finding shows. */
  readonly beside: readonly CheckResult[];
  /** What would repair it, as lines below the picture. */
  readonly notes: readonly (readonly [head: string, text: string])[];
}

/** Something that reports; each method is called in order of events. */
export interface Reporter {
  begin?(plan: RunPlan): void;
  searching?(info: ScenarioInfo, model: Model): void;
  progress?(progress: Progress): void;
  /** A mistake of the user, with the scenario that it belongs to if there is one. */
  problem?(problem: Problem, info: ScenarioInfo | null): void;
  searched?(info: ScenarioInfo, result: CheckResult): void;
  finished?(report: ScenarioReport): void;
  /** Scenarios that do not have what was asked for; others do, so these are left out. */
  lacking?(scenarios: readonly ScenarioInfo[], lacked: readonly string[]): void;
  litmus?(report: LitmusReport): void;
  end?(reports: Reports, seconds: number, exitCode: number): void;
}

/** A finding, as the strongest model shows it, and what every searched model says of it. */
export interface ShownFinding {
  readonly finding: Finding;
  readonly result: CheckResult;
  /** Weakest first. */
  readonly models: readonly ModelVerdict[];
  readonly report: ScenarioReport;
}

/** Each violated property once, as the strongest model shows it: the simplest picture. */
export function shownFindings(report: ScenarioReport): ShownFinding[] {
  const all = [...report.results, ...report.beside];
  const shown = new Map<string, ShownFinding>();
  for (const model of MODELS) {
    for (const result of all.filter((one) => one.model === model)) {
      for (const finding of result.findings) {
        const key = keyOf(finding);
        if (shown.has(key)) continue;
        shown.set(key, { finding, result, models: modelsOf(report, finding), report });
      }
    }
  }
  return [...shown.values()];
}

/** What every searched model says of the property that a finding violates, weakest first. */
export function modelsOf(report: ScenarioReport, finding: Finding): readonly ModelVerdict[] {
  const all = [...report.results, ...report.beside];
  const verdicts: ModelVerdict[] = [];
  for (const model of MODELS) {
    const result = all.find((one) => one.model === model);
    if (result === undefined) continue;
    const shown = result.findings.some((one) => keyOf(one) === keyOf(finding));
    const implied = isReachability(finding) && verdicts.some(({ verdict }) => verdict === 'fail');
    // A search that ended at a finding of another property has not decided this one.
    const verdict = shown || implied ? 'fail' : result.complete ? 'pass' : 'open';
    verdicts.push({ model, verdict });
  }
  return verdicts.toReversed();
}

/** A bad state that a model reaches is reached under every weaker model too. */
function isReachability({ property: { kind, name } }: Finding): boolean {
  return kind !== 'sometimes' && kind !== 'vacuous' && name !== 'livelock';
}

function keyOf({ property }: Finding): string {
  return `${property.kind} ${property.name}`;
}

/** The result of a scenario that was not searched under a model. */
export function notSearched(info: ScenarioInfo, model: Model, found: Problem): CheckResult {
  return failedResult({ scenario: info.name, model, expected: info.expected[model] }, found);
}
