/**
 * Views: how far somebody has seen each word, as interned numbers (model `weak`, weak.ts).
 *
 * A view gives a position in the coherence order of every word (coherence.ts). Nearly all words
 * have one live message, at position 0, so a view lists only the words where it is further than
 * that. Equal views have one number, and what is done with them is remembered by their numbers:
 * a search meets few different views, very often.
 */

import { Memo } from '../memo.ts';

/** The view that has seen nothing but what everybody has. */
export const EMPTY_VIEW = 0;

/** Interned views of one search. */
export interface Views {
  /** The position of a word in a view. */
  at(view: number, word: number): number;
  /** The least view that contains both. */
  join(a: number, b: number): number;
  /** The greatest view that both contain. */
  meet(a: number, b: number): number;
  /** The view with a word at `position` at least. */
  raise(view: number, word: number, position: number): number;
  /** The part of a view that is further than `than`. */
  beyond(view: number, than: number): number;
  /** The view after a message was put in at `position`: later ones have moved up. */
  inserted(view: number, word: number, position: number): number;
  /** The view after the first `count` messages of a word were forgotten. */
  pruned(view: number, word: number, count: number): number;
  /** The view after the message at `position` was dropped: later ones have moved down. */
  dropped(view: number, word: number, position: number): number;
  /** The view after `count` messages behind `position` were cut out: what was behind moves back. */
  cut(view: number, word: number, position: number, count: number): number;
  /** The part of a view that is about the words that `keeps` names; not remembered. */
  about(view: number, keeps: (word: number) => boolean): number;
  /** Whether `a`, counted from `shift` of each word on, is nowhere further than `b` or `also`. */
  within(a: number, b: number, also: number, shift: Int32Array): boolean;
  readonly count: () => number;
  /** About how much memory the views take, with what is remembered of them. */
  bytes(): number;
}

/** Pairs of word and position, sorted by word. */
type Pairs = readonly number[];

/** More messages than are cut out at once. */
export const COUNTS = 16;

/** Makes the table of views of one search. */
export function createViews(): Views {
  const table: Table = {
    pairs: [[]],
    numbers: new Map([['', EMPTY_VIEW]]),
    bytes: 0,
    changes: new Memo(),
  };
  const joins = new Memo();
  const meets = new Memo();
  const differences = new Memo();
  const of = (view: number): Pairs => table.pairs[view] ?? [];
  const at = (view: number, word: number): number => positionIn(of(view), word);
  return {
    at,
    join: (a, b) => {
      if (a === b || b === EMPTY_VIEW) return a;
      if (a === EMPTY_VIEW) return b;
      const key = Math.min(a, b) * NUMBERS + Math.max(a, b);
      return remembered(joins, key, () => intern(table, joined(of(a), of(b))));
    },
    meet: (a, b) => {
      if (a === b) return a;
      if (a === EMPTY_VIEW || b === EMPTY_VIEW) return EMPTY_VIEW;
      const key = Math.min(a, b) * NUMBERS + Math.max(a, b);
      return remembered(meets, key, () =>
        intern(
          table,
          common(of(a), (word) => at(b, word)),
        ),
      );
    },
    raise: (view, word, position) => {
      return changed(table, view, word, 0, position, (before) => Math.max(before, position));
    },
    beyond: (view, than) => {
      if (view === EMPTY_VIEW || view === than) return EMPTY_VIEW;
      if (than === EMPTY_VIEW) return view;
      const make = (): number =>
        intern(
          table,
          further(of(view), (word) => at(than, word)),
        );
      return remembered(differences, view * NUMBERS + than, make);
    },
    inserted: (view, word, position) => {
      const move = (before: number): number => (before >= position ? before + 1 : before);
      return changed(table, view, word, 1, position, move);
    },
    pruned: (view, word, count) => {
      return changed(table, view, word, 2, count, (before) => Math.max(0, before - count));
    },
    dropped: (view, word, position) => {
      const move = (before: number): number => (before > position ? before - 1 : before);
      return changed(table, view, word, 3, position, move);
    },
    cut: (view, word, position, count) => {
      const move = (before: number): number => (before > position ? before - count : before);
      return changed(table, view, word, 4, COUNTS * position + count, move);
    },
    about: (view, keeps) => intern(table, part(of(view), keeps)),
    within: (a, b, also, shift) => isWithin(of(a), of(b), of(also), shift),
    count: () => table.pairs.length,
    bytes: () =>
      table.bytes + table.changes.bytes() + joins.bytes() + meets.bytes() + differences.bytes(),
  };
}

interface Table {
  readonly pairs: Pairs[];
  readonly numbers: Map<string, number>;
  bytes: number;
  /** Views with the position of one word changed. */
  readonly changes: Memo;
}

function intern(table: Table, list: Pairs): number {
  const { pairs, numbers } = table;
  const key = list.join();
  const known = numbers.get(key);
  if (known !== undefined) return known;
  numbers.set(key, pairs.length);
  table.bytes += BYTES_PER_VIEW + key.length + BYTES_PER_NUMBER * list.length;
  return pairs.push(list) - 1;
}

function remembered(results: Memo, key: number, make: () => number): number {
  const known = results.get(key);
  if (known !== undefined) return known;
  const result = make();
  results.set(key, result);
  return result;
}

function positionIn(list: Pairs, word: number): number {
  for (let i = 0; i < list.length; i += 2) {
    if (list[i] === word) return list[i + 1] as number;
  }
  return 0;
}

/** Changes the position of one word; what was done once is remembered. */
function changed(
  table: Table,
  view: number,
  word: number,
  kind: number,
  argument: number,
  change: (position: number) => number,
): number {
  const list = table.pairs[view] ?? [];
  const position = positionIn(list, word);
  const after = change(position);
  if (after === position) return view;
  const key = ((view * WORDS + word) * KINDS + kind) * POSITIONS + argument;
  return remembered(table.changes, key, () => intern(table, withPosition(list, word, after)));
}

/** An array, its place in the list, a string, its place in the map. */
const BYTES_PER_VIEW = 120;
const BYTES_PER_NUMBER = 8;

/** Bounds that keep the keys of remembered results apart; all stay below 2**53. */
const NUMBERS = 2 ** 26;
const WORDS = 2 ** 14;
const KINDS = 8;
const POSITIONS = 2 ** 10;

function withPosition(list: Pairs, word: number, position: number): Pairs {
  const result: number[] = [];
  let placed = position === 0;
  for (let i = 0; i < list.length; i += 2) {
    const other = list[i] as number;
    if (!placed && other >= word) {
      result.push(word, position);
      placed = true;
    }
    if (other !== word) result.push(other, list[i + 1] as number);
  }
  if (!placed) result.push(word, position);
  return result;
}

function joined(a: Pairs, b: Pairs): Pairs {
  const result: number[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const one = i < a.length ? (a[i] as number) : Infinity;
    const two = j < b.length ? (b[j] as number) : Infinity;
    const first = one <= two ? (a[i + 1] as number) : 0;
    const second = two <= one ? (b[j + 1] as number) : 0;
    result.push(Math.min(one, two), Math.max(first, second));
    if (one <= two) i += 2;
    if (two <= one) j += 2;
  }
  return result;
}

function isWithin(list: Pairs, other: Pairs, also: Pairs, shift: Int32Array): boolean {
  for (let i = 0; i < list.length; i += 2) {
    const word = list[i] as number;
    const position = (list[i + 1] as number) - (shift[word] as number);
    if (position <= 0 || position <= positionIn(other, word)) continue;
    if (position > positionIn(also, word)) return false;
  }
  return true;
}

function part(list: Pairs, keeps: (word: number) => boolean): Pairs {
  return list.filter((_, i) => keeps(list[i & ~1] as number));
}

function common(list: Pairs, other: (word: number) => number): Pairs {
  const result: number[] = [];
  for (let i = 0; i < list.length; i += 2) {
    const word = list[i] as number;
    const position = Math.min(list[i + 1] as number, other(word));
    if (position > 0) result.push(word, position);
  }
  return result;
}

function further(list: Pairs, than: (word: number) => number): Pairs {
  const result: number[] = [];
  for (let i = 0; i < list.length; i += 2) {
    const word = list[i] as number;
    if ((list[i + 1] as number) > than(word)) result.push(word, list[i + 1] as number);
  }
  return result;
}
