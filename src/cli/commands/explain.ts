/** `holdfast explain`: a word or an error code, in one page. */

import type { Command } from 'commander';
import { everyWord, explained, explanation } from '../../report/explain.ts';
import { wrapped } from '../../report/text.ts';
import type { Context } from '../context.ts';
import { usageProblem } from '../problems.ts';
import { withExamples } from './help.ts';

/** Declares the command. */
export function addExplain(program: Command, context: Context): void {
  const command = program
    .command('explain')
    .description('a word or an error code, in one page')
    .argument('[word...]', 'a word of Holdfast, or HF and three digits');
  withExamples(command, ['holdfast explain HF021', 'holdfast explain stale read']);
  command.action((parts: string[]) => runExplain(parts.join(' '), context));
}

function runExplain(word: string, context: Context): void {
  const { width } = context.style();
  if (word === '') return context.print(`${contents(width)}\n`);
  const page = explanation(word, width);
  if (page !== null) return context.print(`${page}\n`);
  const unknown = { word, known: everyWord() };
  const next = '`holdfast explain` lists every word and code.';
  context.report(usageProblem(`There is no page about \`${word}\`.`, [], { unknown, next }));
}

function contents(width: number): string {
  const { words, codes } = explained();
  const lines = wrapped(words.join(', '), width - 2);
  return [
    'Words',
    ...lines.map((line) => `  ${line}`),
    '',
    'Codes',
    ...codes.map((one) => `  ${one}`),
  ].join('\n');
}
