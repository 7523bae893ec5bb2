/**
 * Drops old messages that a reader can do without (model `weak`).
 *
 * A loop that counts up and down makes messages without end while somebody may still read any of
 * them: 1, 2, 1, 2, 1, ... Whoever reads the word at most once more can only tell which numbers
 * there are, not how often; whoever reads it twice, which number can follow which. So a message is
 * dropped if every sequence of as many reads that takes it can be had from the messages behind it
 * (the subsequences of a word up to some length: I. Simon, "Piecewise testable events", 1975).
 *
 * That holds where
 * - one thread alone may read the word before it has updated it, and has not seen the newest
 *   message: where others stand in the coherence order, and what they are told of that, makes no
 *   difference;
 * - the message stands between read-modify-writes, so that no store has its place beside it;
 * - no message of the word is plain, so that none of them is in a data race.
 *
 * An outcome is numbered by how many messages are newer, so a trace could not be told from another
 * search than this: only the main search drops, and only with reduction. Without reduction nothing
 * is dropped, which is how the random tests check it. `pins-without-end (writeBack=a copy)` has no
 * end without it.
 */

import type { Message } from './coherence.ts';
import type { Views } from './views.ts';
import { oldestToCome } from './weak-ahead.ts';
import type { WeakMemory } from './weak-memory.ts';
import type { Running } from './weak-running.ts';

/** Fewer have nothing to drop: one is the newest, and one stands for those before it. */
const MESSAGES_MIN = 3;

/** Drops what the only reader of a word can do without. */
export function dropRepeats(memory: WeakMemory, word: number, running: readonly Running[]): void {
  let messages = memory.messages(word);
  if (messages.length < MESSAGES_MIN || messages.some(({ plain }) => plain)) return;
  const { views } = memory.tables;
  const reads = readsOfOnly(memory, word, running);
  if (reads === Infinity) return;
  const letters = lettersOf(views, word, messages);
  for (let at = messages.length - 3; at >= 0; at--) {
    if (!isInside(messages, at) || !isRepeated(letters, at, reads)) continue;
    memory.drop(word, at);
    letters.splice(at, 1);
    messages = memory.messages(word);
  }
}

/**
 * How often the only thread that may read old messages of a word may do so; Infinity if there are
 * several.
 */
function readsOfOnly(memory: WeakMemory, word: number, running: readonly Running[]): number {
  const { liveness } = memory.tables;
  const newest = memory.messages(word).length - 1;
  let reads = Infinity;
  for (const one of running) {
    const { node } = one;
    if (!liveness.reads(node, word) && !liveness.failsOnZero(node, word)) continue;
    if (oldestToCome(memory, one, word) >= newest) continue;
    if (reads < Infinity) return Infinity;
    reads = liveness.readsAtMost(node, word);
    if (reads === Infinity) return Infinity;
  }
  return reads;
}

/** Whether no store has its place before or behind a message. */
function isInside(messages: readonly Message[], at: number): boolean {
  return messages[at + 1]?.attached === true && (at === 0 || messages[at]?.attached === true);
}

/** A number for each message but the newest; equal where whoever reads them cannot tell them. */
function lettersOf(views: Views, word: number, messages: readonly Message[]): number[] {
  const others = (view: number): number => views.about(view, (other) => other !== word);
  const known = new Map<string, number>();
  return messages.slice(0, -1).map((message) => {
    const { value, view, strong, handed, depends, writer, unlocks } = message;
    const carried = [view, strong, handed, depends].map(others);
    const key = [value, ...carried, writer, unlocks ? 1 : 0].join();
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
