/** The options of `check`, which `why` and `debate` share in part: declared once, read once. */

import { Option } from 'commander';
import type { Command } from 'commander';
import { resolve } from 'node:path';
import { MODELS } from '../explore/models.ts';
import type { Model, Problem } from '../explore/result.ts';
import { UNROLL_DEFAULT, UNROLL_MAX } from '../litmus/limits.ts';
import type { Context } from './context.ts';
import {
  parseCount,
  parseDesigns,
  parseLimits,
  parseModels,
  parseReporter,
  REPORTERS,
} from './options.ts';
import type { Parsed, ReporterChoice } from './options.ts';
import type { SearchOptions } from './protocol.ts';
import { OUT_FOLDER } from './traces.ts';

/** What commander makes of the command line. */
export interface RawSearchOptions {
  readonly model?: string;
  readonly jobs?: string;
  readonly keepGoing?: boolean;
  readonly until?: string;
  readonly without?: readonly string[];
  readonly design?: readonly string[];
  readonly out?: string;
  readonly reduction?: boolean;
  readonly symmetry?: boolean;
  readonly grep?: string;
  readonly reporter?: readonly string[];
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly plain?: boolean;
  readonly unroll?: string;
}

/** The same, understood. */
export interface CheckSettings {
  readonly models: readonly Model[];
  /** The models were named, so no other is searched beside them. */
  readonly modelsGiven: boolean;
  readonly search: SearchOptions;
  readonly out: string;
  readonly grep: string | null;
  readonly reporters: readonly ReporterChoice[];
  /** Rounds of a `while` in a litmus test; null for the usual number. */
  readonly unroll: number | null;
}

/** What a search may take of the memory where nobody says how much: beyond, it is OPEN. */
const MEMORY_SHARE = 0.5;

/** The model of a search where none is named: it shows what x86 shows. */
export const MODEL_DEFAULT: Model = 'tso';

function collected(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/**
 * Adds the options that say how to search.
 *
 * @param models those that are searched where none is named
 */
export function addSearchOptions(command: Command, models: string): Command {
  return command
    .option('-m, --model <m,...>', `${MODELS.join(' | ')}  (default ${models})`)
    .option('-j, --jobs <n>', 'worker threads (default: all cores)')
    .option('--until <limits>', 'time=10ms|60s|5m,states=1e6,memory=2G: then open')
    .option('--design <name=choice>', 'select a design (repeatable)', collected)
    .option('--no-reduction', 'without partial-order reduction')
    .option('--no-symmetry', 'without symmetry reduction');
}

/** Adds the options that mean something only for litmus files. */
export function addLitmusOptions(command: Command): Command {
  const text = `litmus: rounds of a while that are followed (default ${UNROLL_DEFAULT})`;
  return command.option('--unroll <n>', text);
}

/** Adds the options of `check` alone. */
export function addCheckOptions(command: Command): Command {
  addLitmusOptions(addSearchOptions(command, MODEL_DEFAULT));
  return command
    .option('-t, --grep <text>', 'only scenarios whose name contains text')
    .option('--keep-going', 'do not stop at the first finding')
    .option('--without <name>', 'remove a defence, or name=weaker (repeatable)', collected)
    .option('-r, --reporter <r[=file]>', `${REPORTERS.join(' | ')}  (repeatable)`, collected)
    .option('-o, --out <dir>', `where traces go (default ${OUT_FOLDER})`)
    .option('-q, --quiet', 'only what is not as expected')
    .addOption(new Option('-v, --verbose', 'every access, every finding'));
}

/** Understands the options, or says which one it does not. */
export function checkSettings(raw: RawSearchOptions, context: Context): CheckSettings | Problem {
  const models = parseModels(raw.model ?? MODEL_DEFAULT);
  const jobs: Parsed<number> =
    raw.jobs === undefined ? { value: context.io.cores } : parseCount('--jobs', raw.jobs, 1024);
  const until = raw.until === undefined ? { value: {} } : parseLimits(raw.until);
  const designs = parseDesigns(raw.design ?? []);
  const reporters = (raw.reporter ?? []).map(parseReporter);
  const unroll: Parsed<number | null> =
    raw.unroll === undefined ? { value: null } : parseCount('--unroll', raw.unroll, UNROLL_MAX);
  for (const parsed of [models, jobs, until, designs, unroll, ...reporters]) {
    if ('problem' in parsed) return parsed.problem;
  }
  return {
    models: valueOf(models),
    modelsGiven: raw.model !== undefined,
    search: {
      jobs: valueOf(jobs),
      until: { bytes: Math.floor(context.io.memory * MEMORY_SHARE), ...valueOf(until) },
      designs: valueOf(designs),
      without: raw.without ?? [],
      keepGoing: raw.keepGoing === true,
      reduction: raw.reduction !== false,
      symmetry: raw.symmetry !== false,
    },
    out: resolve(context.io.folder, raw.out ?? OUT_FOLDER),
    grep: raw.grep ?? null,
    reporters: reporters.map(valueOf),
    unroll: valueOf(unroll),
  };
}

function valueOf<T>(parsed: Parsed<T>): T {
  if ('problem' in parsed) throw new Error(`options: ${parsed.problem.what}`);
  return parsed.value;
}
