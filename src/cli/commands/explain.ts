/** `holdfast explain`: a word or an error code, in one page. */

import type { Command } from 'commander';
import { explained, explanation, similarWords } from '../../report/explain.ts';
import { listed, wrapped } from '../../report/text.ts';
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
  if (word === '') return context.io.stdout(`${contents(width)}\n`);
  const page = explanation(word, width);
  if (page !== null) return context.io.stdout(`${page}\n`);
  const near = similarWords(word);
  const details = near.length === 0 ? [] : [`Did you mean ${listed(near, 'or')}?`];
  context.report(usageProblem(`There is no page about \`${word}\`.`, details));
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
