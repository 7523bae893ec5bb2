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
import type { Layout } from './layout.ts';
import type { Observer } from './observers.ts';
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

  constructor(layout: Layout, tables: WeakTables) {
    this.tables = tables;
    this.threads = layout.threads;
    this.shift = new Int32Array(layout.memoryWords + 1);
  }

  /** Whether the part at `a` of one array covers the part at `b` of another. */
  covers(one: Int32Array, a: number, other: Int32Array, b: number): boolean {
    const fits = this.setShifts(one, a, other, b) && this.observersCover(one, a, other, b);
    const result = fits && this.messagesCover(one, a, other, b);
    this.clearShifts(one, a);
    return result;
  }

  /** Lines up the messages of each word from the newest back. */
  private setShifts(one: Int32Array, a: number, other: Int32Array, b: number): boolean {
    return this.walk(one, a, other, b, (word, listA, listB) => {
      if (listA === listB) return true;
      const more = this.messages(listA).length - this.messages(listB).length;
      this.shift[word] = Math.max(0, more);
      return more >= 0;
    });
  }

  private clearShifts(one: Int32Array, a: number): void {
    const end = this.pairsAt(a) + 2 * (one[a] as number);
    for (let at = this.pairsAt(a); at < end; at += 2) this.shift[one[at] as number] = 0;
  }

  /** Calls `visit` for each word that has an order of its own in one of both, until it says no. */
  private walk(
    one: Int32Array,
    a: number,
    other: Int32Array,
    b: number,
    visit: (word: number, listA: number, listB: number) => boolean,
  ): boolean {
    let i = this.pairsAt(a);
    let j = this.pairsAt(b);
    const endA = i + 2 * (one[a] as number);
    const endB = j + 2 * (other[b] as number);
    while (i < endA || j < endB) {
      const wordA = i < endA ? (one[i] as number) : Infinity;
      const wordB = j < endB ? (other[j] as number) : Infinity;
      const listA = wordA <= wordB ? (one[i + 1] as number) : SETTLED;
      const listB = wordB <= wordA ? (other[j + 1] as number) : SETTLED;
      if (!visit(Math.min(wordA, wordB), listA, listB)) return false;
      if (wordA <= wordB) i += 2;
      if (wordB <= wordA) j += 2;
    }
    return true;
  }

  private pairsAt(at: number): number {
    return at + Part.OBSERVERS + this.threads + 1;
  }

  private messages(list: number): readonly Message[] {
    return this.tables.coherence.messages(list);
  }

  private observersCover(one: Int32Array, a: number, other: Int32Array, b: number): boolean {
    const { observers } = this.tables;
    const globalAt = Part.OBSERVERS + this.threads;
    if (!this.within(one[a + globalAt] as number, other[b + globalAt] as number)) return false;
    for (let cpu = 0; cpu < this.threads; cpu++) {
      const numberA = one[a + Part.OBSERVERS + cpu] as number;
      const numberB = other[b + Part.OBSERVERS + cpu] as number;
      if (!this.hasSeenLess(observers.observer(numberA), observers.observer(numberB))) return false;
    }
    return true;
  }

  /** Some views hold only what goes beyond another one (observers.ts): compared with it. */
  private hasSeenLess(one: Observer, other: Observer): boolean {
    const { join } = this.tables.views;
    return (
      one.fenced === other.fenced &&
      one.owesFence === other.owesFence &&
      this.within(one.floor, other.floor) &&
      this.within(one.seen, other.seen) &&
      this.within(one.strong, other.strong) &&
      this.within(one.stored, other.stored) &&
      this.within(one.carried, other.carried) &&
      this.within(one.read, join(other.read, other.floor)) &&
      this.within(one.unlockSeen, join(other.unlockSeen, other.floor)) &&
      this.within(one.unlockStored, join(other.unlockStored, other.carried)) &&
      this.within(one.left, other.left) &&
      this.within(one.section, other.section) &&
      this.within(one.grace, other.grace) &&
      this.within(one.collected, other.collected) &&
      this.pointersCover(one, other)
    );
  }

  private pointersCover({ pointers }: Observer, other: Observer): boolean {
    for (let i = 0; i < pointers.length; i += 2) {
      const at = other.pointers.findIndex((key, j) => j % 2 === 0 && key === pointers[i]);
      const view = at < 0 ? 0 : (other.pointers[at + 1] as number);
      const known = this.tables.views.join(view, other.floor);
      if (!this.within(pointers[i + 1] as number, known)) return false;
    }
    return true;
  }

  private messagesCover(one: Int32Array, a: number, other: Int32Array, b: number): boolean {
    return this.walk(one, a, other, b, (word, listA, listB) => {
      const messages = this.messages(listA);
      const shift = this.shift[word] as number;
      return this.messages(listB).every((message, i) => {
        return this.messageCovers(messages[i + shift] as Message, message, i === 0);
      });
    });
  }

  /** @param oldest whether it is the other's oldest: what came before it makes no difference */
  private messageCovers(one: Message, other: Message, oldest: boolean): boolean {
    if (one.value !== other.value) return false;
    if (!oldest && (one.attached !== other.attached || one.plain !== other.plain)) return false;
    if (one.writer !== other.writer && one.writer >= 0 && other.writer >= 0) return false;
    return (
      this.within(one.view, other.view) &&
      this.within(one.strong, other.strong) &&
      this.within(one.handed, other.handed) &&
      this.within(one.depends, other.depends)
    );
  }

  private within(a: number, b: number): boolean {
    return this.tables.views.within(a, b, this.shift);
  }
}
