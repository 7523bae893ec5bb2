/**
 * Reading a trace file that anybody may have written.
 *
 * Every field is checked and copied into a fresh object: what is printed later are numbers and
 * short texts without control characters, whatever the file held. The first thing that is wrong is
 * named with its path, for example `finding.trace.steps[3].thread`.
 */

import { MODELS } from '../explore/models.ts';
import type { Change, Finding, Position, Problem, Step, Trace } from '../explore/result.ts';
import type { ModelVerdict } from '../report/models.ts';
import { damagedTrace, otherVersion } from './problems.ts';

/** The number of the file format. */
export const TRACE_FORMAT = 1;

/** What a trace file holds. */
export interface TraceFile {
  readonly holdfastTrace: number;
  /** The scenario's file, for running it again; null if unknown. */
  readonly file: string | null;
  readonly finding: Finding & { readonly trace: Trace };
  /** What `check` said of the finding beside its trace; null where another command saved it. */
  readonly shown: Shown | null;
}

/** What is printed with a picture. */
export interface Shown {
  /** How many states were found before it. */
  readonly states: number;
  readonly expected: boolean;
  /** What each model says about the same property, weakest first. */
  readonly models: readonly ModelVerdict[];
  /** More lines: what would repair it. */
  readonly notes: readonly (readonly [head: string, text: string])[];
}

/** A file of this size holds a trace of about 20,000 steps; ours have a few dozen. */
const CHARACTERS_MAX = 16 * 1024 * 1024;
const STEPS_MAX = 20_000;
const THREADS_MAX = 64;
const LIST_MAX = 1000;
const TEXT_MAX = 4000;

/** Thrown inside this file only: the first field that is wrong. */
class Damage extends Error {}

type Json = Readonly<Record<string, unknown>>;

/** Checks the text of a trace file. */
export function readTrace(text: string, name: string): TraceFile | Problem {
  if (text.length > CHARACTERS_MAX) return damagedTrace(name, 'It is far too long for a trace.');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return damagedTrace(name, 'It is not JSON, or it was cut off.');
  }
  try {
    const file = record(json, 'the file');
    const format = integer(file['holdfastTrace'], 'holdfastTrace', 0, 1e6);
    if (format !== TRACE_FORMAT) return otherVersion(name, format, TRACE_FORMAT);
    return {
      holdfastTrace: format,
      file: orNull(file['file'], 'file', string),
      finding: finding(file['finding'], 'finding'),
      // Traces were saved without it once.
      shown: orNull(file['shown'] ?? null, 'shown', shown),
    };
  } catch (error) {
    if (error instanceof Damage) return damagedTrace(name, error.message);
    throw error;
  }
}

function shown(value: unknown, path: string): Shown {
  const from = record(value, path);
  return {
    states: integer(from['states'], `${path}.states`, 0, Number.MAX_SAFE_INTEGER),
    expected: boolean(from['expected'], `${path}.expected`),
    models: list(from['models'], `${path}.models`, MODELS.length, modelVerdict),
    notes: list(from['notes'], `${path}.notes`, LIST_MAX, note),
  };
}

function modelVerdict(value: unknown, path: string): ModelVerdict {
  const from = record(value, path);
  return {
    model: oneOf(from['model'], `${path}.model`, MODELS),
    verdict: oneOf(from['verdict'], `${path}.verdict`, VERDICTS),
  };
}

const VERDICTS = ['pass', 'fail', 'open'] as const;

function note(value: unknown, path: string): readonly [string, string] {
  const [head, text] = list(value, path, 2, string);
  if (head === undefined || text === undefined) throw new Damage(`${path} is not a pair.`);
  return [head, text];
}

function finding(value: unknown, path: string): TraceFile['finding'] {
  const from = record(value, path);
  const property = record(from['property'], `${path}.property`);
  return {
    id: identifier(from['id'], `${path}.id`),
    property: {
      kind: oneOf(property['kind'], `${path}.property.kind`, KINDS_OF_PROPERTY),
      name: string(property['name'], `${path}.property.name`),
    },
    message: string(from['message'], `${path}.message`),
    position: orNull(from['position'], `${path}.position`, position),
    trace: trace(from['trace'], `${path}.trace`),
  };
}

const KINDS_OF_PROPERTY = [
  'always',
  'never',
  'sometimes',
  'assert',
  'automatic',
  'vacuous',
] as const;
const KINDS_OF_STEP = [
  'access',
  'fence',
  'drain',
  'choice',
  'allocation',
  'free',
  'grace',
  'pending',
  'section',
  'return',
  'failure',
] as const;

function trace(value: unknown, path: string): Trace {
  const from = record(value, path);
  const threads = list(from['threads'], `${path}.threads`, THREADS_MAX, string);
  const designs = Object.entries(record(from['designs'], `${path}.designs`)).slice(0, LIST_MAX);
  const steps = list(from['steps'], `${path}.steps`, STEPS_MAX, step);
  for (const [at, { number, thread }] of steps.entries()) {
    if (number !== at + 1) throw new Damage(`${path}.steps[${at}].number is not ${at + 1}.`);
    if (thread >= threads.length) throw new Damage(`${path}.steps[${at}].thread has no name.`);
  }
  const choices = list(from['choices'], `${path}.choices`, STEPS_MAX, choice);
  const wrong = choices.findIndex(([thread]) => thread < 0 || thread >= threads.length);
  if (wrong >= 0) throw new Damage(`${path}.choices[${wrong}][0] is no thread.`);
  return {
    scenario: string(from['scenario'], `${path}.scenario`),
    model: oneOf(from['model'], `${path}.model`, MODELS),
    without: list(from['without'], `${path}.without`, LIST_MAX, string),
    designs: Object.fromEntries(
      designs.map(([key, choice]) => [
        string(key, `${path}.designs`),
        string(choice, `${path}.designs.${key}`),
      ]),
    ),
    threads,
    initial: list(from['initial'], `${path}.initial`, LIST_MAX, initialValue),
    steps,
    choices,
  };
}

function step(value: unknown, path: string): Step {
  const from = record(value, path);
  const text = (key: string): string => string(from[key], `${path}.${key}`);
  const maybe = (key: string): string | null => orNull(from[key], `${path}.${key}`, string);
  const stepNumber = (key: string): number | null =>
    orNull(from[key], `${path}.${key}`, (one, where) => integer(one, where, 0, STEPS_MAX));
  return {
    number: integer(from['number'], `${path}.number`, 1, STEPS_MAX),
    thread: integer(from['thread'], `${path}.thread`, 0, THREADS_MAX - 1),
    kind: oneOf(from['kind'], `${path}.kind`, KINDS_OF_STEP),
    label: maybe('label'),
    primitive: text('primitive'),
    calls: list(from['calls'], `${path}.calls`, LIST_MAX, string),
    field: maybe('field'),
    observed: maybe('observed'),
    written: maybe('written'),
    buffered: boolean(from['buffered'], `${path}.buffered`),
    readsFrom: stepNumber('readsFrom'),
    missed: stepNumber('missed'),
    behind: stepNumber('behind'),
    // Traces were saved without these three once.
    barriers: list(from['barriers'] ?? [], `${path}.barriers`, LIST_MAX, string),
    inSection: boolean(from['inSection'] ?? false, `${path}.inSection`),
    order: string(from['order'] ?? 'relaxed', `${path}.order`),
    position: orNull(from['position'], `${path}.position`, position),
    stack: list(from['stack'], `${path}.stack`, LIST_MAX, position),
    changes: list(from['changes'], `${path}.changes`, LIST_MAX, change),
  };
}

function change(value: unknown, path: string): Change {
  const from = record(value, path);
  return {
    field: string(from['field'], `${path}.field`),
    before: string(from['before'], `${path}.before`),
    after: string(from['after'], `${path}.after`),
  };
}

function initialValue(value: unknown, path: string): { field: string; value: string } {
  const from = record(value, path);
  return {
    field: string(from['field'], `${path}.field`),
    value: string(from['value'], `${path}.value`),
  };
}

/**
 * An outcome is a number from 0 on; -1 is a store that leaves its buffer, -2 a barrier, less than
 * that the passing of a thread's grace period, or a barrier's exchange before it.
 */
function choice(value: unknown, path: string): readonly [number, number] {
  const least = -7 - THREADS_MAX;
  const [thread, outcome] = list(value, path, 2, (one, where) =>
    integer(one, where, least, 2 ** 31),
  );
  if (thread === undefined || outcome === undefined) throw new Damage(`${path} is not a pair.`);
  return [thread, outcome];
}

function position(value: unknown, path: string): Position {
  const from = record(value, path);
  return {
    file: string(from['file'], `${path}.file`),
    line: integer(from['line'], `${path}.line`, 1, 1e7),
    column: integer(from['column'], `${path}.column`, 1, 1e7),
  };
}

/* The smallest parts. */

function record(value: unknown, path: string): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  throw new Damage(`${path} is not an object.`);
}

function list<T>(
  value: unknown,
  path: string,
  max: number,
  one: (value: unknown, path: string) => T,
): T[] {
  if (!Array.isArray(value)) throw new Damage(`${path} is not a list.`);
  if (value.length > max) throw new Damage(`${path} has more than ${max} entries.`);
  return value.map((entry, at) => one(entry, `${path}[${at}]`));
}

function string(value: unknown, path: string): string {
  if (typeof value !== 'string') throw new Damage(`${path} is not a text.`);
  if (value.length > TEXT_MAX) throw new Damage(`${path} is too long.`);
  // Escape codes in a label could rewrite the terminal that shows it.
  return value.replace(/\p{Cc}|\p{Cf}/gu, ' ');
}

/** Ids become file names, so nothing else may stand in them. */
function identifier(value: unknown, path: string): string {
  const text = string(value, path);
  if (!/^[0-9a-z]{1,32}$/.test(text)) throw new Damage(`${path} is not an id.`);
  return text;
}

function integer(value: unknown, path: string, min: number, max: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) {
    return value;
  }
  throw new Damage(`${path} is not a whole number from ${min} to ${max}.`);
}

function boolean(value: unknown, path: string): boolean {
  if (typeof value === 'boolean') return value;
  throw new Damage(`${path} is neither true nor false.`);
}

function oneOf<T extends string>(value: unknown, path: string, known: readonly T[]): T {
  const found = known.find((one) => one === value);
  if (found === undefined) throw new Damage(`${path} is none of ${known.join(', ')}.`);
  return found;
}

function orNull<T>(
  value: unknown,
  path: string,
  one: (value: unknown, path: string) => T,
): T | null {
  return value === null ? null : one(value, path);
}
