/**
 * One state of model `weak` being changed: who has seen what, and the messages of each word.
 *
 * The words of the state are numbers of interned things (views.ts, coherence.ts, observers.ts). A
 * step copies them here, changes them, and writes back what differs.
 */

import type { Bases } from './bases.ts';
import { createCoherence, SETTLED } from './coherence.ts';
import type { Coherence, Message } from './coherence.ts';
import type { Layout } from '../layout.ts';
import type { Liveness } from './liveness.ts';
import { Memo } from '../memo.ts';
import { createObservers, mapViews } from './observers.ts';
import type { Observer, Observers } from './observers.ts';
import { COUNTS, createViews, EMPTY_VIEW } from './views.ts';
import type { Views } from './views.ts';

/** The interned things of one search. */
export interface WeakTables {
  readonly views: Views;
  readonly coherence: Coherence;
  readonly observers: Observers;
  /** The numbers of things whose views were changed, by what changed them. */
  readonly changedObservers: Memo;
  readonly changedLists: Memo;
  readonly liveness: Liveness;
  /** Observers without what nobody needs, by what is needed; cleared when more becomes known. */
  readonly trimmed: Memo;
  trimmedVersion: number;
  /** What the last search has met, without views and messages; null before the first. */
  bases: Bases | null;
}

/** Makes the tables of one search. */
export function createWeakTables(liveness: Liveness): WeakTables {
  const views = createViews();
  return {
    views,
    coherence: createCoherence(),
    observers: createObservers(views),
    changedObservers: new Memo(),
    changedLists: new Memo(),
    liveness,
    trimmed: new Memo(),
    trimmedVersion: 0,
    bases: null,
  };
}

/** About how much memory they take. */
export function bytesOfWeak(tables: WeakTables): number {
  const { views, coherence, observers, changedObservers, changedLists, trimmed, bases } = tables;
  const interned = views.bytes() + coherence.bytes() + observers.bytes();
  const remembered = changedObservers.bytes() + changedLists.bytes() + trimmed.bytes();
  return interned + remembered + (bases?.bytes() ?? 0);
}

/** A state being changed. A class because it is filled again for every step. */
export class WeakMemory {
  readonly layout: Layout;
  readonly tables: WeakTables;
  /** The observer of each CPU and device, by the index of its thread. */
  readonly observers: Int32Array;
  /** The coherence order of each word, by address. */
  readonly lists: Int32Array;
  global = 0;

  constructor(layout: Layout, tables: WeakTables) {
    this.layout = layout;
    this.tables = tables;
    this.observers = new Int32Array(layout.threads);
    this.lists = new Int32Array(layout.memoryWords + 1);
  }

  /** Copies the words of a state. */
  load(records: Int32Array, base: number): void {
    const { observersAt, globalAt, listsAt } = this.layout;
    const { observers, lists } = this;
    for (let i = 0; i < observers.length; i++) observers[i] = records[base + observersAt + i] ?? 0;
    for (let i = 1; i < lists.length; i++) lists[i] = records[base + listsAt + i] ?? 0;
    this.global = records[base + globalAt] ?? 0;
  }

  observer(cpu: number): Observer {
    return this.tables.observers.observer(this.observers[cpu] ?? 0);
  }

  setObserver(cpu: number, observer: Observer): void {
    this.observers[cpu] = this.tables.observers.intern(observer);
  }

  messages(word: number): readonly Message[] {
    return this.tables.coherence.messages(this.lists[word] ?? SETTLED);
  }

  /**
   * Puts a message in after position `after` of a word.
   *
   * @param old the value of the word before, which the list does not hold
   */
  insert(word: number, after: number, message: Message, old: number): void {
    const messages = this.messages(word);
    const newest = messages.length - 1;
    const withOld = messages.map((one, i) => (i === newest ? { ...one, value: old } : one));
    withOld.splice(after + 1, 0, message);
    if (after < newest) this.moveUp(word, after + 1);
    this.lists[word] = this.tables.coherence.intern(
      after < newest ? withOld.map((one, i) => this.movedUp(one, word, after + 1, i)) : withOld,
    );
  }

  /** The messages of the word itself carry views, too; the new one's are made for its place. */
  private movedUp(message: Message, word: number, position: number, index: number): Message {
    if (index === position) return message;
    return mapMessage(message, (view) => this.tables.views.inserted(view, word, position));
  }

  private moveUp(word: number, position: number): void {
    const { views } = this.tables;
    this.changeViews(
      INSERTED,
      word,
      position,
      (view) => views.inserted(view, word, position),
      word,
    );
  }

  /** Forgets every message of a word but the newest, and what anybody has seen of it. */
  settle(word: number): void {
    const { views } = this.tables;
    this.lists[word] = SETTLED;
    this.changeViews(PRUNED, word, ALL, (view) => views.pruned(view, word, ALL), word);
  }

  /** Forgets the first messages of a word. */
  prune(word: number, count: number): void {
    const { views, coherence } = this.tables;
    this.lists[word] = coherence.intern(this.messages(word).slice(count));
    this.changeViews(PRUNED, word, count, (view) => views.pruned(view, word, count), 0);
  }

  /** Forgets one message of a word, not the newest. */
  drop(word: number, position: number): void {
    const { views, coherence } = this.tables;
    this.lists[word] = coherence.intern(this.messages(word).toSpliced(position, 1));
    this.changeViews(DROPPED, word, position, (view) => views.dropped(view, word, position), 0);
  }

  /** Forgets fewer than COUNTS messages behind a position; what was seen of later ones moves. */
  cut(word: number, position: number, count: number): void {
    const { views, coherence } = this.tables;
    this.lists[word] = coherence.intern(this.messages(word).toSpliced(position + 1, count));
    const change = (view: number): number => views.cut(view, word, position, count);
    this.changeViews(CUT, word, COUNTS * position + count, change, 0);
  }

  /** Changes every view of the state; `except`: a word whose messages are left alone. */
  private changeViews(
    kind: number,
    word: number,
    argument: number,
    change: (view: number) => number,
    except: number,
  ): void {
    const { observers, lists } = this;
    const key = ((word * KINDS + kind) * ARGUMENTS + argument) * THINGS;
    this.global = change(this.global);
    for (let cpu = 0; cpu < observers.length; cpu++) {
      const number = observers[cpu] ?? 0;
      if (number !== 0) observers[cpu] = this.changedObserver(key + number, number, change);
    }
    for (let other = 1; other < lists.length; other++) {
      const list = lists[other] ?? SETTLED;
      if (list !== SETTLED && other !== except) {
        lists[other] = this.changedList(key + list, list, change);
      }
    }
  }

  private changedObserver(key: number, number: number, change: (view: number) => number): number {
    const { changedObservers, observers } = this.tables;
    let after = changedObservers.get(key);
    if (after === undefined) {
      after = observers.intern(mapViews(observers.observer(number), change));
      changedObservers.set(key, after);
    }
    return after;
  }

  private changedList(key: number, list: number, change: (view: number) => number): number {
    const { changedLists, coherence } = this.tables;
    let after = changedLists.get(key);
    if (after === undefined) {
      after = coherence.intern(coherence.messages(list).map((one) => mapMessage(one, change)));
      changedLists.set(key, after);
    }
    return after;
  }
}

/** Bounds that keep the keys of remembered results apart; all stay below 2**53. */
const INSERTED = 0;
const PRUNED = 1;
const DROPPED = 2;
const CUT = 3;
const KINDS = 4;
const ARGUMENTS = 2 ** 10;
const THINGS = 2 ** 26;
/** More messages than a word can have. */
const ALL = ARGUMENTS - 1;

function mapMessage(message: Message, change: (view: number) => number): Message {
  const { view, strong, handed, depends } = message;
  if ((view | strong | handed | depends) === EMPTY_VIEW) return message;
  return {
    ...message,
    view: change(view),
    strong: change(strong),
    handed: change(handed),
    depends: change(depends),
  };
}
