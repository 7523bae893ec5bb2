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
  const positions: Position[] = [];
  for (const line of stack.split('\n')) {
    const text = line.trim();
    const match = V8.exec(text) ?? OTHER.exec(text);
    if (match !== null) {
      const [, file = '', row, column] = match;
      positions.push({ file: plainPath(file), line: Number(row), column: Number(column) });
    }
  }
  return positions;
}

/**
 * A place in the code that is looked up only when somebody asks: that costs more than a whole run.
 */
export type LazyStack = () => readonly Position[];

/** The calls around the caller, innermost first, without those of the checker. */
export function captureStack(): LazyStack {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = DEEPEST;
  const here = new Error('position');
  Error.stackTraceLimit = limit;
  let positions: readonly Position[] | null = null;
  return () => {
    positions ??= userPositions(here.stack ?? '');
    return positions;
  };
}

/**
 * The calls of a stack text without those of the checker, up to where it called the user's code:
 * who called the checker is nobody's business, and differs from run to run.
 */
export function userPositions(stack: string): Position[] {
  const positions = positionsOf(stack);
  const border = positions.findIndex(({ file }) => isOurs(file) && BORDER.test(file));
  const inside = border < 0 ? positions : positions.slice(0, border);
  return inside.filter(({ file }) => !isOurs(file));
}

/** The file whose `withMachine` calls the user's code. */
const BORDER = /memory[/\\]machine\.[jt]s$/;

/** `captureStack`, looked up at once. */
export function callStack(): readonly Position[] {
  return captureStack()();
}

/** The nearest call outside of the checker. */
export function callerPosition(): Position | null {
  return callStack()[0] ?? null;
}

/** Calls deeper than this are left out of pictures. */
const DEEPEST = 60;

function plainPath(file: string): string {
  return decodeURIComponent(file.replace(/^file:\/\//, '').replace(/\?.*$/, ''));
}

const root = positionsOf(new Error('here').stack ?? '')[0]?.file.replace(
  /explore[/\\][^/\\]*$/,
  '',
);
const ours = /^(memory|explore|scenario)[/\\][^/\\]*(?<!\.test)\.[jt]s$/;

/** Whether a file belongs to the checker itself: the seam, the engine or the scenario calls. */
function isOurs(file: string): boolean {
  if (file.startsWith('node:')) return true;
  return root !== undefined && file.startsWith(root) && ours.test(file.slice(root.length));
}
