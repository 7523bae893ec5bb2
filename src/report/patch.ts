/**
 * A counterexample for a commit message: tabs, at most 75 columns, pure ASCII.
 *
 * The form is the one that kernel developers draw by hand: a column a thread, numbered steps, and
 * one sentence that says what went wrong and which reordering it needs.
 */

import type { Finding, Trace } from '../explore/result.ts';
import { raceRemedy } from './cause-race.ts';
import { causeOf } from './cause.ts';
import { layoutOf } from './layout.ts';
import type { Layout, Row } from './layout.ts';
import { decidedBy, shortened } from './shorten.ts';
import { slug, wrapped } from './text.ts';

const COLUMNS_MAX = 75;
const TAB = 8;
/** Below three tabs a lane holds a word a line: then steps stand one below the other. */
const LANE_TABS_MIN = 2;

/** Draws a finding for a commit message. */
export function patchText(finding: Finding): string {
  const trace = finding.trace;
  if (trace === null) return paragraph(finding.message).join('\n');
  const whole = layoutOf(trace);
  const { text, decidedIn } = causeOf(trace, whole, finding.property);
  const layout = shortened(decidedBy(whole, decidedIn), text);
  const laneTabs = Math.floor((COLUMNS_MAX - TAB) / TAB / layout.threads.length);
  const body =
    laneTabs < LANE_TABS_MIN ? listRows(layout) : laneRows(layout, Math.min(laneTabs, 4));
  return [...body, '', ...paragraph(closing(finding, trace, layout))].join('\n');
}

function laneRows(layout: Layout, laneTabs: number): string[] {
  const width = (lane: number): number =>
    lane === layout.threads.length - 1
      ? COLUMNS_MAX - TAB - lane * laneTabs * TAB
      : laneTabs * TAB - 1;
  const titles = layout.threads.map((name, lane) => name.slice(0, width(lane)));
  const lines = [titleLine(titles, laneTabs), ''];
  for (const row of layout.rows) {
    const indent = '\t'.repeat(1 + row.thread * laneTabs);
    lines.push(...rowLines(row, width(row.thread)).map((line) => indent + line));
  }
  return lines;
}

function titleLine(titles: readonly string[], laneTabs: number): string {
  const padded = titles.map((title, lane) => {
    const missing = laneTabs - Math.floor(title.length / TAB);
    return lane === titles.length - 1 ? title : title + '\t'.repeat(missing);
  });
  return `\t${padded.join('')}`;
}

function listRows(layout: Layout): string[] {
  return layout.rows.flatMap((row) =>
    rowLines(row, COLUMNS_MAX - TAB, layout.threads[row.thread]).map((line) => `\t${line}`),
  );
}

/** `(4) Pin the page`, and below it what was read if that was an old value. */
function rowLines(row: Row, width: number, thread = ''): string[] {
  const head = row.number === null ? '... ' : `(${row.number}) `;
  const text = [thread === '' ? '' : `${thread}: `, row.text].join('');
  const colon = row.detail === '' ? '' : /[?:]$/.test(text) ? `  ${row.detail}` : `: ${row.detail}`;
  const lines = wrapped(text + colon, width - head.length).map(
    (line, at) => (at === 0 ? head : '    ') + line,
  );
  if (row.stale !== null) lines.push(...note(`old value: (${row.stale.missed}) not seen`, width));
  if (row.waits) lines.push(...note('still in the store buffer', width));
  return lines;
}

function note(text: string, width: number): string[] {
  return wrapped(`[${text}]`, width - 4).map((line) => `    ${line}`);
}

function closing(finding: Finding, trace: Trace, layout: Layout): string {
  const stale = layout.rows.find((row) => row.stale !== null);
  const isRace = finding.property.name.startsWith('data race');
  const order =
    stale === undefined
      ? isRace
        ? (raceRemedy(trace, layoutOf(trace), finding.property) ?? RACE)
        : 'No reordering is needed.'
      : `Needs (${stale.stale?.missed ?? ''}) to become visible after (${stale.number ?? ''}), ` +
        (trace.model === 'tso' ? 'as x86 may do.' : 'not possible on x86.');
  const settings = [
    ...trace.without.map((name) => `without ${name}`),
    ...Object.entries(trace.designs).map(([name, choice]) => `with ${name}=${choice}`),
  ];
  const setting = settings.length === 0 ? '' : ` ${settings.join(', ')}`;
  const id = `${slug(trace.scenario)}:${finding.id}`;
  return `${finding.message.replace(/\.$/, '')}.  ${order}  Found with holdfast${setting}, ${id}.`;
}

/** What orders two accesses that can be made at once. */
const RACE = 'A barrier, or an acquire and a release, would.';

function paragraph(text: string): string[] {
  return wrapped(text, COLUMNS_MAX - TAB - 3).map(
    (line, at) => `\t${at === 0 ? '=> ' : '   '}${line}`,
  );
}
