/**
 * What each defence of a scenario is for: it is removed, and made weaker, and the scenario is
 * searched again. Pure: the search is a function that is passed in.
 */

import type { CheckResult, Defence, Model } from '../explore/result.ts';

/** Searches the scenario without these defences. */
export type Search = (model: Model, without: readonly string[]) => Promise<CheckResult>;

/** What happened without a defence, or with a weaker one, model by model. */
export type Verdicts = Readonly<Partial<Record<Model, CheckResult>>>;

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
}

/**
 * Asks for every defence that the searches met.
 *
 * @param models in the order of their strength, strongest first
 */
export async function whyTable(
  models: readonly Model[],
  search: Search,
  onRow: (done: number, all: number) => void = () => {},
): Promise<WhyTable> {
  const whole = await searchAll(models, search, []);
  if (!holds(whole)) return { whole, rows: [] };
  const defences = metIn(whole);
  const rows: WhyRow[] = [];
  for (const defence of defences) {
    onRow(rows.length, defences.length);
    rows.push(await whyRow(defence, defences, models, search));
  }
  return { whole, rows };
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

async function searchAll(
  models: readonly Model[],
  search: Search,
  without: readonly string[],
): Promise<Verdicts> {
  const verdicts: Partial<Record<Model, CheckResult>> = {};
  for (const model of models) {
    const result = await search(model, without);
    verdicts[model] = result;
    // What fails under a strong model fails under the weaker ones too.
    if (result.verdict === 'fail') break;
  }
  return verdicts;
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

/** Every search ended and found nothing. */
export function holds(verdicts: Verdicts): boolean {
  return Object.values(verdicts).every(
    (result) => result.verdict === 'pass' && result.problems.length === 0,
  );
}

/** The strongest model under which it fails, null if under none. */
export function failsUnder(verdicts: Verdicts): CheckResult | null {
  return Object.values(verdicts).find((result) => result.verdict === 'fail') ?? null;
}

/** `pass`, `fail`, `open` or the code of a problem. */
export function summaryOf(verdicts: Verdicts): string {
  const results = Object.values(verdicts);
  const problem = results.flatMap((result) => result.problems)[0];
  if (problem !== undefined) return problem.code;
  if (failsUnder(verdicts) !== null) return 'fail';
  return results.some((result) => result.verdict === 'open') ? 'open' : 'pass';
}
