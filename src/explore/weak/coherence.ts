/**
 * Coherence orders: the live messages of each word, as interned numbers (model `weak`, weak.ts).
 *
 * A store makes a message. The messages of a word stand in coherence order, oldest first; those
 * that nobody can read any more are forgotten. The value of the newest message is the word in
 * memory, so a list holds the values of the older ones only: number 0 is the list of one message
 * that carries nothing, which is what nearly every word has.
 */

import { EMPTY_VIEW } from './views.ts';

/** A message: what was stored, and what whoever reads it learns. */
export interface Message {
  /** What was stored; 0 for the newest, whose value is the word in memory. */
  readonly value: number;
  /** What must have reached a thread when this message has (cumulativity, A and B). */
  readonly view: number;
  /** What the writer knew to have reached everybody (strong fences). */
  readonly strong: number;
  /** An unlock: the stores before it, which those after the next lock follow. */
  readonly handed: number;
  /** What the store depends on, for whoever reads its own store. */
  readonly depends: number;
  /** The thread that stored it; -1 where that makes no difference. */
  readonly writer: number;
  /** Nothing comes between this message and the one before: read-modify-write, or an unlock. */
  readonly attached: boolean;
  readonly plain: boolean;
  /** A spin lock was given back, and somebody may pass smp_mb__after_unlock_lock. */
  readonly unlocks: boolean;
}

/** The list of one message that carries nothing. */
export const SETTLED = 0;

/** A message that carries nothing. */
export const BARE_MESSAGE: Message = {
  value: 0,
  view: EMPTY_VIEW,
  strong: EMPTY_VIEW,
  handed: EMPTY_VIEW,
  depends: EMPTY_VIEW,
  writer: -1,
  attached: false,
  plain: false,
  unlocks: false,
};

/** An array, its place in the list, a string, its place in the map. */
const BYTES_PER_LIST = 120;
const BYTES_PER_MESSAGE = 96;

/** Interned lists of messages of one search. */
export interface Coherence {
  messages(list: number): readonly Message[];
  intern(messages: readonly Message[]): number;
  readonly count: () => number;
  /** About how much memory the lists take. */
  bytes(): number;
}

/** Makes the table of one search. */
export function createCoherence(): Coherence {
  const lists: (readonly Message[])[] = [];
  const numbers = new Map<string, number>();
  let bytes = 0;
  const intern = (messages: readonly Message[]): number => {
    const list = messages.map((message, i) => normal(message, i, messages.length));
    const key = list.map(keyOf).join(';');
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, lists.length);
    bytes += BYTES_PER_LIST + key.length + BYTES_PER_MESSAGE * list.length;
    return lists.push(list) - 1;
  };
  intern([BARE_MESSAGE]);
  return {
    intern,
    messages: (list) => lists[list] ?? [],
    count: () => lists.length,
    bytes: () => bytes,
  };
}

/** Leaves out what can make no difference any more, so that equal futures have equal numbers. */
function normal(message: Message, index: number, length: number): Message {
  const { value, view, strong, handed, depends, writer, attached, plain } = message;
  const carries = (view | strong | handed | depends) !== EMPTY_VIEW;
  return {
    ...message,
    value: index === length - 1 ? 0 : value,
    writer: carries || plain ? writer : -1,
    attached: attached && index > 0,
    plain: plain && index > 0,
  };
}

function keyOf(message: Message): string {
  const { value, view, strong, handed, depends, writer, attached, plain, unlocks } = message;
  const bits = (attached ? 1 : 0) | (plain ? 2 : 0) | (unlocks ? 4 : 0);
  return `${value},${view},${strong},${handed},${depends},${writer},${bits}`;
}
