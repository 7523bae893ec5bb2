/** `holdfast explain`: a word or an error code, in one page. */

import type { Command } from 'commander';
import { nearest } from '../../memory/missing.ts';
import { ORDERING } from '../../memory/ordering.ts';
import type { PrimitiveName } from '../../memory/ordering.ts';
import { closest } from '../../report/closest.ts';
import { everyWord, explained, explanation } from '../../report/explain.ts';
import { wrapped } from '../../report/text.ts';
import type { Context } from '../context.ts';
import { everyExport, moduleOf } from '../known-exports.ts';
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
  const page = explanation(word, width) ?? exportPage(word);
  if (page !== null) return context.print(`${page}\n`);
  const unknown = { word, known: everyWord() };
  const next = '`holdfast explain` lists every word and code.';
  const what = `There is no page about \`${word}\`.`;
  context.report(usageProblem(what, nearExport(word), { unknown, next }));
}

/** A name that scenarios import: from where, and what it orders. */
function exportPage(name: string): string | null {
  const module = moduleOf(name);
  if (module === null) return null;
  const head = `${name}  import { ${name} } from '${module}';`;
  const order = Object.hasOwn(ORDERING, name) ? ORDERING[name as PrimitiveName] : null;
  if (order === null) return head;
  const failed = order.failed === order.lkmm ? '' : `; where its test fails: ${order.failed}`;
  const quiet =
    order.unchanged === order.lkmm ? '' : `; where it changes nothing: ${order.unchanged}`;
  const orders = `What it orders: ${order.lkmm}${failed}${quiet}.`;
  return `${head}\n\n  ${orders} docs/primitives.md says what it does, and has all others.`;
}

/** The shortest name of which the word has letters in their order: `refcount_t` for `refcnt`. */
function lengthened(word: string): string | null {
  const letters = word.match(/\w/g) ?? [];
  const pattern = new RegExp(`^${letters.join('.*')}`, 'i');
  const names = word.length < SHORT ? [] : everyExport().filter((name) => pattern.test(name));
  return names.toSorted((one, other) => one.length - other.length)[0] ?? null;
}

/** The letters of a shorter word are in too many names. */
const SHORT = 4;

/** Where no page is near, what scenarios import may be meant: `refcnt`. */
function nearExport(word: string): string[] {
  if (closest(word, everyWord()).length > 0) return [];
  const near = lengthened(word) ?? nearest(word, everyExport());
  const module = near === null ? null : moduleOf(near);
  if (near === null || module === null) return [];
  return [`Scenarios import ${near} from '${module}': \`holdfast explain ${near}\`.`];
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
