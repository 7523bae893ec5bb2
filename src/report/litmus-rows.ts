/**
 * The events of a litmus execution as rows of lanes, in an order that reads well.
 *
 * A lane is a thread in program order. The events of one primitive share a row: the load and the
 * store of an exchange, the two halves of taking a lock. Among all ways to interleave the lanes the
 * one is shown in which most loads come after the store that they read, fewest read what a row
 * above has overwritten already, and lanes change seldom.
 */

import type { Picture, PictureEvent } from '../litmus/result.ts';

/** The events of one primitive. */
export interface LitmusRow {
  readonly thread: number;
  readonly events: readonly PictureEvent[];
}

/** Interleavings that are compared; beyond, the lanes are drawn one after the other. */
const STATES_MAX = 20_000;

/** What makes an interleaving hard to read. */
const COST = { readsFromBelow: 1000, stale: 100, outOfOrder: 100, change: 1 };

/** The rows in the order in which they are drawn. */
export function litmusRows(picture: Picture): LitmusRow[] {
  const lanes = lanesOf(picture);
  return cheapestOrder(lanes, wishesOf(lanes, picture)) ?? lanes.flat();
}

function lanesOf({ events }: Picture): LitmusRow[][] {
  const lanes: LitmusRow[][] = [];
  for (const event of events) {
    if (event.thread < 0) continue;
    const lane = (lanes[event.thread] ??= []);
    const last = lane.at(-1);
    if (last === undefined || !continues(last.events, event)) {
      lane.push({ thread: event.thread, events: [event] });
    } else {
      lane[lane.length - 1] = { thread: event.thread, events: [...last.events, event] };
    }
  }
  return Array.from(lanes, (lane) => lane ?? []);
}

/**
 * Whether an event belongs to the primitive of those before it, which is a barrier, a load, a store
 * and a barrier at the most. The next round of a loop stands at the same place in the file.
 */
function continues(events: readonly PictureEvent[], next: PictureEvent): boolean {
  const last = events.at(-1);
  if (last === undefined || !isSameCall(last, next)) return false;
  const hasStored = events.some(({ kind }) => kind === 'write');
  if (next.kind === 'fence') return last.kind === 'write';
  return !hasStored && (next.kind === 'write' || last.kind === 'fence');
}

function isSameCall(one: PictureEvent, other: PictureEvent): boolean {
  const sameWords = one.primitive === other.primitive && one.primitive !== '*';
  return sameWords && one.at?.line === other.at?.line && one.at?.column === other.at?.column;
}

/** What a row costs: the events that it must come after, and those it must not. */
interface Wish {
  /** The sources of its loads. */
  readonly after: readonly Place[];
  /** Stores that overwrite what it reads, or that come later than what it stores. */
  readonly before: readonly { readonly place: Place; readonly cost: number }[];
}

/** A row by its lane and its place there. */
interface Place {
  readonly lane: number;
  readonly at: number;
}

/** The wishes of each row of each lane. */
function wishesOf(lanes: readonly LitmusRow[][], { rf, co }: Picture): Wish[][] {
  const placeOf = new Map<number, Place>();
  lanes.forEach((rows, lane) => {
    rows.forEach(({ events }, at) => {
      for (const { number } of events) placeOf.set(number, { lane, at });
    });
  });
  const sources = new Map(rf.map(([store, load]) => [load, store]));
  const later = (store: number): Place[] => {
    const order = co.find((stores) => stores.includes(store)) ?? [];
    const stores = order.slice(order.indexOf(store) + 1);
    return stores.flatMap((one) => placeOf.get(one) ?? []);
  };
  return lanes.map((rows, lane) =>
    rows.map(({ events }, at): Wish => {
      const isOther = (place: Place): boolean => place.lane !== lane || place.at !== at;
      const after: Place[] = [];
      const before: { place: Place; cost: number }[] = [];
      for (const { number, kind } of events) {
        const source = sources.get(number);
        const place = source === undefined ? undefined : placeOf.get(source);
        if (place !== undefined && isOther(place)) after.push(place);
        const cost = kind === 'read' ? COST.stale : COST.outOfOrder;
        const ahead = kind === 'read' ? (source ?? -1) : number;
        before.push(
          ...later(ahead)
            .filter(isOther)
            .map((one) => ({ place: one, cost })),
        );
      }
      return { after, before };
    }),
  );
}

/** One way to have drawn some rows: how far each lane is, and which was drawn last. */
interface Drawn {
  readonly positions: readonly number[];
  readonly last: number;
  readonly before: Drawn | null;
}

/** Dijkstra's algorithm over how far each lane is; null where there are too many ways. */
function cheapestOrder(
  lanes: readonly LitmusRow[][],
  wishes: readonly Wish[][],
): LitmusRow[] | null {
  const start: Drawn = { positions: lanes.map(() => 0), last: -1, before: null };
  const byCost = new Map<number, Drawn[]>([[0, [start]]]);
  const done = new Set<string>();
  const costMax = lanes.flat().length * (COST.readsFromBelow + COST.stale + COST.outOfOrder);
  for (let cost = 0; cost <= 2 * costMax; cost++) {
    // What costs nothing more joins the list that is being worked off.
    const ways = byCost.get(cost) ?? [];
    byCost.set(cost, ways);
    for (let way = ways.pop(); way !== undefined; way = ways.pop()) {
      const key = `${way.positions.join()};${way.last}`;
      if (done.has(key)) continue;
      done.add(key);
      if (done.size > STATES_MAX) return null;
      const next = nextWays(way, wishes);
      if (next.length === 0) return rowsOf(way, lanes);
      for (const [more, extra] of next) {
        const same = byCost.get(cost + extra);
        if (same === undefined) byCost.set(cost + extra, [more]);
        else same.push(more);
      }
    }
  }
  return null;
}

function nextWays(way: Drawn, wishes: readonly Wish[][]): (readonly [Drawn, number])[] {
  // Of ways that cost the same the one that was found last is tried first: lower lanes go last.
  return wishes
    .flatMap((rows, lane): (readonly [Drawn, number])[] => {
      const at = way.positions[lane] ?? 0;
      const wish = rows[at];
      if (wish === undefined) return [];
      const change = way.last === lane || way.last < 0 ? 0 : COST.change;
      const positions = way.positions.with(lane, at + 1);
      return [[{ positions, last: lane, before: way }, change + costOf(wish, way)]];
    })
    .toReversed();
}

function costOf({ after, before }: Wish, { positions }: Drawn): number {
  const isDrawn = ({ lane, at }: Place): boolean => at < (positions[lane] ?? 0);
  const below = after.filter((place) => !isDrawn(place)).length;
  const overtaken = before.filter(({ place }) => isDrawn(place));
  return below * COST.readsFromBelow + Math.max(0, ...overtaken.map(({ cost }) => cost));
}

function rowsOf(way: Drawn, lanes: readonly LitmusRow[][]): LitmusRow[] {
  const rows: LitmusRow[] = [];
  for (let at: Drawn | null = way; at !== null && at.last >= 0; at = at.before) {
    const row = lanes[at.last]?.[(at.positions[at.last] ?? 0) - 1];
    if (row !== undefined) rows.unshift(row);
  }
  return rows;
}
