/**
 * The list of scenarios as text: by the folder of their file, cases of one scenario together. Notes
 * are wrapped and never cut: what a scenario is about is why somebody reads the list.
 */

import { dirname } from 'node:path';
import { MODELS } from '../explore/models.ts';
import type { DesignUse } from '../explore/result.ts';
import type { Style } from '../report/paint.ts';
import { counted, hanging, listed, wrapped } from '../report/text.ts';
import type { ScenarioInfo } from './protocol.ts';

/** From a file to the name that its reader knows. */
type FileName = (file: string) => string;

const NAME_MAX = 40;
const NOTE_MIN = 24;

/** The short list: a line for each scenario, its cases counted. */
export function shortList(
  scenarios: readonly ScenarioInfo[],
  fileName: FileName,
  style: Style,
): string[] {
  const families = familiesOf(scenarios);
  const longest = Math.max(0, ...families.map(({ name }) => name.length));
  const width = Math.min(longest, NAME_MAX, Math.max(8, style.width - NOTE_MIN - 6));
  let folder = '';
  return families.flatMap(({ name, cases }) => {
    const here = dirname(fileName(cases[0]?.file ?? ''));
    const title = here === folder ? [] : [style.paint.dim(`  ${here}`)];
    folder = here;
    return [...title, ...familyLines(name, noteOf(cases), width, style)];
  });
}

function familyLines(name: string, note: string, width: number, style: Style): string[] {
  const room = Math.max(NOTE_MIN, style.width - width - 6);
  const lines = note === '' ? [] : wrapped(note, room);
  const indent = ' '.repeat(width + 6);
  // A long name has the line for itself.
  const rest = name.length > width ? lines : lines.slice(1);
  const first = name.length > width ? '' : (lines[0] ?? '');
  const head = `    ${name.padEnd(width)}  ${first}`.trimEnd();
  return [head, ...rest.map((line) => indent + line)];
}

interface Family {
  readonly name: string;
  readonly cases: readonly ScenarioInfo[];
}

/** Scenarios of one file whose names differ in their parameters only, in order. */
function familiesOf(scenarios: readonly ScenarioInfo[]): Family[] {
  const families = new Map<string, { name: string; cases: ScenarioInfo[] }>();
  for (const one of scenarios) {
    const name = one.name.replace(/ \(.*\)$/, '');
    const key = `${one.file} ${name}`;
    const family = families.get(key) ?? { name, cases: [] };
    family.cases.push(one);
    families.set(key, family);
  }
  return [...families.values()].map(({ name, cases }) => {
    const [only, ...others] = cases;
    return others.length === 0 && only !== undefined ? { name: only.name, cases } : { name, cases };
  });
}

function noteOf(cases: readonly ScenarioInfo[]): string {
  const bugs = cases.map(expectation).filter((text) => text !== '');
  const [only, ...others] = cases;
  const count =
    others.length === 0
      ? bugs.join('')
      : [counted(cases.length, 'case'), ...(bugs.length === 0 ? [] : [bugCount(bugs)])].join(', ');
  return [count, only?.about ?? ''].filter((text) => text !== '').join('; ');
}

function bugCount(bugs: readonly string[]): string {
  const kinds = [...new Set(bugs)];
  if (kinds.length === 1 && kinds[0] === 'known bug') return counted(bugs.length, 'known bug');
  return bugs.length === 1 ? '1 fails as expected' : `${bugs.length} fail as expected`;
}

/** `known bug` where every model shows it; else the models that do. */
function expectation({ expected }: ScenarioInfo): string {
  const fails = MODELS.filter((model) => expected[model] === 'fail');
  if (fails.length === 0) return '';
  return fails.length === MODELS.length ? 'known bug' : `fails under ${listed(fails.toReversed())}`;
}

/** What a short search of a scenario met. */
export interface Met {
  readonly designs: readonly DesignUse[];
  readonly defences: readonly string[];
}

/** The long list: one scenario with its file, designs and defences. */
export function longEntry(
  scenario: ScenarioInfo,
  met: Met | null,
  fileName: FileName,
  style: Style,
): string[] {
  const { name, about, file, position } = scenario;
  const bug = expectation(scenario);
  const place = position === null ? fileName(file) : `${fileName(file)}:${position.line}`;
  const entry = (head: string, text: string): string[] =>
    text === '' ? [] : hanging(`      ${head.padEnd(10)}`, text, style.width);
  return [
    style.paint.bold(`  ${name}`),
    ...entry('about', [bug, about ?? ''].filter((text) => text !== '').join('; ')),
    ...entry('file', place),
    ...(met?.designs ?? []).flatMap((design) => entry('design', designText(design))),
    ...entry('defences', (met?.defences ?? []).join(', ')),
    '',
  ];
}

/** The choices, with the one that is in force in brackets. */
function designText({ name, choices, chosen }: DesignUse): string {
  const marked = choices.map((one) => (one === chosen ? `[${one}]` : one));
  return `${name} = ${marked.join(' | ')}`;
}
