/** Folders of a test file's own, which are gone when it has ended. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** Gives a new empty folder at each call; called once, at the top of a test file. */
export function ownFolders(name: string): () => string {
  const root = mkdtempSync(join(tmpdir(), `holdfast-${name}-`));
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  return () => mkdtempSync(join(root, 'folder-'));
}
