/** `holdfast why`: which defences are needed, and why. */

import type { Command } from 'commander';
import { basename } from 'node:path';
import { MODELS } from '../../explore/models.ts';
import type { Defence, Position } from '../../explore/result.ts';
import type { Style } from '../../report/paint.ts';
import { columns, listed, slug } from '../../report/text.ts';
import { addLitmusOptions, addSearchOptions, checkSettings } from '../check-options.ts';
import type { CheckSettings, RawSearchOptions } from '../check-options.ts';
import type { Context } from '../context.ts';
import { Exit } from '../exit.ts';
import type { ScenarioInfo } from '../protocol.ts';
import { failedResult } from '../report-plan.ts';
import { litmusNames, whyLitmusFiles } from '../litmus.ts';
import { selectScenarios } from '../select.ts';
import { isProblem } from '../session.ts';
import { statusLine } from '../status.ts';
import { saveTrace } from '../traces.ts';
import { failsUnder, holds, summaryOf, whyTable } from '../why-table.ts';
import type { WhyRow, WhyTable } from '../why-table.ts';
import { withExamples } from './help.ts';

/** Declares the command. */
export function addWhy(program: Command, context: Context): void {
  const command = program
    .command('why')
    .description('which defences are needed, and why')
    .argument('<scenario...>', 'names, files, folders or patterns');
  addLitmusOptions(addSearchOptions(command))
    .option('-o, --out <dir>', 'where traces go (default .holdfast)')
    .option('--plain', 'ASCII without colour');
  withExamples(command, ['holdfast why pin-vs-share', 'holdfast why my.scenario.ts -m tso']);
  command.action((names: string[], raw: RawSearchOptions) => runWhy(names, raw, context));
}

async function runWhy(names: string[], raw: RawSearchOptions, context: Context): Promise<void> {
  const settings = checkSettings(raw, context);
  if ('code' in settings) return context.report(settings);
  const { litmus, rest } = litmusNames(names);
  whyLitmusFiles(litmus, settings, context);
  if (rest.length === 0) return;
  const { scenarios, problems } = await selectScenarios(context.session(), rest, context.io.folder);
  for (const problem of problems) context.report(problem);
  for (const info of scenarios) {
    const table = await askWhy(info, settings, context);
    const style = context.style(raw.plain === true);
    context.io.stdout(`${['', ...tableLines(info, table, style, context.place), ''].join('\n')}\n`);
    noteExit(table, context);
  }
}

async function askWhy(
  info: ScenarioInfo,
  settings: CheckSettings,
  context: Context,
): Promise<WhyTable> {
  const models = settings.modelsGiven
    ? MODELS.filter((one) => settings.models.includes(one))
    : MODELS;
  const status = statusLine(context.io.status);
  const session = context.session();
  const table = await whyTable(models, async (model, without) => {
    const options = { ...settings.search, model, without, pairs: without.length === 0 };
    const jobs = settings.search.jobs ?? 1;
    const given = await session.check(info, options, (progress) => status.show(progress, jobs));
    if (isProblem(given)) return failedResult(info, model, given);
    for (const finding of given.findings) saveTrace(settings.out, info.file, finding);
    return given;
  });
  status.erase();
  return table;
}

function noteExit({ whole, rows }: WhyTable, context: Context): void {
  const all = [whole, ...rows.map((row) => row.removed)];
  const results = all.flatMap((verdicts) => Object.values(verdicts));
  const problem = results.flatMap((result) => result.problems)[0];
  if (problem !== undefined) context.report(problem);
  const unexpected = Object.values(whole).some(
    (result) => result.verdict === 'fail' && result.expected === 'pass',
  );
  if (unexpected) context.happened.add(Exit.UNEXPECTED);
  if (all.map(summaryOf).includes('open')) context.happened.add(Exit.OPEN);
}

type Place = (position: Position) => string;

function tableLines(info: ScenarioInfo, table: WhyTable, style: Style, place: Place): string[] {
  if (!holds(table.whole)) return [`  ${wholeText(info, table)}`];
  if (table.rows.length === 0)
    return [`  ${info.name} passes, and its code has no defence to remove.`];
  const head = ['defence', 'where', 'if removed', 'weaker enough?', 'pairs with'];
  const placeByName = new Map(
    table.rows.map(({ defence }) => [defence.name, placeOf(defence, place)]),
  );
  const cells = table.rows.map((row) => [
    row.defence.name,
    placeOf(row.defence, place),
    removedText(row),
    weakerText(row),
    row.pairs.map((name) => placeByName.get(name) ?? name).join(', '),
  ]);
  const [first = '', ...lines] = columns([head, ...cells], 3).map((line) => `  ${line}`);
  const body = lines.map((line) => paintVerdict(line, style));
  return [`  ${info.name}`, '', style.paint.bold(first), ...body, '', ...conclusion(info, table)];
}

function paintVerdict(line: string, style: Style): string {
  return line.replace(/FAIL \w+/, (text) => style.paint.red(text));
}

function wholeText(info: ScenarioInfo, { whole }: WhyTable): string {
  const failing = failsUnder(whole);
  if (failing === null) return `${info.name}: ${summaryOf(whole)} with everything in place.`;
  const known = failing.expected === 'fail' ? ', as expected of a known bug' : '';
  return `${info.name} fails under ${failing.model} with everything in place${known}.`;
}

function removedText({ removed }: WhyRow): string {
  const failing = failsUnder(removed);
  if (failing !== null) return `FAIL ${failing.model}  ${failing.findings[0]?.id ?? ''}`.trimEnd();
  const summary = summaryOf(removed);
  return summary === 'pass' ? 'passes' : summary;
}

function weakerText(row: WhyRow): string {
  if (failsUnder(row.removed) === null) return '-';
  const enough = row.weaker.find(({ verdicts }) => holds(verdicts));
  if (enough !== undefined) return `yes, ${enough.form}`;
  return row.weaker.length === 0 ? '-' : 'no';
}

/** The file's name and the line: the column would make the table too wide. */
function placeOf({ position }: Defence, place: Place): string {
  return position === null ? '' : basename(place(position)).replace(/:\d+$/, '');
}

function conclusion(info: ScenarioInfo, { whole, rows }: WhyTable): string[] {
  const models = listed(Object.keys(whole));
  const needed = rows.filter((row) => failsUnder(row.removed) !== null).length;
  const undecided = rows.filter(({ removed }) => !holds(removed) && failsUnder(removed) === null);
  if (needed === 0 && undecided.length > 0) return ['  Not decided, see above.'];
  if (needed === 0) {
    return [
      `  No removal hurts under ${models}. Either weaker CPUs need these defences,`,
      '  or the properties of this scenario test nothing.',
    ];
  }
  const text = needed === rows.length ? allNeeded(needed) : someNeeded(needed, rows.length, models);
  return [...text, `  Each FAIL can be shown: holdfast replay ${slug(info.name)}:<id>`];
}

function allNeeded(count: number): string[] {
  return [count === 1 ? '  It is needed.' : `  All ${count} are needed.`];
}

function someNeeded(needed: number, all: number, models: string): string[] {
  const verb = needed === 1 ? 'is' : 'are';
  return [
    `  ${needed} of ${all} defences ${verb} needed under ${models}. The others guard against what`,
    '  this scenario does not do, or are for CPUs weaker than x86.',
  ];
}
