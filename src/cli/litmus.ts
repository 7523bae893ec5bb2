/**
 * `.litmus` files on the command line: `check` gives a verdict for each, `why` says what forbids
 * the outcome, or shows an execution that has it.
 */

import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { litmusPicture } from '../report/litmus-picture.ts';
import type { Style } from '../report/paint.ts';
import type { CheckSettings } from './check-options.ts';
import type { Context } from './context.ts';
import { Exit } from './exit.ts';
import { isDecided, litmusLines, NAME_WIDTH } from './litmus-text.ts';
import { systemReason, unreadable } from './problems.ts';
import type { LitmusReport, Reporter, Reports } from './report-plan.ts';
import { isProblem } from './session.ts';
import { statusLine } from './status.ts';

/** A litmus file larger than this is not read. */
const BYTES_MAX = 16 * 2 ** 20;

/** `check` of litmus files: each is told to the reporters. */
export async function checkLitmusFiles(
  names: readonly string[],
  settings: CheckSettings,
  reporters: Reporter,
  context: Context,
  isOver: () => boolean,
): Promise<Pick<Reports, 'litmus' | 'notRead'>> {
  const litmus: LitmusReport[] = [];
  let notRead = 0;
  for (const name of names) {
    if (isOver()) break;
    const report = await checked(name, settings, context, false, reporters);
    if (report === null) {
      notRead++;
      continue;
    }
    litmus.push(report);
    reporters.litmus?.(report);
  }
  return { litmus, notRead };
}

/** `why` of litmus files: the cycle that forbids the outcome, or an execution that has it. */
export async function whyLitmusFiles(
  names: readonly string[],
  settings: CheckSettings,
  context: Context,
  style: Style,
  isOver: () => boolean,
): Promise<void> {
  for (const name of names) {
    if (isOver()) break;
    const report = await checked(name, { ...settings, modelsGiven: false }, context, true, {});
    if (report === null) continue;
    const lines = litmusLines(report, NAME_WIDTH).map((line) => `${line}\n`);
    context.print(`\n${lines.join('')}\n${litmusPicture(report.result, style)}\n\n`);
  }
}

async function checked(
  name: string,
  settings: CheckSettings,
  context: Context,
  explain: boolean,
  reporters: Reporter,
): Promise<LitmusReport | null> {
  const path = resolve(context.io.folder, name);
  const text = textOf(path, name, context, reporters);
  if (text === null) return null;
  const { unroll, modelsGiven } = settings;
  const models = modelsGiven ? settings.models : [];
  const until = settings.search.until ?? {};
  const asked = { file: path, text, explain, unroll, until, models };
  const status = statusLine(context.io.status);
  const ticking = setInterval(() => status.tick(name), 500);
  const found = await context.session().litmus(asked);
  clearInterval(ticking);
  status.erase();
  const problems = isProblem(found) ? [found] : found.result.problems;
  for (const problem of problems) {
    reporters.problem?.(problem, null);
    context.report(problem);
  }
  if (isProblem(found) || problems.length > 0) return null;
  const report: LitmusReport = { name, ...found };
  if (!isDecided(report)) context.happened.add(Exit.OPEN);
  return report;
}

function textOf(path: string, name: string, context: Context, reporters: Reporter): string | null {
  let why: string;
  try {
    const stat = statSync(path);
    if (stat.isFile() && stat.size <= BYTES_MAX) return readFileSync(path, 'utf8');
    why = stat.isFile() ? `It has more than ${BYTES_MAX} bytes.` : 'It is not a file.';
  } catch (error) {
    why = systemReason(error);
  }
  const problem = unreadable(name, why);
  reporters.problem?.(problem, null);
  context.report(problem);
  return null;
}
