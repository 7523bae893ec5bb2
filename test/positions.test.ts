/**
 * The promise of the strip-only build: a line:column of dist is the same line:column of src, and
 * a test run sees the very positions that a user of `holdfast` sees.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { stripModule } from '../scripts/build.mjs';
import { loadScenarioFile } from '../src/cli/load.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FRAME = /dist\/cli\/load\.js:(\d+):(\d+)/;

function sources(): string[] {
  return readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => join(ROOT, 'src', name));
}

/** Every character of the output stands where it stood; only types became blanks. */
it.each(sources())('the build moves nothing in %s', (file) => {
  const source = readFileSync(file, 'utf8');
  const output = stripModule(source, file);
  expect(output.split('\n').map((line) => line.length)).toEqual(
    source.split('\n').map((line) => line.length),
  );
});

it('keeps columns behind wide characters, types, templates and renamed imports', () => {
  const source = "import { a } from './é.ts'; const b = `é😀${a as never}` as '😀'; here();\n";
  const output = stripModule(source, 'a.ts');
  expect(output.indexOf('here()')).toBe(source.indexOf('here()'));
  expect(output).toContain("from './é.js'");
});

it('renames specifiers in code, and nothing in strings and comments', () => {
  const source = [
    "export * from '../a/b.ts'; // from './comment.ts'",
    "const text = `import './template.ts'`;",
    "const file = new URL('./worker.ts', import.meta.url); const lazy = import('./lazy.ts');",
    "const scenario = import('holdfast.ts');",
  ].join('\n');
  expect(stripModule(source, 'a.ts')).toBe(
    source
      .replace('../a/b.ts', '../a/b.js')
      .replace('./worker.ts', './worker.js')
      .replace('./lazy.ts', './lazy.js'),
  );
});

it('a test run and a plain process report one position, and src has the code there', async () => {
  const here = await loadScenarioFile(undefined as never).catch((error: Error) => error);
  const [frame = '', line, column] = FRAME.exec((here as Error).stack ?? '') ?? [];
  const program =
    "import('./dist/cli/load.js').then((load) => load.loadScenarioFile(undefined))" +
    '.catch((error) => console.log(error.stack))';
  const there = execFileSync(process.execPath, ['-e', program], { cwd: ROOT, encoding: 'utf8' });
  expect(there).toContain(frame);
  expect(frame).not.toBe('');
  const source = readFileSync(join(ROOT, 'src/cli/load.ts'), 'utf8').split('\n');
  expect(source[Number(line) - 1]?.slice(Number(column) - 1)).toMatch(/^resolve\(path\)/);
});

it('a scenario file imported by a test keeps its positions too', async () => {
  const { fail } = await import('./fixtures/fails.scenario.ts');
  expect(fail).toThrow(
    expect.objectContaining({
      stack: expect.stringMatching(/fails\.scenario\.ts:3:55/) as string,
    }) as Error,
  );
});
