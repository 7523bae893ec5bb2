/**
 * Loading scenario files: what comes out of files that work, and of each way to get one wrong.
 *
 * Every file is written to a folder outside this package, as a user's would be. The place of each
 * mistake is computed from the text, so a test says `where: 'nope'` and not a pair of numbers.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { loadScenarioFile, type LoadError } from './load.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-load-')));
const DIST = new URL('../../dist/', import.meta.url);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, source: string): string {
  const file = join(folder, name);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, source);
  return file;
}

function place(source: string, part: string): { line: number; column: number } {
  const before = source.slice(0, source.indexOf(part));
  return { line: before.split('\n').length, column: before.length - before.lastIndexOf('\n') };
}

async function errorOf(name: string, source: string): Promise<LoadError> {
  const result = await loadScenarioFile(write(name, source));
  if (result.ok) throw new Error(`${name} was expected to fail`);
  return result.error;
}

/** Load the file in a fresh process of this Node, in its main thread or in a worker of it. */
function loadElsewhere(file: string, where: 'main' | 'worker'): Record<string, unknown> {
  const program = `
    import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
    import { loadScenarioFile } from ${JSON.stringify(new URL('cli/load.js', DIST).href)};
    const file = ${JSON.stringify(file)};
    async function stackOf() {
      const result = await loadScenarioFile(file);
      if (!result.ok) return result.error;
      try { result.namespace.default(); } catch (error) { return { stack: error.stack }; }
    }
    if (!isMainThread) parentPort.postMessage(await stackOf());
    else if (${JSON.stringify(where)} === 'main') console.log(JSON.stringify(await stackOf()));
    else new Worker(new URL(import.meta.url)).on('message', (m) => console.log(JSON.stringify(m)));
  `;
  const runner = write(`${where}.mjs`, program);
  return JSON.parse(execFileSync(process.execPath, [runner], { encoding: 'utf8' })) as never;
}

describe('a scenario file that is right', () => {
  it('gives its exports', async () => {
    const file = write('good.scenario.ts', 'export const answer: number = 42;\n');
    const result = await loadScenarioFile(file);
    expect(result).toMatchObject({ ok: true, file, namespace: { answer: 42 } });
  });

  it('may import TypeScript beside it', async () => {
    write('part.ts', 'export type Part = string;\nexport const part: Part = "p";\n');
    const source = "import { part, type Part } from './part.ts';\nexport const p: Part = part;\n";
    const result = await loadScenarioFile(write('whole.scenario.ts', source));
    expect(result).toMatchObject({ ok: true, namespace: { p: 'p' } });
  });

  it('is a module even where package.json says CommonJS', async () => {
    write('cjs/package.json', '{ "type": "commonjs" }');
    const result = await loadScenarioFile(write('cjs/a.scenario.ts', 'export const a = 1 as 1;'));
    expect(result).toMatchObject({ ok: true, namespace: { a: 1 } });
  });

  it('may lie below node_modules, where Node itself strips no types', async () => {
    const name = 'node_modules/some/scenarios/a.scenario.ts';
    const result = await loadScenarioFile(write(name, 'export const a: number = 1;'));
    expect(result).toMatchObject({ ok: true, namespace: { a: 1 } });
  });

  it("gets this installation's holdfast", async () => {
    const source = "export * as linux from 'holdfast/linux';\n";
    const result = await loadScenarioFile(write('own.scenario.ts', source));
    const ours: unknown = await import(new URL('memory/public.js', DIST).href);
    expect(result.ok && result.namespace['linux'] === ours).toBe(true);
  });
});

describe('positions', () => {
  const source = [
    'type Wide = "é😀";',
    'export default function run(first: Wide = "é😀", second?: Array<Wide>): never {',
    '  const unused = (x: number): number => x; throw new Error(`at ${first}`);',
    '}',
    '',
  ].join('\n');

  it.each(['main', 'worker'] as const)('of an error are exact in a %s thread', (where) => {
    const file = write('throws.scenario.ts', source);
    const { line, column } = place(source, 'new Error');
    const { stack } = loadElsewhere(file, where);
    expect(stack).toContain(`${pathToFileURL(file).href}:${line}:${column}`);
  });

  it('of an error are exact in this test run', async () => {
    const result = await loadScenarioFile(write('throws.scenario.ts', source));
    const run = (result as unknown as { namespace: { default: () => never } }).namespace.default;
    const { line, column } = place(source, 'new Error');
    const expected = expect.stringContaining(`throws.scenario.ts:${line}:${column}`) as string;
    expect(run).toThrow(expect.objectContaining({ stack: expected }) as Error);
  });
});

describe('a scenario file that is wrong', () => {
  it('may be missing', async () => {
    const result = await loadScenarioFile(join(folder, 'nowhere.scenario.ts'));
    expect(result).toMatchObject({ ok: false, error: { problem: 'not-found' } });
  });

  it('may be a folder', async () => {
    expect(await loadScenarioFile(folder)).toMatchObject({ error: { problem: 'not-found' } });
  });

  it('may have a syntax error', async () => {
    const source = 'const a: number = 1;\nconst b: string = "b" + ;\n';
    const error = await errorOf('syntax.scenario.ts', source);
    const { line, column } = place(source, '+ ;');
    expect(error).toMatchObject({ problem: 'syntax', line, column: column + 2 });
    expect(error.message).toBe('Expression expected');
  });

  it('may have the syntax error in a file that it imports', async () => {
    const bad = write('bad.ts', 'export const = 1;\n');
    const error = await errorOf('imports-bad.scenario.ts', "import './bad.ts';\n");
    expect(error).toMatchObject({ problem: 'syntax', file: bad, line: 1, column: 14 });
  });

  it('may use TypeScript that is more than types', async () => {
    const source = 'export const a = 1;\nexport enum Colour { red }\n';
    const error = await errorOf('enum.scenario.ts', source);
    expect(error).toMatchObject({ problem: 'unsupported', ...place(source, 'enum') });
    expect(error.message).toContain('enum is not supported');
  });

  it('may import a file that does not exist', async () => {
    const source = "import {\n  a,\n} from './nope.ts';\nexport { a };\n";
    const error = await errorOf('nofile.scenario.ts', source);
    expect(error).toMatchObject({ problem: 'import', ...place(source, './nope.ts') });
  });

  it('may import a package that does not exist', async () => {
    const source = "export const a = 1;\nimport 'nope-nope';\n";
    const error = await errorOf('nopackage.scenario.ts', source);
    expect(error).toMatchObject({ problem: 'import', ...place(source, "'nope-nope'") });
  });

  it('may misspell a module of Holdfast', async () => {
    const source = "import { u32 } from 'holdfast';\nimport 'holdfast/linx';\nu32;\n";
    const error = await errorOf('linx.scenario.ts', source);
    expect(error).toMatchObject({ problem: 'import', ...place(source, "'holdfast/linx'") });
    expect(error.message).toContain("There is no module 'holdfast/linx'");
    expect(error.message).toContain('Did you mean holdfast/linux');
  });

  it('may import a name that a module does not export', async () => {
    const source = "\nimport { nope } from 'node:path';\nexport { nope };\n";
    const error = await errorOf('noname.scenario.ts', source);
    expect(error).toMatchObject({ problem: 'import', ...place(source, 'nope') });
  });

  it('may throw while it is loaded', async () => {
    const source = 'const a: number = 1;\nif (a) throw new RangeError("too far");\n';
    const error = await errorOf('throws-early.scenario.ts', source);
    expect(error).toMatchObject({ problem: 'threw', message: 'RangeError: too far' });
    expect(error).toMatchObject(place(source, 'new RangeError'));
    expect(error.cause).toBeInstanceOf(RangeError);
  });

  it('may throw something that is not an Error', async () => {
    const error = await errorOf('throws-text.scenario.ts', 'throw "text";\n');
    expect(error).toMatchObject({ problem: 'threw', message: 'text' });
  });
});

it('loads from a relative path', async () => {
  const fixture = fileURLToPath(
    new URL('../../test/fixtures/relative.scenario.ts', import.meta.url),
  );
  expect((await loadScenarioFile('test/fixtures/relative.scenario.ts')).ok).toBe(true);
  expect(await loadScenarioFile('test/fixtures/relative.scenario.ts')).toMatchObject({
    file: fixture,
  });
});
