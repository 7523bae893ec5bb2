/** What a run of `check` found, in the form that every reporter is given. */

import type { CheckResult, Finding, Model, Problem, Progress } from '../explore/result.ts';
import type { ScenarioInfo } from './protocol.ts';

/** The setting of a run, known before the first search. */
export interface RunPlan {
  readonly version: string;
  readonly scenarios: readonly ScenarioInfo[];
  readonly models: readonly Model[];
  readonly without: readonly string[];
  readonly designs: Readonly<Record<string, string>>;
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
  end?(reports: readonly ScenarioReport[], seconds: number, exitCode: number): void;
}

/** A finding, with the weakest model that shows it and what every searched model says. */
export interface ShownFinding {
  readonly finding: Finding;
  readonly result: CheckResult;
  readonly models: Readonly<Partial<Record<Model, CheckResult['verdict']>>>;
  readonly report: ScenarioReport;
}

/** Models from the strongest on: what fails in an early one fails in all later ones. */
const STRONGEST_FIRST: readonly Model[] = ['sc', 'tso'];

/** Each violated property once, as the strongest model shows it: the simplest picture. */
export function shownFindings(report: ScenarioReport): ShownFinding[] {
  const all = [...report.results, ...report.beside];
  const shown = new Map<string, ShownFinding>();
  for (const model of STRONGEST_FIRST) {
    for (const result of all.filter((one) => one.model === model)) {
      for (const finding of result.findings) {
        const key = `${finding.property.kind} ${finding.property.name}`;
        if (shown.has(key)) continue;
        shown.set(key, { finding, result, models: modelsOf(all, key), report });
      }
    }
  }
  return [...shown.values()];
}

function modelsOf(all: readonly CheckResult[], key: string): ShownFinding['models'] {
  const models: Partial<Record<Model, CheckResult['verdict']>> = {};
  for (const result of all) {
    const hit = result.findings.some(({ property }) => `${property.kind} ${property.name}` === key);
    models[result.model] = hit ? 'fail' : result.verdict === 'open' ? 'open' : 'pass';
  }
  return Object.fromEntries(
    STRONGEST_FIRST.flatMap((model) =>
      models[model] === undefined ? [] : [[model, models[model]]],
    ),
  );
}

/** A search that could not begin or end, as a result like any other. */
export function failedResult(info: ScenarioInfo, model: Model, problem: Problem): CheckResult {
  return {
    scenario: info.name,
    model,
    verdict: 'open',
    expected: info.expected[model],
    complete: false,
    open: null,
    states: 0,
    transitions: 0,
    depth: 0,
    finals: 0,
    threads: 0,
    automatonStates: 0,
    runs: 0,
    seconds: 0,
    bytesPerState: 0,
    missProbability: 0,
    findings: [],
    properties: [],
    problems: [problem],
    defences: [],
    designs: [],
    warnings: [],
  };
}
