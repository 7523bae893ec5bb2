/**
 * One choice of a way through every thread: its events, numbered through, and where its reads may
 * read.
 *
 * Event 0 and following are the initial writes, one for each global that is accessed; then come the
 * events of thread 0, thread 1 and so on in program order.
 */

import type { Event, Path } from './event.ts';
import type { Place } from './ast.ts';
import { Space } from './relation.ts';
import type { Term } from './term.ts';

/** An event of an execution. */
export interface ExecutionEvent {
  /** -1 for an initial write. */
  readonly thread: number;
  readonly kind: Event['kind'];
  readonly tag: Event['tag'] | 'initial';
  readonly location: number;
  readonly ordinal: number;
  readonly value: Term | null;
  readonly atomic: boolean;
  /** The other half of a read-modify-write, or -1. */
  readonly partner: number;
  readonly statement: number;
  readonly after: readonly number[];
  readonly address: readonly number[];
  readonly data: readonly number[];
  readonly control: readonly number[];
  readonly primitive: string;
  readonly at: Place | null;
}

export interface Structure {
  readonly paths: readonly Path[];
  readonly events: readonly ExecutionEvent[];
  readonly space: Space;
  /** Accessed globals, in order of their indexes. */
  readonly locations: readonly number[];
  /** The writes of each global that take part in coherence, the initial one first. */
  readonly stores: ReadonlyMap<number, readonly number[]>;
  /** All reads, in the order in which their sources are chosen. */
  readonly reads: readonly number[];
  /** For each read of `reads`: where it may read. */
  readonly sources: readonly (readonly number[])[];
  /** The event of read number `ordinal` of a thread. */
  readonly readEvent: readonly (readonly number[])[];
  /** The write of a lock that each release ends, by event. */
  readonly sections: ReadonlyMap<number, number>;
}

/**
 * Puts the paths together.
 *
 * @param paths one of each thread
 * @param loose let reads read from every write, also where coherence forbids it
 * @returns null where a lock is taken twice and never released: every execution would hang
 */
export function structureOf(paths: readonly Path[], loose = false): Structure | null {
  const locations = accessed(paths);
  const events: ExecutionEvent[] = locations.map(initialWrite);
  const readEvent = paths.map((path, thread) => appendThread(events, path, thread));
  const sections = lockSections(events);
  if (hangs(events, sections)) return null;
  const stores = storesOf(events, locations, sections);
  const reads = events.flatMap((event, number) => (event.kind === 'read' ? [number] : []));
  reads.sort((one, other) => urgency(events, one) - urgency(events, other) || one - other);
  const sources = reads.map((read) => {
    if (!loose || isOnLock(events, read)) return sourcesOf(events, stores, sections, read);
    return stores.get((events[read] as ExecutionEvent).location) ?? [];
  });
  const space = new Space(events.length);
  return { paths, events, space, locations, stores, reads, sources, readEvent, sections };
}

function accessed(paths: readonly Path[]): number[] {
  const found = new Set<number>();
  for (const { events } of paths) {
    for (const { kind, location } of events) if (kind !== 'fence') found.add(location);
  }
  return [...found].sort((one, other) => one - other);
}

function initialWrite(location: number): ExecutionEvent {
  return {
    thread: -1,
    kind: 'write',
    tag: 'initial',
    location,
    ordinal: -1,
    value: null,
    atomic: false,
    partner: -1,
    statement: 0,
    after: [],
    address: [],
    data: [],
    control: [],
    primitive: 'initial value',
    at: null,
  };
}

/** Appends the events of a thread. @returns the event of each of its reads */
function appendThread(events: ExecutionEvent[], path: Path, thread: number): number[] {
  const first = events.length;
  const shift = (numbers: readonly number[]): readonly number[] =>
    numbers.map((number) => number + first);
  const reads: number[] = [];
  for (const event of path.events) {
    const { partner, after, address, data, control } = event;
    if (event.ordinal >= 0) reads[event.ordinal] = events.length;
    events.push({
      ...event,
      thread,
      partner: partner < 0 ? -1 : partner + first,
      after: shift(after),
      address: shift(address),
      data: shift(data),
      control: shift(control),
    });
  }
  return reads;
}

/** Whether one event of a thread comes before another in program order. */
export function isBefore(events: readonly ExecutionEvent[], one: number, other: number): boolean {
  const left = events[one] as ExecutionEvent;
  const right = events[other] as ExecutionEvent;
  if (left.thread !== right.thread || left.thread < 0) return false;
  if (left.statement !== right.statement) return left.statement < right.statement;
  return right.after.includes(one);
}

/** lock.cat, `critical`: each release with the acquisition that it ends. */
function lockSections(events: readonly ExecutionEvent[]): Map<number, number> {
  const sections = new Map<number, number>();
  const open = new Map<string, number>();
  events.forEach(({ tag, thread, location }, number) => {
    const lock = `${thread}:${location}`;
    if (tag === 'LKW') open.set(lock, number);
    const acquisition = open.get(lock);
    if (tag !== 'UL' || acquisition === undefined) return;
    sections.set(number, acquisition);
    open.delete(lock);
  });
  return sections;
}

/** lock.cat, `unmatched-locks`: two acquisitions of a lock that are never released. */
function hangs(events: readonly ExecutionEvent[], sections: ReadonlyMap<number, number>): boolean {
  const last = unreleased(events, sections).map((number) => events[number]?.location);
  return new Set(last).size < last.length;
}

/** Acquisitions without a release. */
export function unreleased(
  events: readonly ExecutionEvent[],
  sections: ReadonlyMap<number, number>,
): number[] {
  const released = new Set(sections.values());
  return events.flatMap(({ tag }, number) =>
    tag === 'LKW' && !released.has(number) ? [number] : [],
  );
}

/** A release that ends nothing is flagged, and takes no part in coherence. */
function storesOf(
  events: readonly ExecutionEvent[],
  locations: readonly number[],
  sections: ReadonlyMap<number, number>,
): Map<number, number[]> {
  const stores = new Map<number, number[]>(locations.map((location) => [location, []]));
  events.forEach(({ kind, tag, location }, number) => {
    if (kind === 'write' && (tag !== 'UL' || sections.has(number))) {
      stores.get(location)?.push(number);
    }
  });
  return stores;
}

/** Locks and successful atomics first: no two of them may read the same write. */
function urgency(events: readonly ExecutionEvent[], read: number): number {
  const { tag, partner } = events[read] as ExecutionEvent;
  return tag === 'LKR' ? 0 : partner >= 0 ? 1 : 2;
}

/**
 * Where a read may read without breaking coherence in its own thread: not from a later write, and
 * from an earlier one of its own only if none stands between.
 */
function sourcesOf(
  events: readonly ExecutionEvent[],
  stores: ReadonlyMap<number, readonly number[]>,
  sections: ReadonlyMap<number, number>,
  read: number,
): readonly number[] {
  const { location, thread, tag } = events[read] as ExecutionEvent;
  const all = stores.get(location) ?? [];
  const own = all.filter((store) => events[store]?.thread === thread);
  const earlier = own.filter((store) => isBefore(events, store, read));
  const hidden = (store: number): boolean =>
    earlier.some((next) => next !== store && isBefore(events, store, next));
  const visible = all.filter((store) => {
    if (own.includes(store)) return earlier.includes(store) && !hidden(store);
    return events[store]?.tag !== 'initial' || earlier.length === 0;
  });
  return visible.filter((store) => lockCatAllows(events, sections, tag, store, earlier));
}

/** Whether an access belongs to a lock. */
export function isOnLock(events: readonly ExecutionEvent[], event: number): boolean {
  return ['LKR', 'LKW', 'UL', 'LF', 'RU'].includes((events[event] as ExecutionEvent).tag);
}

/** lock.cat: what an event on a lock may read. */
function lockCatAllows(
  events: readonly ExecutionEvent[],
  sections: ReadonlyMap<number, number>,
  tag: ExecutionEvent['tag'],
  store: number,
  earlier: readonly number[],
): boolean {
  const written = events[store]?.tag;
  if (tag === 'LKR' || tag === 'RU') return written === 'UL' || written === 'initial';
  if (tag !== 'LF') return true;
  if (written !== 'LKW') return false;
  const ended = new Set(
    [...sections].filter(([end]) => earlier.includes(end)).map(([, own]) => own),
  );
  const enclosing = earlier.filter((own) => events[own]?.tag === 'LKW' && !ended.has(own));
  return enclosing.length === 0 || enclosing.includes(store);
}
