/**
 * All searches of one scenario: each model that was asked for, and beside them what a reader of a
 * finding asks next. Does it need a weak memory model at all? Does it go away with the defence?
 */

import { MODELS, strongerThan } from '../explore/models.ts';
import type { CheckResult, Model } from '../explore/result.ts';
import { outcomeOf } from '../report/human.ts';
import type { CheckSettings } from './check-options.ts';
import type { Context } from './context.ts';
import { Exit } from './exit.ts';
import { amongAll, unknownDesign } from './problems.ts';
import type { ProblemLog } from './problem-log.ts';
import type { ScenarioInfo, SearchOptions } from './protocol.ts';
import { repairNotes } from './repair.ts';
import { notSearched, modelsOf } from './report-plan.ts';
import type { Reporter, ScenarioReport } from './report-plan.ts';
import { isProblem } from './session.ts';
import { saveTrace } from './traces.ts';

/** What a search needs to tell what it found. */
export interface Desk {
  readonly settings: CheckSettings;
  readonly reporters: Reporter;
  readonly context: Context;
  readonly log: ProblemLog;
}

/** A scenario that was searched, and what was asked for that it does not have. */
export interface Searched {
  readonly report: ScenarioReport;
  readonly lacks: readonly string[];
}

/**
 * Searches a scenario and tells the reporters; not if it lacks what was asked for under every
 * model: that is a mistake only if nobody has it, which is known when all have been searched.
 */
export async function searchScenario(info: ScenarioInfo, desk: Desk): Promise<Searched> {
  const { settings, reporters, context } = desk;
  const results: CheckResult[] = [];
  const held: CheckResult[] = [];
  const search = async (model: Model, options: SearchOptions): Promise<CheckResult> => {
    const onProgress = reporters.progress?.bind(reporters);
    const given = await context.session().check(info, { ...options, model }, onProgress);
    return isProblem(given) ? notSearched(info, model, given) : withDesignsChecked(given, options);
  };
  for (const model of settings.models) {
    reporters.searching?.(info, model);
    const result = withoutAnswer(await search(model, settings.search));
    results.push(result);
    if (lackedBy(result).length > 0) held.push(result);
    else conclude(info, result, desk);
  }
  const lacks = [...new Set(held.flatMap(lackedBy))];
  const unanswered: ScenarioReport = { info, results, beside: [], notes: [] };
  if (held.length === results.length) return { report: unanswered, lacks };
  for (const result of held) conclude(info, result, desk);
  const beside = await besideSearches(results, settings, (model) => search(model, settings.search));
  const notes = await repairNotes(results, settings.search.without ?? [], (model, without) =>
    search(model, { ...settings.search, without }),
  );
  const report: ScenarioReport = { info, results, beside, notes };
  saveShown(report, settings);
  reporters.finished?.(report);
  return { report, lacks: [] };
}

/** Tells of scenarios that all lack what was asked for, as one mistake. */
export function tellLacking(lacking: readonly Searched[], desk: Desk): ScenarioReport[] {
  const all = lacking.flatMap(({ report }) => report.results.flatMap(({ problems }) => problems));
  return lacking.map(({ report }) => {
    const results = report.results.map((result) => {
      return { ...result, problems: result.problems.map((one) => amongAll(one, all)) };
    });
    for (const result of results) conclude(report.info, result, desk);
    const told = { ...report, results };
    desk.reporters.finished?.(told);
    return told;
  });
}

/** What was asked for that the scenario does not have, where nothing else is wrong with it. */
function lackedBy({ problems }: CheckResult): string[] {
  const absent = problems.flatMap((problem) => problem.absent ?? []);
  return absent.length === problems.length ? absent : [];
}

/** Saves the findings again, with all that is printed of them: `replay` is to say no less. */
function saveShown(report: ScenarioReport, { out }: CheckSettings): void {
  const { info, results, beside, notes } = report;
  for (const { findings, states, expected } of [...results, ...beside]) {
    for (const finding of findings) {
      const models = modelsOf(report, finding);
      saveTrace(out, info.file, finding, { states, expected: expected === 'fail', models, notes });
    }
  }
}

/** Saves traces, notes problems and what this means for the exit code. */
function conclude(info: ScenarioInfo, result: CheckResult, desk: Desk): void {
  const { settings, reporters, context, log } = desk;
  const unsaved = result.findings.map((one) => saveTrace(settings.out, info.file, one));
  const firstUnsaved = unsaved.find((one) => one !== null) ?? null;
  reporters.searched?.(info, result);
  for (const problem of [...result.problems, ...(firstUnsaved === null ? [] : [firstUnsaved])]) {
    reporters.problem?.(problem, info);
    context.happened.add(Exit.UNUSABLE);
    log.note(problem, info.name, result.model);
  }
  const outcome = outcomeOf(result);
  if (outcome === 'unexpected') context.happened.add(Exit.UNEXPECTED);
  if (outcome === 'open') context.happened.add(Exit.OPEN);
}

/**
 * What was asked for was not done (a defence that is never met was not removed): whatever the
 * search found answers another question, and a picture would be read as the answer to this one.
 */
function withoutAnswer(result: CheckResult): CheckResult {
  if (result.problems.length === 0) return result;
  return { ...result, verdict: 'open', complete: false, findings: [], properties: [] };
}

/** A design that nobody asks about would be ignored in silence. */
function withDesignsChecked(result: CheckResult, { designs = {} }: SearchOptions): CheckResult {
  const asked = result.designs.map(({ name }) => name);
  const unknown = Object.keys(designs).find((name) => !asked.includes(name));
  if (unknown === undefined || !result.complete || result.problems.length > 0) return result;
  return { ...result, problems: [unknownDesign(unknown, asked)] };
}

/** A finding is searched for under the stronger models too: what sc shows, every CPU shows. */
async function besideSearches(
  results: readonly CheckResult[],
  settings: CheckSettings,
  search: (model: Model) => Promise<CheckResult>,
): Promise<CheckResult[]> {
  const failing = MODELS.find((model) =>
    results.some((one) => one.model === model && one.findings.length > 0),
  );
  if (settings.modelsGiven || failing === undefined) return [];
  const beside: CheckResult[] = [];
  for (const model of strongerThan(failing)) beside.push(await search(model));
  return beside.filter((result) => result.problems.length === 0);
}
