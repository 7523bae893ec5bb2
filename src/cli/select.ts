/**
 * From what the user typed to scenarios: names, files, folders and patterns.
 *
 * A path is what looks like one (a separator, a pattern, the ending .ts) or exists; everything else
 * is the name of a file or of a scenario, first among those that ship, then in the current folder.
 */
import { readdirSync, statSync } from 'node:fs';
import type { Dirent } from 'node:fs';
import { basename, join, relative, resolve, sep } from 'node:path';
import type { Problem } from '../explore/result.ts';
import { slug } from '../report/text.ts';
import { PACKAGE_ROOT } from './io.ts';
import { nothingSelected, unknownScenario, unreadable } from './problems.ts';
import type { ScenarioInfo } from './protocol.ts';
import { isProblem } from './session.ts';
import type { Session } from './session.ts';

const ENDING = '.scenario.ts';
/** Folders with scenarios that ship with Holdfast. */
const SHIPPED_FOLDERS = ['scenarios', 'examples'];
/** A search for files stops here: the current folder may be a whole disk. */
const ENTRIES_MAX = 20_000;
const DEPTH_MAX = 8;

/** What was selected, and what of it cannot be used. */
export interface Selected {
  readonly scenarios: readonly ScenarioInfo[];
  readonly problems: readonly Problem[];
}

/** The scenarios that the arguments name; without arguments, all that ship. */
export async function selectScenarios(
  session: Session,
  names: readonly string[],
  folder: string,
): Promise<Selected> {
  const scenarios: ScenarioInfo[] = [];
  const problems: Problem[] = [];
  const loader = createLoader(session);
  const parts = names.length === 0 ? [await loader.loadAll(shippedFiles())] : [];
  for (const name of names) parts.push(await selectOne(loader, name, folder));
  for (const part of parts) {
    for (const one of part.scenarios) {
      if (!scenarios.some((other) => sameScenario(one, other))) scenarios.push(one);
    }
    problems.push(...part.problems);
  }
  return { scenarios, problems };
}

function sameScenario(one: ScenarioInfo, other: ScenarioInfo): boolean {
  return one.file === other.file && one.index === other.index;
}

interface Loader {
  loadAll(files: readonly string[]): Promise<Selected>;
}

/** Loads each file once, however many arguments name it. */
function createLoader(session: Session): Loader {
  const known = new Map<string, readonly ScenarioInfo[] | Problem>();
  return {
    async loadAll(files) {
      const scenarios: ScenarioInfo[] = [];
      const problems: Problem[] = [];
      for (const file of files) {
        const loaded = known.get(file) ?? (await session.load(file));
        known.set(file, loaded);
        if (isProblem(loaded)) problems.push(loaded);
        else scenarios.push(...loaded);
      }
      return { scenarios, problems };
    },
  };
}

async function selectOne(loader: Loader, name: string, folder: string): Promise<Selected> {
  const files = pathFiles(name, folder);
  if (files !== null) {
    return 'code' in files ? { scenarios: [], problems: [files] } : loader.loadAll(files);
  }
  const all = [...new Set([...shippedFiles(), ...filesBelow(folder)])];
  const sameStem = all.filter((file) => stem(file) === name);
  if (sameStem.length > 0) {
    const inFile = await loader.loadAll(sameStem.slice(0, 1));
    const called = inFile.scenarios.filter((one) => isCalled(one, name));
    return called.length > 0 ? { ...inFile, scenarios: called } : inFile;
  }
  const { scenarios } = await loader.loadAll(all);
  const matching = scenarios.filter((one) => isCalled(one, name));
  if (matching.length > 0) return { scenarios: matching, problems: [] };
  const known = [...all.map(stem), ...scenarios.map((one) => one.name)];
  return { scenarios: [], problems: [unknownScenario(name, known)] };
}

/** `name`, its slug, or the name without parameters: `rdma (order=a)` is called `rdma` too. */
function isCalled(scenario: ScenarioInfo, name: string): boolean {
  return (
    scenario.name === name ||
    slug(scenario.name) === slug(name) ||
    scenario.name.startsWith(`${name} (`)
  );
}

/** The files that a path names, null if the argument is no path. */
function pathFiles(name: string, folder: string): readonly string[] | Problem | null {
  const path = resolve(folder, name);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isDirectory() === true && !isPlainWord(name)) return inFolder(path, name);
  if (stat?.isFile() === true) return [path];
  if (/[*?{]/.test(name)) {
    const pattern = globPattern(name);
    const files = filesBelow(folder).filter((file) =>
      pattern.test(slashed(relative(folder, file))),
    );
    return files.length > 0 ? files : nothingSelected(`no file matches ${name}`);
  }
  if (/[/\\]|\.[cm]?[tj]s$/.test(name)) return unreadable(name, 'There is no such file or folder.');
  return stat?.isDirectory() === true ? folderUnlessScenario(path, name) : null;
}

/** `examples` may be a folder here and `pin` a scenario: a scenario's name wins. */
function folderUnlessScenario(path: string, name: string): readonly string[] | Problem | null {
  return shippedFiles().some((file) => stem(file) === name) ? null : inFolder(path, name);
}

function isPlainWord(name: string): boolean {
  return /^[\w-]+$/.test(name);
}

function inFolder(path: string, name: string): readonly string[] | Problem {
  const files = filesBelow(path);
  return files.length > 0 ? files : nothingSelected(`${name} has no *${ENDING}`);
}

/** The scenario files that ship, in order of their paths. */
export function shippedFiles(): string[] {
  return SHIPPED_FOLDERS.flatMap((name) => filesBelow(join(PACKAGE_ROOT, name)));
}

/** The scenario files below a folder, without hidden folders, packages and built files. */
export function filesBelow(folder: string): string[] {
  const files: string[] = [];
  const folders = [{ path: folder, depth: 0 }];
  let seen = 0;
  for (let next = folders.shift(); next !== undefined; next = folders.shift()) {
    for (const entry of entriesOf(next.path)) {
      if (++seen > ENTRIES_MAX) return files.sort();
      const path = join(next.path, entry.name);
      if (entry.isFile() && entry.name.endsWith(ENDING)) files.push(path);
      const skip = entry.name.startsWith('.') || /^(node_modules|dist|fixtures)$/.test(entry.name);
      if (entry.isDirectory() && !skip && next.depth < DEPTH_MAX) {
        folders.push({ path, depth: next.depth + 1 });
      }
    }
  }
  return files.sort();
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** `pin-vs-share` for `scenarios/000/pin-vs-share.scenario.ts`. */
export function stem(file: string): string {
  return basename(file).slice(0, -ENDING.length);
}

function slashed(path: string): string {
  return path.split(sep).join('/');
}

/** `*` within a name, `**` across folders, `?`, `{a,b}`: what shells know. */
function globPattern(glob: string): RegExp {
  const source = glob.replace(/^\.\//, '').replace(/\*\*\/|\*\*|[*?{},.+^$()|[\]\\]/g, (part) => {
    const known: Record<string, string> = {
      '**/': '(?:.*/)?',
      '**': '.*',
      '*': '[^/]*',
      '?': '[^/]',
      '{': '(?:',
      '}': ')',
      ',': '|',
    };
    return known[part] ?? `\\${part}`;
  });
  try {
    return new RegExp(`^${source}$`);
  } catch {
    return /^$(?!)/;
  }
}
