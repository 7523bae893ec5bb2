/** What comes back from accesses of one's own: positions of words x and y, and what is learned. */

import { describe, expect, it } from 'vitest';
import { BARE_MESSAGE } from './coherence.ts';
import type { Message } from './coherence.ts';
import { accessesOf, hasStored, normalReturns, withAccess, withReturns } from './returns.ts';
import type { Access, Returns } from './returns.ts';
import { createViews, EMPTY_VIEW } from './views.ts';

const [X, Y, Z] = [1, 2, 3];
const views = createViews();
const at = (word: number, position: number): number => views.raise(EMPTY_VIEW, word, position);
const list = (...accesses: Access[]): Returns =>
  accesses.reduce((all: Returns, one) => withAccess(views, all, one), []);

const read = (position: number, after: number): Access => {
  return { word: X, isStore: false, position, after };
};
const stored = (position: number, after: number): Access => {
  return { word: X, isStore: true, position, after };
};

/** What is learned of z with a view of x; `plain`: the messages of x that are. */
function learned(x: number, accesses: Access[], plain: number[] = []): number {
  const messages = Array.from({ length: 5 }, (_, i): Message => {
    return { ...BARE_MESSAGE, plain: plain.includes(i) };
  });
  return views.at(
    withReturns(views, list(...accesses), at(X, x), () => messages),
    Z,
  );
}

describe('what is learned', () => {
  it('brings what a load came after whose message it overwrites', () => {
    expect(learned(2, [read(1, at(Z, 7))])).toBe(7);
    expect(learned(1, [read(1, at(Z, 7))])).toBe(0);
  });

  it('brings what a store came after, from its own message on', () => {
    expect(learned(1, [stored(1, at(Z, 7))])).toBe(7);
    expect(learned(1, [stored(2, at(Z, 7))])).toBe(0);
  });

  it('brings nothing if a store of the CPU itself overwrites, or a plain one', () => {
    expect(learned(2, [read(1, at(Z, 7)), stored(2, at(Y, 1))])).toBe(0);
    expect(learned(3, [read(1, at(Z, 7)), stored(2, at(Y, 1))])).toBe(7);
    expect(learned(2, [read(1, at(Z, 7))], [2])).toBe(0);
  });

  it('brings what that brings in turn', () => {
    const y: Access = { word: Y, isStore: false, position: 0, after: at(Z, 7) };
    expect(learned(2, [y, read(1, at(Y, 1))])).toBe(7);
    expect(learned(2, [y, read(1, at(Z, 1))])).toBe(1);
  });

  it('brings nothing where nothing was learned: the oldest message is there for everybody', () => {
    expect(learned(0, [stored(0, at(Z, 7))])).toBe(0);
  });
});

describe('a list of accesses', () => {
  it('holds no access that came after nothing, or after what is known', () => {
    expect(list(read(1, EMPTY_VIEW))).toEqual([]);
    expect(normalReturns(views, list(read(1, at(Z, 7))), at(Z, 7))).toEqual([]);
    const [left] = accessesOf(views, normalReturns(views, list(read(1, at(Z, 7))), at(Z, 6)));
    expect(left).toEqual(read(1, at(Z, 7)));
  });

  it('is the same in whatever order they came', () => {
    const [one, two] = [read(1, at(Z, 7)), stored(1, at(Z, 7))];
    const normal = normalReturns(views, list(one, two), EMPTY_VIEW);
    expect(normalReturns(views, list(two, one), EMPTY_VIEW)).toEqual(normal);
    expect(accessesOf(views, normal)).toEqual([one, two]);
  });

  it('holds the earlier of two loads, if it came after as much', () => {
    const normal = (...accesses: Access[]): Access[] =>
      accessesOf(views, normalReturns(views, list(...accesses), EMPTY_VIEW));
    expect(normal(read(2, at(Z, 6)), read(1, at(Z, 7)))).toEqual([read(1, at(Z, 7))]);
    expect(normal(read(1, at(Z, 7)), read(1, at(Z, 7)))).toHaveLength(1);
    expect(normal(read(1, at(Z, 6)), read(2, at(Z, 7)))).toHaveLength(2);
    expect(normal(stored(1, at(Z, 7)), stored(2, at(Z, 7)))).toHaveLength(2);
  });

  it('knows which messages the CPU has stored', () => {
    const accesses = list(read(1, at(Z, 7)), stored(2, at(Z, 7)));
    expect([1, 2].map((position) => hasStored(views, accesses, X, position))).toEqual([
      false,
      true,
    ]);
    expect(hasStored(views, accesses, Y, 2)).toBe(false);
  });
});
