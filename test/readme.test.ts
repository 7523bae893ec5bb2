/** The README's first screen is what the tool prints, and its scenario is what it says it is. */

import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MODELS } from '../src/explore/models.ts';
import { ownFolders } from './support/folder.ts';

const ROOT = join(import.meta.dirname, '..');
const HOLDFAST = join(ROOT, 'dist/cli/main.js');
const newFolder = ownFolders('readme');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

/** The kernel code moves by lines all the time, and lines break where numbers get longer. */
function withoutPlaces(text: string): string {
  return text.replace(/\s*\S+\.ts:\d+:\d+/g, '');
}

describe('the README', () => {
  it('shows the picture that its first command prints', () => {
    const block = /```\n\$ npx holdfast (check .*)\n\n([\s\S]*?)\n```/.exec(README);
    const [, command = '', picture = ''] = block ?? [];
    const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(
      (match) => match[1] ?? match[2] ?? '',
    );
    const { stdout, status } = holdfast(...words);
    expect(status).toBe(1);
    expect(withoutPlaces(stdout)).toContain(withoutPlaces(picture));
  });

  it('names the largest scenario that ships, with its states', () => {
    const counts = readFileSync(join(ROOT, 'test/scenarios.counts.txt'), 'utf8').trim().split('\n');
    const sizes = counts.map((line) => {
      const [, model = '', states = '', name = ''] =
        /^(\w+) +\w+ (\d+) states \d+ transitions {2}(.*)$/.exec(line) ?? [];
      return { model, states: Number(states), name };
    });
    const [largest] = sizes.toSorted((one, other) => other.states - one.states);
    const { name, states, model } = largest ?? { name: '', states: 0, model: '' };
    const sentence = `\`${name}\`, has ${states.toLocaleString('en')} states under ${model}`;
    expect(README.replaceAll(/\s+/g, ' ')).toContain(
      `The largest scenario that ships, ${sentence}`,
    );
  });

  it('has a scenario of its own that passes under every model', () => {
    const printed = holdfast('check', ownScenario(), '--model', MODELS.join());
    const count = MODELS.length;
    expect(printed.stdout).toContain(`1 scenario   ${count} searches   ${count} as expected`);
  });

  it('shows the table that why prints about it: every barrier is needed, on x86 too', () => {
    const [, table = ''] = /```\n\$ npx holdfast why .*\n\n([\s\S]*?)\n```/.exec(README) ?? [];
    const { stdout } = holdfast('why', ownScenario());
    expect(stdout).toContain(table);
    expect(table).toMatch(/FAIL tso .*\n.*FAIL tso .*\n\n {2}Both are needed\./);
  });
});

/** The scenario of the README as a file. */
function ownScenario(): string {
  const source = /```ts\n([\s\S]*?)```/.exec(README)?.[1] ?? '';
  const file = join(newFolder(), 'wake-up.scenario.ts');
  writeFileSync(file, source);
  return file;
}

function holdfast(...words: readonly string[]): { stdout: string; status: number | null } {
  const argv = [HOLDFAST, ...words, '--out', newFolder()];
  const env = { ...process.env, LANG: 'C.UTF-8', npm_config_user_agent: 'npm' };
  return spawnSync('node', argv, { encoding: 'utf8', env });
}
