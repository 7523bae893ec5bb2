/**
 * What the body of a scenario declares, checked where it is declared.
 *
 * The types of a scenario are removed before it runs. A misspelt option would be passed over in
 * silence: a property of `every state` would be judged at the end, a thread with a count of nothing
 * would not run at all, and the answer would be PASS.
 */

import { described } from '../memory/argument.ts';
import { nearest } from '../memory/missing.ts';
import { UserMistake } from '../explore/direct.ts';
import { callerPosition } from '../explore/position.ts';
import { problem } from '../explore/problem.ts';

/** Stops at a declaration that makes no sense. */
export function refuseDeclaration(what: string, next?: string): never {
  throw new UserMistake(problem('HF020', { what, position: callerPosition(), next }));
}

/** A name is a text that is not empty. */
export function checkName(of: string, name: unknown): void {
  if (typeof name === 'string' && name !== '') return;
  refuseDeclaration(`The name of ${of} cannot be ${described(name)}: it is a text.`);
}

/** The body of a thread, or the predicate of a property. */
export function checkFunction(of: string, body: unknown): void {
  if (typeof body === 'function') return;
  refuseDeclaration(`${of} needs a function, not ${described(body)}.`);
}

/** How many threads or slots there shall be. */
export function checkCount(of: string, count: unknown): void {
  if (Number.isInteger(count) && Number(count) >= 1) return;
  refuseDeclaration(`The count of ${of} cannot be ${described(count)}: it is 1 or more.`);
}

/** What is wrong with options: one that does not exist, or a value that it cannot have. */
export function wrongOption(
  options: unknown,
  known: Readonly<Record<string, readonly unknown[] | null>>,
): string | null {
  if (typeof options !== 'object' || options === null) {
    return `Options are an object, not ${described(options)}.`;
  }
  for (const [name, value] of Object.entries(options)) {
    const values = known[name];
    if (values === undefined) return `There is no option '${name}'.${meant(name, known)}`;
    if (value === undefined || values === null || values.includes(value)) continue;
    const wanted = values.map((one) => `'${String(one)}'`).join(' or ');
    return `The option '${name}' cannot be ${described(value)}: it is ${wanted}.`;
  }
  return null;
}

function meant(name: string, known: Readonly<Record<string, unknown>>): string {
  const names = Object.keys(known);
  const near = nearest(name, names);
  return near === null ? ` There are: ${names.join(', ')}.` : ` Did you mean '${near}'?`;
}
