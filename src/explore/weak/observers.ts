/**
 * Observers: what one CPU has seen, as interned numbers (model `weak`, weak.ts).
 *
 * The views of an observer, each a number of views.ts. Those marked * hold only what goes beyond
 * the view that they will be joined to, so that observers with one future have one number.
 */

import { mapReturns, normalReturns } from './returns.ts';
import type { Returns } from './returns.ts';
import { EMPTY_VIEW } from './views.ts';
import type { Views } from './views.ts';

/** What one CPU has seen. */
export interface Observer {
  /** How old a message may be that a read gives. */
  readonly floor: number;
  /** All that was observed: a store comes after it, and a release carries it. */
  readonly seen: number;
  /** * What smp_rmb adds to the floor: all that was read. */
  readonly read: number;
  /** What is known to have reached everybody. */
  readonly strong: number;
  /** What smp_wmb adds to `carried`: the own stores, and what their messages carry. */
  readonly stored: number;
  /** What every store carries: all before the last barrier for stores. */
  readonly carried: number;
  /** * `seen` and `stored` at the last unlock: what the next lock adds to floor and carried. */
  readonly unlockSeen: number;
  readonly unlockStored: number;
  /**
   * `seen` at the last unlock, and at all unlocks that a lock here came after: what
   * smp_mb__after_unlock_lock tells others; empty where there is no such barrier.
   */
  readonly lastUnlock: number;
  readonly beforeUnlock: number;
  /** Whether it has unlocked; whether an unlock came before a lock of its own. Else false. */
  readonly hasUnlocked: boolean;
  readonly isAfterUnlock: boolean;
  /** `seen` at the places that Mark names: what the barriers for them tell others. */
  readonly marks: Marks;
  /**
   * What the global view gave for each mark, where that is known before the barrier comes; the last
   * is that of smp_mb__after_unlock_lock, whose mark is `beforeUnlock`.
   */
  readonly taken: Taken;
  /** Which of them there are, as bits; and whether it has made an access (HAS_ACTED). */
  readonly marked: number;
  /** What grace periods have left for the next read-side section to see. */
  readonly left: number;
  /** `seen` at the end of the last read-side section: what a grace period collects. */
  readonly section: number;
  /** A grace period of this thread: what it leaves for others, and what it has collected. */
  readonly grace: number;
  readonly collected: number;
  /** A full barrier was the last thing that happened. */
  readonly fenced: boolean;
  /** A full barrier comes before anything else. */
  readonly owesFence: boolean;
  /** * Pointers that were read: pairs of key (weak-pending.ts) and what the read has seen. */
  readonly pointers: readonly number[];
  /** * Accesses that something may come back from (returns.ts). */
  readonly returns: Returns;
}

/** By Mark (weak-order.ts). */
export type Marks = readonly [number, number, number, number];
export type Taken = readonly (number | null)[];

/** Nothing was taken early. */
export const NOTHING_TAKEN: Taken = [null, null, null, null, null];

/** Nothing is marked. */
export const NO_MARKS: Marks = [EMPTY_VIEW, EMPTY_VIEW, EMPTY_VIEW, EMPTY_VIEW];

/** The observer who has seen nothing. */
export const NEW_OBSERVER: Observer = {
  floor: EMPTY_VIEW,
  seen: EMPTY_VIEW,
  read: EMPTY_VIEW,
  strong: EMPTY_VIEW,
  stored: EMPTY_VIEW,
  carried: EMPTY_VIEW,
  unlockSeen: EMPTY_VIEW,
  unlockStored: EMPTY_VIEW,
  lastUnlock: EMPTY_VIEW,
  beforeUnlock: EMPTY_VIEW,
  hasUnlocked: false,
  isAfterUnlock: false,
  marks: NO_MARKS,
  taken: NOTHING_TAKEN,
  marked: 0,
  left: EMPTY_VIEW,
  section: EMPTY_VIEW,
  grace: EMPTY_VIEW,
  collected: EMPTY_VIEW,
  fenced: false,
  owesFence: false,
  pointers: [],
  returns: [],
};

/** An object of fifteen fields, an array, a string, and their places in the list and the map. */
const BYTES_PER_OBSERVER = 280;

/** Interned observers of one search. */
export interface Observers {
  observer(number: number): Observer;
  intern(observer: Observer): number;
  readonly count: () => number;
  /** About how much memory the observers take. */
  bytes(): number;
}

/** Makes the table of one search; NEW_OBSERVER has number 0. */
export function createObservers(views: Views): Observers {
  const list: Observer[] = [];
  const numbers = new Map<string, number>();
  let bytes = 0;
  const intern = (given: Observer): number => {
    const observer = normal(views, given);
    const key = keyOf(observer);
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, list.length);
    bytes += BYTES_PER_OBSERVER + key.length;
    return list.push(observer) - 1;
  };
  intern(NEW_OBSERVER);
  return {
    intern,
    observer: (number) => list[number] ?? NEW_OBSERVER,
    count: () => list.length,
    bytes: () => bytes,
  };
}

/** An observer with `change` made to each of its views. */
export function mapViews(observer: Observer, change: (view: number) => number): Observer {
  return {
    floor: change(observer.floor),
    seen: change(observer.seen),
    read: change(observer.read),
    strong: change(observer.strong),
    stored: change(observer.stored),
    carried: change(observer.carried),
    unlockSeen: change(observer.unlockSeen),
    unlockStored: change(observer.unlockStored),
    lastUnlock: change(observer.lastUnlock),
    beforeUnlock: change(observer.beforeUnlock),
    hasUnlocked: observer.hasUnlocked,
    isAfterUnlock: observer.isAfterUnlock,
    marks: mapMarks(observer.marks, change),
    taken: mapTaken(observer.taken, change),
    marked: observer.marked,
    left: change(observer.left),
    section: change(observer.section),
    grace: change(observer.grace),
    collected: change(observer.collected),
    fenced: observer.fenced,
    owesFence: observer.owesFence,
    pointers: observer.pointers.map((item, i) => (i % 2 === 0 ? item : change(item))),
    returns: mapReturns(observer.returns, change, change),
  };
}

/** Bit of `marked`: there is something that a barrier could order. */
export const HAS_ACTED = 16;

/** An observer who has marked what it has seen, if it has made any access. */
export function withMark(observer: Observer, mark: number): Observer {
  const { marks, marked, seen } = observer;
  if ((marked & HAS_ACTED) === 0) return observer;
  const changed = mapMarks(marks, (view, i) => (i === mark ? seen : view));
  return { ...withTaken(observer, mark, null), marks: changed, marked: marked | (1 << mark) };
}

/** An observer to whom the global view has given something for a mark, or nothing yet. */
export function withTaken(observer: Observer, mark: number, view: number | null): Observer {
  if (observer.taken[mark] === view) return observer;
  return { ...observer, taken: observer.taken.with(mark, view) };
}

/** What was taken with `change` made to each view. */
export function mapTaken(taken: Taken, change: (view: number, mark: number) => number): Taken {
  if (taken === NOTHING_TAKEN) return taken;
  return taken.map((view, mark) => (view === null ? null : change(view, mark)));
}

/** Whether nothing was seen since a mark. */
export function isFresh({ marked, marks, taken, seen }: Observer, mark: number): boolean {
  return (marked & (1 << mark)) !== 0 && taken[mark] === null && marks[mark] === seen;
}

/** Marks with `change` made to each. */
export function mapMarks(marks: Marks, change: (view: number, mark: number) => number): Marks {
  const [section, atomic, lock, before] = marks;
  return [change(section, 0), change(atomic, 1), change(lock, 2), change(before, 3)];
}

function normal(views: Views, observer: Observer): Observer {
  const { floor, carried, pointers } = observer;
  const left: number[] = [];
  for (let i = 0; i < pointers.length; i += 2) {
    const view = views.beyond(pointers[i + 1] as number, floor);
    if (view !== EMPTY_VIEW) left.push(pointers[i] as number, view);
  }
  return {
    ...observer,
    read: views.beyond(observer.read, floor),
    unlockSeen: views.beyond(observer.unlockSeen, floor),
    unlockStored: views.beyond(observer.unlockStored, carried),
    pointers: left,
    returns: normalReturns(views, observer.returns, floor),
  };
}

function keyOf(one: Observer): string {
  const views = `${one.floor},${one.seen},${one.read},${one.strong},${one.stored},${one.carried}`;
  const locks = `${one.unlockSeen},${one.unlockStored},${one.left},${one.section}`;
  const bits =
    (one.fenced ? 1 : 0) |
    (one.owesFence ? 2 : 0) |
    (one.hasUnlocked ? 4 : 0) |
    (one.isAfterUnlock ? 8 : 0);
  const rest = `${one.grace},${one.collected},${one.lastUnlock},${one.beforeUnlock}`;
  const marks = `${one.marks.join()},${one.taken.join()},${one.marked}`;
  return `${views},${locks},${rest},${marks},${bits},${one.pointers.join()};${one.returns.join()}`;
}
