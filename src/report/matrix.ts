/**
 * A scenario under several memory models: a line with a column for each model, or where the screen
 * is too narrow for that, a line for each model below the scenario's name.
 */

import type { CheckResult, Model } from '../explore/result.ts';
import { colourOf, openText, verdictWord, warningLines } from './human.ts';
import type { LineWidths } from './human.ts';
import type { Style } from './paint.ts';
import { amount, counted, duration } from './text.ts';

const WORD = 6;
const STATES = 7;
const THREADS = 9;
const TIME = 8;
const GAP = 3;

/** What stands beside the models' columns, as far as there is room. */
interface Columns {
  readonly name: number;
  readonly threads: boolean;
  readonly time: boolean;
}

/** The widest form that fits; null where not even names and models do. */
function columnsFor(models: number, widths: LineWidths, style: Style): Columns | null {
  const name = widths.name;
  const room = style.width - 2 - name - models * (GAP + WORD + STATES);
  if (room < 0) return null;
  const time = room >= GAP + TIME;
  return { name, time, threads: room >= GAP + TIME + 2 + THREADS };
}

/** The titles of the columns; nothing where there are no columns. */
export function matrixTitle(
  models: readonly Model[],
  widths: LineWidths,
  style: Style,
): string | null {
  const form = columnsFor(models.length, widths, style);
  if (form === null) return null;
  const cells = models.map((model) => model.padEnd(WORD) + 'states'.padStart(STATES));
  return style.paint.bold(joined(form, 'scenario', 'threads', cells, 'time'));
}

function joined(
  form: Columns,
  name: string,
  threads: string,
  cells: readonly string[],
  time: string,
): string {
  const head = `  ${name.padEnd(form.name)}${form.threads ? `  ${threads.padEnd(THREADS)}` : ''}`;
  return [head, ...cells, ...(form.time ? [time.padStart(TIME)] : [])].join(' '.repeat(GAP));
}

/** The lines of one scenario, with what its searches could not decide and what they warn of. */
export function matrixLines(
  results: readonly CheckResult[],
  widths: LineWidths,
  style: Style,
): string[] {
  const [first] = results;
  if (first === undefined) return [];
  const form = columnsFor(results.length, widths, style);
  const body =
    form !== null
      ? [wideLine(first, results, form, style)]
      : [`  ${first.scenario}`, ...results.map((result) => narrowLine(result, style))];
  const open = results.filter((result) => result.problems.length === 0 && result.open !== null);
  const warnings = new Set(results.flatMap((result) => result.warnings));
  return [
    ...body,
    ...open.map((result) => style.paint.dim(`    ${result.model}: ${openText(result.open)}`)),
    ...[...warnings].flatMap((text) => warningLines(text, style)),
  ];
}

function wideLine(
  first: CheckResult,
  results: readonly CheckResult[],
  form: Columns,
  style: Style,
): string {
  const cells = results.map((result) => {
    const word = colourOf(result, style)(verdictWord(result).padEnd(WORD));
    return word + amount(result.states).padStart(STATES);
  });
  const seconds = results.reduce((sum, result) => sum + result.seconds, 0);
  const threads = counted(first.threads, 'thread');
  return joined(form, first.scenario, threads, cells, duration(seconds));
}

function narrowLine(result: CheckResult, style: Style): string {
  const word = colourOf(result, style)(verdictWord(result).padEnd(WORD));
  const states = counted(result.states, 'state').padStart(16);
  const time = duration(result.seconds).padStart(TIME);
  return `    ${result.model.padEnd(6)}${word}${states}  ${time}`;
}
