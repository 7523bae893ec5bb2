/**
 * What a thread will have seen behind its guards (model `weak`; guards.ts says which those are).
 *
 * It takes a guard from a message that is there, whose value passes one of the tests, or from one
 * that others have still to store. What all of these carry, it will have seen.
 */

import type { Message } from './coherence.ts';
import type { Guard } from './guards.ts';
import { Column } from '../automaton/node.ts';
import type { Stepper } from '../stepper.ts';
import type { WeakMemory } from './weak-memory.ts';
import { promisedTo } from './weak-promises.ts';
import type { Running } from './weak-running.ts';
import { holds } from './weak-values.ts';
import { learnedFrom } from './weak-views.ts';

/** One thread, and the others whose stores it may meet. */
export interface Asking {
  readonly stepper: Stepper;
  readonly memory: WeakMemory;
  readonly running: readonly Running[];
  readonly one: Running;
}

/** What a guard brings at least; null: nobody can pass it any more. */
export function broughtBy(asking: Asking, guard: Guard): number | null {
  const { memory, running, one } = asking;
  const { views } = memory.tables;
  const { word } = guard;
  let least = promisedTo(memory, running, one, word);
  const end = memory.messages(word).length;
  for (let at = views.at(memory.observer(one.cpu).floor, word); at < end; at++) {
    if (!isTaken(asking, guard, at)) continue;
    const learned = learnedAt(asking, word, at);
    least = least === null ? learned : views.meet(least, learned);
  }
  return least;
}

/** What a thread will have seen that acquires from a message that is there. */
export function learnedAt({ memory, one }: Asking, word: number, position: number): number {
  const { views } = memory.tables;
  const message = memory.messages(word)[position] as Message;
  const own = message.writer === one.cpu;
  return views.raise(learnedFrom(views, message, own), word, position);
}

/** Whether a thread may take a guard from a message. */
function isTaken(asking: Asking, { word, updates, takers }: Guard, at: number): boolean {
  const { stepper, memory, one } = asking;
  if (updates && memory.messages(word)[at + 1]?.attached === true) return false;
  const value = valueAfter(asking, word, at);
  return takers.some((node) => {
    const flags = stepper.column(node, Column.FLAGS);
    return holds({ stepper, node, thread: one.thread, flags }, value);
  });
}

/** The value of a message: the newest one's is the word in memory. */
export function valueAfter({ stepper, memory }: Asking, word: number, at: number): number {
  const messages = memory.messages(word);
  return at === messages.length - 1 ? stepper.wordAfter(word) : (messages[at]?.value ?? 0);
}
