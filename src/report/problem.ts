/**
 * A user's mistake as text: code, what, where with the source line and a caret, details, the most
 * likely cause, the next step.
 */

import type { Position, Problem } from '../explore/result.ts';
import { didYouMean } from './closest.ts';
import { codeOf } from './codes.ts';
import { plainStyle } from './paint.ts';
import type { Style } from './paint.ts';
import { wrapped } from './text.ts';

/** What a printer cannot know by itself. */
export interface ProblemContext {
  /** The text of a file, or null if it cannot be read. */
  readonly sourceOf?: (file: string) => string | null;
  /** How to print a position, for example relative to a folder. */
  readonly place?: (position: Position) => string;
  readonly style?: Style;
  /** How many columns the caret marks; by default the word that begins at the position. */
  readonly width?: number;
}

/** Source lines longer than the screen are cut around the caret. */
const BEFORE_CARET_MAX = 60;

/** Prints a problem. */
export function problemText(problem: Problem, context: ProblemContext = {}): string {
  const style = context.style ?? plainStyle;
  const advice = [
    ...adviceOf(problem).flatMap((text) => paragraph(text, style)),
    `  More: holdfast explain ${problem.code}`,
  ];
  const head = `${style.paint.red(style.paint.bold(problem.code))}  ${problem.what}`;
  const where = placeLines(problem, context, style);
  const details = detailsOf(problem).flatMap((line) => paragraph(line, style));
  const middle = [...where, ...details];
  return [head, '', ...(middle.length > 0 ? [...middle, ''] : []), ...advice].join('\n');
}

/** What is known of a problem beside its sentence, the nearest known words first. */
export function detailsOf({ details, unknown }: Problem): string[] {
  const near = unknown === undefined ? '' : didYouMean(unknown.word, unknown.known);
  return near === '' ? [...details] : [near, ...details];
}

/** The likely cause and the next step; only the step where the cause is known already. */
function adviceOf({ code, next }: Problem): string[] {
  if (next !== undefined) return [next];
  const known = codeOf(code);
  return known === undefined ? [] : [`Most likely: ${known.likely}`, known.next];
}

function paragraph(text: string, style: Style): string[] {
  return wrapped(text, Math.min(style.width, 92) - 4).map((line) => `  ${line}`);
}

function placeLines(problem: Problem, context: ProblemContext, style: Style): string[] {
  const { position } = problem;
  if (position === null) return [];
  const place = context.place?.(position) ?? placeText(position);
  const source = context.sourceOf?.(position.file)?.split(/\r?\n/)[position.line - 1];
  if (source === undefined) return [`  ${place}`];
  return [`  ${place}`, ...excerpt(source, position, context.width ?? null, style)];
}

/** `file:line:column`, which editors and terminals can follow. */
export function placeText({ file, line, column }: Position): string {
  return `${file}:${line}:${column}`;
}

function excerpt(source: string, position: Position, width: number | null, style: Style): string[] {
  const { glyphs, paint } = style;
  const number = String(position.line).padStart(4);
  const indent = /^\s*/.exec(source)?.[0].length ?? 0;
  const column = Math.min(position.column - 1, source.length);
  // The indent says nothing; a caret far to the right would leave the screen.
  const start =
    column - indent > BEFORE_CARET_MAX ? column - BEFORE_CARET_MAX : Math.min(indent, column);
  const room = Math.max(20, style.width - 12);
  const isCut = start > indent;
  const text = isCut ? `... ${printable(source.slice(start + 4))}` : printable(source.slice(start));
  const shown = text.length > room ? text.slice(0, room - 4) + ' ...' : text;
  const marked = width ?? wordLength(source.slice(column));
  const caret = glyphs.caret.repeat(Math.max(1, Math.min(marked, shown.length - (column - start))));
  const blank = ' '.repeat(column - start);
  return [
    ` ${number} ${glyphs.bar}   ${shown}`,
    ` ${' '.repeat(number.length)} ${glyphs.bar}   ${blank}${paint.red(caret)}`,
  ];
}

/** The identifier at the start of a text, or one character. */
function wordLength(text: string): number {
  return /^[\p{L}_$][\p{L}\p{N}_$]*/u.exec(text)?.[0].length ?? 1;
}

/** Tabs and control characters as one blank each, so that columns stay columns. */
function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are the characters to be replaced
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
}
