/**
 * The guide shows what the tool prints, and its scenario is the one that `holdfast new` writes.
 * `npx vitest run test/guide.test.ts -u` makes the pictures again.
 */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { templates } from '../src/cli/templates.ts';
import { ownFolders } from './support/folder.ts';

const ROOT = join(import.meta.dirname, '..');
const HOLDFAST = join(ROOT, 'dist/cli/main.js');
const FILE = join(ROOT, 'docs/guide-pinning.md');
const GUIDE = readFileSync(FILE, 'utf8');
const TIMEOUT_MS = 60_000;
const newFolder = ownFolders('guide');

/** A command of the guide, and the picture below it. */
const PICTURE = /```\n\$ npx holdfast ([^\n]*)\n\n[\s\S]*?\n```/g;

/** What a command prints: all of `why`; of `check` the finding, without the table and its times. */
function printed(command: string): string {
  const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(
    ([, quoted, plain]) => quoted ?? plain ?? '',
  );
  const out = words[0] === 'check' ? ['--out', newFolder()] : [];
  const env = { ...process.env, npm_config_user_agent: 'npm' };
  const options = { encoding: 'utf8', cwd: ROOT, env } as const;
  const { stdout } = spawnSync('node', [HOLDFAST, ...words, ...out], options);
  const finding = / {2}(?:FAIL|fails) .*found after [\d ]+ states(?: .*)?\n[\s\S]*? {2}Again .*/;
  return (words[0] === 'check' ? (finding.exec(stdout)?.[0] ?? stdout) : stdout)
    .replace(/^\n+/, '')
    .trimEnd();
}

describe('the guide to pinning', () => {
  it(
    'shows what its commands print',
    async () => {
      const made = GUIDE.replaceAll(PICTURE, (_all, command: string) => {
        return `\`\`\`\n$ npx holdfast ${command}\n\n${printed(command)}\n\`\`\``;
      });
      expect(made.match(PICTURE)?.length).toBeGreaterThanOrEqual(3);
      expect(made).not.toContain('HF0');
      await expect(made).toMatchFileSnapshot(FILE);
    },
    TIMEOUT_MS,
  );

  it('shows the scenario that `holdfast new --case dio` writes', () => {
    const source = /```ts\n([\s\S]*?)```/.exec(GUIDE)?.[1];
    const dio = templates.find(({ name }) => name === 'dio');
    expect(source).toBe(dio?.text.replaceAll('NAME', 'my-driver'));
  });

  it('names only cases that exist', () => {
    const named = [...GUIDE.matchAll(/--case (\w+)/g)].map(([, name]) => name);
    const names = templates.map(({ name }) => name);
    expect(named.filter((name) => name === undefined || !names.includes(name))).toEqual([]);
  });
});
