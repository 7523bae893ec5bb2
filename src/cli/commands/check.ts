/** `holdfast check`: explore every execution. */

import type { Command } from 'commander';
import type { Problem } from '../../explore/result.ts';
import { addCheckOptions, checkSettings } from '../check-options.ts';
import type { CheckSettings, RawSearchOptions } from '../check-options.ts';
import type { Context } from '../context.ts';
import { exitCode } from '../exit.ts';
import { interruptible } from '../interrupts.ts';
import { checkLitmusFiles, litmusNames } from '../litmus.ts';
import { nothingSelected } from '../problems.ts';
import type { Reporter, ScenarioReport } from '../report-plan.ts';
import { openReporters } from '../reporters/open.ts';
import { selectScenarios } from '../select.ts';
import type { Selected } from '../select.ts';
import { searchScenario } from '../search-scenario.ts';
import { version } from '../version.ts';
import { withExamples } from './help.ts';

/** Declares the command. */
export function addCheck(program: Command, context: Context): void {
  const command = program
    .command('check')
    .description('explore every execution')
    .argument('[scenario...]');
  addCheckOptions(command);
  withExamples(command, ['holdfast check pin-vs-share', "holdfast check 'src/**/*.scenario.ts'"]);
  command.action((names: string[], raw: RawSearchOptions) => runCheck(names, raw, context));
}

async function runCheck(names: string[], raw: RawSearchOptions, context: Context): Promise<void> {
  const settings = checkSettings(raw, context);
  if ('code' in settings) return context.report(settings);
  const { litmus, rest } = litmusNames(names);
  checkLitmusFiles(litmus, settings, context);
  if (litmus.length > 0 && rest.length === 0) return;
  const selected = await selectScenarios(context.session(), rest, context.io.folder);
  const scenarios = selected.scenarios.filter(({ name }) => name.includes(settings.grep ?? ''));
  const reporters = openReporters(settings, raw, context);
  reporters.begin?.({
    version: version(),
    scenarios,
    models: settings.models,
    without: settings.search.without ?? [],
    designs: settings.search.designs ?? {},
  });
  for (const problem of [...selected.problems, ...filteredAway(selected, scenarios.length, raw)]) {
    context.report(problem);
    reporters.problem?.(problem, null);
  }
  const started = performance.now();
  const reports = await searchAll({ ...selected, scenarios }, settings, reporters, context);
  const seconds = (performance.now() - started) / 1000;
  reporters.end?.(reports, seconds, exitCode(context.happened));
}

function filteredAway(selected: Selected, left: number, { grep }: RawSearchOptions): Problem[] {
  if (left > 0 || selected.problems.length > 0) return [];
  const why = grep === undefined ? 'none was named and none ships' : `no name contains ${grep}`;
  return [nothingSelected(why)];
}

async function searchAll(
  selected: Selected,
  settings: CheckSettings,
  reporters: Reporter,
  context: Context,
): Promise<ScenarioReport[]> {
  const reports: ScenarioReport[] = [];
  await interruptible(context, async (isOver) => {
    for (const info of selected.scenarios) {
      if (isOver()) break;
      reports.push(await searchScenario(info, settings, reporters, context));
    }
  });
  return reports;
}
