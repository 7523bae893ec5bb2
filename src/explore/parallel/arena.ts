/**
 * The layers of a search with several workers: chunks of records in shared memory.
 *
 * Each worker fills chunks of its own for the next layer and hands them on when they are full. Of
 * the chunks of the current layer each worker takes one after the other until none is left, so
 * nobody is idle as long as there is work. Chunks are given back when their layer has been looked
 * at.
 */

import { reservedIntegers, sharedIntegers } from './shared-memory.ts';

/** Records of a chunk: what a worker looks at while others may already have nothing to do. */
export const CHUNK = 128;

/** All chunks; only plain data, which every worker is given. */
export interface Arena {
  readonly width: number;
  readonly records: Int32Array;
  /** How many records each chunk holds. */
  readonly fills: Int32Array;
  /** The chunks that nobody uses. */
  readonly free: Int32Array;
  /** The chunks of the current and the next layer; which is which changes. */
  readonly lists: readonly [Int32Array, Int32Array];
  readonly state: Int32Array;
}

/** Words of `Arena.state`. */
const State = {
  /** How many chunks are free, and how many were used at once at the most. */
  FREE: 0,
  USED: 1,
  /** Chunks of the current layer: how many, and how many of them somebody has taken. */
  CURRENT: 2,
  TAKEN: 3,
  /** Chunks of the next layer that have been handed on. */
  NEXT: 4,
  /** Which of the lists is that of the current layer. */
  HALF: 5,
  WIDTH: 6,
} as const;

/** So many chunks are the most: every integer of a record has a number of 31 bits. */
export function chunksMax(width: number): number {
  return Math.floor((2 ** 31 - 1) / (CHUNK * width));
}

/** Makes room for `wished` chunks, or for fewer where the system refuses, but `needed`. */
export function makeArena(width: number, needed: number, wished: number): Arena {
  const size = CHUNK * width;
  const records = reservedIntegers(needed * size, wished * size);
  const chunks = Math.floor(records.length / size);
  const arena: Arena = {
    width,
    records,
    fills: sharedIntegers(chunks),
    free: sharedIntegers(chunks),
    lists: [sharedIntegers(chunks), sharedIntegers(chunks)],
    state: sharedIntegers(State.WIDTH),
  };
  release(arena, 0, chunks);
  return arena;
}

/** Frees the chunks from one number on; the lowest are used first. */
function release({ free, state }: Arena, from: number, to: number): void {
  let count = state[State.FREE] as number;
  for (let chunk = to - 1; chunk >= from; chunk--) free[count++] = chunk;
  state[State.FREE] = count;
}

/** A larger arena with the same chunks under the same numbers; between rounds. */
export function enlargedArena(old: Arena, needed: number, wished: number): Arena {
  const { width, fills, state, lists, free } = old;
  const arena = makeArena(width, needed, wished);
  arena.records.set(old.records.subarray(0, CHUNK * width * usedChunks(old)));
  arena.fills.set(fills);
  lists.forEach((list, half) => arena.lists[half as 0 | 1].set(list));
  arena.state.set(state);
  // The new chunks are free, and on top of them, to be used first, what was free before.
  const before = state[State.FREE] as number;
  arena.state[State.FREE] = 0;
  release(arena, fills.length, arena.fills.length);
  const added = arena.state[State.FREE] as number;
  arena.free.set(free.subarray(0, before), added);
  arena.state[State.FREE] = added + before;
  return arena;
}

/** Chunks that nobody uses. */
export function freeChunks({ state }: Arena): number {
  return Atomics.load(state, State.FREE);
}

/** Chunks that were in use at once at the most: so much memory has been touched. */
export function usedChunks({ state, fills }: Arena): number {
  const used = fills.length - (state[State.FREE] as number);
  return Math.max(used, state[State.USED] as number);
}

/** Takes a chunk that nobody uses; there must be one. */
function takeFree({ free, state }: Arena): number {
  return free[Atomics.sub(state, State.FREE, 1) - 1] as number;
}

/** Takes a chunk of the current layer that nobody has taken, or gives -1. */
export function takeChunk({ lists, state }: Arena): number {
  const number = Atomics.add(state, State.TAKEN, 1);
  if (number >= (state[State.CURRENT] as number)) return -1;
  return lists[state[State.HALF] as 0 | 1][number] as number;
}

/** Whether some chunk of the current layer has not been taken yet. */
export function hasChunks({ state }: Arena): boolean {
  return (state[State.TAKEN] as number) < (state[State.CURRENT] as number);
}

/** Hands on a chunk of the next layer. */
export function handOn({ lists, fills, state }: Arena, chunk: number, fill: number): void {
  fills[chunk] = fill;
  const list = lists[((state[State.HALF] as number) ^ 1) as 0 | 1];
  list[Atomics.add(state, State.NEXT, 1)] = chunk;
}

/** The next layer becomes the current one; between rounds. */
export function turn(arena: Arena): void {
  const { free, lists, state } = arena;
  state[State.USED] = usedChunks(arena);
  const done = lists[state[State.HALF] as 0 | 1];
  const count = state[State.CURRENT] as number;
  for (let i = 0; i < count; i++) free[(state[State.FREE] as number) + i] = done[i] as number;
  state[State.FREE] = (state[State.FREE] as number) + count;
  state[State.CURRENT] = state[State.NEXT] as number;
  state[State.TAKEN] = 0;
  state[State.NEXT] = 0;
  state[State.HALF] = (state[State.HALF] as number) ^ 1;
}

/** The part of the next layer that one worker writes. A class because it is written bit by bit. */
export class LayerPart {
  /** The chunk that is being filled, or -1, and how many records it holds. */
  chunk = -1;
  fill = CHUNK;

  /** Makes room for one more record and gives its place; the caller fills it. */
  push(arena: Arena): number {
    if (this.fill === CHUNK) {
      this.handOn(arena);
      this.chunk = takeFree(arena);
      this.fill = 0;
    }
    return arena.width * (CHUNK * this.chunk + this.fill++);
  }

  /** Hands on what there is. */
  handOn(arena: Arena): void {
    if (this.chunk >= 0) handOn(arena, this.chunk, this.fill);
    this.chunk = -1;
    this.fill = CHUNK;
  }
}
