/**
 * What each defence of a scenario is for: it is removed, and made weaker, and the scenario is
 * searched again. Pure: the search is a function that is passed in.
 */

import type { Defence, Model } from '../explore/result.ts';
import { ORDERING } from '../memory/ordering.ts';
import type { PrimitiveName } from '../memory/ordering.ts';
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
  /** Orders of single accesses that none of the models lets go of. */
  readonly unjudged: readonly Defence[];
}

/** Told of each row when it is known, and how many there are and will be. */
export type OnRow = (row: WhyRow, asked: number, all: number) => void;

const NOTHING: Redundancies = { sets: [], idle: [] };

/** Acquire and release are what sc and x86 do for every access: only `weak` can miss them. */
function judges(model: Model, { kind }: Defence): boolean {
  return kind !== 'order' || model === 'weak';
}

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
  onRow: OnRow = () => undefined,
): Promise<WhyTable> {
  const table = await oneByOne(models, search, isOver, onRow);
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
  onRow: OnRow = () => undefined,
): Promise<WhyTable> {
  const whole = await searchAll(models, search, []);
  const nothing = { whole, rows: [], redundancies: NOTHING, notAsked: 0, unjudged: [] };
  if (!holds(whole)) return nothing;
  const met = metIn(whole);
  const defences = met.filter((one) => models.some((model) => judges(model, one)));
  const unjudged = met.filter((one) => !defences.includes(one));
  const rows: WhyRow[] = [];
  for (const defence of defences) {
    if (isOver()) break;
    const row = await whyRow(defence, defences, models, search);
    if (isOver()) break;
    rows.push(row);
    onRow(row, rows.length, defences.length);
  }
  return { ...nothing, rows, notAsked: defences.length - rows.length, unjudged };
}

async function whyRow(
  defence: Defence,
  all: readonly Defence[],
  models: readonly Model[],
  search: Search,
): Promise<WhyRow> {
  const judging = models.filter((model) => judges(model, defence));
  const removed = await searchAll(judging, search, [defence.name]);
  const weaker: { form: string; verdicts: Verdicts }[] = [];
  // Where nothing breaks without it nobody asks for a weaker form; others are removed by theirs.
  const isAsked = failsUnder(removed) !== null && defence.kind === 'barrier';
  for (const form of isAsked ? defence.weaker : []) {
    weaker.push({ form, verdicts: await searchAll(models, search, [`${defence.name}=${form}`]) });
  }
  return { defence, removed, weaker, pairs: pairsOf(defence, all).map(({ name }) => name) };
}

function metIn(whole: Verdicts): Defence[] {
  const all = Object.values(whole).flatMap((result) => result.defences);
  return [...new Map(all.map((defence) => [defence.name, defence])).values()];
}

/**
 * The barriers on the other side, acquires and releases among them. Of several in one thread only
 * the nearest: where a writer publishes data, then an index, and a reader looks at the index, then
 * at the data, with a third access before, that of the reader's barriers counts which stands
 * between the two, not also the one before both.
 */
export function pairsOf(one: Defence, all: readonly Defence[]): readonly Defence[] {
  const crossings = all.flatMap((other) => {
    const crossing = crossingOf(one, other);
    return crossing === null ? [] : [{ other, ...crossing }];
  });
  const pairs = crossings.filter(({ other, early, late }) => {
    const isNearer = (rival: (typeof crossings)[number]): boolean =>
      rival.other.threads.join() === other.threads.join() &&
      rival.early <= early &&
      rival.late <= late &&
      rival.early + rival.late < early + late;
    return !crossings.some(isNearer);
  });
  return pairs.map(({ other }) => other);
}

/**
 * What two barriers of different threads order against each other: how near the accesses are that
 * meet, or null if they do not pair. They do if what one orders before it conflicts with what the
 * other orders after it, and the other way round: the shapes of store buffering and message
 * passing.
 */
function crossingOf(one: Defence, other: Defence): { early: number; late: number } | null {
  if (one.name === other.name || !orders(one) || !orders(other)) return null;
  if (isAcquire(one) && isAcquire(other)) return null;
  if (one.threads.every((thread) => other.threads.includes(thread))) return null;
  const early = nearest(ordered(one, one.before), ordered(other, other.after));
  const late = nearest(ordered(one, one.after), ordered(other, other.before));
  return early === null || late === null ? null : { early, late };
}

/**
 * An acquire takes what a release gives. Two of them order only loads with later stores, which no
 * model here lets go of: neither is missed for want of the other.
 */
function isAcquire({ kind, primitive }: Defence): boolean {
  return kind === 'order' && ORDERING[primitive as PrimitiveName].lkmm === 'acquire';
}

/** A read barrier orders only reads, a write barrier only writes. */
function ordered({ primitive }: Defence, accesses: readonly string[]): readonly string[] {
  if (primitive === 'smp_rmb') return accesses.filter((access) => access.startsWith('R '));
  if (primitive === 'smp_wmb') return accesses.filter((access) => access.startsWith('W '));
  return accesses;
}

function orders({ kind }: Defence): boolean {
  return kind === 'barrier' || kind === 'order';
}

/**
 * How far from both barriers the nearest two accesses to one field are, one of which stores what
 * the other reads; where there are none, two stores.
 */
function nearest(some: readonly string[], others: readonly string[]): number | null {
  const meetings = some.flatMap((a, i) =>
    others.flatMap((b, j) => (a.slice(2) === b.slice(2) ? [{ a, b, distance: i + j }] : [])),
  );
  const stores = (access: string): boolean => access.startsWith('W');
  const passing = meetings.filter(({ a, b }) => stores(a) !== stores(b));
  const chosen = passing.length > 0 ? passing : meetings.filter(({ a }) => stores(a));
  return chosen.length === 0 ? null : Math.min(...chosen.map(({ distance }) => distance));
}
