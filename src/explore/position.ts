/**
 * Where in the user's source something was called.
 *
 * Positions come from `Error.stack`: V8 and SpiderMonkey print one call a line with file, line and
 * column at its end. Type stripping keeps every character in its place, so no source map is needed.
 */

import type { Position } from './result.ts';

/** `at name (file:1:2)`, `at file:1:2` (V8) and `name@file:1:2` (SpiderMonkey). */
const V8 = /^at (?:.*\()?((?:file:|https?:|[A-Za-z]:\\|\/)[^()]*):(\d+):(\d+)\)?$/;
const OTHER = /^[^@]*@((?:file:|https?:|[A-Za-z]:\\|\/).*):(\d+):(\d+)$/;

/** The calls of a stack text, innermost first. */
export function positionsOf(stack: string): Position[] {
  return stack.split('\n').flatMap((line) => positionOf(line) ?? []);
}

/** The same lines come thousands of times: those of the functions that a search runs. */
const known = new Map<string, Position | null>();
/** Far more than one search has; somebody's stacks may all be different. */
const KNOWN_MAX = 10_000;

function positionOf(line: string): Position | null {
  const before = known.get(line);
  if (before !== undefined) return before;
  if (known.size === KNOWN_MAX) known.clear();
  const text = line.trim();
  const match = V8.exec(text) ?? OTHER.exec(text);
  const [, file = '', row, column] = match ?? [];
  const position =
    match === null ? null : { file: plainPath(file), line: Number(row), column: Number(column) };
  known.set(line, position);
  return position;
}

/**
 * A place in the code that is looked up only when somebody asks: that costs more than a whole run.
 */
export type LazyStack = () => readonly Position[];

/**
 * The calls around the caller, innermost first, without those of the checker.
 *
 * @param calls how many at the most, with those of the checker; NEAR is enough for the first
 */
export function captureStack(calls = DEEPEST): LazyStack {
  const here = errorHere(calls);
  let positions: readonly Position[] | null = null;
  return () => {
    positions ??= userPositions(here.stack ?? '');
    return positions;
  };
}

function errorHere(calls: number): Error {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = calls;
  const here = new Error('position');
  Error.stackTraceLimit = limit;
  return here;
}

/**
 * The calls of a stack text without those of the checker, up to where it called the user's code:
 * who called the checker is nobody's business, and differs from run to run.
 */
export function userPositions(stack: string): Position[] {
  return userCalls(stack).map(({ position }) => position);
}

/** A call of a stack: its line of text, which names the function, and where it stands. */
export interface Call {
  readonly line: string;
  readonly position: Position;
}

/** `userPositions`, with the lines that they come from. */
export function userCalls(stack: string): Call[] {
  const calls = stack.split('\n').flatMap((line) => {
    const position = positionOf(line);
    return position === null ? [] : { line, position };
  });
  const border = calls.findIndex(({ position: { file } }) => isOurs(file) && BORDER.test(file));
  const inside = border < 0 ? calls : calls.slice(0, border);
  return inside.filter(({ position }) => !isOurs(position.file));
}

/** The file whose `withMachine` calls the user's code. */
const BORDER = /memory[/\\]machine\.[jt]s$/;

/** `captureStack`, looked up at once. */
export function callStack(): readonly Position[] {
  return captureStack()();
}

/** The text of the whole stack here, for `userCalls`. */
export function stackText(): string {
  return errorHere(DEEPEST).stack ?? '';
}

/** The nearest call outside of the checker. It is near: a short stack text is made much faster. */
export function callerPosition(): Position | null {
  return userPositions(errorHere(NEAR).stack ?? '')[0] ?? callStack()[0] ?? null;
}

/** Calls deeper than this are left out of pictures. */
const DEEPEST = 60;
/** From a primitive to the function that calls it there are fewer calls of the checker. */
export const NEAR = 12;

function plainPath(file: string): string {
  return decodeURIComponent(file.replace(/^file:\/\//, '').replace(/\?.*$/, ''));
}

const root = positionsOf(new Error('here').stack ?? '')[0]?.file.replace(
  /explore[/\\][^/\\]*$/,
  '',
);
const ours = /^(memory|explore([/\\]\w+)?|scenario)[/\\][^/\\]*(?<!\.test)\.[jt]s$/;

/** Whether a file belongs to the checker itself: the seam, the engine or the scenario calls. */
function isOurs(file: string): boolean {
  if (file.startsWith('node:')) return true;
  return root !== undefined && file.startsWith(root) && ours.test(file.slice(root.length));
}

/** Whether a file is kernel code that comes with the checker. */
export function isKernelCode(file: string): boolean {
  return root !== undefined && file.startsWith(root) && kernel.test(file.slice(root.length));
}

const kernel = /^kernel[/\\].*(?<!\.test)\.[jt]s$/;
