/** The table of `why` as text: a row for each defence, and below it what the rows say together. */

import { basename } from 'node:path';
import type { Defence, Position } from '../explore/result.ts';
import type { Style } from '../report/paint.ts';
import { columns, hanging, listed, slug } from '../report/text.ts';
import { failsUnder, holds, summaryOf } from './why-search.ts';
import type { Verdicts } from './why-search.ts';
import type { WhyRow, WhyTable } from './why-table.ts';

type Place = (position: Position) => string;

/** How the table is printed. */
export interface WhyPrinting {
  readonly style: Style;
  /** The columns that the table itself may have. */
  readonly tableWidth: number;
  readonly place: Place;
}

const HEAD = ['defence', 'where', 'if removed', 'weaker enough?', 'pairs with'];

/** The lines of a scenario's table. */
export function whyLines(scenario: string, table: WhyTable, printing: WhyPrinting): string[] {
  const { style, place } = printing;
  if (!holds(table.whole)) return hanging('  ', wholeText(scenario, table), style.width);
  if (table.rows.length === 0 && table.notAsked === 0) {
    const told = table.unjudged.length > 0 ? unjudgedText(table).join('') : NO_DEFENCE;
    return hanging('  ', `${scenario} passes. ${told}`, style.width);
  }
  const where = new Map(
    table.rows.map(({ defence }) => [defence.name, shortPlace(defence, place)]),
  );
  const rows = table.rows.map((row) => cellsOf(row, table));
  const body = bodyLines(rows, where, printing).map((line) => paintVerdict(line, style));
  const paragraphs = conclusion(scenario, table).flatMap((text) =>
    hanging('  ', text, style.width),
  );
  return [`  ${scenario}`, '', ...body, '', ...paragraphs];
}

const NO_DEFENCE =
  'Its code has no barrier, lock, order, section, grace period or named test to leave out.';

interface Cells {
  readonly name: string;
  readonly removed: string;
  readonly weaker: string;
  /** The names of the partners. */
  readonly pairs: readonly string[];
}

function cellsOf(row: WhyRow, table: WhyTable): Cells {
  const { name } = row.defence;
  const pairs = row.pairs.filter((one) => !isIdle(one, table));
  return { name, removed: removedText(row, table), weaker: weakerText(row), pairs };
}

/** What is left of an access without its order, of a lock with interrupts on. */
function leftAs({ kind, weaker }: Defence): string {
  return kind === 'barrier' || weaker.length === 0 ? '' : `as ${weaker.join()}: `;
}

/** Whether the table says that nobody needs it: it is no partner of anything then. */
function isIdle(name: string, { rows, redundancies }: WhyTable): boolean {
  const row = rows.find(({ defence }) => defence.name === name);
  if (row === undefined || !holds(row.removed)) return false;
  return !redundancies.sets.some(({ names }) => names.includes(name));
}

/**
 * A table where it fits; else a defence a line, with what there is to say about it below. There is
 * room for the places of the partners there; in the table each has them in its own row.
 */
function bodyLines(
  rows: readonly Cells[],
  places: ReadonlyMap<string, string>,
  { style, tableWidth }: WhyPrinting,
): string[] {
  const placeOf = (name: string): string => places.get(name) ?? '';
  const cells = rows.map(({ name, removed, weaker, pairs }) => {
    return [name, placeOf(name), removed, weaker, pairs.join(', ')];
  });
  const [head = '', ...lines] = columns([HEAD, ...cells], 3).map((line) => `  ${line}`);
  const fits = [head, ...lines].every((line) => line.length <= tableWidth);
  if (fits) return [style.paint.bold(head), ...lines];
  return rows.flatMap(({ name, removed, weaker, pairs }) => {
    const placed = pairs.map((one) => `${one} (${placeOf(one)})`);
    const facts = [
      removed,
      ...(weaker === '-' ? [] : [`weaker enough: ${weaker}`]),
      ...(placed.length === 0 ? [] : [`pairs with ${placed.join(', ')}`]),
    ];
    const title = hanging('  ', [name, placeOf(name)].join('   '), style.width);
    return [...title, ...hanging('      ', facts.join('; '), style.width)];
  });
}

function paintVerdict(line: string, style: Style): string {
  return line.replace(/FAIL \w+/, (text) => style.paint.red(text));
}

function wholeText(scenario: string, { whole }: WhyTable): string {
  const failing = failsUnder(whole);
  if (failing === null) return `${scenario}: ${summaryOf(whole)} with everything in place.`;
  const known = failing.expected === 'fail' ? ', as expected' : '';
  return `${scenario} fails under ${failing.model} with everything in place${known}.`;
}

function removedText({ defence, removed }: WhyRow, { redundancies }: WhyTable): string {
  const form = leftAs(defence);
  if (failsUnder(removed) !== null) return `${form}${failText(removed)}`;
  const summary = summaryOf(removed);
  if (summary !== 'pass') return `${form}${summary}`;
  const redundant = redundancies.sets.some(({ names }) => names.includes(defence.name));
  return `${form}${redundant ? 'passes (redundant)' : 'passes'}`;
}

/** The strongest model that shows it, and the execution. */
function failText(verdicts: Verdicts): string {
  const failing = failsUnder(verdicts);
  return `FAIL ${failing?.model ?? ''}  ${failing?.findings[0]?.id ?? ''}`.trimEnd();
}

function weakerText(row: WhyRow): string {
  if (failsUnder(row.removed) === null) return '-';
  const enough = row.weaker.find(({ verdicts }) => holds(verdicts));
  if (enough !== undefined) return `yes, ${enough.form}`;
  return row.weaker.length === 0 ? '-' : 'no';
}

/** The file's name and the line: the column would make the table too wide. */
function shortPlace({ position }: Defence, place: Place): string {
  return position === null ? '' : basename(place(position)).replace(/:\d+$/, '');
}

/** What the rows say together, a paragraph each. */
function conclusion(scenario: string, table: WhyTable): string[] {
  const { whole, rows, redundancies, notAsked } = table;
  const models = listed(Object.keys(whole));
  const needed = rows.filter((row) => failsUnder(row.removed) !== null).length;
  const undecided = rows.filter(({ removed }) => !holds(removed) && failsUnder(removed) === null);
  const redundant = redundancies.sets.map(({ names, without }) => redundantText(names, without));
  const again = [`Each FAIL can be shown: holdfast replay ${slug(scenario)}:<id>`];
  return [
    ...(notAsked > 0 ? [`Interrupted: ${notAsked} more were not asked for.`] : []),
    ...neededText(needed, rows.length, models),
    ...redundant,
    ...idleText(table, needed === 0 && redundant.length === 0),
    ...unjudgedText(table),
    ...(undecided.length > 0 ? [`${undecided.length} not decided, see above.`] : []),
    ...(needed + redundant.length > 0 ? again : []),
  ];
}

/** Orders that no model of these can miss: how many there are, and who judges them. */
function unjudgedText({ whole, unjudged }: WhyTable): string[] {
  const [first, ...others] = unjudged;
  if (first === undefined) return [];
  const models = listed(Object.keys(whole));
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  const [order, them] = others.length === 0 ? ['is an order', 'it'] : ['are orders', 'them'];
  const keep = Object.keys(whole).length === 1 ? 'keeps' : 'keep';
  return [`${first.name}${more} ${order} that ${models} always ${keep}: -m weak judges ${them}.`];
}

function neededText(needed: number, all: number, models: string): string[] {
  if (needed === 0) return all === 0 ? [] : [`No single removal hurts under ${models}.`];
  if (needed === all) {
    return [
      all === 1 ? 'It is needed.' : all === 2 ? 'Both are needed.' : `All ${all} are needed.`,
    ];
  }
  return [`${needed} of ${all} defences ${needed === 1 ? 'is' : 'are'} needed under ${models}.`];
}

function redundantText(names: readonly string[], without: Verdicts): string {
  const [first = '', ...others] = names;
  const suffices = others.length === 1 ? 'either suffices' : 'any one of them suffices';
  const all = others.length === 1 ? 'both' : 'all of them';
  const what = `${first} is redundant with ${listed(others)}: ${suffices}.`;
  return `${what} Without ${all}: ${failText(without)}.`;
}

/** What was removed all at once without harm. */
function idleText({ whole, redundancies }: WhyTable, isAll: boolean): string[] {
  const { idle } = redundancies;
  if (idle.length === 0) return [];
  const cpus = 'tso' in whole ? 'CPUs weaker than x86' : 'CPUs weaker than sc';
  const weaker = 'weak' in whole ? '' : `, or against ${cpus}`;
  if (isAll) {
    const nothing = 'or its properties test nothing';
    const untold = 'weak' in whole ? LOAD_STORE : '';
    const against = `against what this scenario does not do${weaker}, ${nothing}.${untold}`;
    if (idle.length === 1) return [`It guards ${against}`];
    return [`Nothing fails even when all are removed at once: they guard ${against}`];
  }
  const rest = `with the rest in place this scenario needs none of them${weakerNeed(whole)}`;
  if (idle.length === 1) {
    return [`${idle[0] ?? ''} is not needed beside the rest${weakerNeed(whole)}.`];
  }
  return [`The other ${idle.length} can be removed all at once and nothing fails: ${rest}.`];
}

/** Model `weak` does less than LKMM allows in one way (docs/weak.md). */
const LOAD_STORE =
  ' Order of a load with a later store is not tested: no model here lets go of it.';

/** What the models that were searched leave open. */
function weakerNeed(whole: Verdicts): string {
  if ('weak' in whole) return ' under weak, which never reorders a load with a later store';
  return 'tso' in whole ? ' on x86' : ' under sc';
}
