/**
 * `.litmus` files on the command line: `check` gives a verdict for each, `why` says what forbids
 * the outcome, or shows an execution that has it.
 */

import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { checkLitmus } from '../litmus/index.ts';
import type { LitmusResult, Picture, PictureEdge, Refusal } from '../litmus/index.ts';
import { herdText } from '../report/herd.ts';
import type { Context } from './context.ts';
import { Exit } from './exit.ts';
import { unreadable } from './problems.ts';

/** How the verdicts are printed. */
export interface LitmusSettings {
  /** In herd7's format. */
  readonly herd: boolean;
  /** Wall seconds for each file, or undefined for the usual limit. */
  readonly seconds: number | undefined;
}

/** A litmus file larger than this is not read. */
const BYTES_MAX = 16 * 2 ** 20;

/** Separates litmus files from everything else that was named. */
export function litmusNames(names: readonly string[]): { litmus: string[]; rest: string[] } {
  const isLitmus = (name: string): boolean => name.endsWith('.litmus');
  return { litmus: names.filter(isLitmus), rest: names.filter((name) => !isLitmus(name)) };
}

/** `check` of litmus files: a line each, or herd7's blocks. */
export function checkLitmusFiles(
  names: readonly string[],
  settings: LitmusSettings,
  context: Context,
): void {
  for (const name of names) {
    const result = resultOf(name, settings, context, false);
    if (result === null) continue;
    context.io.stdout(settings.herd ? `${herdText(result)}\n` : `  ${lineOf(result)}\n`);
  }
}

/** `why` of litmus files: the cycle that forbids the outcome, or an execution that has it. */
export function whyLitmusFiles(names: readonly string[], context: Context): void {
  for (const name of names) {
    const settings = { herd: false, seconds: undefined };
    const result = resultOf(name, settings, context, true);
    if (result === null) continue;
    const { witness, refusal } = result;
    const lines = refusal !== null ? refusalLines(refusal) : witnessLines(witness);
    context.io.stdout(`${['', `  ${lineOf(result)}`, '', ...lines, ''].join('\n')}\n`);
  }
}

function resultOf(
  name: string,
  { seconds }: LitmusSettings,
  context: Context,
  explain: boolean,
): LitmusResult | null {
  const path = resolve(context.io.folder, name);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isFile() !== true) {
    context.report(unreadable(name, 'There is no such file.'));
    return null;
  }
  if (stat.size > BYTES_MAX) {
    context.report(unreadable(name, `It has more than ${BYTES_MAX} bytes.`));
    return null;
  }
  const until = seconds === undefined ? {} : { until: { seconds } };
  const result = checkLitmus(readFileSync(path, 'utf8'), { file: path, explain, ...until });
  for (const problem of result.problems) context.report(problem);
  if (result.problems.length > 0) return null;
  if (result.open !== null && !result.decided) context.happened.add(Exit.OPEN);
  return result;
}

function lineOf(result: LitmusResult): string {
  const { name, observation, positive, negative, states, flags, open, decided } = result;
  const unfinished = open === null ? '' : decided ? '   counts so far' : '   OPEN';
  const flagged = flags.length === 0 ? '' : `   ${flags.join(', ')}`;
  const counts = `${positive} of ${positive + negative} executions   ${states.length} states`;
  return `${observation.padEnd(10)} ${name.padEnd(40)} ${counts}${flagged}${unfinished}   lkmm`;
}

function refusalLines({ axiom, picture, cycle }: Refusal): string[] {
  if (picture === null) return ['  No execution has these values at all.'];
  return [
    `  Forbidden by ${axiom}: this would be a cycle.`,
    '',
    ...cycle.map((edge) => `    ${edgeText(edge, picture)}`),
  ];
}

function edgeText({ from, to, by }: PictureEdge, picture: Picture): string {
  return `${eventText(from, picture).padEnd(34)} ${by.padEnd(20)} ${eventText(to, picture)}`;
}

function witnessLines(picture: Picture | null): string[] {
  if (picture === null) return [];
  const events = picture.events.filter((event) => event.thread >= 0);
  const from = new Map(picture.rf.map(([write, read]) => [read, write]));
  return events.map((event) => {
    const source = from.get(event.number);
    const reads = source === undefined ? '' : `   reads from ${eventText(source, picture)}`;
    return `    ${eventText(event.number, picture).padEnd(34)}${reads}`.trimEnd();
  });
}

function eventText(number: number, picture: Picture): string {
  const event = picture.events.find((one) => one.number === number);
  if (event === undefined) return String(number);
  const { thread, primitive, location, value } = event;
  const who = thread < 0 ? 'init' : `P${thread}`;
  const what = location === null ? '' : ` ${location}${value === null ? '' : `=${value}`}`;
  return `${who}: ${primitive}${what}`;
}
