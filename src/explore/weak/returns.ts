/**
 * What comes back to a CPU from an access of its own: `prop & int` in linux-kernel.cat (model
 * `weak`).
 *
 * A CPU reads a message or stores one. Another CPU overwrites it, or passes the stored one on, and
 * what this CPU reads later carries that. Then the later read comes after the access, although
 * nothing on this CPU orders the two; and so does all that comes after the later read, by acquire
 * or by a dependency. So such a read has learned what the access came after, too: the message that
 * it read, the pointers it went through; before a store, all that had been seen.
 *
 * An access is remembered as long as it had seen more than the floor. It is forgotten where nothing
 * can come back: with that, more is allowed.
 */

import type { Message } from './coherence.ts';
import { EMPTY_VIEW } from './views.ts';
import type { Views } from './views.ts';

/**
 * Accesses of a CPU, three numbers each: 2 * word, and 1 for a store; the place of its message, as
 * a view of that word; what it came after.
 */
export type Returns = readonly number[];

/** An access. */
export interface Access {
  readonly word: number;
  readonly isStore: boolean;
  /** The message that it read or stored. */
  readonly position: number;
  /** What it came after. */
  readonly after: number;
}

/** The accesses of a list. */
export function accessesOf(views: Views, returns: Returns): Access[] {
  const accesses: Access[] = [];
  for (let i = 0; i < returns.length; i += 3) {
    const [key, place, after] = returns.slice(i, i + 3) as [number, number, number];
    const word = key >> 1;
    accesses.push({ word, isStore: (key & 1) !== 0, position: views.at(place, word), after });
  }
  return accesses;
}

/** A list with one access more. */
export function withAccess(views: Views, returns: Returns, access: Access): Returns {
  const { word, isStore, position, after } = access;
  if (after === EMPTY_VIEW) return returns;
  const place = views.raise(EMPTY_VIEW, word, position);
  return [...returns, 2 * word + (isStore ? 1 : 0), place, after];
}

/** A list with `place` and `after` made of the two views of each access. */
export function mapReturns(
  returns: Returns,
  place: (view: number) => number,
  after: (view: number) => number,
): Returns {
  if (returns.length === 0) return returns;
  return returns.map((item, i) => (i % 3 === 0 ? item : i % 3 === 1 ? place(item) : after(item)));
}

/** What is learned with all that it brings back. @param messages those of a word */
export function withReturns(
  views: Views,
  returns: Returns,
  learned: number,
  messages: (word: number) => readonly Message[],
): number {
  if (returns.length === 0 || learned === EMPTY_VIEW) return learned;
  const accesses = accessesOf(views, returns);
  let all = learned;
  for (;;) {
    const before = all;
    for (const access of accesses) {
      if (comesBack(views, accesses, access, all, messages)) all = views.join(all, access.after);
    }
    if (all === before) return all;
  }
}

/**
 * Whether something learned carries the overwriting of an access's message, or the message itself
 * where the CPU stored it. A message of its own that overwrites it brings nothing back.
 */
function comesBack(
  views: Views,
  accesses: readonly Access[],
  { word, isStore, position }: Access,
  learned: number,
  messages: (word: number) => readonly Message[],
): boolean {
  const at = views.at(learned, word);
  // At 0 stands what everybody has seen, whether it was learned or not.
  if (at === 0 || at < position) return false;
  if (at === position) return isStore;
  const isOwn = accesses.some((one) => isStored(one, word, at));
  return !isOwn && messages(word)[at]?.plain !== true;
}

/** Whether a message is remembered as one that the CPU has stored. */
export function hasStored(views: Views, returns: Returns, word: number, at: number): boolean {
  return accessesOf(views, returns).some((one) => isStored(one, word, at));
}

function isStored(one: Access, word: number, position: number): boolean {
  return one.isStore && one.word === word && one.position === position;
}

/** In one order, without what another access brings as early, and beyond what is known anyway. */
export function normalReturns(views: Views, returns: Returns, known: number): Returns {
  if (returns.length === 0) return returns;
  const beyond = accessesOf(views, returns).map((one) => ({
    ...one,
    after: views.beyond(one.after, known),
  }));
  const left = beyond.filter(
    (one, i) =>
      one.after !== EMPTY_VIEW &&
      !beyond.some((other, j) => i !== j && replaces(views, other, j, one, i)),
  );
  left.sort(
    (a, b) =>
      a.word - b.word || +a.isStore - +b.isStore || a.position - b.position || a.after - b.after,
  );
  return left.reduce((list: Returns, one) => withAccess(views, list, one), []);
}

/** Whether one access of a list brings all that another does, whenever that does. */
function replaces(views: Views, one: Access, i: number, other: Access, j: number): boolean {
  if (one.word !== other.word || one.isStore !== other.isStore) return false;
  if (one.isStore ? one.position !== other.position : one.position > other.position) return false;
  if (views.beyond(other.after, one.after) !== EMPTY_VIEW) return false;
  const isEqual = one.position === other.position && one.after === other.after;
  return !isEqual || i < j;
}
