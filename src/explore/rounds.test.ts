import { describe, expect, it } from 'vitest';
import { makeArena } from './arena.ts';
import { Control, makeControl } from './desk.ts';
import type { Assignment } from './desk.ts';
import { layOut } from './layout.ts';
import { beginRound, endRound, work } from './rounds.ts';

describe('a round', () => {
  it('ends when everybody has finished it', () => {
    const control = makeControl();
    beginRound(control, 0);
    Atomics.add(control, Control.ARRIVED, 2);
    expect(() => endRound(control, 2)).not.toThrow();
  });

  it('ends with an error when some worker has failed, instead of waiting for ever', () => {
    const control = makeControl();
    beginRound(control, 0);
    expect(() => work(assignmentWithoutDesk(control), never)).toThrow('without a desk');
    expect(() => endRound(control, 2)).toThrow('a worker has failed');
  });
});

function never(): never {
  throw new Error('nothing is handed out');
}

function assignmentWithoutDesk(control: Int32Array): Assignment {
  const none = new Int32Array(0);
  const program = { words: [], threads: [] } as never;
  return {
    worker: 1,
    rehearses: false,
    layout: layOut(program, 'sc', 0),
    tables: { rows: none, edges: none, marks: none, hashes: none, features: none, weak: null },
    pools: [],
    places: [],
    initialNodes: [],
    conflicts: null,
    control,
    desks: [],
    candidatesMax: 0,
    table: none,
    cuts: none,
    arena: makeArena(1, 1, 1),
  };
}
