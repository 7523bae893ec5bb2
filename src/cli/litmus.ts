/**
 * `.litmus` files on the command line: `check` gives a verdict for each, `why` says what forbids
 * the outcome, or shows an execution that has it.
 */

import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { outcomesOf } from '../bridge/outcomes.ts';
import type { NotRun, Outcomes } from '../bridge/outcomes.ts';
import { whyMeaningless } from '../bridge/runnable.ts';
import { checkLitmus, parseLitmus } from '../litmus/index.ts';
import type { LitmusResult } from '../litmus/index.ts';
import { herdText, herdWarning } from '../report/herd.ts';
import { litmusPicture } from '../report/litmus-picture.ts';
import type { Style } from '../report/paint.ts';
import { counted } from '../report/text.ts';
import type { CheckSettings } from './check-options.ts';
import type { Context } from './context.ts';
import { Exit } from './exit.ts';
import { systemReason, unreadable } from './problems.ts';

/** A litmus file larger than this is not read. */
const BYTES_MAX = 16 * 2 ** 20;

/** `check` of litmus files: a line each, or herd7's blocks. */
export function checkLitmusFiles(
  names: readonly string[],
  settings: CheckSettings,
  context: Context,
): void {
  const herd = settings.reporters.some((one) => one.name === 'herd');
  for (const name of names) {
    const found = checked(name, settings, context, false);
    if (found === null) continue;
    const { result } = found;
    context.io.stdout(herd ? `${herdText(result)}\n` : linesOf(result).join(''));
    if (herd && result.cut) context.io.stderr(herdWarning(name));
    if (!herd && settings.modelsGiven) runOnModels(found, settings, context);
  }
}

/** `why` of litmus files: the cycle that forbids the outcome, or an execution that has it. */
export function whyLitmusFiles(
  names: readonly string[],
  settings: CheckSettings,
  context: Context,
  style: Style,
): void {
  for (const name of names) {
    const found = checked(name, settings, context, true);
    if (found === null) continue;
    const { result } = found;
    context.io.stdout(`\n${linesOf(result).join('')}\n${litmusPicture(result, style)}\n\n`);
  }
}

/** A litmus file, and what the memory model says about it. */
interface Checked {
  readonly path: string;
  readonly text: string;
  readonly result: LitmusResult;
}

function checked(
  name: string,
  settings: CheckSettings,
  context: Context,
  explain: boolean,
): Checked | null {
  const path = resolve(context.io.folder, name);
  const text = textOf(path, name, context);
  if (text === null) return null;
  const seconds = settings.search.until?.seconds;
  const until = seconds === undefined ? {} : { until: { seconds } };
  const result = checkLitmus(text, { file: path, explain, ...until, ...unrollOf(settings) });
  for (const problem of result.problems) context.report(problem);
  if (result.problems.length > 0) return null;
  if (!result.decided) context.happened.add(Exit.OPEN);
  return { path, text, result };
}

function unrollOf({ unroll }: CheckSettings): { readonly unroll?: number } {
  return unroll === null ? {} : { unroll };
}

function textOf(path: string, name: string, context: Context): string | null {
  try {
    const stat = statSync(path);
    if (stat.isFile() && stat.size <= BYTES_MAX) return readFileSync(path, 'utf8');
    const why = stat.isFile() ? `It has more than ${BYTES_MAX} bytes.` : 'It is not a file.';
    context.report(unreadable(name, why));
  } catch (error) {
    context.report(unreadable(name, systemReason(error)));
  }
  return null;
}

/** Explores the test as a scenario under each model that was named: a line for each. */
function runOnModels(
  { path, text, result }: Checked,
  settings: CheckSettings,
  context: Context,
): void {
  const test = parseLitmus(text, path);
  if ('problem' in test) return;
  const options = { ...unrollOf(settings), until: settings.search.until ?? {} };
  const meaningless = whyMeaningless(result.flags);
  for (const model of settings.models) {
    const outcomes =
      meaningless === null ? outcomesOf(test, model, options) : { model, reason: meaningless };
    if ('reason' in outcomes || !isCertain(outcomes)) context.happened.add(Exit.OPEN);
    context.io.stdout(`  ${outcomesLine(result.name, outcomes)}\n`);
  }
}

function isCertain({ complete, cut, observation }: Outcomes): boolean {
  return observation === 'Sometimes' || (complete && !cut);
}

function outcomesLine(name: string, outcomes: Outcomes | NotRun): string {
  if ('reason' in outcomes) {
    return `${'not run'.padEnd(10)} ${name.padEnd(32)} ${outcomes.reason}   ${outcomes.model}`;
  }
  const { observation, states, result, model } = outcomes;
  const open = isCertain(outcomes) ? '' : '   OPEN';
  const counts = `${counted(states.length, 'state')}   ${counted(result.states, 'state')} searched`;
  return `${observation.padEnd(10)} ${name.padEnd(32)} ${counts}${open}   ${model}`;
}

/** The verdict, and what limits it; each line with its end. */
function linesOf(result: LitmusResult): string[] {
  const line = `  ${lineOf(result)}\n`;
  if (!result.cut) return [line];
  const how = result.decided
    ? 'a loop was cut: the verdict is certain, the counts are not complete'
    : 'a loop was cut: more rounds could lead elsewhere (--unroll)';
  return [line, `${''.padEnd(13)}${how}\n`];
}

function lineOf(result: LitmusResult): string {
  const { name, observation, positive, negative, states, flags, open, decided } = result;
  const unfinished = !decided ? '   OPEN' : open === null ? '' : '   counts so far';
  const flagged = flags.length === 0 ? '' : `   ${flags.join(', ')}`;
  const executions = counted(positive + negative, 'execution');
  const counts = `${positive} of ${executions}   ${counted(states.length, 'state')}`;
  return `${observation.padEnd(10)} ${name.padEnd(32)} ${counts}${flagged}${unfinished}   lkmm`;
}
