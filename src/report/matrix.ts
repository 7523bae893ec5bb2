/**
 * A scenario under several memory models: a line with a column for each model, or where the screen
 * is too narrow for that, a line for each model below the scenario's name.
 */

import type { CheckResult, Model } from '../explore/result.ts';
import { colourOf, openText, verdictWord } from './human.ts';
import type { LineWidths } from './human.ts';
import type { Style } from './paint.ts';
import { amount, counted, duration } from './text.ts';

const WORD = 6;
const STATES = 9;
const THREADS = 10;
const TIME = 8;
const GAP = 3;

/** Whether the columns of these models fit. */
function fits(models: number, widths: LineWidths, style: Style): boolean {
  const cells = models * (WORD + STATES + GAP);
  return 2 + widths.name + 2 + THREADS + GAP + cells + TIME <= style.width;
}

/** The titles of the columns; nothing where there are no columns. */
export function matrixTitle(
  models: readonly Model[],
  widths: LineWidths,
  style: Style,
): string | null {
  if (!fits(models.length, widths, style)) return null;
  const cells = models.map((model) => model.padEnd(WORD) + 'states'.padStart(STATES));
  const head = `  ${'scenario'.padEnd(widths.name)}  ${'threads'.padEnd(THREADS)}`;
  const line = [head, ...cells, 'time'.padStart(TIME)].join(' '.repeat(GAP));
  return style.paint.bold(line);
}

/** The lines of one scenario, with what its searches could not decide and what they warn of. */
export function matrixLines(
  results: readonly CheckResult[],
  widths: LineWidths,
  style: Style,
): string[] {
  const [first] = results;
  if (first === undefined) return [];
  const body = fits(results.length, widths, style)
    ? [wideLine(first, results, widths, style)]
    : [`  ${first.scenario}`, ...results.map((result) => narrowLine(result, style))];
  const open = results.filter((result) => result.problems.length === 0 && result.open !== null);
  const warnings = new Set(results.flatMap((result) => result.warnings));
  return [
    ...body,
    ...open.map((result) => style.paint.dim(`    ${result.model}: ${openText(result.open)}`)),
    ...[...warnings].map((text) => `    warning: ${text}`),
  ];
}

function wideLine(
  first: CheckResult,
  results: readonly CheckResult[],
  widths: LineWidths,
  style: Style,
): string {
  const cells = results.map((result) => {
    const word = colourOf(result, style)(verdictWord(result).padEnd(WORD));
    return word + amount(result.states).padStart(STATES);
  });
  const seconds = results.reduce((sum, result) => sum + result.seconds, 0);
  const name = first.scenario.padEnd(widths.name);
  const threads = counted(first.threads, 'thread').padEnd(THREADS);
  const time = duration(seconds).padStart(TIME);
  return [`  ${name}  ${threads}`, ...cells, time].join(' '.repeat(GAP));
}

function narrowLine(result: CheckResult, style: Style): string {
  const word = colourOf(result, style)(verdictWord(result).padEnd(WORD));
  const states = counted(result.states, 'state').padStart(STATES + 7);
  const time = duration(result.seconds).padStart(TIME);
  return `    ${result.model.padEnd(6)}${word}${states}  ${time}`;
}
