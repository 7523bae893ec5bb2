/** An editor in a fresh clone: the build alone makes the types of a scenario known. */

import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { build } from '../scripts/build.mjs';

const ROOT = join(import.meta.dirname, '..');
const clone = mkdtempSync(join(tmpdir(), 'holdfast-clone-'));
afterAll(() => rmSync(clone, { recursive: true, force: true }));
for (const name of ['src', 'package.json'])
  cpSync(join(ROOT, name), join(clone, name), { recursive: true });
build(clone);

const TSC = join(
  dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
  'bin/tsc',
);

/** What the compiler says of a scenario, with the settings that editors have for a file alone. */
function faults(text: string): string[] {
  const file = join(clone, 'mine.scenario.ts');
  writeFileSync(file, text);
  const settings = ['--module', 'esnext', '--moduleResolution', 'bundler', '--skipLibCheck'];
  const argv = [TSC, '--ignoreConfig', '--noEmit', '--target', 'es2023', ...settings, file];
  try {
    execFileSync(process.execPath, argv, { cwd: clone, encoding: 'utf8', stdio: 'pipe' });
    return [];
  } catch (error) {
    const { stdout } = error as { stdout: string };
    return stdout.split('\n').filter((line) => line.startsWith('mine.scenario.ts'));
  }
}

const scenario = (use: string): string => `
import { scenario, u32 } from 'holdfast';
import { READ_ONCE } from 'holdfast/linux';
import { folio_get } from 'holdfast/linux/mm';
export const used = [scenario, u32, READ_ONCE, folio_get];
export default scenario('mine', ({ alloc, thread }) => {
  const x = alloc(u32, 'x');
  thread('reader', () => READ_ONCE(${use}));
});
`;

it('the names of all three modules have their types', () => {
  // One use that only the types can tell from a right one, and nothing about unknown modules.
  const said = faults(scenario('"x"')).map((line) => line.replace(/,.*/, ''));
  expect(new Set(said)).toEqual(new Set(['mine.scenario.ts(8']));
});

it('declarations that tsc made are left alone', () => {
  const file = join(clone, 'dist/index.d.ts');
  expect(existsSync(file)).toBe(true);
  writeFileSync(file, 'export {};\n');
  build(clone);
  expect(readFileSync(file, 'utf8')).toBe('export {};\n');
});
