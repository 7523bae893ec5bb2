/**
 * What each defence of a scenario is for: it is removed, and made weaker, and the scenario is
 * searched again. Pure: the search is a function that is passed in.
 */

import type { Defence, Model } from '../explore/result.ts';
import { redundanciesOf } from './redundancy.ts';
import type { Redundancies } from './redundancy.ts';
import { failsUnder, holds, searchAll } from './why-search.ts';
import type { Search, Verdicts } from './why-search.ts';

/** One row of the table. */
export interface WhyRow {
  readonly defence: Defence;
  readonly removed: Verdicts;
  readonly weaker: readonly { readonly form: string; readonly verdicts: Verdicts }[];
  /** The names of the defences on the other side. */
  readonly pairs: readonly string[];
}

/** The whole answer. */
export interface WhyTable {
  readonly whole: Verdicts;
  /** Empty if the scenario does not hold with everything in place. */
  readonly rows: readonly WhyRow[];
  readonly redundancies: Redundancies;
  /** How many defences were not asked for, because somebody interrupted. */
  readonly notAsked: number;
}

const NOTHING: Redundancies = { sets: [], idle: [] };

/**
 * Asks for every defence that the searches met.
 *
 * @param models in the order of their strength, strongest first
 * @param isOver asked before each defence: true gives the table as far as it is
 */
export async function whyTable(
  models: readonly Model[],
  search: Search,
  isOver: () => boolean = () => false,
): Promise<WhyTable> {
  const table = await oneByOne(models, search, isOver);
  if (isOver()) return table;
  const harmless = table.rows.filter(({ removed }) => holds(removed));
  const names = harmless.map(({ defence }) => defence.name);
  return { ...table, redundancies: await redundanciesOf(names, models, search) };
}

/** The table without redundancies: each defence is removed alone. */
export async function oneByOne(
  models: readonly Model[],
  search: Search,
  isOver: () => boolean = () => false,
): Promise<WhyTable> {
  const whole = await searchAll(models, search, []);
  if (!holds(whole)) return { whole, rows: [], redundancies: NOTHING, notAsked: 0 };
  const defences = metIn(whole);
  const rows: WhyRow[] = [];
  for (const defence of defences) {
    if (isOver()) break;
    const row = await whyRow(defence, defences, models, search);
    if (!isOver()) rows.push(row);
  }
  return { whole, rows, redundancies: NOTHING, notAsked: defences.length - rows.length };
}

async function whyRow(
  defence: Defence,
  all: readonly Defence[],
  models: readonly Model[],
  search: Search,
): Promise<WhyRow> {
  const removed = await searchAll(models, search, [defence.name]);
  const weaker: { form: string; verdicts: Verdicts }[] = [];
  // Where nothing breaks without it, nobody asks for a weaker form.
  for (const form of failsUnder(removed) === null ? [] : defence.weaker) {
    weaker.push({ form, verdicts: await searchAll(models, search, [`${defence.name}=${form}`]) });
  }
  const pairs = all.filter((other) => isPair(defence, other)).map((other) => other.name);
  return { defence, removed, weaker, pairs };
}

function metIn(whole: Verdicts): Defence[] {
  const all = Object.values(whole).flatMap((result) => result.defences);
  return [...new Map(all.map((defence) => [defence.name, defence])).values()];
}

/**
 * Two barriers of different threads pair if what one orders before it conflicts with what the other
 * orders after it, and the other way round: the shapes of store buffering and message passing.
 */
export function isPair(one: Defence, other: Defence): boolean {
  if (one.name === other.name || !orders(one) || !orders(other)) return false;
  if (one.threads.every((thread) => other.threads.includes(thread))) return false;
  return (
    meet(ordered(one, one.before), ordered(other, other.after)) &&
    meet(ordered(one, one.after), ordered(other, other.before))
  );
}

/** A read barrier orders only reads, a write barrier only writes. */
function ordered({ primitive }: Defence, accesses: readonly string[]): readonly string[] {
  if (primitive === 'smp_rmb') return accesses.filter((access) => access.startsWith('R '));
  if (primitive === 'smp_wmb') return accesses.filter((access) => access.startsWith('W '));
  return accesses;
}

function orders({ kind }: Defence): boolean {
  return kind === 'barrier' || kind === 'atomic';
}

/** Whether two accesses go to one field, one of them to write. */
function meet(some: readonly string[], others: readonly string[]): boolean {
  return some.some((a) =>
    others.some((b) => a.slice(2) === b.slice(2) && (a.startsWith('W') || b.startsWith('W'))),
  );
}
