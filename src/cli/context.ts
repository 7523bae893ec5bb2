/**
 * What every command has: the outside world, a way to print, and what happened so far.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import pc from 'picocolors';
import type { Position, Problem } from '../explore/result.ts';
import { asciiGlyphs, plainPaint, unicodeGlyphs } from '../report/paint.ts';
import type { Paint, Style } from '../report/paint.ts';
import { problemText } from '../report/problem.ts';
import { Exit } from './exit.ts';
import { PACKAGE_ROOT } from './io.ts';
import type { Io } from './io.ts';
import { createSession } from './session.ts';
import type { Session } from './session.ts';

/** One run of the command. */
export interface Context {
  readonly io: Io;
  /** What happened; the exit code is chosen from these at the end. */
  readonly happened: Set<Exit>;
  /** Started when it is first used, closed by the caller of the command. */
  readonly session: () => Session;
  readonly style: (plain?: boolean) => Style;
  /** A position relative to the current folder. */
  readonly place: (position: Position) => string;
  /** Prints a mistake of the user on stderr. */
  readonly report: (problem: Problem, width?: number, source?: string) => void;
}

/** The terminal is assumed to have these columns where nothing says how many. */
const COLUMNS_DEFAULT = 100;
const COLUMNS_MIN = 40;

/** Builds the context of one run, and the function that ends it. */
export function createContext(io: Io): { context: Context; close: () => Promise<void> } {
  let session: Session | null = null;
  const place = (position: Position): string => placeFrom(io.folder, position);
  const context: Context = {
    io,
    happened: new Set(),
    session: () => (session ??= openSession(context)),
    style: (plain = false) => styleFor(io, plain),
    place,
    report: (problem, width, source) => {
      context.happened.add(Exit.UNUSABLE);
      const style = styleFor(io, false);
      const sourceOf = (file: string): string | null => source ?? readText(file);
      const marked = width === undefined ? {} : { width };
      const where = source === undefined ? place : (): string => 'command line';
      io.stderr(`${problemText(problem, { style, place: where, sourceOf, ...marked })}\n\n`);
    },
  };
  const close = async (): Promise<void> => session?.close();
  return { context, close };
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

/** Files of this folder relative to it; others as they are. */
function placeFrom(folder: string, { file, line, column }: Position): string {
  return `${relativeFile(folder, sourceFile(file))}:${line}:${column}`;
}

/**
 * Code of Holdfast runs from dist, which has the lines and columns of src. A clone has src, so that
 * is what its reader wants to open; an installed package shows its own path.
 */
function sourceFile(file: string): string {
  const built = join(PACKAGE_ROOT, 'dist/');
  if (!file.startsWith(built)) return file;
  const source = join(PACKAGE_ROOT, 'src', file.slice(built.length).replace(/\.js$/, '.ts'));
  return existsSync(source) ? source : file;
}

/** A file as a user of this folder would write it. */
export function relativeFile(folder: string, file: string): string {
  const path = relative(folder, file);
  if (!path.startsWith('..') && path !== '') return path;
  return file.startsWith(PACKAGE_ROOT) ? `holdfast/${file.slice(PACKAGE_ROOT.length)}` : file;
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
