/** `holdfast new`: write a starting scenario. An existing file is never overwritten. */

import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { slug } from '../../report/text.ts';
import type { Context } from '../context.ts';
import { PACKAGE_ROOT } from '../io.ts';
import { shellWord } from '../own-name.ts';
import { relativeFile } from '../places.ts';
import { systemReason, unwritable, usageProblem } from '../problems.ts';
import { templates } from '../templates.ts';
import { withExamples } from './help.ts';

/** Declares the command. */
export function addNew(program: Command, context: Context): void {
  const cases = templates.map(({ name }) => name);
  const command = program
    .command('new')
    .description('write a starting scenario')
    .argument('<name>', 'the name of the scenario; a folder may stand in front')
    .option('-c, --case <case>', cases.join(' | '), cases[0]);
  withExamples(command, ['holdfast new my-driver', 'holdfast new my-device --case dma']);
  command.action((name: string, raw: { case: string }) => runNew(name, raw.case, context));
}

function runNew(target: string, wanted: string, context: Context): void {
  const template = templates.find((one) => one.name === wanted);
  if (template === undefined) {
    const names = templates.map((one) => one.name);
    const unknown = { word: wanted, known: names };
    const next = `Cases are ${names.join(', ')}.`;
    return context.report(usageProblem(`\`${wanted}\` is not a case.`, [], { unknown, next }));
  }
  const name = basename(target).replace(/\.scenario\.ts$/, '');
  if (!/^[\w][\w .-]*$/.test(name)) {
    const next = 'It is also the name of a file: use letters, digits, blanks, - and _.';
    const what = `\`${target}\` cannot be the name of a scenario.`;
    return context.report(usageProblem(what, [], { next }));
  }
  const path = join(resolve(context.io.folder, dirname(target)), `${slug(name)}.scenario.ts`);
  const file = shellWord(relativeFile(context.io.folder, path));
  const text = template.text.replaceAll('FILE', basename(path)).replaceAll('NAME', name);
  try {
    writeFileSync(path, text, { flag: 'wx' });
  } catch (error) {
    return context.report(unwritable(file, systemReason(error), nextAfter(error, path)));
  }
  const models = template.models === undefined ? '' : ` -m ${template.models}`;
  const next = [`  holdfast check ${file}`, `  holdfast why ${file}${models}`, ...typesHint(path)];
  context.print(`${file}  ${template.about}\n\n${next.join('\n')}\n`);
}

function nextAfter(error: unknown, path: string): string | undefined {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EEXIST') return 'Choose another name; existing files are never overwritten.';
  return code === 'ENOENT'
    ? `Make the folder first: mkdir -p ${shellWord(dirname(path))}`
    : undefined;
}

/**
 * A scenario runs wherever it lies, but an editor finds the types only where Node would find the
 * package: in its clone, and where it is installed.
 */
function typesHint(path: string): string[] {
  try {
    createRequire(path).resolve('holdfast/package.json');
    return [];
  } catch {
    const from = shellWord(PACKAGE_ROOT.replace(/[/\\]$/, ''));
    return ['', `For an editor that knows the types, in that folder: npm install ${from}`];
  }
}
