/**
 * Options, checked where they are given.
 *
 * The types of a scenario are removed before it runs. A misspelt option, or a misspelt value of
 * one, would be passed over in silence, and the answer would be one about something else.
 */

import { described, refuse } from './argument.ts';
import { nearest } from './missing.ts';

/** What an option may be: one of these values, a whole number from 0 on, or anything. */
export type Accepted = readonly unknown[] | 'count' | null;

/** The options that there are, and what each may be. */
export type Options = Readonly<Record<string, Accepted>>;

/** Either. */
export const TRUTH: Accepted = [true, false];

/** Stops at options that make no sense; `of` says whose they are. */
export function checkOptions(of: string, options: unknown, known: Options): void {
  const wrong = wrongOption(options, known);
  if (wrong !== null) refuse('HF020', `${of}: ${wrong}`);
}

/** What is wrong with options: one that does not exist, or a value that it cannot have. */
export function wrongOption(options: unknown, known: Options): string | null {
  if (typeof options !== 'object' || options === null) {
    return `Options are an object, not ${described(options)}.`;
  }
  for (const [name, value] of Object.entries(options)) {
    const accepted = known[name];
    if (accepted === undefined) return `There is no option '${name}'.${meant(name, known)}`;
    if (value === undefined || accepted === null || accepts(accepted, value)) continue;
    return `The option '${name}' cannot be ${described(value)}${wanted(accepted, value)}`;
  }
  return null;
}

function accepts(accepted: readonly unknown[] | 'count', value: unknown): boolean {
  if (accepted === 'count') return Number.isInteger(value) && Number(value) >= 0;
  return accepted.includes(value);
}

/** What a value should have been: of words the nearest, if there is one. */
function wanted(accepted: readonly unknown[] | 'count', value: unknown): string {
  if (accepted === 'count') return ': it is a whole number, 0 or more.';
  const words = accepted.filter((one) => typeof one === 'string');
  const near = typeof value === 'string' ? nearestWord(value, words) : null;
  if (near !== null) return `. Did you mean '${near}'?`;
  const all = accepted.map((one) => (typeof one === 'string' ? `'${one}'` : String(one)));
  return `: it is ${all.join(' or ')}.`;
}

/** What begins with the value, or else is spelled most like it. */
function nearestWord(value: string, words: readonly string[]): string | null {
  return words.find((word) => word.startsWith(value)) ?? nearest(value, words);
}

function meant(name: string, known: Options): string {
  const names = Object.keys(known);
  const near = nearest(name, names);
  return near === null ? ` There are: ${names.join(', ')}.` : ` Did you mean '${near}'?`;
}
