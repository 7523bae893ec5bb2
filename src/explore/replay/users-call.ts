/**
 * A mistake that shows inside of kernel code, told at the call that led into it.
 *
 * A scenario's types are stripped before it runs: arguments in the wrong order are met where kernel
 * code first uses them, in a file that its author has never opened. What is shown is the author's
 * own call, with what each parameter was given, and beside it where it went wrong.
 */

import { described } from '../../memory/argument.ts';
import { isStruct } from '../../memory/struct.ts';
import { parametersOf } from '../../memory/function.ts';
import { isKernelCode, userCalls } from '../position.ts';
import type { Position, Problem } from '../result.ts';

/** The kernel functions that are running, outermost first, and what each was given. */
export interface Running {
  readonly calls: readonly string[];
  readonly given: readonly (readonly unknown[])[];
}

/**
 * The problem at the user's call.
 *
 * @param stack where it was found
 * @returns the same problem where that is in the user's own code
 */
export function atUsersCall(found: Problem, stack: string, running: Running): Problem {
  const crossing = crossingOf(stack);
  if (crossing === null) return found;
  const { name, position, inner } = crossing;
  const at = running.calls.indexOf(name);
  const args = running.given[at];
  // Options are looked at where they are given; nothing has gone wrong before.
  if (found.code === 'HF020') return { ...found, position };
  const place = `It goes wrong in ${placeOf(inner)}.`;
  if (args === undefined) return { ...found, position, details: [...found.details, place] };
  const names = parametersOf(name);
  const details = [...found.details, givenText(name, names, args), place];
  const declaration = `${name}(${names.join(', ')})`;
  const next = memberMeant(names, args) ?? `Compare the call with the declaration: ${declaration}.`;
  return { ...found, position, details, next };
}

interface Crossing {
  /** The function of kernel code that the user calls. */
  readonly name: string;
  /** Where the user calls it. */
  readonly position: Position;
  /** Where in kernel code the mistake was found. */
  readonly inner: Position;
}

/** Where the user's code calls kernel code; null where the innermost call is the user's own. */
function crossingOf(stack: string): Crossing | null {
  const calls = userCalls(stack);
  const outside = calls.findIndex(({ position }) => !isKernelCode(position.file));
  const [innermost, entered, called] = [calls[0], calls[outside - 1], calls[outside]];
  if (innermost === undefined || entered === undefined || called === undefined) return null;
  return { name: nameIn(entered.line), position: called.position, inner: innermost.position };
}

/** `at Object.name (file:1:2)` (V8) and `name@file:1:2` (SpiderMonkey). */
function nameIn(line: string): string {
  return /^\s*at (?:[\w$]+\.)*([\w$]+) \(|^([\w$]+)@/.exec(line)?.slice(1).join('') ?? '';
}

function givenText(name: string, names: readonly string[], args: readonly unknown[]): string {
  const given = Array.from({ length: Math.max(names.length, args.length) }, (_, at) => {
    const value = at < args.length ? described(args[at]) : 'nothing';
    const parameter = names[at];
    return parameter === undefined ? `${value} more` : `${value} as ${parameter}`;
  });
  return `${name} is given ${given.join(', ')}.`;
}

/** `app` where `app.mm` belongs: an object that has the parameter as a member. */
function memberMeant(names: readonly string[], args: readonly unknown[]): string | null {
  const at = args.findIndex((value, place) => {
    const name = names[place] ?? '';
    if (typeof value !== 'object' || value === null || isStruct(value)) return false;
    return Object.hasOwn(value, name) && isStruct((value as Record<string, unknown>)[name]);
  });
  const name = names[at];
  return name === undefined
    ? null
    : `What is given as ${name} is no struct, but it has a member ${name}: give that.`;
}

/** Kernel code as its sources name it, wherever the checker is installed. */
function placeOf({ file, line }: Position): string {
  const path = /kernel[/\\].*$/.exec(file)?.[0] ?? file;
  return `${path.replace(/\.js$/, '.ts')}:${line}`;
}
