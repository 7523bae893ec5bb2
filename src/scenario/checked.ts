/**
 * What the body of a scenario declares, checked where it is declared.
 *
 * The types of a scenario are removed before it runs: a thread with a count of nothing would not
 * run at all, and the answer would be PASS. Options: memory/options.ts.
 */

import { described } from '../memory/argument.ts';
import { UserMistake } from '../explore/replay/direct.ts';
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
