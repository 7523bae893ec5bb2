import { describe, expect, it } from 'vitest';
import {
  CHUNK,
  chunksMax,
  enlargedArena,
  freeChunks,
  hasChunks,
  LayerPart,
  makeArena,
  takeChunk,
  turn,
  usedChunks,
} from './arena.ts';
import type { Arena } from './arena.ts';

const WIDTH = 3;

/** Writes records of one worker into the next layer: each holds its number three times. */
function write(arena: Arena, part: LayerPart, from: number, to: number): void {
  for (let number = from; number < to; number++) {
    const base = part.push(arena);
    arena.records.fill(number, base, base + WIDTH);
  }
}

/** The numbers of all records of the current layer. */
function read(arena: Arena): number[] {
  const numbers: number[] = [];
  for (let chunk = takeChunk(arena); chunk >= 0; chunk = takeChunk(arena)) {
    for (let i = 0; i < (arena.fills[chunk] ?? 0); i++) {
      const base = WIDTH * (CHUNK * chunk + i);
      const record = [...arena.records.subarray(base, base + WIDTH)];
      expect(record).toEqual([record[0], record[0], record[0]]);
      numbers.push(record[0] ?? -1);
    }
  }
  return numbers.toSorted((one, other) => one - other);
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

describe('the layers of several workers', () => {
  it('hold what all of them wrote, each record once', () => {
    const arena = makeArena(WIDTH, 10, 20);
    const [one, other] = [new LayerPart(), new LayerPart()];
    write(arena, one, 0, 100);
    write(arena, other, 100, 400);
    write(arena, one, 400, 500);
    one.handOn(arena);
    other.handOn(arena);
    expect(hasChunks(arena)).toBe(false);
    turn(arena);
    expect(hasChunks(arena)).toBe(true);
    expect(read(arena)).toEqual(upTo(500));
    expect([hasChunks(arena), takeChunk(arena)]).toEqual([false, -1]);
  });

  it('use the same chunks again and again', () => {
    const arena = makeArena(WIDTH, 20, 20);
    const part = new LayerPart();
    for (let layer = 0; layer < 50; layer++) {
      write(arena, part, 0, 5 * CHUNK);
      part.handOn(arena);
      turn(arena);
      expect(read(arena)).toEqual(upTo(5 * CHUNK));
    }
    expect([freeChunks(arena), usedChunks(arena)]).toEqual([15, 10]);
    turn(arena);
    expect([freeChunks(arena), usedChunks(arena), hasChunks(arena)]).toEqual([20, 10, false]);
  });

  it('keep everything where it is when they are given more room', () => {
    const before = makeArena(WIDTH, 6, 6);
    const part = new LayerPart();
    write(before, part, 0, 300);
    part.handOn(before);
    turn(before);
    write(before, part, 0, 200);
    part.handOn(before);
    const arena = enlargedArena(before, 12, 12);
    expect(usedChunks(arena)).toBe(5);
    write(arena, part, 200, 900);
    part.handOn(arena);
    expect(read(arena)).toEqual(upTo(300));
    turn(arena);
    expect(read(arena)).toEqual(upTo(900));
    turn(arena);
    expect(freeChunks(arena)).toBe(12);
  });

  it('have a number of 31 bits for every integer', () => {
    expect(chunksMax(WIDTH) * CHUNK * WIDTH).toBeLessThan(2 ** 31);
  });
});
