/** The states that a weak search keeps, against a plain list of which none covers another. */

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Antichain } from './antichain.ts';
import { BARE_MESSAGE } from './coherence.ts';
import { layOut } from '../layout.ts';
import type { Liveness } from './liveness.ts';
import { NEW_OBSERVER } from './observers.ts';
import type { Program } from '../program.ts';
import { EMPTY_VIEW } from './views.ts';
import { createWeakTables } from './weak-memory.ts';

const program = { threads: [{ kind: 'thread' }], words: [{}, {}] } as unknown as Program;
const layout = layOut(program, 'weak', 0);
const tables = createWeakTables({} as Liveness);
const { views, observers, coherence } = tables;
const messages = coherence.intern([BARE_MESSAGE, { ...BARE_MESSAGE, writer: 0 }, BARE_MESSAGE]);

/** What the one thread has seen of two words, and one word of memory. */
type State = readonly [seenX: number, seenY: number, value: number];

function recordOf([x, y, value]: State): Int32Array {
  const record = new Int32Array(layout.width);
  const seen = views.raise(views.raise(EMPTY_VIEW, 1, x), 2, y);
  record[layout.observersAt] = observers.intern({ ...NEW_OBSERVER, seen });
  for (const word of [1, 2]) record[layout.listsAt + word] = messages;
  record[layout.memoryAt + 1] = value;
  return record;
}

const covers = (one: State, other: State): boolean => {
  return one[2] === other[2] && one[0] <= other[0] && one[1] <= other[1];
};

it('keeps a state unless one that it keeps covers it, and drops those that it covers', () => {
  const states = fc.array(fc.tuple(fc.nat(2), fc.nat(2), fc.nat(1)), { maxLength: 40 });
  fc.assert(
    fc.property(states, (all: readonly State[]) => {
      const antichain = new Antichain(layout, tables);
      let kept: number[] = [];
      for (const [i, state] of all.entries()) {
        const isNew = !kept.some((other) => covers(all[other] ?? state, state));
        expect(antichain.add(recordOf(state), 0, i)).toBe(isNew);
        if (!isNew) continue;
        const gone = kept.filter((other) => covers(state, all[other] ?? state));
        for (const other of kept) expect(antichain.isDisplaced(other)).toBe(gone.includes(other));
        kept = [...kept.filter((other) => !gone.includes(other)), i];
      }
    }),
    { numRuns: 300 },
  );
});

it('finds its states again when it has grown', () => {
  const antichain = new Antichain(layout, tables);
  const MANY = 5000;
  for (let value = 0; value < MANY; value++) {
    expect(antichain.add(recordOf([1, 1, value]), 0, value)).toBe(true);
  }
  for (let value = 0; value < MANY; value++) {
    expect(antichain.add(recordOf([1, 2, value]), 0, MANY + value)).toBe(false);
  }
});
