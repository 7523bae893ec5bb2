/** What `holdfast why` answers for a shipped scenario under tso, and how test/why.txt says it. */
import { failsUnder, holds } from '../../src/cli/why-search.ts';
import type { Search, Verdicts } from '../../src/cli/why-search.ts';
import { oneByOne, whyTable } from '../../src/cli/why-table.ts';
import type { WhyRow, WhyTable } from '../../src/cli/why-table.ts';
import { check } from '../../src/index.ts';
import type { Finding, Scenario } from '../../src/index.ts';
import { hanging } from '../../src/report/text.ts';

const WIDTH = 100;

/** Larger searches are not repeated for each of their defences: seven of 305. */
export const STATES_MAX = 20_000;

/** Beyond, each defence is removed alone, and not together with others. */
const TOGETHER_MAX = 2000;

/** The table of `why`; null: the search is too large to be repeated. */
export async function whyOf(scenario: Scenario): Promise<WhyTable | null> {
  const search: Search = (model, without) =>
    check(scenario, { model, without, pairs: without.length === 0 });
  const { verdict, states } = await search('tso', []);
  if (verdict !== 'fail' && states > STATES_MAX) return null;
  return states > TOGETHER_MAX ? oneByOne(['tso'], search) : whyTable(['tso'], search);
}

/**
 * What of a table is no answer: an unfinished search, a mistake, a limit of the model. What a
 * scenario finds with everything in place is its own affair.
 */
export function noAnswers({ whole, rows, redundancies }: WhyTable): string[] {
  const answers = [
    ...rows.flatMap(({ removed, weaker }) => [removed, ...weaker.map((one) => one.verdicts)]),
    ...redundancies.sets.map(({ without }) => without),
  ];
  const results = answers.flatMap((verdicts) => Object.values(verdicts));
  const findings = results.flatMap((result) => result.findings);
  const unfinished = [...Object.values(whole), ...results].filter((one) => one.verdict === 'open');
  const problems = [...Object.values(whole), ...results].flatMap((one) => one.problems);
  return [
    ...unfinished.map(({ states }) => `open after ${states} states`),
    ...problems.map(({ code, what }) => `${code} ${what}`),
    ...findings.filter(isSpurious).map(({ message }) => message),
  ];
}

/**
 * Without a lock, its release and what asks for it are gone too: nothing leaks. And what goes wrong
 * in Linux is told by a property; an exception is how the model says that it knows no further.
 */
function isSpurious({ property: { kind, name } }: Finding): boolean {
  return kind === 'automatic' && !HARM.some((harm) => name.startsWith(harm));
}

const HARM = ['data race', 'deadlock', 'livelock', 'stuck thread', 'use after free'];

/** The lines of a scenario. */
export function whyBlock({ name }: Scenario, table: WhyTable | null): string[] {
  const head = `## ${name}`;
  if (table === null) return [head, `  more than ${STATES_MAX} states: not asked`];
  const { whole, rows, redundancies } = table;
  if (!holds(whole)) return [head, `  fails by itself: ${whatFails(whole)}`];
  if (rows.length === 0) return [head, '  no defence'];
  const needed = rows.filter(({ removed }) => !holds(removed));
  const redundant = redundancies.sets.map(({ names, without }) => {
    return `  one of ${names.join(', ')}: ${whatFails(without)}`;
  });
  return [head, ...needed.map(neededLine), ...redundant, ...restLines(table)];
}

/** Those that nothing fails without: all at once, where that was asked. */
function restLines({ rows, redundancies: { sets, idle } }: WhyTable): string[] {
  if (idle.length > 0) return hanging('  not needed here: ', idle.join(', '), WIDTH);
  const alone = rows.filter(
    ({ removed, defence }) =>
      holds(removed) && !sets.some((set) => set.names.includes(defence.name)),
  );
  const names = alone.map(({ defence }) => defence.name).join(', ');
  return names === '' ? [] : hanging('  not needed alone: ', names, WIDTH);
}

function neededLine({ defence, removed, weaker }: WhyRow): string {
  const forms = weaker.map(({ form, verdicts }) => `${form} ${holds(verdicts) ? 'does' : 'fails'}`);
  const told = forms.length === 0 ? '' : ` (${forms.join(', ')})`;
  return `  ${defence.name}${told}: ${whatFails(removed)}`;
}

/** The properties that the shortest executions violate. */
function whatFails(verdicts: Verdicts): string {
  const findings = failsUnder(verdicts)?.findings ?? [];
  return [...new Set(findings.map(whatOf))].join('; ');
}

function whatOf({ property: { kind, name }, message }: Finding): string {
  return kind === 'automatic' ? message : name;
}

/** The blocks of a text of them, by scenario. */
export function blocksOf(text: string): Map<string, string> {
  const blocks = text.split(/^(?=## )/m).filter((block) => block.startsWith('## '));
  return new Map(blocks.map((block) => [/^## (.*)/.exec(block)?.[1] ?? '', block.trimEnd()]));
}
