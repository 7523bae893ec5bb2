import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHistories, Entry } from './history.ts';

describe('interning', () => {
  it('gives equal histories one number, and says which is new', () => {
    const histories = createHistories();
    const entries = [Entry.READ, 5, Entry.ENTER, 0];
    expect(histories.intern(0, entries)).toEqual({ number: 0, isNew: true });
    expect(histories.intern(0, [...entries])).toEqual({ number: 0, isNew: false });
    expect(histories.count()).toBe(1);
  });

  it('tells apart the functions that histories belong to', () => {
    const histories = createHistories();
    histories.intern(0, [Entry.READ, 5]);
    expect(histories.intern(1, [Entry.READ, 5])).toEqual({ number: 1, isNew: true });
  });

  it('tells a history from its beginning, and from none', () => {
    const histories = createHistories();
    const numbers = [[], [Entry.READ, 0], [Entry.READ, 0, Entry.READ, 0]].map(
      (entries) => histories.intern(0, entries).number,
    );
    expect(numbers).toEqual([0, 1, 2]);
  });

  it('keeps what it was given, whatever the caller does with it later', () => {
    const histories = createHistories();
    const entries = [Entry.READ, 5];
    const { number } = histories.intern(0, entries);
    entries[1] = 6;
    histories.entries(number)[1] = 7;
    expect(histories.entries(number)).toEqual([Entry.READ, 5]);
  });

  it('agrees with a Map of texts', () => {
    const entry = fc.oneof(fc.nat(2), fc.constantFrom(-1, 0x7fffffff, -0x80000000));
    const history = fc.tuple(fc.nat(2), fc.array(entry, { maxLength: 6 }));
    fc.assert(
      fc.property(fc.array(history, { maxLength: 300 }), (all) => {
        const histories = createHistories();
        const model = new Map<string, number>();
        for (const [owner, entries] of all) {
          const text = `${owner}: ${entries.join(' ')}`;
          const isNew = !model.has(text);
          if (isNew) model.set(text, model.size);
          const number = model.get(text) ?? -1;
          expect(histories.intern(owner, entries)).toEqual({ number, isNew });
          expect(histories.entries(number)).toEqual(entries);
        }
        expect(histories.count()).toBe(model.size);
      }),
      { numRuns: 50 },
    );
  });

  it('grows beyond its first room', () => {
    const histories = createHistories();
    const make = (i: number): number[] => Array.from({ length: 40 }, (_, at) => i * at);
    for (let i = 0; i < 1000; i++) histories.intern(0, make(i));
    expect(histories.entries(0)).toEqual(make(0));
    expect(histories.entries(517)).toEqual(make(517));
    expect(histories.intern(0, make(999))).toEqual({ number: 999, isNew: false });
  });
});
