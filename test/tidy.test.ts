/**
 * The part of docs/STYLE.md that a machine can check: who may import whom, sizes, banned words.
 *
 * Sizes are measured on the source with its types blanked (same lines, less syntax), so that the
 * measurer needs to know JavaScript only.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { stripModule } from '../scripts/build.mjs';
import { functionLengths, lineOf, maskSource } from '../scripts/scan.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const LINES_OF_FUNCTION_MAX = 70;
const LINES_OF_FUNCTION_NINE_IN_TEN = 40;
const LINES_OF_FUNCTION_MEDIAN = 13;
const LINES_OF_FILE_MAX = 350;
const COLUMNS_MAX = 100;

/** Who may import whom, by folder of src. `types` allows `import type` only. */
const MAY_IMPORT: Record<string, { code: string[]; types?: string[]; node?: true }> = {
  memory: { code: [] },
  kernel: { code: ['memory'] },
  explore: { code: ['memory'] },
  scenario: { code: ['memory', 'explore'] },
  report: { code: [], types: ['explore', 'litmus'] },
  litmus: { code: [], types: ['explore'] },
  bridge: { code: ['litmus', 'memory', 'scenario', 'explore'] },
  debate: { code: [] },
  jobs: { code: ['explore', 'scenario'], node: true },
  run: { code: ['memory', 'scenario'], types: ['explore'], node: true },
  linux: { code: ['memory', 'scenario'], types: ['explore'], node: true },
  cluster: { code: ['explore', 'scenario'], node: true },
  cli: { code: ['*'], node: true },
  bench: { code: ['*'], node: true },
  /** index.ts: the public API. */
  '': { code: ['memory', 'kernel', 'explore', 'scenario', 'jobs', 'litmus', 'report'] },
};

/** Names of Node (or of a browser page) that portable code cannot use. */
const HOST_GLOBALS =
  /(?<![.\w$])(?:process|Buffer|__dirname|__filename|setImmediate|window|document)\b(?!\s*\??:)/g;

type Source = { name: string; text: string; mask: string };

function filesBelow(folder: string): Source[] {
  let names: string[];
  try {
    names = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  } catch {
    return [];
  }
  return names
    .filter((name) => name.endsWith('.ts'))
    .map((name) => read(join(folder, name)))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

function read(name: string): Source {
  const text = readFileSync(join(ROOT, name), 'utf8');
  return { name, text, mask: maskSource(text) };
}

const src = filesBelow('src');
const shipped = src.filter(({ name }) => !name.endsWith('.test.ts'));
const scenarios = [...filesBelow('scenarios'), ...filesBelow('examples')];
const everything = [...src, ...scenarios, ...filesBelow('test')];

function partOf(name: string): string {
  const path = name.split('/');
  return path.length > 2 ? (path[1] as string) : '';
}

type Import = { specifier: string; typeOnly: boolean; line: number };

function importsOf({ text, mask }: Source): Import[] {
  const statement =
    /(?:\b(import|export)\b(\s+type\b)?[^;'"`]*?\bfrom\s*|\bimport\s*\(?\s*)(['"])/g;
  return Array.from(mask.matchAll(statement), (match) => {
    const start = match.index + match[0].length;
    const specifier = text.slice(start, text.indexOf(match[3] as string, start));
    return { specifier, typeOnly: match[2] !== undefined, line: lineOf(text, match.index) };
  });
}

function matches(files: Source[], pattern: RegExp): string[] {
  return files.flatMap(({ name, mask }) =>
    Array.from(
      mask.matchAll(pattern),
      ({ index, 0: word }) => `${name}:${lineOf(mask, index)} ${word.trim()}`,
    ),
  );
}

/** What is wrong with one import, or undefined. */
function importFault(file: Source, { specifier, typeOnly, line }: Import): string | undefined {
  const from = partOf(file.name);
  const rule = MAY_IMPORT[from];
  const where = `${file.name}:${line} imports ${specifier}`;
  if (rule === undefined) return `${file.name}: give src/${from} a line in MAY_IMPORT`;
  if (!specifier.startsWith('.')) {
    return rule.node ? undefined : `${where}, but ${from || 'index.ts'} uses no packages`;
  }
  if (!specifier.endsWith('.ts')) return `${where}, but a relative import ends in .ts`;
  const target = relative(ROOT, resolve(ROOT, dirname(file.name), specifier));
  const to = partOf(target);
  if (to === from || rule.code.includes('*') || rule.code.includes(to)) return undefined;
  if (!rule.types?.includes(to)) return `${where}, but ${from} must not know ${to || target}`;
  return typeOnly ? undefined : `${where}, but ${from} may import only types of ${to}`;
}

describe('imports', () => {
  it('go only where the architecture lets them', () => {
    const faults = shipped.flatMap((file) => importsOf(file).map((one) => importFault(file, one)));
    expect(faults.filter((fault) => fault !== undefined)).toEqual([]);
  });

  it('and globals of Node stay out of the parts that also run in a browser', () => {
    const portable = shipped.filter(({ name }) => MAY_IMPORT[partOf(name)]?.node !== true);
    expect(matches(portable, HOST_GLOBALS)).toEqual([]);
  });

  it('are recognised in each of their forms', () => {
    const text = [
      "import './a.ts';",
      "import type { B } from './b.ts';",
      "export {\n  c,\n} from './c.ts';",
      "const d = import('./d.ts'); // import './comment.ts'",
    ].join('\n');
    const found = importsOf({ name: 'src/x/x.ts', text, mask: maskSource(text) });
    expect(found.map(({ specifier }) => specifier)).toEqual([
      './a.ts',
      './b.ts',
      './c.ts',
      './d.ts',
    ]);
    expect(found.map(({ typeOnly }) => typeOnly)).toEqual([false, true, false, false]);
  });
});

describe('sizes', () => {
  const functions = shipped.flatMap(({ name, text }) =>
    functionLengths(stripModule(text, name)).map((one) => ({ ...one, file: name })),
  );
  const lengths = functions.map(({ lines }) => lines).sort((one, other) => one - other);
  const quantile = (share: number): number => lengths[Math.floor(lengths.length * share)] ?? 0;

  it(`no function is longer than ${LINES_OF_FUNCTION_MAX} lines`, () => {
    const long = functions.filter(({ lines }) => lines > LINES_OF_FUNCTION_MAX);
    const names = long.map(({ file, line, name, lines }) => `${file}:${line} ${name} (${lines})`);
    expect(names).toEqual([]);
  });

  it(`nine functions in ten have at most ${LINES_OF_FUNCTION_NINE_IN_TEN} lines`, () => {
    expect(quantile(0.9)).toBeLessThanOrEqual(LINES_OF_FUNCTION_NINE_IN_TEN);
  });

  it(`the median function has at most ${LINES_OF_FUNCTION_MEDIAN} lines`, () => {
    expect(quantile(0.5)).toBeLessThanOrEqual(LINES_OF_FUNCTION_MEDIAN);
  });

  it(`no source file is longer than ${LINES_OF_FILE_MAX} lines`, () => {
    const long = shipped.map(({ name, text }) => ({
      name,
      lines: text.trimEnd().split('\n').length,
    }));
    expect(long.filter(({ lines }) => lines > LINES_OF_FILE_MAX)).toEqual([]);
  });

  it(`no line is longer than ${COLUMNS_MAX} columns`, () => {
    const long = everything.flatMap(({ name, text }) =>
      text
        .split('\n')
        .flatMap((line, at) => (line.length > COLUMNS_MAX ? [`${name}:${at + 1}`] : [])),
    );
    expect(long).toEqual([]);
  });
});

describe('words', () => {
  it('every source file starts with a header comment', () => {
    const bare = [...shipped, ...scenarios].filter(
      ({ text }) => !/^(?:#!.*\n)?(?:\/\*|\/\/)/.test(text),
    );
    expect(bare.map(({ name }) => name)).toEqual([]);
  });

  it('nothing has the type any', () => {
    expect(matches(everything, /(?:[:<|&,(=]|\bas|\bof)\s*any\b(?!\s*\()/g)).toEqual([]);
  });

  it('no non-null assertion hides an undefined', () => {
    expect(matches(everything, /[\w$)\]]!(?=\s*[.;,)\][}]|\s*$)/gm)).toEqual([]);
  });

  it('only scenario files have a default export', () => {
    const others = everything.filter(({ name }) => !name.endsWith('.scenario.ts'));
    expect(matches(others, /\bexport\s+default\b|\bas\s+default\b/g)).toEqual([]);
  });

  it('no test is skipped or runs alone', () => {
    expect(matches(everything, /\b(?:it|test|describe|bench)\.(?:skip|only|todo)\b/g)).toEqual([]);
  });

  it('nothing is left to do', () => {
    // Spelt in two halves, so that this file does not find itself.
    const word = new RegExp(`\\b(?:${'TO'}${'DO'}|${'FIX'}${'ME'})\\b`);
    const files = everything.filter(({ text }) => word.test(text));
    expect(files.map(({ name }) => name)).toEqual([]);
  });
});
