/** `holdfast replay`: show a saved execution again, and make the scenario take the same steps. */

import type { Command } from 'commander';
import { dirname, join, relative, resolve } from 'node:path';
import { dotText } from '../../report/dot.ts';
import { relocatedFinding } from '../../report/relocate.ts';
import { patchText } from '../../report/patch.ts';
import { picture, stepList } from '../../report/picture.ts';
import { stateText } from '../../report/state.ts';
import type { Context } from '../context.ts';
import { Exit } from '../exit.ts';
import { PACKAGE_ROOT } from '../io.ts';
import { parseCount } from '../options.ts';
import { fileForPrograms } from '../places.ts';
import { usageProblem } from '../problems.ts';
import type { ScenarioInfo } from '../protocol.ts';
import type { TraceFile } from '../read-trace.ts';
import { selectScenarios } from '../select.ts';
import { isProblem } from '../session.ts';
import { openTrace, OUT_FOLDER } from '../traces.ts';
import { withExamples } from './help.ts';

const FORMATS = ['picture', 'patch', 'steps', 'json', 'dot'] as const;
type Format = (typeof FORMATS)[number];

interface RawReplayOptions {
  readonly format?: string;
  readonly step?: string;
  readonly out?: string;
  readonly run?: boolean;
  readonly plain?: boolean;
  readonly verbose?: boolean;
}

/** Declares the command. */
export function addReplay(program: Command, context: Context): void {
  const command = program
    .command('replay')
    .description('show and re-run one execution')
    .argument('<trace>', 'scenario:id as check prints it, or a trace file')
    .option('-f, --format <form>', FORMATS.join(' | '), 'picture')
    .option('--step <n>', 'the state after row n')
    .option('--no-run', 'do not run the scenario, only show')
    .option('-o, --out <dir>', `where traces are (default ${OUT_FOLDER})`)
    .option('--plain', 'ASCII without colour')
    .option('-v, --verbose', 'every access');
  withExamples(command, [
    'holdfast check store-buffering    (saves what it finds)',
    'holdfast replay store-buffering-barrier-false --format patch',
  ]);
  command.action((address: string, raw: RawReplayOptions) => runReplay(address, raw, context));
}

async function runReplay(address: string, raw: RawReplayOptions, context: Context): Promise<void> {
  const { io } = context;
  const format = FORMATS.find((one) => one === raw.format);
  if (format === undefined) {
    const what = `\`${raw.format ?? ''}\` is not a format.`;
    const unknown = { word: raw.format ?? '', known: FORMATS };
    const next = `Formats are ${FORMATS.join(', ')}.`;
    return context.report(usageProblem(what, [], { unknown, next }));
  }
  const opened = openTrace(address, resolve(io.folder, raw.out ?? OUT_FOLDER), io.folder);
  if ('code' in opened) return context.report(opened);
  if (raw.step !== undefined) return showState(opened, raw.step, raw, context);
  // What goes into a commit message or a program stays free of remarks, and of who made it how.
  const toReader = format === 'picture' || format === 'steps';
  const print = toReader ? context.print : io.stdout;
  print(`${formatted(opened, format, raw, context)}\n`);
  if (raw.run === false) return;
  const text = await runAgain(opened, context);
  (toReader ? io.stdout : io.stderr)(`\n  ${text}\n`);
}

function formatted(
  { finding, shown }: TraceFile,
  format: Format,
  raw: RawReplayOptions,
  context: Context,
): string {
  const style = context.style(raw.plain === true);
  const told = shown ?? {};
  const options = { style, unfold: raw.verbose === true, place: context.place, ...told };
  switch (format) {
    case 'picture':
      return `\n${picture(finding, options)}`;
    case 'steps':
      return stepList(finding, options);
    case 'patch':
      return patchText(finding);
    case 'dot':
      return dotText(finding.trace);
    case 'json':
      return JSON.stringify(
        relocatedFinding(finding, (file) => fileForPrograms(context.io.folder, file)),
      );
  }
}

function showState(
  { finding }: TraceFile,
  step: string,
  raw: RawReplayOptions,
  context: Context,
): void {
  const parsed = step === '0' ? { value: 0 } : parseCount('--step', step, 20_000);
  if ('problem' in parsed) return context.report(parsed.problem);
  const text = stateText(finding.trace, parsed.value, { unfold: raw.verbose === true });
  if (text === null) {
    const next = 'Rows are those of the picture (with -v too); 0 is the initial state.';
    return context.report(usageProblem(`The trace has no row ${step}.`, [], { next }));
  }
  context.io.stdout(`${text}\n`);
}

async function runAgain(file: TraceFile, context: Context): Promise<string> {
  const info = await scenarioOf(file, context);
  if (info === null) return 'Not run again: its scenario is not here.';
  const outcome = await context.session().replay(info, file.finding.trace);
  if (isProblem(outcome)) {
    context.report(outcome);
    return 'Not run again.';
  }
  const all = file.finding.trace.steps.length;
  if (outcome.divergence === null) return `Run again: all ${all} steps are the same.`;
  context.happened.add(Exit.UNEXPECTED);
  const same = `${outcome.matched} of ${all} steps are the same.`;
  return `The scenario has changed: ${same} ${outcome.divergence}`;
}

/**
 * The scenario of a trace. The file that a trace names is loaded only from this folder or from
 * Holdfast itself: loading is running, and a trace may come from a stranger.
 */
async function scenarioOf(file: TraceFile, context: Context): Promise<ScenarioInfo | null> {
  const name = file.finding.trace.scenario;
  const path = file.file;
  const trusted =
    path !== null && [context.io.folder, PACKAGE_ROOT].some((one) => isBelow(one, path));
  const where = trusted && path.endsWith('.scenario.ts') ? path : name;
  const from = { session: context.session(), folder: context.io.folder };
  const { scenarios } = await selectScenarios(from, [where]);
  return scenarios.find((one) => one.name === name) ?? null;
}

function isBelow(folder: string, path: string): boolean {
  const way = relative(folder, join(dirname(path), '.'));
  return !way.startsWith('..') && !way.startsWith('/');
}
