/**
 * The memory that the workers of a parallel search share: how it is laid out, and how it grows.
 *
 * Table and arena are reserved for much more than they hold. When that is used up, a larger one is
 * made, and every worker is handed an assignment with it.
 */

import { chunksMax, CHUNK, enlargedArena, freeChunks, LayerPart, makeArena } from './arena.ts';
import { turn, usedChunks } from './arena.ts';
import type { Arena } from './arena.ts';
import { candidatesMax } from '../counting.ts';
import type { Counted, SearchInput } from '../counting.ts';
import { Command, Control, makeControl, makeDesk, statesOfBatch } from './desk.ts';
import type { Assignment, Desk } from './desk.ts';
import { cutsOf } from './doubling.ts';
import type { Frontier } from '../frontier.ts';
import { AUTOMATON_STATES_MAX } from '../limits.ts';
import { chunksOfBatch } from './parallel.ts';
import { sharedIntegers } from './shared-memory.ts';
import { allowanceOf, hasReserve, isTooSmall, makeTable } from './shared-visited.ts';
import { SharedVisited, slotsFor } from './shared-visited.ts';
import type { Visited } from '../visited.ts';
import { placesOf, poolLayouts } from '../walk.ts';

/** A search between two layers. */
export interface Begun {
  readonly input: SearchInput;
  readonly counted: Counted;
  readonly visited: Visited;
  /** The layer to go on with. */
  readonly current: Frontier;
}

/** A search of several workers. Table, arena and assignments change as it grows. */
export interface Together {
  readonly input: SearchInput;
  readonly counted: Counted;
  readonly control: Int32Array;
  readonly desks: readonly Desk[];
  assignments: readonly Assignment[];
  table: Int32Array;
  arena: Arena;
}

/** Shares what one thread has found. */
export function beginTogether(begun: Begun, workers: number): Together {
  const { input, visited } = begun;
  const { automaton, reduction, layout } = input;
  automaton.settle(roomFor(automaton.states()));
  const states = automaton.statesMax();
  const desks = Array.from({ length: workers }, () => makeDesk(layout, states));
  reduction.share(
    states,
    desks.map((desk) => desk.decisions),
  );
  const control = makeControl();
  const one = togetherOf(begun, desks, control, begun.current.count, visited.count);
  addAll(one, visited.hashes());
  return one;
}

const REHEARSAL_STATES = 2000;
/** States that a rehearsal has room for; there is a real search before it has found them. */
const REHEARSAL_ROOM = 100_000;

/**
 * A search for a worker alone, from some states of the layer on: practice for the real one.
 *
 * @param control 1 as its round ends the rehearsal
 */
export function rehearsalOf(begun: Begun, control: Int32Array): Assignment {
  const desks = [makeDesk(begun.input.layout, begun.input.automaton.statesMax())];
  const one = togetherOf(begun, desks, control, REHEARSAL_STATES, REHEARSAL_ROOM);
  control[Control.ALLOWANCE] = REHEARSAL_ROOM;
  const [assignment] = one.assignments;
  if (assignment === undefined) throw new Error('common-room: no worker');
  return { ...assignment, rehearses: true };
}

/** @param most records of the layer to begin with, at the most */
function togetherOf(
  begun: Begun,
  desks: readonly Desk[],
  control: Int32Array,
  most: number,
  states: number,
): Together {
  const { input, counted, current } = begun;
  const { layout, program } = input;
  const count = Math.min(most, current.count);
  const atOnce = desks.length * statesOfBatch(candidatesMax(program, layout));
  const slots = slotsFor(states, atOnce);
  control[Control.SLOTS] = slots;
  control[Control.KNOWN] = input.automaton.states();
  const needed =
    Math.ceil(count / CHUNK) + 4 * desks.length * chunksOfBatch(candidatesMax(program, layout));
  const arena = makeArena(
    layout.width,
    needed,
    Math.min(RESERVE * needed, chunksMax(layout.width)),
  );
  placeLayer(arena, current.records.subarray(0, layout.width * count));
  const one = { input, counted, control, desks, assignments: [], table: makeTable(slots), arena };
  assign(one);
  return one;
}

/** An arena is reserved for so many times the chunks that are needed. */
const RESERVE = 64;

function placeLayer(arena: Arena, records: Int32Array): void {
  const part = new LayerPart();
  const { width } = arena;
  for (let from = 0; from < records.length; from += width) {
    const base = part.push(arena);
    arena.records.set(records.subarray(from, from + width), base);
  }
  part.handOn(arena);
  turn(arena);
}

function addAll({ table, control }: Together, hashes: Int32Array): void {
  const visited = new SharedVisited();
  visited.attach(table, control[Control.SLOTS] as number);
  for (let at = 0; at < hashes.length; at += 2) {
    const one = hashes[at] as number;
    const two = hashes[at + 1] as number;
    if (one !== 0 || two !== 0) visited.add(one, two);
  }
}

/** Writes the assignments anew: table or arena are new. */
function assign(one: Together): void {
  const { input, counted, control, desks, table, arena } = one;
  const { layout, automaton, program, reduction } = input;
  const common = {
    rehearses: false,
    layout,
    tables: automaton.tables,
    pools: poolLayouts(program, layout),
    places: placesOf(program, layout, counted.symmetric),
    initialNodes: automaton.initial.map(({ node }) => node),
    conflicts: counted.reduces ? reduction.shared() : null,
    control,
    desks,
    candidatesMax: candidatesMax(program, layout),
    table,
    cuts: sharedIntegers(desks.length + 1),
    arena,
  };
  one.assignments = desks.map((_, worker) => ({ ...common, worker }));
}

/**
 * Makes the table and the arena large enough for the next round; between rounds.
 *
 * @param round makes all workers do one thing: DOUBLE or MOVE
 */
export function makeRoom(one: Together, round: (command: number) => void): void {
  try {
    enlargeTable(one, round);
    enlargeArena(one, round);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    one.counted.open = { limit: 'memory', bytes: one.counted.bytes };
  }
  noteBytes(one);
}

function enlargeTable(one: Together, round: (command: number) => void): void {
  const { counted, control, desks } = one;
  let slots = control[Control.SLOTS] as number;
  while (isTooSmall(slots, counted.states)) {
    if (!hasReserve(one.table, slots)) {
      const table = makeTable(2 * slots);
      table.set(one.table.subarray(0, 2 * slots));
      one.table = table;
      assign(one);
      round(Command.MOVE);
    }
    const [assignment] = one.assignments;
    if (assignment === undefined) throw new Error('common-room: no worker');
    cutsOf(one.table, slots, desks.length, assignment.cuts);
    round(Command.DOUBLE);
    slots *= 2;
    control[Control.SLOTS] = slots;
  }
  control[Control.ALLOWANCE] = allowanceOf(slots, counted.states, desks.length);
}

function enlargeArena(one: Together, round: (command: number) => void): void {
  const { desks, arena } = one;
  const [assignment] = one.assignments;
  const atOnce = desks.length * chunksOfBatch(assignment?.candidatesMax ?? 0);
  if (freeChunks(arena) >= 4 * atOnce) return;
  const now = arena.fills.length;
  const most = chunksMax(arena.width);
  const needed = now + 4 * atOnce;
  if (needed > most) throw new RangeError('common-room: no numbers for more records');
  one.arena = enlargedArena(arena, needed, Math.min(RESERVE * needed, most));
  assign(one);
  round(Command.MOVE);
}

/** Notes how much memory is used. */
export function noteBytes({ counted, control, arena }: Together): void {
  counted.visitedBytes = 8 * (control[Control.SLOTS] as number);
  counted.bytes = counted.visitedBytes + 4 * CHUNK * arena.width * usedChunks(arena);
}

/** Room for the thread states that are known, and for many more. */
function roomFor(known: number): number {
  let states = 1 << 11;
  while (states < 8 * known) states *= 2;
  return Math.min(states, AUTOMATON_STATES_MAX);
}
