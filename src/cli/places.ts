/**
 * Where code stands, as its reader wants to open it.
 *
 * Holdfast's own code runs from dist, which has the lines and columns of src
 * (docs/decisions/0001-strip-only-build.md), so a place in dist is shown as the same place in src.
 */

import { existsSync } from 'node:fs';
import { isAbsolute, join, relative, sep } from 'node:path';
import type { Position } from '../explore/result.ts';
import { PACKAGE_ROOT } from './io.ts';

/** A file that ran, as the source that it was built from. */
export function sourceFile(file: string): string {
  const built = join(PACKAGE_ROOT, 'dist/');
  if (!file.startsWith(built)) return file;
  const source = join(PACKAGE_ROOT, 'src', file.slice(built.length).replace(/\.js$/, '.ts'));
  return existsSync(source) ? source : file;
}

/** Whether a file lies in a folder, and not among the packages that are installed there. */
export function isOwnFile(folder: string, file: string): boolean {
  const path = relative(folder, file);
  return isBelow(path) && !path.split(sep).includes('node_modules');
}

function isBelow(path: string): boolean {
  return path !== '' && path !== '..' && !path.startsWith(`..${sep}`) && !isAbsolute(path);
}

/** A file for readers: relative to their folder, or short where it belongs to Holdfast. */
export function relativeFile(folder: string, file: string): string {
  const path = relative(folder, file);
  if (isBelow(path)) return path;
  return file.startsWith(PACKAGE_ROOT) ? `holdfast/${file.slice(PACKAGE_ROOT.length)}` : file;
}

/** A position for readers. */
export function placeFrom(folder: string, { file, line, column }: Position): string {
  return `${relativeFile(folder, sourceFile(file))}:${line}:${column}`;
}

/** A file for programs: relative to the folder where it lies below it, else its whole path. */
export function fileForPrograms(folder: string, file: string): string {
  const source = sourceFile(file);
  const path = relative(folder, source);
  return isBelow(path) ? path.split(sep).join('/') : source;
}
