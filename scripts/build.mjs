// Turn src/**/*.ts into dist/**/*.js without moving a single character.
//
// Types are replaced by blanks and './x.ts' by './x.js', which has the same length. So a
// line:column in dist is the same line:column in src, and Holdfast prints exact source positions
// without source maps (docs/decisions/0001-strip-only-build.md).
//
// Only files that changed are built. A file is written beside its place and then renamed, so two
// builds at the same time do no harm.
//
// An editor that opens a scenario looks for declarations where package.json says. They come from
// tsc (`npm run types`), which `npm start` does not install: until then each of those files sends
// the editor to the source, which says the same.

import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { relativeSpecifiers } from './scan.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const EXECUTABLE = join('cli', 'main.js');

/**
 * The JavaScript of one TypeScript module: same lines, same columns.
 * @param {string} source
 * @param {string} file for messages
 * @returns {string}
 */
export function stripModule(source, file) {
  // Loaded only when something must be built: it costs more than the rest of a fast start.
  const swc = createRequire(import.meta.url)('@swc/wasm-typescript');
  const { code } = swc.transformSync(source, { mode: 'strip-only', module: true, filename: file });
  let out = '';
  let done = 0;
  for (const { end } of relativeSpecifiers(code)) {
    out += code.slice(done, end - 3) + '.js';
    done = end;
  }
  out += code.slice(done);
  if (out.length !== source.length) throw new Error(`${file}: the build moved characters`);
  return out;
}

/**
 * Build what changed below `root`, remove what lost its source.
 * @param {string} root
 * @returns {{ built: number, removed: number, failures: string[] }}
 */
export function build(root = ROOT) {
  const src = join(root, 'src');
  const dist = join(root, 'dist');
  const sources = filesBelow(src).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.test.ts'),
  );
  const builder = Math.max(...['build.mjs', 'scan.mjs'].map((name) => changed(scriptPath(name))));
  /** @type {{ built: number, removed: number, failures: string[] }} */
  const result = { built: 0, removed: 0, failures: [] };
  for (const name of sources) {
    const from = join(src, name);
    const to = join(dist, name.replace(/\.ts$/, '.js'));
    if (changed(to) > Math.max(changed(from), builder)) continue;
    const failure = buildFile(from, to);
    if (failure === undefined) result.built++;
    else result.failures.push(failure);
  }
  for (const name of declared(root)) declareBySource(join(root, name), src, dist);
  result.removed = removeOrphans(dist, new Set(sources.map((name) => name.replace(/\.ts$/, ''))));
  return result;
}

/**
 * @param {string} from
 * @param {string} to
 * @returns {string | undefined} what is wrong with the source
 */
function buildFile(from, to) {
  const file = relative(ROOT, from);
  try {
    writeWhole(to, stripModule(readFileSync(from, 'utf8'), file));
    return undefined;
  } catch (error) {
    rmSync(to, { force: true });
    if (error instanceof Error) return `${file}: ${error.message}`;
    const { startLine, startColumn, message, snippet } = /** @type {Record<string, any>} */ (error);
    return `${file}:${startLine}:${startColumn + 1}: ${message}\n${snippet}`;
  }
}

/** @param {string} root @returns {string[]} the declarations that package.json promises */
function declared(root) {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return Object.values(exports).flatMap(({ types }) => types ?? []);
}

/** Real declarations are left alone. @param {string} to @param {string} src @param {string} dist */
function declareBySource(to, src, dist) {
  if (existsSync(to)) return;
  const source = join(src, relative(dist, to)).replace(/\.d\.ts$/, '.ts');
  writeWhole(to, `export * from '${relative(dirname(to), source).replaceAll(sep, '/')}';\n`);
}

/** @param {string} to @param {string} text */
function writeWhole(to, text) {
  mkdirSync(dirname(to), { recursive: true });
  const beside = `${to}.${process.pid}.tmp`;
  writeFileSync(beside, text);
  if (to.endsWith(EXECUTABLE)) chmodSync(beside, 0o755);
  renameSync(beside, to);
}

/** @param {string} dist @param {Set<string>} alive names without extension */
function removeOrphans(dist, alive) {
  let removed = 0;
  for (const name of existsSync(dist) ? filesBelow(dist) : []) {
    const stem = name.replace(/(\.d\.ts|\.js)$/, '');
    if (stem === name || alive.has(stem)) continue;
    rmSync(join(dist, name), { force: true });
    removed++;
  }
  return removed;
}

/** @param {string} folder @returns {string[]} paths relative to the folder */
function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

/** @param {string} path @returns {number} time of the last change, 0 when there is no file */
function changed(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** @param {string} name */
function scriptPath(name) {
  return join(ROOT, 'scripts', name);
}

/** Build and report on stderr; returns the exit code. @returns {number} */
export function buildAndReport() {
  const started = performance.now();
  const { built, removed, failures } = build();
  for (const failure of failures) process.stderr.write(`build: ${failure}\n`);
  if (built + removed > 0) {
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    process.stderr.write(`build: ${built} files built, ${removed} removed in ${seconds} s\n`);
  }
  return failures.length > 0 ? 1 : 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? sep).href) {
  process.exitCode = buildAndReport();
}
