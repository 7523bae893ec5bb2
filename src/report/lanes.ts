/**
 * Where things stand in a picture of a given width.
 *
 * `beside`: state columns right of the lanes. `below`: state in a table under the lanes. `list`:
 * one step a line with its thread's name. A row uses one lane only, so its text may run on over the
 * lanes to its right: lanes can stand closer together than their texts are long.
 */

import type { Layout, Row } from './layout.ts';
import type { Glyphs } from './paint.ts';

/** Columns before the first lane: the row number. */
export const MARGIN = 8;

const LANE_GAP = 4;
const LANE_STEP_MIN = 12;
const LANE_MIN = 10;
const LANE_MAX = 34;
const COLUMN_GAP = 2;
/** Room for the last line, which says what is wrong, before the state columns begin. */
const ENDING_MIN = 26;
const VALUE_MAX = 16;

/** Positions of lanes and state columns. */
export interface Places {
  readonly form: 'beside' | 'below' | 'list';
  /** Where each lane begins. */
  readonly lanes: readonly number[];
  /** How long the rule under each lane's title is. */
  readonly rules: readonly number[];
  /** Where the details of a lane's rows line up. */
  readonly details: readonly number[];
  /** Where each state column begins; the last entry is the end of them all. */
  readonly columns: readonly number[];
}

/** A row's text with its detail and mark, as it stands in its lane. */
export function rowText(
  row: Row,
  detailAt: number,
  glyphs: Glyphs,
): { text: string; mark: string } {
  const { detail, waits, stale } = row;
  const base = row.kind === 'fold' ? `${glyphs.fold} ${row.text}` : headOf(row, glyphs);
  const text = detail === '' ? base : `${base.padEnd(detailAt)}  ${detail}`;
  if (stale !== null) {
    return { text, mark: `  ${glyphs.stale} ${stale.source}  stale: missed ${stale.missed}` };
  }
  if (row.behind !== null) return { text, mark: `  coherence: before ${row.behind}` };
  return { text, mark: waits ? `  ${glyphs.into} store buffer` : '' };
}

function headOf(row: Row, glyphs: Glyphs): string {
  return row.kind === 'drain' ? `${glyphs.outOf} ${row.text}` : row.text;
}

/** The widest form that fits. */
export function placesFor(layout: Layout, width: number, glyphs: Glyphs): Places {
  const stateWidth = sum(columnWidths(layout).map((column) => column + COLUMN_GAP));
  // Behind the state columns stands the cross of the last line.
  const right = layout.columns.length > 0 ? width - stateWidth - LANE_GAP - 1 : width;
  return (
    tryForm('beside', layout, right, glyphs) ??
    tryForm('below', layout, width, glyphs) ?? {
      form: 'list',
      lanes: [],
      rules: [],
      details: detailColumns(layout),
      columns: columnPlaces(layout, MARGIN),
    }
  );
}

function tryForm(
  form: 'beside' | 'below',
  layout: Layout,
  right: number,
  glyphs: Glyphs,
): Places | null {
  const details = detailColumns(layout);
  const needs = laneNeeds(layout, details, glyphs);
  const lanes = naturalLanes(needs, right) ?? evenLanes(needs, right);
  if (lanes === null) return null;
  const end = Math.max(...lanes.map((start, lane) => start + (needs[lane] ?? 0)));
  const rules = lanes.map((start, lane) => {
    const next = lanes[lane + 1];
    const room = next === undefined ? end - start : next - start - 2;
    return Math.min(room, Math.max(LANE_MIN, needs[lane] ?? 0));
  });
  const columns = columnPlaces(layout, form === 'below' ? MARGIN : firstColumn(end, right));
  return { form, lanes, rules, details, columns };
}

/** Behind the lanes, and behind the text of the last line if there is room for both. */
function firstColumn(end: number, right: number): number {
  return Math.max(end + LANE_GAP, Math.min(MARGIN + ENDING_MIN, right + LANE_GAP));
}

/** Lanes beside each other at their full width, if there is room. */
function naturalLanes(needs: readonly number[], right: number): number[] | null {
  const lanes: number[] = [];
  let start = MARGIN;
  for (const need of needs) {
    lanes.push(start);
    if (start + need > right) return null;
    start += Math.min(LANE_MAX, Math.max(LANE_MIN, need)) + LANE_GAP;
  }
  return lanes.every((lane, at) => lane + (needs[at] ?? 0) <= right) ? lanes : null;
}

/** Lanes at equal distances, as far apart as the last one's text allows. */
function evenLanes(needs: readonly number[], right: number): number[] | null {
  const last = needs.at(-1) ?? 0;
  const step = Math.floor((right - MARGIN - last) / Math.max(1, needs.length - 1));
  if (needs.length > 1 && step < LANE_STEP_MIN) return null;
  const lanes = needs.map((_need, lane) => MARGIN + lane * step);
  return lanes.every((start, lane) => start + (needs[lane] ?? 0) <= right) ? lanes : null;
}

/** The longest row of each lane; marks count, prefixes do not (they are dropped first). */
function laneNeeds(layout: Layout, details: readonly number[], glyphs: Glyphs): number[] {
  return layout.threads.map((name, lane) => {
    const rows = layout.rows.filter((row) => row.thread === lane);
    const lengths = rows.map((row) => {
      const { text, mark } = rowText(row, details[lane] ?? 0, glyphs);
      return text.length + mark.length;
    });
    return Math.max(name.length, ...lengths);
  });
}

/** In each lane the details line up behind the longest text, unless that is very long. */
function detailColumns(layout: Layout): number[] {
  return layout.threads.map((_name, lane) => {
    const rows = layout.rows.filter((row) => row.thread === lane && row.detail !== '');
    return Math.min(24, Math.max(0, ...rows.map((row) => row.text.length)));
  });
}

function columnWidths(layout: Layout): number[] {
  return layout.columns.map((column, at) => {
    const values = layout.rows.map((row) => row.values[at]?.length ?? 0);
    const texts = [column.title.length, column.initial.length, column.final.length, ...values];
    return Math.min(VALUE_MAX, Math.max(4, ...texts));
  });
}

function columnPlaces(layout: Layout, first: number): number[] {
  const places = [first];
  for (const width of columnWidths(layout)) places.push((places.at(-1) ?? 0) + width + COLUMN_GAP);
  return places;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
