/**
 * Drops old messages that their readers can do without (model `weak`).
 *
 * - Of two messages next to each other that mean the same to everybody who may read them
 *   (weak-meaning.ts) and carry the same, one is enough: nobody can tell which of them was read,
 *   and whoever has seen one may as well have seen the other.
 * - A loop that counts up and down makes messages without end while somebody may still read any of
 *   them: 1, 2, 1, 2, 1, ... Whoever reads the word at most once more can only tell which numbers
 *   there are, not how often; whoever reads it twice, which number can follow which. So a message
 *   is dropped if every sequence of as many reads that takes it can be had from the messages behind
 *   it (the subsequences of a word up to some length: I. Simon, "Piecewise testable events", 1975).
 *   That holds where one thread alone may read the word before it has updated it, and has not seen
 *   the newest message: where others stand in the coherence order, and what they are told of that,
 *   makes no difference.
 *
 * Both hold where
 * - the message stands between read-modify-writes, so that no store has its place beside it;
 * - no message of the word is plain, so that none of them is in a data race.
 *
 * An outcome is numbered by how many messages are newer, so a trace could not be told from another
 * search than this: only the main search drops, and only with reduction. Without reduction nothing
 * is dropped, which is how the random tests check it. `pins-without-end (writeBack=a copy)` has no
 * end without the second rule; for the first see docs/weak.md.
 */

import type { Message } from './coherence.ts';
import type { Stepper } from '../stepper.ts';
import { oldestToCome } from './weak-ahead.ts';
import { meaningOf } from './weak-meaning.ts';
import type { WeakMemory } from './weak-memory.ts';
import type { Running } from './weak-running.ts';

/** Fewer have nothing to drop: one is the newest, and one stands for those before it. */
export const MESSAGES_MIN = 3;

/** Drops what the readers of a word can do without. @param readers see `readersOf` */
export function dropRepeats(
  stepper: Stepper,
  memory: WeakMemory,
  word: number,
  readers: readonly Running[],
): void {
  const messages = memory.messages(word);
  if (messages.length < MESSAGES_MIN || messages.some(({ plain }) => plain)) return;
  const letters = lettersOf(stepper, memory, word, readers);
  drop(memory, word, letters, (at) => letters[at] === letters[at + 1]);
  const [only] = readers;
  if (only === undefined || readers.length > 1) return;
  const reads = memory.tables.liveness.readsAtMost(only.node, word, true);
  if (reads < Infinity) drop(memory, word, letters, (at) => isRepeated(letters, at, reads));
}

/**
 * The threads that may read old messages of a word. Asked before any are forgotten: what a thread
 * needs is counted from the oldest that was there.
 */
export function readersOf(
  memory: WeakMemory,
  word: number,
  running: readonly Running[],
): readonly Running[] {
  const { liveness } = memory.tables;
  const newest = memory.messages(word).length - 1;
  return running.filter((one) => {
    const { node } = one;
    if (!liveness.reads(node, word) && !liveness.failsOnZero(node, word)) return false;
    return oldestToCome(memory, one, word) < newest;
  });
}

/** Drops messages, the newest of them first, and their letters. */
function drop(
  memory: WeakMemory,
  word: number,
  letters: number[],
  isNeedless: (at: number) => boolean,
): void {
  for (let at = letters.length - 2; at >= 0; at--) {
    if (!isInside(memory.messages(word), at) || !isNeedless(at)) continue;
    memory.drop(word, at);
    letters.splice(at, 1);
  }
}

/** Whether no store has its place before or behind a message. */
function isInside(messages: readonly Message[], at: number): boolean {
  return messages[at + 1]?.attached === true && (at === 0 || messages[at]?.attached === true);
}

/** A number for each message but the newest; equal where whoever reads them cannot tell them. */
function lettersOf(
  stepper: Stepper,
  memory: WeakMemory,
  word: number,
  readers: readonly Running[],
): number[] {
  const { views } = memory.tables;
  const others = (view: number): number => views.about(view, (other) => other !== word);
  const known = new Map<string, number>();
  const messages = memory.messages(word).slice(0, -1);
  return messages.map(({ value, view, strong, handed, depends, writer, unlocks }) => {
    const carried = [view, strong, handed, depends].map(others);
    const meaning = meaningOf(stepper, memory, readers, word, value);
    const key = [meaning, ...carried, writer, unlocks ? 1 : 0].join();
    const letter = known.get(key) ?? known.size;
    known.set(key, letter);
    return letter;
  });
}

/**
 * Whether every sequence of at most `reads` letters that begins with the one at `at` is a
 * subsequence of what follows it.
 */
export function isRepeated(letters: readonly number[], at: number, reads: number): boolean {
  const again = letters.indexOf(letters[at] ?? -1, at + 1);
  return again >= 0 && holdsAll(letters, at + 1, again + 1, reads - 1);
}

/** Whether the letters from `to` on have all subsequences, up to a length, of those from `from`. */
function holdsAll(letters: readonly number[], from: number, to: number, length: number): boolean {
  if (length === 0 || from === to) return true;
  return [...new Set(letters.slice(from))].every((letter) => {
    const [first, again] = [letters.indexOf(letter, from), letters.indexOf(letter, to)];
    return again >= 0 && holdsAll(letters, first + 1, again + 1, length - 1);
  });
}
