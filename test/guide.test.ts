/**
 * The guides show what the tool prints, and their scenarios are those that `holdfast new` writes.
 * `npx vitest run test/guide.test.ts -u` makes the pictures again.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { templates } from '../src/cli/templates.ts';
import { ownFolders } from './support/folder.ts';
import { madeAgain, PICTURE } from './support/guide.ts';

const ROOT = join(import.meta.dirname, '..');
const PINNING = join(ROOT, 'docs/guide-pinning.md');
const RCU = join(ROOT, 'docs/guide-rcu.md');
const TIMEOUT_MS = 60_000;
const newFolder = ownFolders('guide');

/** What `holdfast new <name> --case <case>` writes. */
function started(wanted: string, name: string): string {
  const text = templates.find((one) => one.name === wanted)?.text ?? '';
  return text.replaceAll('NAME', name).replaceAll('FILE', `${name}.scenario.ts`);
}

/** Compares a guide with itself, its pictures made again. */
async function isAsPrinted(file: string, folder: string, pictures: number): Promise<void> {
  const made = madeAgain(readFileSync(file, 'utf8'), folder, newFolder);
  expect(made.match(PICTURE)?.length).toBe(pictures);
  expect(made).not.toContain('HF0');
  await expect(made).toMatchFileSnapshot(file);
}

describe('the guide to pinning', () => {
  it('shows what its commands print', () => isAsPrinted(PINNING, ROOT, 3), TIMEOUT_MS);

  it('shows the scenario that `holdfast new --case dio` writes', () => {
    const source = /```ts\n([\s\S]*?)```/.exec(readFileSync(PINNING, 'utf8'))?.[1];
    expect(source).toBe(started('dio', 'my-driver'));
  });
});

describe('the guide to RCU', () => {
  it(
    'shows what its commands print of the scenarios that `holdfast new` writes',
    async () => {
      const folder = newFolder();
      for (const [wanted, name] of [
        ['rcu', 'my-cache'],
        ['srcu', 'my-chain'],
      ] as const) {
        writeFileSync(join(folder, `${name}.scenario.ts`), started(wanted, name));
      }
      await isAsPrinted(RCU, folder, 3);
    },
    TIMEOUT_MS,
  );

  it('shows the scenario that `holdfast new --case rcu` writes', () => {
    const source = /```ts\n([\s\S]*?)```/.exec(readFileSync(RCU, 'utf8'))?.[1];
    expect(source).toBe(started('rcu', 'my-cache'));
  });
});

it.each([PINNING, RCU])('%s names only cases that exist', (file) => {
  const named = [...readFileSync(file, 'utf8').matchAll(/--case (\w+)/g)].map(([, name]) => name);
  const names = templates.map(({ name }) => name);
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((name) => name === undefined || !names.includes(name))).toEqual([]);
});
