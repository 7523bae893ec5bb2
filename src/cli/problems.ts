/** The mistakes that the command line finds by itself, as problems with their HF codes. */

import { MODELS } from '../explore/models.ts';
import type { Position, Problem } from '../explore/result.ts';
import type { LoadError } from './load.ts';

/** A word that is not known among those that are, and what to do. */
interface More {
  readonly position?: Position | null;
  readonly unknown?: Required<Problem>['unknown'];
  readonly next?: string;
  readonly absent?: string;
}

function problem(
  code: string,
  what: string,
  details: readonly string[] = [],
  more: More = {},
): Problem {
  return { position: null, ...more, code, what, details: details.filter((line) => line !== '') };
}

/** HF006, HF007 or HF008: a scenario file that does not load. */
export function loadProblem(error: LoadError): Problem {
  const { file, line, column, message } = error;
  const position = { file, line: line ?? 1, column: column ?? 1 };
  const at = (code: string, what: string, next?: string): Problem =>
    problem(code, what, [message], { position, ...(next === undefined ? {} : { next }) });
  switch (error.problem) {
    case 'not-found':
      return problem('HF006', 'The scenario file cannot be read.', [file, message]);
    case 'syntax':
      return at('HF007', 'The file is not valid TypeScript.');
    case 'unsupported':
      return at('HF007', 'The file uses TypeScript that is more than types.', MORE_THAN_TYPES);
    case 'import':
      return at('HF008', 'An import of the file leads nowhere.', KNOWN_IMPORTS);
    case 'threw':
      return at('HF008', 'The file throws while it is loaded.', ONLY_DECLARATIONS);
  }
}

const MORE_THAN_TYPES =
  'Write a const object for an enum, an assignment for a parameter property, a module for a ' +
  'namespace.';
const KNOWN_IMPORTS =
  "Imports come from 'holdfast', 'holdfast/linux', 'holdfast/linux/mm', packages that are " +
  'installed, and files beside this one, named with their ending.';
const ONLY_DECLARATIONS =
  'Only declarations belong beside the scenarios; what runs belongs in the body of one.';

/** HF009. */
export function noScenarioProblem(
  file: string,
  exported: Readonly<Record<string, unknown>>,
): Problem {
  const what = 'The file exports no scenario.';
  const names = Object.entries(exported).map(([name, value]) => `${name} is ${kindOf(value)}`);
  if (names.length === 0) return problem('HF009', what, [file, 'It exports nothing.']);
  const next = "A scenario is what scenario('name', body) gives: export that.";
  return problem('HF009', what, [file, `It exports: ${names.join('; ')}.`], { next });
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return `an array of ${value.length} without a scenario`;
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** HF001, for a name that is no scenario and no file. */
export function unknownScenario(name: string, known: readonly string[]): Problem {
  return problem('HF001', `There is no scenario \`${name}\`.`, [], {
    unknown: { word: name, known },
  });
}

/** HF002, for a first word that is neither a command nor a scenario, but much like a command. */
export function unknownCommand(name: string, commands: readonly string[]): Problem {
  return problem('HF002', `\`${name}\` is neither a command nor a scenario.`, [], {
    unknown: { word: name, known: commands },
    next: '`holdfast --help` lists the commands, `holdfast list` the scenarios.',
  });
}

/** HF001, for a pattern or a filter that leaves nothing. */
export function nothingSelected(what: string): Problem {
  return problem('HF001', `No scenario is left: ${what}.`);
}

/** HF002, with the place in the command line. */
export function usageProblem(
  what: string,
  details: readonly string[] = [],
  more: More = {},
): Problem {
  return problem('HF002', what, details, more);
}

/** HF003. */
export function unknownModel(name: string): Problem {
  return problem(
    'HF003',
    `\`${name}\` is not a memory model.`,
    [`Models are ${MODELS.join(', ')}.`],
    {
      unknown: { word: name, known: MODELS },
    },
  );
}

/** A defence that several scenarios lack, with what any of them has: then it is one mistake. */
export function amongAll(one: Problem, all: readonly Problem[]): Problem {
  if (one.code !== 'HF004' || one.unknown === undefined) return one;
  const { word } = one.unknown;
  const known = [...new Set(all.flatMap(({ unknown }) => unknown?.known ?? []))];
  if (known.length === 0) return one;
  return { ...one, details: [`There are: ${known.join(', ')}`], unknown: { word, known } };
}

/** HF005, for a question that the scenario never asks. */
export function unknownDesign(name: string, asked: readonly string[]): Problem {
  if (asked.length === 0) {
    const what = `The scenario has no designs, so \`${name}\` chooses nothing.`;
    return problem('HF005', what, [NO_DESIGNS], { next: WITHOUT_DESIGN, absent: name });
  }
  const detail = `It asks about ${asked.join(', ')}.`;
  return problem('HF005', `The scenario does not ask about the design \`${name}\`.`, [detail], {
    unknown: { word: name, known: asked },
    absent: name,
  });
}

const NO_DESIGNS = "A design is what code asks for by design('name', [...]); nothing here does.";
const WITHOUT_DESIGN =
  'Leave --design out; `holdfast list -v` prints the designs that scenarios ask about.';

/** HF006. */
export function unreadable(file: string, why: string): Problem {
  return problem('HF006', `The file \`${file}\` cannot be read.`, [why]);
}

/** HF006, for an address that names no saved trace. */
export function noTrace(address: string, name: string, ids: readonly string[]): Problem {
  const saved = ids.map((id) => `${name}:${id}`).join(', ');
  const next =
    `\`holdfast check ${name}\` saves the execution of each finding below .holdfast, here; what ` +
    `is found without a defence is saved by \`holdfast why ${name}\`, or by check with the same ` +
    '--without.';
  return problem(
    'HF006',
    `There is no saved trace \`${address}\`.`,
    [saved && `Saved: ${saved}.`],
    {
      unknown: { word: address, known: ids.map((id) => `${name}:${id}`) },
      next,
    },
  );
}

/** HF010. */
export function damagedTrace(file: string, why: string): Problem {
  return problem('HF010', `The trace file \`${file}\` is damaged.`, [why]);
}

/** HF011. */
export function otherVersion(file: string, found: number, ours: number): Problem {
  const details = [`Its format is ${found}, this version reads ${ours}.`];
  return problem('HF011', `The trace file \`${file}\` was written by another version.`, details);
}

/** HF012. */
export function unwritable(file: string, why: string, next?: string): Problem {
  const more = next === undefined ? {} : { next };
  return problem('HF012', `\`${file}\` cannot be written.`, [why], more);
}

/** HF029. */
export function silentSearch(
  what: string,
  details: readonly string[],
  at: Position | null,
  next?: string,
): Problem {
  return problem('HF029', what, details, {
    position: at,
    ...(next === undefined ? {} : { next }),
  });
}

/** HF008, for what a file started and what failed after it was loaded. */
export function lateFailure(file: string, message: string): Problem {
  const next = 'Look for promises and timers that the file starts; nobody waits for them.';
  return problem('HF008', 'The file failed after it was loaded.', [file, message], { next });
}

/** What the system says about a file, without the path that it repeats. */
export function systemReason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const known: Record<string, string> = {
    ENOENT: 'There is no such file or folder.',
    EACCES: 'This user has no right to it.',
    EISDIR: 'It is a folder.',
    ENOTDIR: 'A part of its path is not a folder.',
    EEXIST: 'A file of that name exists already.',
    ENOSPC: 'The disk is full.',
    EROFS: 'The file system is read-only.',
  };
  return known[code ?? ''] ?? message;
}
