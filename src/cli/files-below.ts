/** The files below a folder that have one of some endings. */

import { readdirSync } from 'node:fs';
import type { Dirent } from 'node:fs';
import { join } from 'node:path';

/** The ending of scenario files. */
export const SCENARIO = '.scenario.ts';
/** The ending of litmus files. */
export const LITMUS = '.litmus';
export type Ending = typeof SCENARIO | typeof LITMUS;

/** A search for files stops here: the current folder may be a whole disk. */
const ENTRIES_MAX = 20_000;
const DEPTH_MAX = 8;

/** Sorted; without hidden folders, packages, fixtures and built files. */
export function filesBelow(folder: string, endings: readonly Ending[]): string[] {
  const files: string[] = [];
  const folders = [{ path: folder, depth: 0 }];
  let seen = 0;
  for (let next = folders.shift(); next !== undefined; next = folders.shift()) {
    for (const entry of entriesOf(next.path)) {
      if (++seen > ENTRIES_MAX) return files.sort();
      const path = join(next.path, entry.name);
      if (entry.isFile() && endings.some((one) => entry.name.endsWith(one))) files.push(path);
      const skip = entry.name.startsWith('.') || /^(node_modules|dist|fixtures)$/.test(entry.name);
      if (entry.isDirectory() && !skip && next.depth < DEPTH_MAX) {
        folders.push({ path, depth: next.depth + 1 });
      }
    }
  }
  return files.sort();
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
