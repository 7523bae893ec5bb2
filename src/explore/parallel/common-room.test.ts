import { describe, expect, it } from 'vitest';
import { freeChunks, LayerPart, makeArena, takeChunk, turn } from './arena.ts';
import { makeRoom } from './common-room.ts';
import type { Together } from './common-room.ts';
import type { Counted, SearchInput } from '../counting.ts';
import { Command, Control, makeControl, makeDesk } from './desk.ts';
import { doublePart } from './doubling.ts';
import { layOut } from '../layout.ts';
import { chunksOfBatch } from './parallel.ts';
import { allowanceOf, makeTable, SharedVisited } from './shared-visited.ts';

const WORKERS = 2;
const SLOTS = 1 << 12;

const program = { words: [], threads: [], pools: [] } as never;
const layout = layOut(program, 'sc', 0);

/** A search of which only the memory is real; makeRoom reads no more of it. */
function search(states: number, chunks: number): Together {
  const control = makeControl();
  control[Control.SLOTS] = SLOTS;
  const automaton = { tables: {}, initial: [] };
  const input = { layout, program, automaton } as unknown as SearchInput;
  const counted = { states, reduces: false, symmetric: false, open: null } as unknown as Counted;
  const desks = [makeDesk(layout, 1), makeDesk(layout, 1)];
  const table = makeTable(SLOTS);
  const arena = makeArena(layout.width, chunks, chunks);
  const cuts = new Int32Array(WORKERS + 1);
  const assignment = { candidatesMax: 100, cuts } as Together['assignments'][number];
  return { input, counted, control, desks, assignments: [assignment], table, arena };
}

/** Makes room; the commands that the workers were given, and the doubling really done. */
function commandsOf(one: Together): number[] {
  const commands: number[] = [];
  makeRoom(one, (command) => {
    commands.push(command);
    if (command !== Command.DOUBLE) return;
    const slots = one.control[Control.SLOTS] ?? 0;
    const cuts = one.assignments[0]?.cuts ?? [];
    for (let i = 0; i < WORKERS; i++) doublePart(one.table, slots, cuts[i] ?? 0, cuts[i + 1] ?? 0);
  });
  return commands;
}

const plenty = 20 * WORKERS * chunksOfBatch(1e4);

describe('room for the next round', () => {
  it('is made by nobody as long as there is enough', () => {
    const one = search(2000, plenty);
    expect(commandsOf(one)).toEqual([]);
    expect(one.control[Control.ALLOWANCE]).toBe(allowanceOf(SLOTS, 2000, WORKERS));
    expect(one.counted.visitedBytes).toBe(8 * SLOTS);
  });

  it('is made by all, and by a larger table when the reserve is used up', () => {
    const one = search(SLOTS * 48, plenty);
    const visited = new SharedVisited();
    visited.attach(one.table, SLOTS);
    for (let i = 1; i < 3000; i++) visited.add(Math.imul(i, 0x9e3779b1), i);
    const { DOUBLE, MOVE } = Command;
    const inPlace = Array.from({ length: 6 }, () => DOUBLE);
    expect(commandsOf(one)).toEqual([...inPlace, MOVE, DOUBLE]);
    expect(one.control[Control.SLOTS]).toBe(128 * SLOTS);
    expect(one.assignments.map(({ worker }) => worker)).toEqual([0, 1]);
    expect(one.assignments[1]?.table).toBe(one.table);
    visited.attach(one.table, 128 * SLOTS);
    for (let i = 1; i < 3000; i++) expect(visited.add(Math.imul(i, 0x9e3779b1), i)).toBe(false);
  });

  it('is made for records too, which stay where they are', () => {
    const one = search(2000, 3);
    const part = new LayerPart();
    const base = part.push(one.arena);
    one.arena.records.fill(42, base, base + layout.width);
    part.handOn(one.arena);
    expect(commandsOf(one)).toEqual([Command.MOVE]);
    turn(one.arena);
    expect(takeChunk(one.arena)).toBe(0);
    expect(one.arena.records[base]).toBe(42);
    expect(freeChunks(one.arena)).toBeGreaterThan(4 * WORKERS * chunksOfBatch(100) - 1);
  });

  it('that the system does not give leaves the search open', () => {
    const one = search(SLOTS, plenty);
    makeRoom(one, () => {
      throw new RangeError('Array buffer allocation failed');
    });
    expect(one.counted.open).toMatchObject({ limit: 'memory' });
  });
});
