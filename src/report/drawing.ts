/**
 * The lines of a picture: lanes, rules, rows, state columns, and the last line that says what is
 * wrong. Painting comes after layout: colour codes never count as columns.
 */

import { MARGIN, placesFor, rowText } from './lanes.ts';
import type { Places } from './lanes.ts';
import type { Layout, Row, StateColumn } from './layout.ts';
import type { Style } from './paint.ts';
import { clipped, wrapped } from './text.ts';

/**
 * Draws a layout; `ending` says what the last state shows.
 *
 * @param isWrong the last state is marked as what must not be
 */
export function drawing(layout: Layout, ending: string, given: Style, isWrong = true): string[] {
  const style = isWrong ? given : { ...given, glyphs: { ...given.glyphs, cross: '' } };
  const places = placesFor(layout, style.width, style.glyphs);
  if (places.form === 'list') return listDrawing(layout, ending, style);
  const beside = places.form === 'beside' && layout.columns.length > 0;
  const rule = ruleLine(places, beside, style);
  const lines = [
    titleLine(layout, places, beside, style),
    rule,
    ...initLine(layout, places, beside, style),
    ...layout.rows.map((row) => rowLine(row, layout, places, beside, style)),
    rule,
    ...endLines(layout, ending, places, beside, style),
  ];
  return beside ? lines : [...lines, ...stateTable(layout, places, style)];
}

/** Puts pieces at their columns; a piece that comes too late is put two blanks behind. */
function placed(pieces: readonly (readonly [column: number, text: string])[]): string {
  let line = '';
  for (const [column, text] of pieces) {
    if (text === '') continue;
    line = line.length <= column ? line.padEnd(column) : `${line}  `;
    line += text;
  }
  return line.trimEnd();
}

type Pieces = (readonly [number, string])[];

function titleLine(layout: Layout, places: Places, beside: boolean, style: Style): string {
  const lanes: Pieces = layout.threads.map((name, lane) => {
    const room = (places.lanes[lane + 1] ?? style.width) - (places.lanes[lane] ?? 0) - 2;
    return [places.lanes[lane] ?? 0, clipped(name, room, style.glyphs.cut)];
  });
  const titles = beside ? cells(layout, places, style, (column) => column.title) : [];
  return style.paint.bold(placed([...lanes, ...titles]));
}

function ruleLine(places: Places, beside: boolean, { glyphs, paint }: Style): string {
  const lanes: Pieces = places.lanes.map((start, lane) => [
    start,
    glyphs.rule.repeat(places.rules[lane] ?? 0),
  ]);
  const state: Pieces = places.columns
    .slice(0, -1)
    .map((start, at) => [start, glyphs.rule.repeat((places.columns[at + 1] ?? 0) - start - 2)]);
  return paint.dim(placed(beside ? [...lanes, ...state] : lanes));
}

function cells(
  layout: Layout,
  places: Places,
  style: Style,
  value: (column: StateColumn, at: number) => string | null,
): Pieces {
  return layout.columns.map((column, at) => {
    const start = places.columns[at] ?? 0;
    const room = (places.columns[at + 1] ?? start) - start - 2;
    return [start, clipped(value(column, at) ?? '', room, style.glyphs.cut)];
  });
}

function initLine(layout: Layout, places: Places, beside: boolean, style: Style): string[] {
  if (!beside) return [];
  const values = cells(layout, places, style, (column) => column.initial);
  return [style.paint.dim(placed([[2, 'init'], ...values]))];
}

function rowLine(row: Row, layout: Layout, places: Places, beside: boolean, style: Style): string {
  const lane = places.lanes[row.thread] ?? MARGIN;
  const end = beside ? (places.columns[0] ?? style.width) - 2 : style.width;
  const { text, mark } = rowText(row, places.details[row.thread] ?? 0, style.glyphs);
  const number = row.number === null ? '' : String(row.number).padStart(4);
  const room = end - lane - mark.length;
  const full = row.prefix === '' ? text : `${row.prefix}: ${text}`;
  const shown = full.length <= room ? full : clipped(text, Math.max(room, 8), style.glyphs.cut);
  const values = beside
    ? cells(layout, places, style, (_column, at) => row.values[at] ?? null)
    : [];
  const line = placed([[0, number], [lane, shown + mark], ...values]);
  if (row.stale !== null) return line.replace(mark, () => style.paint.red(mark));
  if (row.kind === 'pending') return style.paint.red(line);
  return row.waits || row.kind !== 'step' ? style.paint.yellow(line) : line;
}

function endLines(
  layout: Layout,
  ending: string,
  places: Places,
  beside: boolean,
  style: Style,
): string[] {
  const room = (beside ? (places.columns[0] ?? 0) : style.width) - MARGIN - 2;
  const texts = wrapped(ending, Math.max(room, 8));
  // A word that is longer than the room runs into the state columns: they get a line of their own.
  if (beside && texts.some((text) => text.length > room)) texts.push('');
  const lines = texts.map((text, at): string => {
    const last = at === texts.length - 1;
    const state = beside && last ? cells(layout, places, style, (column) => column.final) : [];
    const mark: Pieces = last && beside ? [[places.columns.at(-1) ?? 0, style.glyphs.cross]] : [];
    const line = placed([[2, at === 0 ? 'end' : ''], [MARGIN, text], ...state, ...mark]);
    return last && !beside ? `${line} ${style.glyphs.cross}`.trimEnd() : line;
  });
  return style.glyphs.cross === '' ? lines : lines.map((line) => style.paint.red(line));
}

/** The state columns as a table of their own: the rows in which something changes. */
function stateTable(layout: Layout, places: Places, style: Style): string[] {
  if (layout.columns.length === 0) return [];
  if ((places.columns.at(-1) ?? 0) > style.width) return ['', ...changeList(layout, style)];
  const line = (head: string, value: (column: StateColumn, at: number) => string | null): string =>
    placed([[0, head], ...cells(layout, places, style, value)]);
  const changing = layout.rows.filter((row) => row.values.some((value) => value !== null));
  return [
    '',
    style.paint.bold(line('', (column) => column.title)),
    line('  init', (column) => column.initial),
    ...changing.map((row) =>
      line(
        String(row.number ?? style.glyphs.fold).padStart(4),
        (_column, at) => row.values[at] ?? null,
      ),
    ),
    line('  end', (column) => column.final),
  ];
}

/** More columns than the screen has: one line for each row that changes something. */
function changeList(layout: Layout, style: Style): string[] {
  const initial = layout.columns.map(({ title, initial: value }) => `${title} ${value}`);
  const lines = layout.rows.flatMap((row) => {
    const texts = changesOf(layout, row);
    return texts.length === 0
      ? []
      : [`${String(row.number ?? style.glyphs.fold).padStart(4)}    ${texts.join('  ')}`];
  });
  return [
    ...wrapped(initial.join(', '), style.width - 10).map(
      (text, at) => `${at === 0 ? '  init  ' : ' '.repeat(8)}${text}`,
    ),
    ...lines,
  ];
}

function changesOf(layout: Layout, row: Row): string[] {
  return layout.columns.flatMap(({ title }, at) => {
    const value = row.values[at] ?? null;
    return value === null ? [] : [`${title} ${value}`];
  });
}

/** One step a line, for narrow terminals and for many threads. */
function listDrawing(layout: Layout, ending: string, style: Style): string[] {
  const nameWidth = Math.min(16, Math.max(...layout.threads.map((name) => name.length)));
  const lines = layout.rows.flatMap((row) => {
    const name = clipped(layout.threads[row.thread] ?? '', nameWidth, style.glyphs.cut);
    const { text, mark } = rowText(row, 0, style.glyphs);
    const head = `${String(row.number ?? '').padStart(4)}  ${name.padEnd(nameWidth)}  `;
    const body = wrapped(text + mark, Math.max(16, style.width - head.length));
    const blank = ' '.repeat(head.length);
    const changes = changesOf(layout, row).join('  ');
    const all = body.map((line, at) => (at === 0 ? head : blank) + line);
    if (changes !== '') all.push(style.paint.dim(`${blank}  ${changes}`));
    return row.stale === null ? all : all.map((line) => style.paint.red(line));
  });
  const end = wrapped(ending, Math.max(16, style.width - MARGIN - 2));
  const last = end.map((text, at) => (at === 0 ? '  end   ' : ' '.repeat(8)) + text);
  last[last.length - 1] = `${last.at(-1) ?? ''} ${style.glyphs.cross}`.trimEnd();
  if (style.glyphs.cross === '') return [...lines, ...last];
  return [...lines, ...last.map((line) => style.paint.red(line))];
}
