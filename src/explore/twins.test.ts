import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { s32, WRITE_ONCE } from '../memory/index.ts';
import { buildProgram } from '../scenario/build.ts';
import { scenario } from '../scenario/scenario.ts';
import { layOut } from './layout.ts';
import { twinsOf } from './twins.ts';

const built = buildProgram(
  scenario('twins', ({ alloc, thread }) => {
    const x = alloc(s32, 'x');
    thread('t', { count: 3 }, () => WRITE_ONCE(x, 1));
    thread('other', () => WRITE_ONCE(x, 2));
  }),
  {},
  'pass',
);
if ('code' in built) throw new Error(built.what);
const layout = layOut(built, 'tso', 1);
const { nodesAt, buffersAt, bufferWords, threads, width } = layout;

/** A record with a state and a buffer for each thread, and 7 in memory. */
function record(parts: readonly (readonly number[])[], base: number): Int32Array {
  const words = new Int32Array(base + width).fill(7);
  parts.forEach(([node = 0, ...buffer], thread) => {
    words[base + nodesAt + thread] = node;
    words.set(buffer, base + buffersAt + bufferWords * thread);
  });
  return words;
}

const part = fc.tuple(fc.nat(2), fc.nat(1), fc.nat(2), fc.nat(2));
const four = fc.tuple(part, part, part, part);

describe('interchangeable threads of a record', () => {
  const twins = twinsOf(layout, [0, 0, 0, 3]);

  it('are in the same order, however they are swapped', () => {
    fc.assert(
      fc.property(four, fc.nat(5), ([a, b, c, other], base) => {
        const orders = [
          [a, b, c],
          [a, c, b],
          [b, a, c],
          [b, c, a],
          [c, a, b],
          [c, b, a],
        ];
        const records = orders.map((order) => {
          const words = record([...order, other], base);
          twins?.order(words, base);
          return words;
        });
        for (const words of records) expect(words).toEqual(records[0]);
      }),
    );
  });

  it('stay the same threads with the same buffers, and nothing else is changed', () => {
    fc.assert(
      fc.property(four, (parts) => {
        const words = record(parts, 0);
        twins?.order(words, 0);
        const found = Array.from({ length: threads }, (_, thread) => {
          const at = buffersAt + bufferWords * thread;
          return [words[nodesAt + thread], ...words.subarray(at, at + bufferWords)];
        });
        expect(found[3]).toEqual([...parts[3]]);
        expect(found.map(String).toSorted()).toEqual(parts.map(String).toSorted());
        expect(words.subarray(buffersAt + bufferWords * threads).every((word) => word === 7)).toBe(
          true,
        );
      }),
    );
  });

  it('are left alone where every thread has its own place', () => {
    expect(twinsOf(layout, [0, 1, 2, 3])).toBeNull();
  });
});
