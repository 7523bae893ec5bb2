/** `holdfast check`: explore every execution. */

import type { Command } from 'commander';
import { basename, relative } from 'node:path';
import type { Problem } from '../../explore/result.ts';
import { addCheckOptions, checkSettings } from '../check-options.ts';
import type { CheckSettings, RawSearchOptions } from '../check-options.ts';
import type { Context } from '../context.ts';
import { exitCode } from '../exit.ts';
import { interruptible } from '../interrupts.ts';
import { checkLitmusFiles } from '../litmus.ts';
import { createProblemLog } from '../problem-log.ts';
import { nothingSelected } from '../problems.ts';
import type { ScenarioInfo } from '../protocol.ts';
import type { Reporter, ScenarioReport } from '../report-plan.ts';
import { openReporters } from '../reporters/open.ts';
import { selectScenarios } from '../select.ts';
import type { Selected } from '../select.ts';
import { searchScenario, tellLacking } from '../search-scenario.ts';
import type { Desk, Searched } from '../search-scenario.ts';
import { version } from '../version.ts';
import { withExamples } from './help.ts';

/** Declares the command. */
export function addCheck(program: Command, context: Context): void {
  const command = program
    .command('check')
    .summary('explore every execution')
    .description(
      'Explore every execution of scenarios and litmus tests; without names, of all that ship.',
    )
    .argument('[scenario...]');
  addCheckOptions(command);
  withExamples(command, ['holdfast check pin-vs-share', "holdfast check 'src/**/*.scenario.ts'"]);
  command.action(async (names: string[], raw: RawSearchOptions) => {
    // Where `check` was left out, the first word may have been meant for another command.
    const commands = context.argv[0] === 'check' ? [] : program.commands.map((one) => one.name());
    const from = { session: context.session(), folder: context.io.folder, commands };
    await runCheck(() => selectScenarios(from, names), raw, context);
  });
}

async function runCheck(
  select: () => Promise<Selected>,
  raw: RawSearchOptions,
  context: Context,
): Promise<void> {
  const settings = checkSettings(raw, context);
  if ('code' in settings) return context.report(settings);
  const selected = grepped(await select(), settings.grep ?? '');
  const { scenarios } = selected;
  // What is not even a command is not half a command line.
  const misspelt = selected.problems.find(({ code }) => code === 'HF002');
  if (misspelt !== undefined) return context.report(misspelt);
  const litmus = selected.litmus.map(nearName(context));
  const reporters = openReporters(settings, raw, context);
  reporters.begin?.({
    version: version(),
    scenarios,
    litmus,
    models: settings.models,
    without: settings.search.without ?? [],
    designs: settings.search.designs ?? {},
  });
  for (const problem of [...selected.problems, ...filteredAway(selected, raw)]) {
    context.report(problem);
    reporters.problem?.(problem, null);
  }
  const started = performance.now();
  const reports = await interruptible(context, async (isOver) => ({
    ...(await checkLitmusFiles(litmus, settings, reporters, context, isOver)),
    scenarios: await searchAll(scenarios, settings, reporters, context, isOver),
  }));
  const seconds = (performance.now() - started) / 1000;
  reporters.end?.(reports, seconds, exitCode(context.happened));
}

function grepped(selected: Selected, text: string): Selected {
  const scenarios = selected.scenarios.filter(({ name }) => name.includes(text));
  const litmus = selected.litmus.filter((file) => basename(file).includes(text));
  return { ...selected, scenarios, litmus };
}

/** A file as its user would type it here. */
function nearName({ io }: Context): (file: string) => string {
  return (file) => {
    const near = relative(io.folder, file);
    return near.startsWith('..') ? file : near;
  };
}

function filteredAway(selected: Selected, { grep }: RawSearchOptions): Problem[] {
  const { scenarios, litmus, problems } = selected;
  if (scenarios.length + litmus.length + problems.length > 0) return [];
  const why = grep === undefined ? 'none was named and none ships' : `no name contains ${grep}`;
  return [nothingSelected(why)];
}

async function searchAll(
  scenarios: readonly ScenarioInfo[],
  settings: CheckSettings,
  reporters: Reporter,
  context: Context,
  isOver: () => boolean,
): Promise<ScenarioReport[]> {
  const reports: ScenarioReport[] = [];
  const lacking: Searched[] = [];
  const log = createProblemLog(context.report);
  const desk = { settings, reporters, context, log };
  let file = '';
  for (const info of scenarios) {
    if (isOver()) break;
    // What several have in common is nearly always said of one file: nobody waits for the others.
    if (info.file !== file) log.tell();
    file = info.file;
    const searched = await searchScenario(info, desk);
    if (searched.lacks.length > 0) lacking.push(searched);
    else reports.push(searched.report);
  }
  log.tell();
  return [...reports, ...withLacking(lacking, reports, desk)];
}

/** Where others have what was asked for, who lacks it is left out; else that is a mistake. */
function withLacking(
  lacking: readonly Searched[],
  others: readonly ScenarioReport[],
  desk: Desk,
): ScenarioReport[] {
  if (lacking.length === 0) return [];
  if (others.some(({ results }) => results.some(({ problems }) => problems.length === 0))) {
    const lacked = [...new Set(lacking.flatMap(({ lacks }) => lacks))];
    desk.reporters.lacking?.(
      lacking.map(({ report }) => report.info),
      lacked,
    );
    return [];
  }
  const told = tellLacking(lacking, desk);
  desk.log.tell();
  return told;
}
