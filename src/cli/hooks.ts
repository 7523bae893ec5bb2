/**
 * Module hooks that let Node import a user's TypeScript scenario.
 *
 * Two rules:
 *  - 'holdfast', 'holdfast/linux' and 'holdfast/linux/mm' always mean this installation, wherever
 *    the scenario lives. Two copies of the seam in one process would not see each other's memory.
 *  - Types are blanked, never compiled, so every line:column stays what the user wrote. Node does
 *    this itself where it can; elsewhere (Node 20, files below node_modules) swc does the same.
 *
 * The file must stand alone: on Node 20 it runs in Node's loader thread.
 */
import { readFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

type Resolved = { url: string; format?: string | null | undefined; shortCircuit?: boolean };
type Loaded = { format: string; source?: unknown; shortCircuit?: boolean };
type Context = { format?: string | null | undefined };
type Next<Result> = (target: string, context?: Context) => Result;

/** Type-stripping interface of `@swc/wasm-typescript`; `start` values count from 1 and from 0. */
export type Stripper = {
  transformSync(source: string, options: object): { code: string };
};

export const OWN_MODULES: ReadonlyMap<string, string> = new Map([
  ['holdfast', '../index.js'],
  ['holdfast/linux', '../memory/public.js'],
  ['holdfast/linux/mm', '../kernel/index.js'],
]);

/** Node warns about its own stripping in these: what a user did not choose is no news to them. */
const NODE_WARNS = /^(?:23\.|24\.[012]\.)/;

/** Whether this Node strips types without being asked (22.18, 24.3 and later), and in silence. */
export const NODE_STRIPS: boolean =
  Boolean((process.features as unknown as Record<string, unknown>)['typescript']) &&
  !NODE_WARNS.test(process.versions.node);

/** swc takes 70 ms and 4 MB to load, so it is loaded when the first file needs it. */
export function loadStripper(): Stripper {
  return createRequire(import.meta.url)('@swc/wasm-typescript') as Stripper;
}

export function stripTypes(source: string, filename: string): string {
  return loadStripper().transformSync(source, { mode: 'strip-only', module: true, filename }).code;
}

function ownModule(specifier: string): Resolved | undefined {
  const path = OWN_MODULES.get(specifier);
  if (path === undefined) return undefined;
  return { url: new URL(path, import.meta.url).href, format: 'module', shortCircuit: true };
}

function isTypeScript(url: string): boolean {
  return url.startsWith('file:') && /\.m?ts$/.test(new URL(url).pathname);
}

function nodeCanStrip(url: string): boolean {
  return NODE_STRIPS && !url.includes('/node_modules/');
}

/** A scenario is an ES module even in a folder whose package.json says (or implies) CommonJS. */
function asModule(resolved: Resolved): Resolved {
  if (!isTypeScript(resolved.url)) return resolved;
  return { ...resolved, format: nodeCanStrip(resolved.url) ? 'module-typescript' : 'module' };
}

function stripped(url: string, source: string): Loaded {
  return { format: 'module', source: stripTypes(source, fileURLToPath(url)), shortCircuit: true };
}

/* Hooks for `module.register` (Node 20), which run in a thread of their own. */

export async function resolve(
  specifier: string,
  context: Context,
  next: Next<Promise<Resolved>>,
): Promise<Resolved> {
  return ownModule(specifier) ?? asModule(await next(specifier, context));
}

export async function load(
  url: string,
  context: Context,
  next: Next<Promise<Loaded>>,
): Promise<Loaded> {
  if (!isTypeScript(url) || nodeCanStrip(url)) return next(url, context);
  return stripped(url, await readFile(fileURLToPath(url), 'utf8'));
}

/* The same for `module.registerHooks` (Node 22.15 and later), in the thread that imports. */

export function resolveSync(specifier: string, context: Context, next: Next<Resolved>): Resolved {
  return ownModule(specifier) ?? asModule(next(specifier, context));
}

export function loadSync(url: string, context: Context, next: Next<Loaded>): Loaded {
  if (!isTypeScript(url) || nodeCanStrip(url)) return next(url, context);
  return stripped(url, readFileSync(fileURLToPath(url), 'utf8'));
}
