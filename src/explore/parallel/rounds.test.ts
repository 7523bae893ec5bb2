import { describe, expect, it } from 'vitest';
import { makeArena } from './arena.ts';
import { Command, Control, makeControl, makeDesk } from './desk.ts';
import type { Assignment } from './desk.ts';
import { layOut } from '../layout.ts';
import { beginRound, endRehearsal, endRound, work } from './rounds.ts';

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

describe('a worker', () => {
  it('takes the next assignment when it is told to, and goes on with that', () => {
    const control = makeControl();
    const given = { ...assignmentWithoutDesk(control), worker: 0, desks: [makeDesk(layout, 1)] };
    const received: number[] = [];
    control[Control.COMMAND] = Command.MOVE;
    Atomics.store(control, Control.ROUND, 2);
    work(given, () => {
      received.push(Atomics.load(control, Control.ARRIVED));
      control[Control.COMMAND] = Command.STOP;
      return given;
    });
    expect(received).toEqual([0]);
    expect(Atomics.load(control, Control.ARRIVED)).toBe(1);
  });

  it('ends a rehearsal as soon as it is told to', () => {
    const control = makeControl();
    const given = { ...assignmentWithoutDesk(control), worker: 0, desks: [makeDesk(layout, 1)] };
    endRehearsal(control);
    expect(Atomics.load(control, Control.PAUSE)).toBe(1);
    work({ ...given, rehearses: true }, never);
    expect(Atomics.load(control, Control.ARRIVED)).toBe(0);
  });
});

const program = { words: [], threads: [] } as never;
const layout = layOut(program, 'sc', 0);

function never(): never {
  throw new Error('nothing is handed out');
}

function assignmentWithoutDesk(control: Int32Array): Assignment {
  const none = new Int32Array(0);
  return {
    worker: 1,
    rehearses: false,
    layout,
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
