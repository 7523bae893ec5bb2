/** Making folders. */

import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder, and those that it is in. With `recursive`, `mkdirSync` would go round for ever
 * where a folder that exists refuses new ones as if it were not there, as /proc does.
 */
export function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  const parent = dirname(folder);
  if (parent !== folder) makeFolder(parent);
  try {
    mkdirSync(folder);
  } catch (error) {
    // Two runs may make it at once.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
