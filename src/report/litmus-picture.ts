/**
 * Executions of litmus tests as pictures: the lanes with where each load reads, the order of the
 * stores to each location, and for a forbidden outcome the cycle and what carries its edges.
 */

import type { LitmusResult, Picture, PictureEdge, PictureEvent } from '../litmus/result.ts';
import { drawing } from './drawing.ts';
import type { Layout, Row, StaleMark } from './layout.ts';
import { AXIOMS } from './litmus-axioms.ts';
import { litmusRows } from './litmus-rows.ts';
import type { LitmusRow } from './litmus-rows.ts';
import type { Style } from './paint.ts';
import { columns, hanging, listed } from './text.ts';

const HEAD_WIDTH = 10;

/** Why a litmus test has its verdict. The result must have been asked for with `explain`. */
export function litmusPicture(result: LitmusResult, style: Style): string {
  return linesOf(result, style).join('\n').trimEnd();
}

function linesOf(result: LitmusResult, style: Style): string[] {
  const { witness, refusal, quantifier, condition } = result;
  const what = quantifier === 'forall' ? `not (${condition})` : condition;
  const told = (text: string): string[] => hanging('  ', text, style.width);
  if (witness !== null) {
    const drawn = drawnPicture(witness, style, false);
    return [...told(`This execution ends with ${what}.`), '', ...drawn.lines];
  }
  if (refusal === null) return told(`Not decided: no execution that was met ends with ${what}.`);
  const { picture, cycle, axiom } = refusal;
  if (picture === null) {
    return told(
      `No choice of what loads read and of who takes a lock gives ${what}, in any memory model.`,
    );
  }
  const drawn = drawnPicture(picture, style, true);
  const { law, text } = AXIOMS[axiom as keyof typeof AXIOMS];
  return [
    ...told(`No execution ends with ${what}. This one would, and is forbidden by ${law}:`),
    '',
    ...drawn.lines,
    '',
    ...hanging('  Why'.padEnd(HEAD_WIDTH), text, style.width),
    '',
    ...cycleLines(fromTop(cycle, drawn), picture, drawn, style),
  ];
}

/** A picture, and the row of each event. */
interface Drawn {
  readonly lines: readonly string[];
  readonly rowOf: ReadonlyMap<number, number>;
}

/** The edges, a line or more for each. */
function cycleLines(
  cycle: readonly PictureEdge[],
  picture: Picture,
  { rowOf }: Drawn,
  style: Style,
): string[] {
  const cells = cycle.flatMap((edge) => edgeCells(edge, picture, rowOf));
  const heads = columns(cells.map(([ends = '', by = '']) => [ends, by]));
  const width = Math.max(0, ...heads.map((head) => head.length)) + 2;
  return cells.flatMap(([, , text = ''], at) =>
    hanging((heads[at] ?? '').padEnd(width), text, style.width),
  );
}

/** A cycle, told from its uppermost row on. */
function fromTop(cycle: readonly PictureEdge[], { rowOf }: Drawn): readonly PictureEdge[] {
  const rows = cycle.map(({ from }) => rowOf.get(from) ?? 0);
  const top = rows.indexOf(Math.min(...rows));
  return [...cycle.slice(top), ...cycle.slice(0, top)];
}

function drawnPicture(picture: Picture, style: Style, impossible: boolean): Drawn {
  const rows = litmusRows(picture);
  const rowOf = new Map<number, number>();
  rows.forEach(({ events }, at) => {
    for (const { number } of events) rowOf.set(number, at + 1);
  });
  const threads = Math.max(0, ...picture.events.map(({ thread }) => thread + 1));
  const layout: Layout = {
    threads: Array.from({ length: threads }, (_, thread) => `P${thread}`),
    rows: rows.map((row, at) => rowFrom(row, at + 1, picture, rowOf, style)),
    columns: [],
    rowOf,
  };
  const state = picture.state.map(({ location, value }) => `${location}=${value}`).join('  ');
  const lines = drawing(layout, state === '' ? 'end' : state, style, impossible);
  return { lines: [...lines, ...orderLines(picture, rowOf, style)], rowOf };
}

/** The order of the stores to each location that has several. */
function orderLines(picture: Picture, rowOf: ReadonlyMap<number, number>, style: Style): string[] {
  const orders = picture.co.flatMap((order) => {
    const stores = order.slice(1).filter((store) => rowOf.has(store));
    const location = picture.events[order[0] ?? -1]?.location ?? '';
    const isLock = stores.some((store) => isOnLock(picture.events[store]));
    if (stores.length < 2 || isLock) return [];
    return [
      `${location}: ${['init', ...stores.map((store) => String(rowOf.get(store)))].join(', ')}`,
    ];
  });
  if (orders.length === 0) return [];
  return ['', ...hanging('  Stores'.padEnd(HEAD_WIDTH), orders.join('; '), style.width)];
}

const LOCK_TAGS = ['LKR', 'LKW', 'UL', 'LF', 'RU'];
const SRCU_TAGS = ['srcu-lock', 'srcu-unlock'];

function isOnLock(event: PictureEvent | undefined): boolean {
  return event !== undefined && LOCK_TAGS.includes(event.tag);
}

function rowFrom(
  { thread, events }: LitmusRow,
  number: number,
  picture: Picture,
  rowOf: ReadonlyMap<number, number>,
  style: Style,
): Row {
  const load = events.find(({ kind, tag }) => kind === 'read' && !isQuiet(tag));
  const source = load === undefined ? null : sourceOf(load.number, picture);
  const stale = load === undefined ? null : staleMark(load, number, picture, rowOf);
  const from = source === null ? '' : `${style.glyphs.stale} ${rowName(source, rowOf)}`;
  const told = load?.value ?? '';
  return {
    kind: 'step',
    number,
    thread,
    prefix: '',
    text: rowText(events),
    detail: stale === null ? `${told}  ${from}`.trim() : told,
    waits: false,
    stale,
    behind: behindMark(events, number, picture, rowOf),
    values: [],
    steps: [],
  };
}

/** The row of a store above that comes later in the coherence order than this row's. */
function behindMark(
  events: readonly PictureEvent[],
  row: number,
  { co }: Picture,
  rowOf: ReadonlyMap<number, number>,
): string | null {
  const store = events.find(({ kind, tag }) => kind === 'write' && !isQuiet(tag));
  if (store === undefined) return null;
  const order = co.find((stores) => stores.includes(store.number)) ?? [];
  const later = order.slice(order.indexOf(store.number) + 1);
  const above = later.find((one) => (rowOf.get(one) ?? Infinity) < row);
  return above === undefined ? null : rowName(above, rowOf);
}

function isQuiet(tag: string): boolean {
  return LOCK_TAGS.includes(tag) || SRCU_TAGS.includes(tag);
}

/** `WRITE_ONCE x := 1`, `smp_mb`, `spin_lock l` */
function rowText(events: readonly PictureEvent[]): string {
  const [first] = events;
  if (first === undefined) return '';
  const { primitive, location } = first;
  const name = primitive === '*' ? `*${location ?? ''}` : primitive;
  const where = location === null || primitive === '*' ? '' : ` ${location}`;
  const store = events.find(({ kind, tag }) => kind === 'write' && !isQuiet(tag));
  const written = store?.value === undefined || store.value === null ? '' : ` := ${store.value}`;
  return `${name}${where}${written}${lockWord(first)}`;
}

/** What a test of a lock says. */
function lockWord({ tag, primitive }: PictureEvent): string {
  if (tag === 'LF') return primitive === 'spin_trylock' ? ' fails' : ' yes';
  return tag === 'RU' ? ' no' : '';
}

function sourceOf(load: number, { rf }: Picture): number | null {
  return rf.find(([, to]) => to === load)?.[0] ?? null;
}

function rowName(event: number, rowOf: ReadonlyMap<number, number>): string {
  return String(rowOf.get(event) ?? 'init');
}

/** A load below a store that overwrites what it reads. */
function staleMark(
  load: PictureEvent,
  row: number,
  picture: Picture,
  rowOf: ReadonlyMap<number, number>,
): StaleMark | null {
  const source = sourceOf(load.number, picture);
  if (source === null) return null;
  const order = picture.co.find((stores) => stores.includes(source)) ?? [];
  const missed = order
    .slice(order.indexOf(source) + 1)
    .find((store) => (rowOf.get(store) ?? Infinity) < row);
  if (missed === undefined) return null;
  return { source: rowName(source, rowOf), missed: rowName(missed, rowOf) };
}

/** `1 -> 3   smp_wmb (2)`; nothing where both ends are in one row. */
function edgeCells(
  { from, to, by, carriers }: PictureEdge,
  picture: Picture,
  rowOf: ReadonlyMap<number, number>,
): string[][] {
  const [one, other] = [rowName(from, rowOf), rowName(to, rowOf)];
  if (one === other) return [];
  const location = picture.events[from]?.location ?? '';
  const text = edgeText(by, { one, other, location, carriers, picture, rowOf });
  return [[`${' '.repeat(HEAD_WIDTH)}${one.padStart(2)} -> ${other.padStart(2)}`, by, text]];
}

interface Ends {
  readonly one: string;
  readonly other: string;
  readonly location: string;
  readonly carriers: readonly number[];
  readonly picture: Picture;
  readonly rowOf: ReadonlyMap<number, number>;
}

/** What an edge says, in words. */
function edgeText(by: string, ends: Ends): string {
  const { one, other, location } = ends;
  switch (by) {
    case 'rf':
      return `${other} reads what ${one} stores to ${location}`;
    case 'fr':
      return `${one} reads ${location} from before ${other} overwrites it`;
    case 'co':
      return `${one} stores to ${location} before ${other} does`;
    case 'addr':
      return `the address of ${other} comes from what ${one} reads`;
    case 'data':
      return `what ${other} stores comes from what ${one} reads`;
    case 'ctrl':
      return `${other} is made only if ${one} reads the right value`;
    case 'rmw':
      return `load and store of one atomic`;
    case 'po':
      return 'program order';
    case 'visibility':
      return `${one} has happened, for every CPU, when ${other} does`;
    case 'rcu-fence':
      return rcuText(ends);
    default:
      return carriersText(ends);
  }
}

/** `row 2`; or that one of the two ends is an acquire, a release or fully ordered. */
function carriersText({ carriers, rowOf, one, other }: Ends): string {
  const rows = [...new Set(carriers.map((event) => rowName(event, rowOf)))];
  const between = rows.filter((row) => row !== one && row !== other);
  if (between.length > 0) return `row${between.length === 1 ? '' : 's'} ${listed(between)}`;
  if (rows.includes(other)) return `what comes before ${other} stays before it`;
  return rows.includes(one) ? `what comes after ${one} stays after it` : '';
}

/** `grace period 6, section 1 to 4` */
function rcuText({ carriers, picture, rowOf }: Ends): string {
  const parts: string[] = [];
  for (let at = 0; at < carriers.length; at++) {
    const event = picture.events[carriers[at] ?? -1];
    const row = rowName(event?.number ?? -1, rowOf);
    if (event?.tag.startsWith('sync') === true) parts.push(`grace period ${row}`);
    else parts.push(`section ${row} to ${rowName(carriers[++at] ?? -1, rowOf)}`);
  }
  return parts.join(', ');
}
