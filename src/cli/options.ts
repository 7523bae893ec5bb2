/** Values of options: text in, what it means or what is wrong with it out. */

import { MODELS } from '../explore/models.ts';
import type { Model, Problem } from '../explore/result.ts';
import { unknownModel, usageProblem } from './problems.ts';
import type { Limits } from './protocol.ts';

/** A value, or the reason why there is none. */
export type Parsed<T> = { readonly value: T } | { readonly problem: Problem };

/** `sc,tso`. */
export function parseModels(text: string): Parsed<readonly Model[]> {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !MODELS.includes(name as Model));
  if (unknown !== undefined) return { problem: unknownModel(unknown) };
  return { value: [...new Set(names as Model[])] };
}

const LIMITS_HELP = [
  'Limits are time (10ms, 60s, 5m, 2h), states (20k, 1e6) and memory (512M, 2G).',
];
const LIMITS_NEXT = 'Write them with commas between: --until time=60s,states=1e6';

/** `time=60s,states=1e8,memory=4G`. */
export function parseLimits(text: string): Parsed<Limits> {
  const limits: { seconds?: number; states?: number; bytes?: number } = {};
  for (const part of text.split(',')) {
    const [name = '', amount = ''] = part.trim().split('=');
    const value = limitValue(name, amount);
    if (value === null) {
      const what = `\`${part.trim()}\` is not a limit.`;
      const known = Object.keys(FACTORS);
      const more = known.includes(name) ? {} : { unknown: { word: name, known } };
      return { problem: usageProblem(what, LIMITS_HELP, { ...more, next: LIMITS_NEXT }) };
    }
    if (name === 'time') limits.seconds = value;
    else if (name === 'states') limits.states = value;
    else limits.bytes = value;
  }
  return { value: limits };
}

const FACTORS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  time: { ms: 1e-3, s: 1, m: 60, min: 60, h: 3600 },
  states: { '': 1, k: 1e3, M: 1e6, G: 1e9 },
  memory: { '': 1, k: 2 ** 10, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 },
};

function limitValue(name: string, amount: string): number | null {
  const match = /^(\d+(?:\.\d+)?(?:e\d+)?)\s*([a-zA-Z]*)$/.exec(amount);
  const factor = FACTORS[name]?.[match?.[2] ?? ''];
  if (match === null || factor === undefined) return null;
  const value = Number(match[1]) * factor;
  return Number.isFinite(value) && value > 0 ? value : null;
}

/** A whole number from 1 on. */
export function parseCount(option: string, text: string, max: number): Parsed<number> {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= max) return { value };
  const what = `\`${text}\` is not a value of ${option}.`;
  const next = `Give a whole number from 1 to ${max}.`;
  return { problem: usageProblem(what, [], { next }) };
}

/** `name=choice`, several times. */
export function parseDesigns(texts: readonly string[]): Parsed<Readonly<Record<string, string>>> {
  const designs: [string, string][] = [];
  for (const text of texts) {
    const at = text.indexOf('=');
    if (at < 1 || at === text.length - 1) {
      const what = `\`${text}\` is not a design.`;
      const next = 'Write --design question=choice; `holdfast list -v <scenario>` prints both.';
      return { problem: usageProblem(what, [], { next }) };
    }
    designs.push([text.slice(0, at), text.slice(at + 1)]);
  }
  return { value: Object.fromEntries(designs) };
}

/** What can report. */
export const REPORTERS = ['auto', 'plain', 'json', 'junit', 'github', 'herd'] as const;

/** One `--reporter`: a name, and the file it writes to if not stdout. */
export interface ReporterChoice {
  readonly name: (typeof REPORTERS)[number];
  readonly file: string | null;
}

/** `junit=report.xml`. */
export function parseReporter(text: string): Parsed<ReporterChoice> {
  const at = text.indexOf('=');
  const name = at < 0 ? text : text.slice(0, at);
  const file = at < 0 ? null : text.slice(at + 1);
  const known = REPORTERS.find((one) => one === name);
  if (known !== undefined && file !== '') return { value: { name: known, file } };
  const what = `\`${text}\` is not a reporter.`;
  const unknown = { word: name, known: REPORTERS };
  const next = 'A file goes behind it: --reporter junit=report.xml';
  const details = [`Reporters are ${REPORTERS.join(', ')}.`];
  return { problem: usageProblem(what, details, { unknown, next }) };
}
