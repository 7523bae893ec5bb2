/**
 * From what the user typed to scenarios and litmus files: names, files, folders and patterns.
 *
 * A path is what looks like one (a separator, a pattern, the ending .ts or .litmus) or exists;
 * everything else is the name of a file or of a scenario, first among those that ship, then in the
 * current folder.
 */
import { statSync } from 'node:fs';
import { basename, join, relative, resolve, sep } from 'node:path';
import type { Problem } from '../explore/result.ts';
import { closest } from '../report/closest.ts';
import { slug } from '../report/text.ts';
import { filesBelow, LITMUS, SCENARIO } from './files-below.ts';
import type { Ending } from './files-below.ts';
import { globPattern } from './glob.ts';
import { PACKAGE_ROOT } from './io.ts';
import { nothingSelected, unknownCommand, unknownScenario, unreadable } from './problems.ts';
import type { ScenarioInfo } from './protocol.ts';
import { isProblem } from './session.ts';
import type { Session } from './session.ts';

/** Folders with scenarios and with litmus tests that ship with Holdfast. */
const SHIPPED_FOLDERS = ['scenarios', 'examples'];
const SHIPPED_LITMUS = 'litmus';

/** What was selected, and what of it cannot be used. */
export interface Selected {
  readonly scenarios: readonly ScenarioInfo[];
  /** Paths of litmus files. */
  readonly litmus: readonly string[];
  readonly problems: readonly Problem[];
}

/** What to select from. */
export interface Selecting {
  readonly session: Session;
  /** Where the user is. */
  readonly folder: string;
  /** Commands that the first name may have been meant for. */
  readonly commands?: readonly string[];
}

/** What the arguments name; without arguments, every scenario that ships. */
export async function selectScenarios(
  { session, folder, commands = [] }: Selecting,
  names: readonly string[],
): Promise<Selected> {
  const scenarios: ScenarioInfo[] = [];
  const litmus = new Set<string>();
  const problems: Problem[] = [];
  const loader = createLoader(session);
  const parts = names.length === 0 ? [await loader.loadAll(shippedFiles())] : [];
  for (const name of names) parts.push(await selectOne(loader, name, folder, commands));
  for (const part of parts) {
    for (const one of part.scenarios) {
      if (!scenarios.some((other) => sameScenario(one, other))) scenarios.push(one);
    }
    for (const file of part.litmus) litmus.add(file);
    problems.push(...part.problems);
  }
  return { scenarios, litmus: [...litmus], problems };
}

function sameScenario(one: ScenarioInfo, other: ScenarioInfo): boolean {
  return one.file === other.file && one.index === other.index;
}

interface Loader {
  loadAll(files: readonly string[]): Promise<Selected>;
}

/** Loads each file once, however many arguments name it; litmus files are read later. */
function createLoader(session: Session): Loader {
  const known = new Map<string, readonly ScenarioInfo[] | Problem>();
  return {
    async loadAll(files) {
      const scenarios: ScenarioInfo[] = [];
      const problems: Problem[] = [];
      const litmus = files.filter(isLitmus);
      for (const file of files.filter((one) => !isLitmus(one))) {
        const loaded = known.get(file) ?? (await session.load(file));
        known.set(file, loaded);
        if (isProblem(loaded)) problems.push(loaded);
        else scenarios.push(...loaded);
      }
      return { scenarios, litmus, problems };
    },
  };
}

function isLitmus(file: string): boolean {
  return file.endsWith(LITMUS);
}

function onlyProblem(problem: Problem): Selected {
  return { scenarios: [], litmus: [], problems: [problem] };
}

async function selectOne(
  loader: Loader,
  name: string,
  folder: string,
  commands: readonly string[],
): Promise<Selected> {
  const files = pathFiles(name, folder);
  if (files !== null) return 'code' in files ? onlyProblem(files) : loader.loadAll(files);
  const all = [...new Set([...shippedFiles(), ...filesBelow(folder, [SCENARIO])])];
  const sameStem = all.filter((file) => stem(file) === name);
  if (sameStem.length > 0) {
    const inFile = await loader.loadAll(sameStem.slice(0, 1));
    const called = inFile.scenarios.filter((one) => isCalled(one, name));
    return called.length > 0 ? { ...inFile, scenarios: called } : inFile;
  }
  const tests = litmusNear(folder);
  const test = tests.find((file) => litmusStem(file) === name);
  if (test !== undefined) return loader.loadAll([test]);
  const { scenarios } = await loader.loadAll(all);
  const matching = scenarios.filter((one) => isCalled(one, name));
  if (matching.length > 0) return { scenarios: matching, litmus: [], problems: [] };
  if (closest(name, commands).length > 0) return onlyProblem(unknownCommand(name, commands));
  const known = [...all.map(stem), ...scenarios.map((one) => one.name), ...tests.map(litmusStem)];
  return onlyProblem(unknownScenario(name, known));
}

/** The litmus tests that have a name here. */
function litmusNear(folder: string): string[] {
  const shipped = filesBelow(join(PACKAGE_ROOT, SHIPPED_LITMUS), [LITMUS]);
  return [...new Set([...shipped, ...filesBelow(folder, [LITMUS])])];
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
  if (/[*?{]/.test(name)) return matchingFiles(name, folder);
  if (/[/\\]|\.[cm]?[tj]s$|\.litmus$/.test(name)) {
    return unreadable(name, 'There is no such file or folder.');
  }
  return stat?.isDirectory() === true ? folderUnlessScenario(path, name) : null;
}

/** A pattern is looked up below its fixed part, which may lie above the current folder. */
function matchingFiles(name: string, folder: string): readonly string[] | Problem {
  const fixed = /^[^*?{]*\//.exec(name)?.[0] ?? '';
  const root = resolve(folder, fixed);
  const pattern = globPattern(name.slice(fixed.length));
  const files = filesBelow(root, ENDINGS).filter((file) =>
    pattern.test(slashed(relative(root, file))),
  );
  return files.length > 0 ? files : nothingSelected(`no scenario or litmus file matches ${name}`);
}

/** `examples` may be a folder here and `pin` a scenario: a scenario's name wins. */
function folderUnlessScenario(path: string, name: string): readonly string[] | Problem | null {
  return shippedFiles().some((file) => stem(file) === name) ? null : inFolder(path, name);
}

function isPlainWord(name: string): boolean {
  return /^[\w-]+$/.test(name);
}

const ENDINGS: readonly Ending[] = [SCENARIO, LITMUS];

function inFolder(path: string, name: string): readonly string[] | Problem {
  const files = filesBelow(path, ENDINGS);
  if (files.length > 0) return files;
  return nothingSelected(`${name} has no *${SCENARIO} and no *${LITMUS}`);
}

/** The scenario files that ship, in order of their paths. */
export function shippedFiles(): string[] {
  return SHIPPED_FOLDERS.flatMap((name) => filesBelow(join(PACKAGE_ROOT, name), [SCENARIO]));
}

/** `pin-vs-share` for `scenarios/000/pin-vs-share.scenario.ts`. */
export function stem(file: string): string {
  return basename(file).slice(0, -SCENARIO.length);
}

function litmusStem(file: string): string {
  return basename(file).slice(0, -LITMUS.length);
}

function slashed(path: string): string {
  return path.split(sep).join('/');
}
