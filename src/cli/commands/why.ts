/** `holdfast why`: which defences are needed, and why. */

import type { Command } from 'commander';
import { MODELS } from '../../explore/models.ts';
import type { Style } from '../../report/paint.ts';
import { picture } from '../../report/picture.ts';
import { addLitmusOptions, addSearchOptions, checkSettings } from '../check-options.ts';
import type { CheckSettings, RawSearchOptions } from '../check-options.ts';
import type { Context } from '../context.ts';
import { Exit } from '../exit.ts';
import { interruptible } from '../interrupts.ts';
import { createProblemLog } from '../problem-log.ts';
import type { ProblemLog } from '../problem-log.ts';
import type { ScenarioInfo } from '../protocol.ts';
import { notSearched } from '../report-plan.ts';
import { whyLitmusFiles } from '../litmus.ts';
import { selectScenarios } from '../select.ts';
import { isProblem } from '../session.ts';
import { statusLine } from '../status.ts';
import { saveTrace } from '../traces.ts';
import { failsUnder, summaryOf } from '../why-search.ts';
import type { Search } from '../why-search.ts';
import { whyProgress } from '../why-progress.ts';
import { whyTable } from '../why-table.ts';
import type { WhyTable } from '../why-table.ts';
import { whyLines } from '../why-text.ts';
import { withExamples } from './help.ts';

/** Declares the command. */
export function addWhy(program: Command, context: Context): void {
  const command = program
    .command('why')
    .description('which defences are needed, and why')
    .argument('<scenario...>', 'names, files, folders or patterns');
  addLitmusOptions(addSearchOptions(command, MODELS.join(',')))
    .option('-o, --out <dir>', 'where traces go (default .holdfast)')
    .option('-v, --verbose', 'the execution of each FAIL, every access')
    .option('--plain', 'ASCII without colour');
  withExamples(command, ['holdfast why pin-vs-share', 'holdfast why peterson -m tso']);
  command.action((names: string[], raw: RawSearchOptions) => runWhy(names, raw, context));
}

async function runWhy(names: string[], raw: RawSearchOptions, context: Context): Promise<void> {
  const settings = checkSettings(raw, context);
  if ('code' in settings) return context.report(settings);
  const from = { session: context.session(), folder: context.io.folder };
  const { scenarios, litmus, problems } = await selectScenarios(from, names);
  for (const problem of problems) context.report(problem);
  const style = context.style(raw.plain === true);
  // What is not for a screen need not fit one.
  const tableWidth = context.io.columns === null ? Infinity : style.width;
  await interruptible(context, async (isOver) => {
    await whyLitmusFiles(litmus, settings, context, style, isOver);
    const log = createProblemLog(context.report);
    for (const info of scenarios) {
      if (isOver()) break;
      const table = await askWhy(info, settings, context, isOver);
      const lines = whyLines(info.name, table, { style, tableWidth, place: context.place });
      context.print(`${['', ...lines, ''].join('\n')}\n`);
      if (raw.verbose === true) context.print(picturesOf(info, table, style, context));
      noteExit(info, table, context, log);
    }
    log.tell();
  });
}

async function askWhy(
  info: ScenarioInfo,
  settings: CheckSettings,
  context: Context,
  isOver: () => boolean,
): Promise<WhyTable> {
  const models = settings.modelsGiven
    ? MODELS.filter((one) => settings.models.includes(one))
    : MODELS;
  const status = statusLine(context.io.status);
  const session = context.session();
  const search: Search = async (model, without) => {
    const options = { ...settings.search, model, without, pairs: without.length === 0 };
    const jobs = settings.search.jobs ?? 1;
    const given = await session.check(info, options, (progress) => status.show(progress, jobs));
    if (isProblem(given)) return notSearched(info, model, given);
    for (const finding of given.findings) saveTrace(settings.out, info.file, finding);
    return given;
  };
  const { status: terminal, stderr } = context.io;
  const onRow = terminal === null ? whyProgress(info.name, stderr) : undefined;
  const table = await whyTable(models, search, isOver, onRow);
  status.erase();
  return table;
}

/** The executions that the table names, in its order. */
function picturesOf(info: ScenarioInfo, table: WhyTable, style: Style, context: Context): string {
  const { whole, rows, redundancies } = table;
  const removed = [
    ...rows.map((row) => row.removed),
    ...redundancies.sets.map((set) => set.without),
  ];
  const failing = [whole, ...removed].map(failsUnder).filter((result) => result !== null);
  const drawn = failing.flatMap(({ findings, states, expected }) => {
    const options = { style, states, unfold: true, scenario: info.name, place: context.place };
    return findings.slice(0, 1).map((one) => {
      return `${picture(one, { ...options, expected: expected === 'fail' })}\n\n`;
    });
  });
  return drawn.join('');
}

function noteExit(info: ScenarioInfo, table: WhyTable, context: Context, log: ProblemLog): void {
  const { whole, rows } = table;
  const all = [whole, ...rows.map((row) => row.removed)];
  const results = all.flatMap((verdicts) => Object.values(verdicts));
  const unusable = results.find((result) => result.problems.length > 0);
  for (const problem of unusable?.problems.slice(0, 1) ?? []) {
    log.note(problem, info.name, unusable?.model ?? 'sc');
  }
  const unexpected = Object.values(whole).some(
    (result) => result.verdict === 'fail' && result.expected === 'pass',
  );
  if (unexpected) context.happened.add(Exit.UNEXPECTED);
  if (all.map(summaryOf).includes('open')) context.happened.add(Exit.OPEN);
}
