/**
 * Loads a scenario file: path in, module namespace or a described error out.
 *
 * Nothing a user can get wrong is thrown: a missing file, a syntax error, TypeScript that is more
 * than types, an import that leads nowhere and an exception at the top level come back as values
 * with file, line and column (both from 1). Works in the main thread and in workers.
 *
 * Node says little about *where* a module went wrong, and says it differently in each version. So
 * the import is simply tried, and only when it fails are the files read again to find the place.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { didYouMean } from '../report/closest.ts';
import { loadStripper, OWN_MODULES } from './hooks.ts';
import { registerHooks } from './register.ts';

export type LoadProblem =
  /** There is no such file. */
  | 'not-found'
  /** The file is not TypeScript. */
  | 'syntax'
  /** The file is TypeScript, but with `enum` or another form that is more than types. */
  | 'unsupported'
  /** A module or a name that the file imports does not exist. */
  | 'import'
  /** The file threw while it was loaded. */
  | 'threw';

export type LoadError = {
  readonly problem: LoadProblem;
  readonly message: string;
  /** The file that is wrong: the scenario file or one that it imports. */
  readonly file: string;
  /** From 1; absent when the place is not known. */
  readonly line?: number;
  readonly column?: number;
  /** What was thrown, for problem 'threw'. */
  readonly cause?: unknown;
};

export type LoadResult =
  | { readonly ok: true; readonly file: string; readonly namespace: ModuleNamespace }
  | { readonly ok: false; readonly error: LoadError };

export type ModuleNamespace = Readonly<Record<string, unknown>>;

/** Files read to find the place of an error; more than this and the place stays unknown. */
const FILES_READ_MAX = 256;

/** Load one scenario file. The path is absolute or relative to the current directory. */
export async function loadScenarioFile(path: string): Promise<LoadResult> {
  const file = resolve(path);
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) {
    return { ok: false, error: { problem: 'not-found', message: 'There is no such file.', file } };
  }
  registerHooks();
  try {
    const namespace = (await import(pathToFileURL(file).href)) as ModuleNamespace;
    return { ok: true, file, namespace };
  } catch (cause) {
    return { ok: false, error: explain(file, cause) };
  }
}

function explain(file: string, cause: unknown): LoadError {
  return findBrokenFile(file) ?? linkError(file, cause) ?? thrownError(file, cause);
}

/** Walk the scenario file and what it imports; the first file that cannot be read is the error. */
function findBrokenFile(root: string): LoadError | undefined {
  const files = [root];
  for (let at = 0; at < files.length && at < FILES_READ_MAX; at++) {
    const file = files[at] as string;
    const source = readFileSync(file, 'utf8');
    const code = strip(file, source);
    if (typeof code !== 'string') return code;
    for (const { specifier, index } of relativeImports(code)) {
      const target = resolve(dirname(file), specifier);
      if (!existsSync(target)) return missingFile(file, specifier, code, index);
      if (/\.m?ts$/.test(target) && !files.includes(target)) files.push(target);
    }
  }
  return undefined;
}

/** What swc throws: a plain object with a place, lines from 1 and columns from 0. */
type StripFailure = { code: string; message: string; startLine: number; startColumn: number };

function strip(file: string, source: string): string | LoadError {
  const options = { mode: 'strip-only', module: true, filename: file };
  try {
    return loadStripper().transformSync(source, options).code;
  } catch (thrown) {
    const { code, message, startLine, startColumn } = thrown as StripFailure;
    if (typeof startLine !== 'number') throw thrown;
    const problem = code === 'UnsupportedSyntax' ? 'unsupported' : 'syntax';
    return { problem, message, file, line: startLine, column: startColumn + 1 };
  }
}

/** Relative imports at the start of a line, which is where formatted code has them. */
function relativeImports(code: string): { specifier: string; index: number }[] {
  const statement = /^(?:import|export|\})[^'"\n]*?(['"])(\.\.?\/[^'"\n]+)\1/gm;
  return Array.from(code.matchAll(statement), (match) => {
    const specifier = match[2] as string;
    return { specifier, index: match.index + match[0].length - specifier.length - 1 };
  });
}

function missingFile(file: string, specifier: string, code: string, index: number): LoadError {
  const message = `The imported file '${specifier}' does not exist.`;
  return { problem: 'import', message, file, ...placeOf(code, index) };
}

function placeOf(text: string, index: number): { line: number; column: number } {
  const before = text.slice(0, index);
  return { line: before.split('\n').length, column: index - before.lastIndexOf('\n') };
}

/** A package that is not there, or a name that a module does not export. */
function linkError(file: string, cause: unknown): LoadError | undefined {
  if (!(cause instanceof Error)) return undefined;
  const missing = /^Cannot find package '([^']+)'/.exec(cause.message)?.[1];
  if (missing !== undefined) return missingPackage(file, missing, cause);
  if ((cause as { code?: string }).code?.startsWith('ERR_') && isImportCode(cause)) {
    return { problem: 'import', message: firstLine(cause.message), file };
  }
  if (cause.name !== 'SyntaxError') return undefined;
  const problem = /does not provide an export|Ambiguous|conflicting star/.test(cause.message)
    ? 'import'
    : 'syntax';
  return { problem, message: cause.message, file, ...caretPlace(cause.stack ?? '') };
}

function isImportCode(cause: Error): boolean {
  const code = (cause as { code?: string }).code ?? '';
  return /MODULE_NOT_FOUND|PACKAGE|UNKNOWN_FILE_EXTENSION|UNKNOWN_BUILTIN|DIR_IMPORT/.test(code);
}

function missingPackage(file: string, name: string, cause: Error): LoadError {
  const from = / imported from (.+)$/m.exec(cause.message)?.[1];
  const importer = from !== undefined && existsSync(from) ? from : file;
  const source = readFileSync(importer, 'utf8');
  if (OWN_MODULES.has(name)) return missingModule(importer, source, name);
  const index = source.search(new RegExp(`['"]${name.replace(/[^\w]/g, '\\$&')}['"/]`));
  const message = `The imported package '${name}' is not installed.`;
  const place = index < 0 ? {} : placeOf(source, index);
  return { problem: 'import', message, file: importer, ...place };
}

/** A part of our own package that there is not: `holdfast/linx`. */
function missingModule(file: string, source: string, name: string): LoadError {
  const parts = [...source.matchAll(new RegExp(`['"](${name}/[^'"]*)['"]`, 'g'))];
  const unknown = parts.find(([, part = '']) => !OWN_MODULES.has(part));
  const part = unknown?.[1] ?? name;
  const known = [...OWN_MODULES.keys()];
  const message = `There is no module '${part}': there are ${known.join(', ')}.`;
  const near = didYouMean(part, known);
  const told = near === '' ? message : `${message} ${near}`;
  return { problem: 'import', message: told, file, ...placeOf(source, unknown?.index ?? 0) };
}

/** V8 starts the stack of a link or syntax error with file:line, the line, and carets. */
function caretPlace(stack: string): { file?: string; line?: number; column?: number } {
  const head = /^(file:\S+|\/\S+):(\d+)\n.*\n( *)\^/.exec(stack);
  if (head === null) return {};
  const [, where = '', line, indent = ''] = head;
  const file = where.startsWith('file:') ? fileURLToPath(where) : where;
  return { file, line: Number(line), column: indent.length + 1 };
}

/** The module threw: the place is the first line of its stack that lies in a user's file. */
function thrownError(file: string, cause: unknown): LoadError {
  const message = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  const stack = cause instanceof Error ? (cause.stack ?? '') : '';
  for (const [, url = '', line, column] of stack.matchAll(
    /(file:\/\/[^\s()]+?):(\d+):(\d+)\)?$/gm,
  )) {
    const frame = fileURLToPath(url.replace(/\?.*$/, ''));
    if (!/\.m?ts$/.test(frame)) continue;
    const place = { line: Number(line), column: Number(column) };
    return { problem: 'threw', message, file: frame, ...place, cause };
  }
  return { problem: 'threw', message, file, cause };
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] as string;
}
