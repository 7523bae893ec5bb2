/**
 * What every command has: the outside world, a way to print, and what happened so far.
 */
import { readFileSync } from 'node:fs';
import pc from 'picocolors';
import type { Position, Problem } from '../explore/result.ts';
import { asciiGlyphs, plainPaint, unicodeGlyphs } from '../report/paint.ts';
import type { Paint, Style } from '../report/paint.ts';
import { problemText } from '../report/problem.ts';
import { Exit } from './exit.ts';
import type { Io } from './io.ts';
import { asCalled } from './own-name.ts';
import { placeFrom } from './places.ts';
import { createSession } from './session.ts';
import type { Session } from './session.ts';

/** One run of the command. */
export interface Context {
  readonly io: Io;
  /** What the user typed behind `holdfast`. */
  readonly argv: readonly string[];
  /** What happened; the exit code is chosen from these at the end. */
  readonly happened: Set<Exit>;
  /** Started when it is first used, closed by the caller of the command. */
  readonly session: () => Session;
  readonly style: (plain?: boolean) => Style;
  /** Prints for readers on stdout, with the command as they call it. */
  readonly print: (text: string) => void;
  /** A position relative to the current folder. */
  readonly place: (position: Position) => string;
  /** Prints a mistake of the user on stderr. */
  readonly report: (problem: Problem, width?: number, source?: string) => void;
}

/** The terminal is assumed to have these columns where nothing says how many. */
const COLUMNS_DEFAULT = 100;
const COLUMNS_MIN = 40;

/** Builds the context of one run, and the function that ends it. */
export function createContext(
  io: Io,
  argv: readonly string[],
): { context: Context; close: () => Promise<void> } {
  let session: Session | null = null;
  const place = (position: Position): string => placeFrom(io.folder, position);
  const context: Context = {
    io,
    argv,
    happened: new Set(),
    session: () => (session ??= openSession(context)),
    style: (plain = false) => styleFor(io, plain),
    print: (text) => io.stdout(asCalled(text, io.name)),
    place,
    report: (problem, width, source) => {
      context.happened.add(Exit.UNUSABLE);
      const style = styleFor(io, false);
      const sourceOf = (file: string): string | null => source ?? readText(file);
      const marked = width === undefined ? {} : { width };
      const where = source === undefined ? place : (): string => 'command line';
      const told = { ...problem, details: problem.details.map(withoutFolder(io.folder)) };
      const text = problemText(told, { style, place: where, sourceOf, ...marked });
      io.stderr(`${asCalled(text, io.name)}\n\n`);
    },
  };
  const close = async (): Promise<void> => session?.close();
  return { context, close };
}

/** Files of this folder are named as their user names them. */
function withoutFolder(folder: string): (text: string) => string {
  return (text) => text.replaceAll(`${folder}/`, '');
}

function openSession({ io, report }: Context): Session {
  const { silentSecondsMax, stderr } = io;
  return createSession({ silentSecondsMax, onPrint: stderr, onLate: (problem) => report(problem) });
}

/** Colour only on a terminal; Unicode only where the locale says that it can be shown. */
function styleFor(io: Io, plain: boolean): Style {
  const width = Math.max(COLUMNS_MIN, io.columns ?? COLUMNS_DEFAULT);
  if (plain) return { paint: plainPaint, glyphs: asciiGlyphs, width };
  const glyphs = speaksUtf8(io.environment) ? unicodeGlyphs : asciiGlyphs;
  return { paint: wantsColour(io) ? coloured() : plainPaint, glyphs, width };
}

function wantsColour({ environment, stdoutIsTerminal }: Io): boolean {
  if (environment['NO_COLOR']) return false;
  return Boolean(environment['FORCE_COLOR']) || stdoutIsTerminal;
}

function coloured(): Paint {
  return pc.createColors(true);
}

/** The first of these that is set decides, as for every program (locale(7)). */
function speaksUtf8(environment: Io['environment']): boolean {
  const locale = environment['LC_ALL'] || environment['LC_CTYPE'] || environment['LANG'] || '';
  return /utf-?8/i.test(locale);
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
