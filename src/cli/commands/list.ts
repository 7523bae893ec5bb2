/** `holdfast list`: what is built in, what is in this folder. */

import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { PACKAGE_ROOT } from '../io.ts';
import { longEntry, shortList } from '../list-text.ts';
import type { Met } from '../list-text.ts';
import { relativeFile } from '../places.ts';
import type { ScenarioInfo } from '../protocol.ts';
import { filesBelow, SCENARIO } from '../files-below.ts';
import { selectScenarios, shippedFiles } from '../select.ts';
import { isProblem } from '../session.ts';
import { withExamples } from './help.ts';

/** A search of this many states has met most defences and designs, and takes no time. */
const STATES_LOOK = 3000;

/** Declares the command. */
export function addList(program: Command, context: Context): void {
  const command = program
    .command('list')
    .description('what is built in, what is in this folder')
    .argument('[scenario...]', 'only these')
    .option('-v, --verbose', 'with files, designs and defences');
  withExamples(command, ['holdfast list', 'holdfast list -v pin-vs-share']);
  command.action((names: string[], raw: { verbose?: boolean }) =>
    runList(names, raw.verbose === true, context),
  );
}

async function runList(
  names: readonly string[],
  verbose: boolean,
  context: Context,
): Promise<void> {
  const { folder } = context.io;
  if (names.length > 0) {
    const selected = await selectScenarios({ session: context.session(), folder }, names);
    for (const problem of selected.problems) context.report(problem);
    return printList(selected.scenarios, verbose, context);
  }
  const shipped = shippedFiles();
  const own = filesBelow(folder, [SCENARIO]).filter((file) => !shipped.includes(file));
  await listFiles('Built in', shipped, verbose, context);
  if (own.length > 0) await listFiles('In this folder', own, verbose, context);
}

async function listFiles(
  title: string,
  files: readonly string[],
  verbose: boolean,
  context: Context,
): Promise<void> {
  const scenarios: ScenarioInfo[] = [];
  for (const file of files) {
    const loaded = await context.session().load(file);
    if (isProblem(loaded)) context.report(loaded);
    else scenarios.push(...loaded);
  }
  context.print(`${context.style().paint.bold(title)}\n`);
  await printList(scenarios, verbose, context);
}

async function printList(
  scenarios: readonly ScenarioInfo[],
  verbose: boolean,
  context: Context,
): Promise<void> {
  const style = context.style();
  const fileName = (file: string): string => nearFile(file, context);
  if (!verbose) {
    const lines = shortList(scenarios, fileName, style);
    return context.print(lines.map((line) => `${line}\n`).join(''));
  }
  for (const scenario of scenarios) {
    const met = await metIn(scenario, context);
    context.print(`${longEntry(scenario, met, fileName, style).join('\n')}\n`);
  }
}

function nearFile(file: string, { io }: Context): string {
  const root = file.startsWith(PACKAGE_ROOT) ? PACKAGE_ROOT : io.folder;
  return relativeFile(root, file);
}

async function metIn(scenario: ScenarioInfo, context: Context): Promise<Met | null> {
  const until = { states: STATES_LOOK };
  const result = await context.session().check(scenario, { model: 'tso', until });
  if (isProblem(result)) return null;
  return { designs: result.designs, defences: result.defences.map(({ name }) => name) };
}
