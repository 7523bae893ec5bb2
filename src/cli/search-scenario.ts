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
import { unknownDesign } from './problems.ts';
import type { ProblemLog } from './problem-log.ts';
import type { ScenarioInfo, SearchOptions } from './protocol.ts';
import { repairNotes } from './repair.ts';
import { notSearched, modelsOf } from './report-plan.ts';
import type { Reporter, ScenarioReport } from './report-plan.ts';
import { isProblem } from './session.ts';
import { saveTrace } from './traces.ts';

/** Searches a scenario and tells the reporters. */
export async function searchScenario(
  info: ScenarioInfo,
  settings: CheckSettings,
  reporters: Reporter,
  context: Context,
  log: ProblemLog,
): Promise<ScenarioReport> {
  const results: CheckResult[] = [];
  const search = async (model: Model, options: SearchOptions): Promise<CheckResult> => {
    const onProgress = reporters.progress?.bind(reporters);
    const given = await context.session().check(info, { ...options, model }, onProgress);
    return isProblem(given) ? notSearched(info, model, given) : withDesignsChecked(given, options);
  };
  for (const model of settings.models) {
    reporters.searching?.(info, model);
    const result = withoutAnswer(await search(model, settings.search));
    results.push(result);
    conclude(info, result, { settings, reporters, context, log });
  }
  const beside = await besideSearches(results, settings, (model) => search(model, settings.search));
  const notes = await repairNotes(results, settings.search.without ?? [], (model, without) =>
    search(model, { ...settings.search, without }),
  );
  const report: ScenarioReport = { info, results, beside, notes };
  saveShown(report, settings);
  reporters.finished?.(report);
  return report;
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

/** What the conclusion of a search needs. */
interface Desk {
  readonly settings: CheckSettings;
  readonly reporters: Reporter;
  readonly context: Context;
  readonly log: ProblemLog;
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
