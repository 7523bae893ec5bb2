/** `holdfast new`: write a starting scenario. An existing file is never overwritten. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { slug } from '../../report/text.ts';
import type { Context } from '../context.ts';
import { systemReason, unwritable, usageProblem } from '../problems.ts';
import { templates } from '../templates.ts';
import { withExamples } from './help.ts';

/** Declares the command. */
export function addNew(program: Command, context: Context): void {
  const cases = templates.map(({ name }) => name);
  const command = program
    .command('new')
    .description('write a starting scenario')
    .argument('<name>', 'the name of the scenario')
    .option('-c, --case <case>', cases.join(' | '), cases[0]);
  withExamples(command, ['holdfast new my-driver', 'holdfast new my-device --case dma']);
  command.action((name: string, raw: { case: string }) => runNew(name, raw.case, context));
}

function runNew(name: string, wanted: string, context: Context): void {
  const template = templates.find((one) => one.name === wanted);
  if (template === undefined) {
    const names = templates.map((one) => one.name);
    const unknown = { word: wanted, known: names };
    const next = `Cases are ${names.join(', ')}.`;
    return context.report(usageProblem(`\`${wanted}\` is not a case.`, [], { unknown, next }));
  }
  if (!/^[\w][\w .-]*$/.test(name)) {
    const next = 'It is also the name of a file: use letters, digits, blanks, - and _.';
    const what = `\`${name}\` cannot be the name of a scenario.`;
    return context.report(usageProblem(what, [], { next }));
  }
  const file = `${slug(name)}.scenario.ts`;
  const text = template.text.replaceAll('FILE', file).replaceAll('NAME', name);
  try {
    writeFileSync(join(context.io.folder, file), text, { flag: 'wx' });
  } catch (error) {
    const taken = (error as NodeJS.ErrnoException).code === 'EEXIST';
    const next = taken ? 'Choose another name; existing files are never overwritten.' : undefined;
    return context.report(unwritable(file, systemReason(error), next));
  }
  const models = template.models === undefined ? '' : ` -m ${template.models}`;
  const next = [`  holdfast check ${file}`, `  holdfast why ${file}${models}`];
  context.print(`${file}  ${template.about}\n\n${next.join('\n')}\n`);
}
