/** `holdfast debate`: a discussion's claims, each with what the searches found. */

import type { Command } from 'commander';
import Table from 'cli-table3';
import { discussion000 } from '../../debate/000.ts';
import { discussion002 } from '../../debate/002.ts';
import type { Discussion } from '../../debate/claim.ts';
import type { Model } from '../../explore/result.ts';
import type { Style } from '../../report/paint.ts';
import { counted, wrapped } from '../../report/text.ts';
import type { Context } from '../context.ts';
import { decide } from '../debate-search.ts';
import type { ClaimFound, EvidenceFound, SearchByName } from '../debate-search.ts';
import { Exit } from '../exit.ts';
import { interruptible } from '../interrupts.ts';
import { unknownScenario, usageProblem } from '../problems.ts';
import { notSearched } from '../report-plan.ts';
import { selectScenarios } from '../select.ts';
import { isProblem } from '../session.ts';
import { statusLine } from '../status.ts';
import { withExamples } from './help.ts';

const DISCUSSIONS: readonly Discussion[] = [discussion000, discussion002];

interface RawDebateOptions {
  readonly verbose?: boolean;
  readonly plain?: boolean;
}

/** Declares the command. */
export function addDebate(program: Command, context: Context): void {
  const command = program
    .command('debate')
    .description("a discussion's claims, each with its verdict")
    .argument('[discussion]', DISCUSSIONS.map(({ id, title }) => `${id}: ${title}`).join('; '))
    .argument('[row...]', 'only these rows, with every search')
    .option('-v, --verbose', 'every search of every row')
    .option('--plain', 'ASCII without colour');
  withExamples(command, ['holdfast debate 000', 'holdfast debate 000 33']);
  command.action((id: string | undefined, rows: string[], raw: RawDebateOptions) =>
    runDebate(id, rows, raw, context),
  );
}

async function runDebate(
  id: string | undefined,
  rows: readonly string[],
  raw: RawDebateOptions,
  context: Context,
): Promise<void> {
  const discussion = DISCUSSIONS.find((one) => one.id === id);
  if (discussion === undefined) return listDiscussions(id, context);
  const unknown = rows.find((row) => !discussion.claims.some(({ number }) => row === `${number}`));
  if (unknown !== undefined) {
    const last = discussion.claims.at(-1)?.number ?? 0;
    const next = `Its rows are 1 to ${last}: holdfast debate ${discussion.id} ${last}`;
    const what = `Discussion ${discussion.id} has no row ${unknown}.`;
    return context.report(usageProblem(what, [], { next }));
  }
  const wanted = discussion.claims.filter(
    ({ number }) => rows.length === 0 || rows.includes(`${number}`),
  );
  const found = await interruptible(context, async (isOver) =>
    decide({ ...discussion, claims: wanted }, await searcher(context), isOver),
  );
  const style = context.style(raw.plain === true);
  const verbose = raw.verbose === true || rows.length > 0;
  context.print(`${debateText(discussion, found, verbose, style)}\n`);
  noteExit(found, context);
}

function listDiscussions(id: string | undefined, context: Context): void {
  const known = DISCUSSIONS.map((one) => `  ${one.id}  ${one.title} (${one.participants})`);
  if (id === undefined) return context.print(`${known.join('\n')}\n`);
  const unknown = { word: id, known: DISCUSSIONS.map((one) => one.id) };
  const next = '`holdfast debate` lists the discussions.';
  context.report(usageProblem(`There is no discussion \`${id}\`.`, known, { unknown, next }));
}

async function searcher(context: Context): Promise<SearchByName> {
  const session = context.session();
  const { scenarios } = await selectScenarios({ session, folder: context.io.folder }, []);
  const status = statusLine(context.io.status);
  return async (name: string, model: Model, without: readonly string[]) => {
    const info = scenarios.find((one) => one.name === name);
    if (info === undefined) {
      context.report(
        unknownScenario(
          name,
          scenarios.map((one) => one.name),
        ),
      );
      return null;
    }
    const options = { model, without, keepGoing: true };
    const given = await session.check(info, options, (progress) => status.show(progress, 1));
    status.erase();
    const result = isProblem(given) ? notSearched(info, model, given) : given;
    for (const problem of result.problems) context.report(problem);
    return result;
  };
}

function noteExit(found: readonly ClaimFound[], context: Context): void {
  const searches = found.flatMap((row) => row.searches);
  if (searches.some(({ agrees, found: verdict }) => !agrees && verdict !== 'open')) {
    context.happened.add(Exit.UNEXPECTED);
  }
  if (searches.some(({ found: verdict }) => verdict === 'open')) context.happened.add(Exit.OPEN);
}

function debateText(
  { id, title, participants }: Discussion,
  found: readonly ClaimFound[],
  verbose: boolean,
  style: Style,
): string {
  const head = `  ${id}  ${style.paint.bold(title)}\n       ${participants}`;
  return [
    '',
    head,
    '',
    claimTable(found, style),
    ...(verbose ? searchLines(found, style) : []),
    '',
    ...totals(found, style),
  ].join('\n');
}

/** Fixed columns: number, who, verdict, searches; the two texts share what is left. */
const NARROW = [4, 13, 9, 12] as const;

function claimTable(found: readonly ClaimFound[], style: Style): string {
  const [number, who, verdict, searches] = NARROW;
  const left = Math.max(40, style.width - number - who - verdict - searches - 2);
  const claim = Math.floor(left / 2);
  const blank = Object.fromEntries(
    ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'mid']
      .concat(['bottom-right', 'left', 'left-mid', 'mid-mid', 'right', 'right-mid', 'middle'])
      .map((name) => [name, '']),
  );
  const table = new Table({
    head: ['', 'who', 'claim', 'verdict', 'why', 'searches'],
    colWidths: [number, who, claim, verdict, left - claim, searches],
    wordWrap: true,
    chars: blank,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
  });
  for (const row of found) table.push(cellsOf(row));
  return table
    .toString()
    .split('\n')
    .map((line) => `  ${line}`.trimEnd())
    .join('\n');
}

function cellsOf({ claim, searches }: ClaimFound): string[] {
  const agreeing = searches.filter(({ agrees }) => agrees).length;
  const decided =
    searches.length === 0
      ? '-'
      : agreeing === searches.length
        ? `${agreeing} agree`
        : `${searches.length - agreeing} DIFFER`;
  const why = claim.later === undefined ? claim.because : `${claim.because} Later: ${claim.later}`;
  return [`${claim.number}`, claim.who, claim.claim, claim.verdict, why, decided];
}

function searchLines(found: readonly ClaimFound[], style: Style): string[] {
  return found.flatMap(({ claim, searches }) => {
    if (searches.length === 0) return [];
    return ['', `  ${claim.number}`, ...searches.flatMap((one) => searchLine(one, style))];
  });
}

function searchLine({ evidence, found, agrees }: EvidenceFound, style: Style): string[] {
  const { scenario, property, model, without = [], expect, shows } = evidence;
  const setting = [
    ...(property === undefined ? [] : [`"${property}"`]),
    ...(model === undefined ? [] : [model]),
    ...without.map((name) => `without ${name}`),
  ];
  const differs = agrees ? '' : style.paint.red(`  DIFFERS: expected ${expect}`);
  const line = `     ${found.padEnd(5)} ${[scenario, ...setting].join(', ')}${differs}`;
  return [
    line,
    ...wrapped(shows, style.width - 14).map((text) => style.paint.dim(`           ${text}`)),
  ];
}

function totals(found: readonly ClaimFound[], style: Style): string[] {
  const searches = found.flatMap((row) => row.searches);
  const differing = searches.filter(({ agrees }) => !agrees).length;
  const isDecided = ({ claim }: ClaimFound): boolean =>
    claim.verdict !== 'OPEN' && claim.verdict !== 'OUT';
  const decided = found.filter(isDecided).length;
  const count = (verdict: string): number =>
    found.filter(({ claim }) => claim.verdict === verdict).length;
  const agreement =
    differing === 0
      ? 'all agree with the verdicts'
      : style.paint.red(`${differing} DIFFER from the verdicts`);
  const parts = [
    counted(found.length, 'row'),
    `${decided} decided by ${searches.length} searches: ${agreement}`,
    `${count('OPEN')} open`,
    `${count('OUT')} outside the model`,
  ];
  return [`  ${parts.join('   ')}`];
}
