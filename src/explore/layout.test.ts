import { describe, expect, it } from 'vitest';
import { s32, WRITE_ONCE } from '../memory/index.ts';
import { buildProgram } from '../scenario/build.ts';
import { scenario } from '../scenario/scenario.ts';
import { layOut } from './layout.ts';

const built = buildProgram(
  scenario('layout', ({ alloc, thread }) => {
    const x = alloc(s32, 'x');
    alloc(s32, 'y');
    const host = thread('host', () => WRITE_ONCE(x, 1));
    thread.irq('irq', () => {}, { on: host });
    thread.device('nic', () => {});
  }),
  {},
  'pass',
);
if ('code' in built) throw new Error(built.what);
const program = built;

describe('a record', () => {
  it('has hash, threads, grace masks and memory under sc', () => {
    const layout = layOut(program, 'sc', 4);
    expect(layout).toMatchObject({ nodesAt: 2, graceAt: 5, buffersAt: 8, bufferWords: 0 });
    expect([layout.memoryAt + 1, layout.memoryAt + 2]).toEqual([8, 9]);
    expect(layout.width).toBe(10);
  });

  it('has a store buffer for each thread under tso, before memory', () => {
    const layout = layOut(program, 'tso', 4);
    expect(layout).toMatchObject({ buffersAt: 8, bufferWords: 9, bufferEntries: 4 });
    expect([layout.memoryAt + 1, layout.width]).toEqual([8 + 27, 8 + 27 + 2]);
  });

  it('knows whose buffer a thread uses, and whom it interrupts', () => {
    const { bufferOf, interrupts } = layOut(program, 'tso', 4);
    expect([bufferOf, interrupts]).toEqual([
      [0, 0, -1],
      [-1, 0, -1],
    ]);
  });
});
