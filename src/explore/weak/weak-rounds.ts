/**
 * Drops a round of several words' old messages, where there are more equal ones than anybody can
 * tell (model `weak`).
 *
 * A loop that counts one word up and down and sets a flag of another makes messages that refer to
 * each other: each flag's message has seen so much of the counter. No two of them carry the same,
 * but they are the same round again and again. Where one thread alone may read old messages of
 * these words, and at most R in all, it leaves one of R + 1 rounds untouched; that one may as well
 * not be there, and all are alike. The first and the last of the equal rounds are kept for what
 * others have seen of them.
 *
 * It holds where
 * - every message stands between read-modify-writes, and none is plain (as in weak-repeats.ts);
 * - a round refers to itself and the round before it only;
 * - nothing else in the state refers to the rounds between the first and the last.
 *
 * As with weak-repeats.ts, only the main search drops. `longterm-pin-vs-offline (pages=moved before
 * the pin)` has no end without it.
 */

import type { Message } from './coherence.ts';
import { mapViews } from './observers.ts';
import type { Stepper } from '../stepper.ts';
import { COUNTS } from './views.ts';
import { meaningOf } from './weak-meaning.ts';
import type { WeakMemory } from './weak-memory.ts';
import type { Running } from './weak-running.ts';

/** Words whose old messages one thread alone may read. */
export interface Region {
  readonly stepper: Stepper;
  readonly memory: WeakMemory;
  readonly reader: Running;
  readonly words: readonly number[];
}

/** For each round, the last position of each word before it. */
type Rounds = readonly (readonly number[])[];

/** Drops rounds until there are no more than the reader can tell. */
export function dropRounds(region: Region): void {
  const { memory, words } = region;
  if (words.length < 2 || !words.every((word) => isChained(memory.messages(word)))) return;
  const count = readsOf(region) + KEPT;
  for (let period = 1; period <= PERIODS_MAX; period++) {
    while (words.every((word) => memory.messages(word).length > count * period)) {
      const rounds = roundsOf(region, period);
      const first = equalRounds(region, rounds, count);
      if (first < 0 || isSeen(region, rounds, first, first + count - 1)) break;
      cutRound(region, rounds, first + 1);
    }
  }
}

/** One that nobody reads, and the first and the last. */
const KEPT = 3;
/** How many messages of the word that has the fewest make a round. */
const PERIODS_MAX = 4;

/** How often the reader may read old messages of these words, all together. */
function readsOf({ memory, reader, words }: Region): number {
  const { liveness } = memory.tables;
  return words.reduce((sum, word) => {
    const old = memory.messages(word).slice(0, -1);
    const zeros = old.some(({ value }) => value === 0);
    return sum + liveness.readsAtMost(reader.node, word, zeros);
  }, 0);
}

/** Whether every message stands right behind the one before, and none is plain. */
function isChained(messages: readonly Message[]): boolean {
  return messages.every(({ plain, attached }, at) => !plain && (at === 0 || attached));
}

/**
 * The messages of the word that has the fewest tell the rounds apart: what the first of a round has
 * seen came before it.
 */
function roundsOf({ memory, words }: Region, period: number): Rounds {
  const { views } = memory.tables;
  const length = (word: number): number => memory.messages(word).length;
  const counting = words.reduce((least, word) => (length(word) < length(least) ? word : least));
  const rounds: number[][] = [];
  for (const [at, { view, strong }] of memory.messages(counting).entries()) {
    if (at % period !== 0) continue;
    const seen = views.join(view, strong);
    rounds.push(words.map((word) => (word === counting ? at - 1 : views.at(seen, word))));
  }
  return rounds;
}

/** The first of so many equal rounds, the oldest and the newest of all apart; -1: none. */
function equalRounds(region: Region, rounds: Rounds, count: number): number {
  let first = 1;
  let text: string | null = null;
  for (let round = 1; round + 1 < rounds.length; round++) {
    const now = textOf(region, rounds, round);
    if (now === null || now !== text) first = round;
    text = now;
    if (now !== null && round - first + 1 >= count) return first;
  }
  return -1;
}

/** What a round looks like, counted from where it begins; null: it refers to earlier ones. */
function textOf(region: Region, rounds: Rounds, round: number): string | null {
  const { memory, words } = region;
  const [before, from, to] = rounds.slice(round - 1, round + 2);
  if (before === undefined || from === undefined || to === undefined) return null;
  const parts: string[] = [];
  for (const [i, word] of words.entries()) {
    const messages = memory.messages(word).slice((from[i] as number) + 1, (to[i] as number) + 1);
    if (messages.length === 0 || messages.length >= COUNTS) return null;
    for (const message of messages) {
      const part = messageText(region, word, message, before, from);
      if (part === null) return null;
      parts.push(part);
    }
    parts.push('/');
  }
  return parts.join(' ');
}

function messageText(
  region: Region,
  word: number,
  message: Message,
  before: readonly number[],
  from: readonly number[],
): string | null {
  const { stepper, memory, reader, words } = region;
  const { views } = memory.tables;
  const { value, view, strong, handed, depends, writer, unlocks } = message;
  const parts: (string | number)[] = [meaningOf(stepper, memory, [reader], word, value)];
  for (const one of [view, strong, handed, depends]) {
    parts.push(views.about(one, (other) => !words.includes(other)));
    for (const [i, other] of words.entries()) {
      const position = views.at(one, other);
      if (position > 0 && position < (before[i] as number)) return null;
      parts.push(position === 0 ? 'none' : position - (from[i] as number));
    }
  }
  return [...parts, writer, unlocks ? 1 : 0].join();
}

/** Whether anything else refers to what is between the first and the last of equal rounds. */
function isSeen(region: Region, rounds: Rounds, first: number, last: number): boolean {
  const { memory, words } = region;
  const { views, observers } = memory.tables;
  const [from, to] = [rounds[first + 1] ?? [], rounds[last] ?? []];
  let seen = false;
  const look = (view: number): number => {
    seen ||= words.some((word, i) => {
      const position = views.at(view, word);
      return position > (from[i] as number) && position <= (to[i] as number);
    });
    return view;
  };
  look(memory.global);
  for (const number of memory.observers) mapViews(observers.observer(number), look);
  const [begin, end] = [rounds[first] ?? [], rounds[last + 1] ?? []];
  for (let word = 1; word < memory.lists.length; word++) {
    const i = words.indexOf(word);
    for (const [at, message] of memory.messages(word).entries()) {
      if (i >= 0 && at > (begin[i] as number) && at <= (end[i] as number)) continue;
      [message.view, message.strong, message.handed, message.depends].forEach(look);
    }
  }
  return seen;
}

function cutRound({ memory, words }: Region, rounds: Rounds, round: number): void {
  const [from, to] = [rounds[round] ?? [], rounds[round + 1] ?? []];
  for (const [i, word] of words.entries()) {
    memory.cut(word, from[i] as number, (to[i] as number) - (from[i] as number));
  }
}
