/**
 * The counterexample as a terminal shows it: what was violated, the lanes, why, on which CPUs, and
 * how to see it again. The same text without colour goes into JUnit files and snapshots.
 */

import type { Finding, Position, Trace } from '../explore/result.ts';
import { causeOf } from './cause.ts';
import { drawing } from './drawing.ts';
import { layoutOf } from './layout.ts';
import { cpuText } from './models.ts';
import type { ModelVerdict } from './models.ts';
import { plainStyle } from './paint.ts';
import type { Style } from './paint.ts';
import { decidedBy, shortened } from './shorten.ts';
import { reviewPosition } from './review.ts';
import { columns, counted, hanging, sideBySide, slug, wrapped } from './text.ts';

/** What is known of a finding beside its trace; everything may be left out. */
export interface PictureOptions {
  readonly style?: Style;
  /** Show every access (`-v`). */
  readonly unfold?: boolean;
  /** How many states were found before it. */
  readonly states?: number;
  /** What each model says about the same property, weakest first. */
  readonly models?: readonly ModelVerdict[];
  /** The scenario's name, where the finding has no trace to tell it. */
  readonly scenario?: string;
  /** It was expected to be found. */
  readonly expected?: boolean;
  /** More lines below the picture: head and text. */
  readonly notes?: readonly (readonly [head: string, text: string])[];
  /** How to print a position, for example relative to a folder. */
  readonly place?: (position: Position) => string;
}

const HEAD_WIDTH = 10;

/** Draws a finding. */
export function picture(finding: Finding, options: PictureOptions = {}): string {
  const style = options.style ?? plainStyle;
  const trace = finding.trace;
  const lines = [headLine(finding, options, style), ...settingLines(trace), ''];
  if (trace === null) {
    lines.push(...wrapped(finding.message, style.width - 4).map((line) => `  ${line}`), '');
    return [...lines, ...notes(finding, options, style)].join('\n').trimEnd();
  }
  const { drawn, ...told } = pictureOfTrace(trace, finding, options, style);
  lines.push(...drawn, ...notes(finding, options, style, told));
  return lines.join('\n').trimEnd();
}

function pictureOfTrace(
  trace: Trace,
  { message, property }: Finding,
  options: PictureOptions,
  style: Style,
): Drawn & { drawn: string[] } {
  const unfold = options.unfold === true;
  const whole = layoutOf(trace, { unfold });
  const { text, positions, decidedIn } = causeOf(trace, whole, property);
  const layout = unfold ? whole : shortened(decidedBy(whole, decidedIn), text);
  const where = [...new Set(positions.map(options.place ?? fileName))];
  const lines = hanging('  Why'.padEnd(HEAD_WIDTH), text, style.width);
  lines.push(...sideBySide(where, ' '.repeat(HEAD_WIDTH), 2, style.width));
  const drawn = [...drawing(layout, message, style), '', ...lines];
  const isFolded = layout.rows.some(({ kind }) => kind === 'fold');
  return { drawn, isFolded, isPlaced: positions.length > 0 };
}

/** What the drawing of a trace has shown already. */
interface Drawn {
  readonly isFolded: boolean;
  /** The explanation names places. */
  readonly isPlaced: boolean;
}

function headLine(finding: Finding, options: PictureOptions, style: Style): string {
  const name = finding.trace?.scenario ?? options.scenario ?? '';
  const model = finding.trace?.model ?? '';
  const states =
    options.states === undefined ? '' : `found after ${counted(options.states, 'state')}`;
  const verdict = options.expected === true ? 'fails' : 'FAIL';
  const rest = [name, propertyText(finding), model, states, options.expected ? 'as expected' : ''];
  return `  ${style.paint.red(style.paint.bold(verdict))}  ${rest.filter(Boolean).join('   ')}`;
}

/** `never "pinned and shared"`, or the name alone for what is always on. */
export function propertyText({ property }: Finding): string {
  if (property.kind === 'automatic') return property.name;
  return `${property.kind} "${property.name}"`;
}

function settingLines(trace: Trace | null): string[] {
  if (trace === null) return [];
  const designs = Object.entries(trace.designs).map(([name, choice]) => `design ${name}=${choice}`);
  const all = [...trace.without.map((name) => `without ${name}`), ...designs];
  return all.length === 0 ? [] : [`        ${all.join(', ')}`];
}

function notes(
  finding: Finding,
  options: PictureOptions,
  style: Style,
  drawn: Drawn = { isFolded: false, isPlaced: false },
): string[] {
  const all: (readonly [string, string])[] = [];
  const { models = [] } = options;
  if (models.length > 1) all.push([modelsHead(finding), cpuText(models, finding.property)]);
  all.push(...(options.notes ?? []));
  // What is always looked for stands nowhere: then where it shows, unless that is told already.
  const where = finding.position ?? (drawn.isPlaced ? null : reviewPosition(finding, () => true));
  if (where !== null) all.push(['Where', (options.place ?? fileName)(where)]);
  if (drawn.isFolded)
    all.push([style.glyphs.fold, 'steps of one thread without news; -v shows them']);
  const name = finding.trace?.scenario ?? options.scenario;
  if (finding.trace !== null && name !== undefined) {
    all.push(['Again', `holdfast replay ${slug(name)}:${finding.id}`]);
  }
  return all.flatMap(([head, text]) =>
    hanging(`  ${head}`.padEnd(HEAD_WIDTH), text, Math.max(style.width, 60)),
  );
}

/** What no execution reaches says nothing about CPUs. */
function modelsHead({ property: { kind } }: Finding): string {
  return kind === 'sometimes' || kind === 'vacuous' ? 'Models' : 'CPUs';
}

function fileName({ file, line, column }: Position): string {
  return `${file.slice(file.lastIndexOf('/') + 1)}:${line}:${column}`;
}

/** Every access with its place in the code: the long form of a picture. */
export function stepList(finding: Finding, options: PictureOptions = {}): string {
  const trace = finding.trace;
  if (trace === null) return `  ${finding.message}`;
  const place = options.place ?? fileName;
  const cells = layoutOf(trace, { unfold: true }).rows.map((row) => {
    const step = row.steps[0];
    const changes = row.steps.flatMap((one) => one.changes);
    const effect = changes.map(({ field, before, after }) => `${field} ${before} -> ${after}`);
    const stale = row.stale === null ? [] : [`stale: missed ${row.stale.missed}`];
    return [
      String(row.number ?? '').padStart(4),
      trace.threads[row.thread] ?? '',
      [...(step?.calls ?? []), row.text].join(' > '),
      row.detail,
      [...effect, ...(row.waits ? ['into the store buffer'] : []), ...stale].join(', '),
      step?.position ? place(step.position) : '',
    ];
  });
  return [...columns(cells), `  end   ${finding.message}`].join('\n');
}
