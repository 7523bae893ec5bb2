/**
 * The lines of `holdfast check`: one a scenario, columns that line up, one line for the total.
 */

import type { CheckResult, OpenReason } from '../explore/result.ts';
import type { Style } from './paint.ts';
import { amount, byteCount, counted, duration, hanging, sideBySide, slug } from './text.ts';

/** How one search ended, judged against what was expected of it. */
export type Outcome = 'as expected' | 'unexpected' | 'open' | 'problem';

/** Judges a result. A problem outweighs everything, a limit outweighs nothing but success. */
export function outcomeOf(result: CheckResult): Outcome {
  if (result.problems.length > 0) return 'problem';
  if (result.verdict === 'open') return 'open';
  return result.verdict === result.expected ? 'as expected' : 'unexpected';
}

/** How wide the columns of names are. */
export interface LineWidths {
  readonly name: number;
}

const NAME_MIN = 24;
/** Longer names push the rest of their line to the right: cut short they would look alike. */
const NAME_MAX = 48;

/** Columns for these scenarios. */
export function lineWidths(names: readonly string[]): LineWidths {
  const longest = Math.max(0, ...names.map((name) => name.length));
  return { name: Math.min(NAME_MAX, Math.max(NAME_MIN, longest)) };
}

/** The line of one result; an open one has a second line that says how to go on. */
export function checkLines(result: CheckResult, widths: LineWidths, style: Style): string[] {
  const lines = verdictLines(result, widths, style);
  const next = result.verdict === 'open' ? nextStep(result) : null;
  if (next !== null) lines.push(style.paint.dim(`         ${next}`));
  return [...lines, ...result.warnings.flatMap((text) => warningLines(text, style))];
}

/** A warning below the line of its search. */
export function warningLines(text: string, style: Style): string[] {
  return hanging('         warning: ', text, style.width);
}

/** What may decide it, where anything is known to. */
function nextStep({ scenario, open }: CheckResult): string | null {
  if (open?.limit === 'automaton') {
    return 'a retry loop written by hand keeps all its rounds: loop(() => again) forgets them';
  }
  const more = further(open);
  return more === null ? null : `holdfast check ${slug(scenario)} --until ${more}`;
}

/** On a narrow screen the facts stand below the name. */
function verdictLines(result: CheckResult, widths: LineWidths, style: Style): string[] {
  const word = verdictWord(result).padEnd(5);
  const threads = counted(result.threads, 'thread');
  const known = result.threads === 0 ? facts(result) : `${threads.padEnd(10)}  ${facts(result)}`;
  const rest = `${result.scenario.padEnd(widths.name)}  ${known}`;
  const head = `  ${colourOf(result, style)(word)}  `;
  // The lower-case word says by itself that a failure is the expected one.
  const short = rest.replace(/ {3}as expected$/, '');
  const fitting = [rest, short].find((text) => 4 + word.length + text.length <= style.width);
  if (fitting !== undefined) return [`${head}${fitting}`.trimEnd()];
  const parts = [threads, ...facts(result).trim().split(/ {2,}/)];
  return [`${head}${result.scenario}`, ...sideBySide(parts, ' '.repeat(9), 3, style.width)];
}

/** `pass`, `fails` (as expected), `FAIL`, `PASS` (where a failure was expected), `open`. */
export function verdictWord(result: CheckResult): string {
  if (result.problems.length > 0) return 'ERROR';
  if (result.verdict === 'open') return 'open';
  if (result.verdict === 'pass') return result.expected === 'pass' ? 'pass' : 'PASS';
  return result.expected === 'fail' ? 'fails' : 'FAIL';
}

/** Green as expected, yellow open, red otherwise. */
export function colourOf(result: CheckResult, { paint }: Style): (text: string) => string {
  const outcome = outcomeOf(result);
  if (outcome === 'as expected') return paint.green;
  return outcome === 'open' ? paint.yellow : paint.red;
}

function facts(result: CheckResult): string {
  if (result.problems.length > 0) {
    return [...new Set(result.problems.map((problem) => problem.code))].join(', ');
  }
  const time = duration(result.seconds).padStart(7);
  const states = counted(result.states, 'state').padStart(14);
  const expected = result.expected === 'fail';
  if (result.verdict === 'open') return `${states}   ${openText(result.open)}`;
  if (result.verdict === 'fail') {
    const found = `found after ${amount(result.states)}`.padEnd(25);
    return `${found} ${time}   ${expected ? 'as expected' : ''}`.trimEnd();
  }
  const end = expected ? '   expected FAIL' : '';
  return `${states}   complete ${time}${end}`;
}

/** Why a search is open. */
export function openText(open: OpenReason | null): string {
  if (open === null) return 'not complete';
  switch (open.limit) {
    case 'time':
      return `stopped at ${limitText(open.seconds)}`;
    case 'states':
      return `stopped at ${counted(open.states, 'state')}`;
    case 'memory':
      return `stopped at ${byteCount(open.bytes)} of memory`;
    case 'automaton':
      return `stopped: a thread has more than ${amount(open.states)} states of its own`;
    case 'buffer':
      return `complete only up to ${open.entries} waiting stores a thread`;
    case 'messages':
      return `complete only up to ${open.messages} stores of a word that can still be read`;
    case 'sections':
      return `complete only up to ${open.sections} open sections of one srcu_struct`;
    case 'interrupted':
      return 'interrupted';
  }
}

/** As it was asked for: 10 ms are not 0.0 s. */
function limitText(seconds: number): string {
  return seconds < 1 ? `${Math.ceil(seconds * 1000)} ms` : duration(seconds);
}

/** The limit with which a search would go on, where a larger one helps. */
function further(open: OpenReason | null): string | null {
  if (open?.limit === 'time') return `time=${tenfold(open.seconds)}`;
  if (open?.limit === 'states') return `states=${open.states * 10}`;
  return open?.limit === 'memory' ? `memory=${Math.ceil((2 * open.bytes) / 2 ** 20)}M` : null;
}

function tenfold(seconds: number): string {
  const more = seconds * 10;
  return more >= 120 ? `${Math.round(more / 60)}m` : `${Math.max(1, Math.round(more))}s`;
}

/**
 * `5 scenarios   4 as expected   1 open   tso   67 s`.
 *
 * @param notBegun scenarios that an interrupt came before
 */
export function totalLine(
  results: readonly CheckResult[],
  seconds: number,
  style: Style,
  notBegun = 0,
): string {
  const count = (outcome: Outcome): number =>
    results.filter((result) => outcomeOf(result) === outcome).length;
  const models = [...new Set(results.map((result) => result.model))].join(', ');
  const scenarios = new Set(results.map((result) => result.scenario)).size;
  const searches = results.length > scenarios ? [`${results.length} searches`] : [];
  const expected = `${count('as expected')} as expected`;
  const parts = [counted(scenarios, 'scenario'), ...searches, expected];
  if (count('unexpected') > 0) parts.push(style.paint.red(`${count('unexpected')} unexpected`));
  if (count('problem') > 0) parts.push(style.paint.red(`${count('problem')} not usable`));
  if (count('open') > 0) parts.push(style.paint.yellow(`${count('open')} open`));
  if (notBegun > 0) parts.push(style.paint.yellow(`${notBegun} not begun`));
  const searched = models === '' ? [] : [models];
  return `  ${[...parts, ...searched, duration(seconds)].join('   ')}`;
}

/** The status line while a search runs, without its thread count. */
export function progressText(
  scenario: string,
  states: number,
  estimate: { readonly states: number; readonly spread: number } | null,
  seconds: number,
  rough: (value: number) => string,
): string {
  if (estimate === null || estimate.states <= states) {
    return `${scenario}  ${rough(states)} states  ${duration(seconds)}`;
  }
  const share = states / estimate.states;
  const left = (seconds / Math.max(share, 1e-6)) * (1 - share);
  return [
    scenario,
    `${rough(states)} of about ${rough(estimate.states)} (±${rough(estimate.spread)})`,
    ` ${Math.round(share * 100)} %`,
    ` ETA ${duration(left)}`,
  ].join('  ');
}
