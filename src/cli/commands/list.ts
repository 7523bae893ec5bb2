/** `holdfast list`: what is built in, what is in this folder. */

import type { Command } from 'commander';
import { clipped, columns } from '../../report/text.ts';
import type { Context } from '../context.ts';
import { PACKAGE_ROOT } from '../io.ts';
import { relativeFile } from '../places.ts';
import type { ScenarioInfo } from '../protocol.ts';
import { filesBelow, SCENARIO } from '../files-below.ts';
import { shippedFiles } from '../select.ts';
import { isProblem } from '../session.ts';
import { withExamples } from './help.ts';

/** A search of this many states has met most defences and designs, and takes no time. */
const STATES_LOOK = 3000;

/** Declares the command. */
export function addList(program: Command, context: Context): void {
  const command = program
    .command('list')
    .description('what is built in, what is in this folder')
    .option('-v, --verbose', 'with files, designs and defences');
  withExamples(command, ['holdfast list', 'holdfast list -v']);
  command.action((raw: { verbose?: boolean }) => runList(raw.verbose === true, context));
}

async function runList(verbose: boolean, context: Context): Promise<void> {
  const shipped = shippedFiles();
  const own = filesBelow(context.io.folder, [SCENARIO]).filter((file) => !shipped.includes(file));
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
  const style = context.style();
  const cells = scenarios.map((one) => [`  ${one.name}`, expectation(one), one.about ?? '']);
  const lines = columns(cells).map((line) => clipped(line, style.width, style.glyphs.cut));
  context.io.stdout(`${style.paint.bold(title)}\n`);
  for (const [at, scenario] of scenarios.entries()) {
    const more = verbose ? await details(scenario, context) : [];
    context.io.stdout(`${[lines[at] ?? '', ...more].join('\n')}\n`);
  }
}

function expectation({ expected }: ScenarioInfo): string {
  if (expected.sc === expected.tso) return expected.sc === 'fail' ? 'known bug' : '';
  return expected.tso === 'fail' ? 'fails under tso' : 'fails under sc';
}

async function details(scenario: ScenarioInfo, context: Context): Promise<string[]> {
  const file = scenario.file.startsWith(PACKAGE_ROOT)
    ? relativeFile(PACKAGE_ROOT, scenario.file)
    : relativeFile(context.io.folder, scenario.file);
  const until = { states: STATES_LOOK };
  const result = await context.session().check(scenario, { model: 'tso', until });
  if (isProblem(result)) return [`      ${file}`];
  const designs = result.designs.map(
    ({ name, choices, chosen }) => `      design ${name}: ${marked(choices, chosen)}`,
  );
  const defences = result.defences.map(({ name }) => `      defence ${name}`);
  return [`      ${file}`, ...designs, ...defences];
}

function marked(choices: readonly string[], chosen: string): string {
  return choices.map((one) => (one === chosen ? `[${one}]` : one)).join(' ');
}
