/** The README's first screen is what the tool prints, and its scenario is what it says it is. */

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const HOLDFAST = join(ROOT, 'dist/cli/main.js');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

/** The kernel code moves by lines all the time; which files the picture names does not. */
function withoutLines(text: string): string {
  return text.replace(/\.ts:\d+:\d+/g, '.ts').replace(/\s+/g, ' ');
}

describe('the README', () => {
  it('shows the picture that its first command prints', () => {
    const block = /```\n\$ npx holdfast (check .*)\n\n([\s\S]*?)\n```/.exec(README);
    const [, command = '', picture = ''] = block ?? [];
    const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(
      (match) => match[1] ?? match[2] ?? '',
    );
    const folder = mkdtempSync(join(tmpdir(), 'readme-'));
    const { stdout, status } = spawnSync('node', [HOLDFAST, ...words, '--out', folder], {
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    expect(withoutLines(stdout)).toContain(withoutLines(picture));
  });

  it('has a scenario of its own that passes under both models', () => {
    const source = /```ts\n([\s\S]*?)```/.exec(README)?.[1] ?? '';
    const file = join(mkdtempSync(join(tmpdir(), 'readme-')), 'message.scenario.ts');
    writeFileSync(file, source);
    const printed = execFileSync('node', [HOLDFAST, 'check', file, '--model', 'sc,tso'], {
      encoding: 'utf8',
    });
    expect(printed).toContain('1 scenario   2 searches   2 as expected');
  });
});
