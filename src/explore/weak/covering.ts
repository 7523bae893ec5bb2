/**
 * When one state of model `weak` covers another: it can do everything that the other can.
 *
 * To have seen less allows more: an older message may still be read, a store may still go further
 * back, and what is told to others binds them less. So of two states that differ only in what has
 * been seen, the one in which everybody has seen less covers the other (a simulation; Abdulla,
 * "Well (and better) quasi-ordered transition systems", Bull. Symb. Logic 2010). It may also have
 * older messages that the other has forgotten because nobody can read them any more; positions are
 * compared as if they were forgotten here, too.
 *
 * Only a data race that shows in the covering state and not in the other breaks this, and that is a
 * finding.
 */

import { SETTLED } from './coherence.ts';
import type { Message } from './coherence.ts';
import type { Layout } from '../layout.ts';
import { Memo } from '../memo.ts';
import type { Observer, Taken } from './observers.ts';
import { accessesOf } from './returns.ts';
import type { Access } from './returns.ts';
import { EMPTY_VIEW } from './views.ts';
import type { WeakTables } from './weak-memory.ts';

/**
 * The part of a state that is compared, in an array at some place: the number of pairs, observers,
 * global view, then pairs of a word and its coherence order, where it is not SETTLED.
 */
export const Part = { PAIRS: 0, OBSERVERS: 1 } as const;

/** Compares states that are equal in everything but views and old messages. */
export class Covering {
  private readonly tables: WeakTables;
  private readonly threads: number;
  /** For each word, how many messages more the covering state has. */
  private readonly shift: Int32Array;
  private isShifted = false;
  /** Pairs of coherence orders that differ: of the covering state, and of the other. */
  private readonly differing: Int32Array;
  private differences = 0;
  /** Pairs of observers that were compared without shifts. */
  private readonly known: Memo = new Memo();

  constructor(layout: Layout, tables: WeakTables) {
    this.tables = tables;
    this.threads = layout.threads;
    this.shift = new Int32Array(layout.memoryWords + 1);
    this.differing = new Int32Array(2 * layout.memoryWords);
  }

  bytes(): number {
    return this.known.bytes();
  }

  /** Whether the part at `a` of one array covers the part at `b` of another. */
  covers(one: Int32Array, a: number, other: Int32Array, b: number): boolean {
    const fits = this.lineUp(one, a, other, b) && this.observersCover(one, a, other, b);
    const result = fits && this.messagesCover();
    if (this.isShifted) this.clearShifts(one, a);
    return result;
  }

  /** Lines up the messages of each word from the newest back. @returns false: some are missing */
  private lineUp(one: Int32Array, a: number, other: Int32Array, b: number): boolean {
    this.differences = 0;
    let i = this.pairsAt(a);
    let j = this.pairsAt(b);
    const endA = i + 2 * (one[a] as number);
    const endB = j + 2 * (other[b] as number);
    while (i < endA || j < endB) {
      const wordA = i < endA ? (one[i] as number) : LAST;
      const wordB = j < endB ? (other[j] as number) : LAST;
      const listA = wordA <= wordB ? (one[i + 1] as number) : SETTLED;
      const listB = wordB <= wordA ? (other[j + 1] as number) : SETTLED;
      if (listA !== listB && !this.setShift(wordA, listA, listB)) return false;
      if (wordA <= wordB) i += 2;
      if (wordB <= wordA) j += 2;
    }
    return true;
  }

  private setShift(word: number, listA: number, listB: number): boolean {
    const { coherence } = this.tables;
    const more = coherence.messages(listA).length - coherence.messages(listB).length;
    if (more < 0) return false;
    this.differing[this.differences++] = listA;
    this.differing[this.differences++] = listB;
    if (more === 0) return true;
    this.shift[word] = more;
    this.isShifted = true;
    return true;
  }

  private clearShifts(one: Int32Array, a: number): void {
    const end = this.pairsAt(a) + 2 * (one[a] as number);
    for (let at = this.pairsAt(a); at < end; at += 2) this.shift[one[at] as number] = 0;
    this.isShifted = false;
  }

  private pairsAt(at: number): number {
    return at + Part.OBSERVERS + this.threads + 1;
  }

  private observersCover(one: Int32Array, a: number, other: Int32Array, b: number): boolean {
    const globalAt = Part.OBSERVERS + this.threads;
    if (!this.within(one[a + globalAt] as number, other[b + globalAt] as number)) return false;
    for (let cpu = 0; cpu < this.threads; cpu++) {
      const numberA = one[a + Part.OBSERVERS + cpu] as number;
      const numberB = other[b + Part.OBSERVERS + cpu] as number;
      if (numberA === numberB && !this.isElsewhere(numberA)) continue;
      if (!this.observerCovers(numberA, numberB)) return false;
    }
    return true;
  }

  /** Whether an observer's accesses stand elsewhere in the other state's messages. */
  private isElsewhere(number: number): boolean {
    return this.isShifted && this.tables.observers.observer(number).returns.length > 0;
  }

  private observerCovers(numberA: number, numberB: number): boolean {
    const { observers } = this.tables;
    if (this.isShifted) {
      return this.hasSeenLess(observers.observer(numberA), observers.observer(numberB));
    }
    const key = numberA * NUMBERS + numberB;
    const known = this.known.get(key);
    if (known !== undefined) return known === 1;
    const result = this.hasSeenLess(observers.observer(numberA), observers.observer(numberB));
    this.known.set(key, result ? 1 : 0);
    return result;
  }

  /** Some views hold only what goes beyond another one (observers.ts): compared with both. */
  private hasSeenLess(one: Observer, other: Observer): boolean {
    return (
      one.fenced === other.fenced &&
      one.owesFence === other.owesFence &&
      one.hasUnlocked === other.hasUnlocked &&
      one.isAfterUnlock === other.isAfterUnlock &&
      (one.marked & ~other.marked) === 0 &&
      this.within(one.floor, other.floor) &&
      this.within(one.seen, other.seen) &&
      this.within(one.strong, other.strong) &&
      this.within(one.stored, other.stored) &&
      this.within(one.carried, other.carried) &&
      this.within(one.read, other.read, other.floor) &&
      this.within(one.unlockSeen, other.unlockSeen, other.floor) &&
      this.within(one.unlockStored, other.unlockStored, other.carried) &&
      this.within(one.lastUnlock, other.lastUnlock) &&
      this.within(one.beforeUnlock, other.beforeUnlock) &&
      one.marks.every((view, i) => this.within(view, other.marks[i] ?? EMPTY_VIEW)) &&
      this.takenCovers(one.taken, other.taken) &&
      this.within(one.left, other.left) &&
      this.within(one.section, other.section) &&
      this.within(one.grace, other.grace) &&
      this.within(one.collected, other.collected) &&
      this.pointersCover(one, other) &&
      this.returnsCover(one, other)
    );
  }

  private takenCovers(one: Taken, other: Taken): boolean {
    return one.every((view, i) => {
      const known = other[i] ?? null;
      return view === null || known === null ? view === known : this.within(view, known);
    });
  }

  private pointersCover({ pointers }: Observer, other: Observer): boolean {
    for (let i = 0; i < pointers.length; i += 2) {
      const at = other.pointers.findIndex((key, j) => j % 2 === 0 && key === pointers[i]);
      const known = at < 0 ? EMPTY_VIEW : (other.pointers[at + 1] as number);
      if (!this.within(pointers[i + 1] as number, known, other.floor)) return false;
    }
    return true;
  }

  /** What comes back from an access here must come back there, too, and not later. */
  private returnsCover(one: Observer, other: Observer): boolean {
    if (one.returns.length === 0) return true;
    const { views } = this.tables;
    const known = accessesOf(views, other.returns);
    return accessesOf(views, one.returns).every((access) => {
      if (this.within(access.after, other.floor)) return true;
      return known.some(
        (also) =>
          this.isAsEarly(also, access) && this.within(access.after, also.after, other.floor),
      );
    });
  }

  private isAsEarly(one: Access, other: Access): boolean {
    if (one.word !== other.word || one.isStore !== other.isStore) return false;
    const shift = this.shift[other.word] as number;
    const position = other.position - shift;
    if (!one.isStore) return position >= one.position;
    // At 0 nobody can tell whether the stored message itself was passed on.
    return position === one.position && (position > 0 || shift === 0);
  }

  private messagesCover(): boolean {
    for (let i = 0; i < this.differences; i += 2) {
      if (!this.listCovers(this.differing[i] as number, this.differing[i + 1] as number)) {
        return false;
      }
    }
    return true;
  }

  private listCovers(listA: number, listB: number): boolean {
    const { coherence } = this.tables;
    const one = coherence.messages(listA);
    const other = coherence.messages(listB);
    const shift = one.length - other.length;
    for (let i = other.length - 1; i >= 0; i--) {
      if (!this.messageCovers(one[i + shift] as Message, other[i] as Message, i === 0))
        return false;
    }
    return true;
  }

  /** @param oldest whether it is the other's oldest: what came before it makes no difference */
  private messageCovers(one: Message, other: Message, oldest: boolean): boolean {
    if (one.value !== other.value || one.unlocks !== other.unlocks) return false;
    if (!oldest && (one.attached !== other.attached || one.plain !== other.plain)) return false;
    if (one.writer !== other.writer && one.writer >= 0 && other.writer >= 0) return false;
    return (
      this.within(one.view, other.view) &&
      this.within(one.strong, other.strong) &&
      this.within(one.handed, other.handed) &&
      this.within(one.depends, other.depends)
    );
  }

  private within(a: number, b: number, also: number = EMPTY_VIEW): boolean {
    return a === b || this.tables.views.within(a, b, also, this.shift);
  }
}

/** More than any word. */
const LAST = 2 ** 30;
/** Keeps the numbers of two observers apart in a key; it stays below 2**53. */
const NUMBERS = 2 ** 26;
