/**
 * Runs kernel functions one after the other, in one thread, and notes the steps that they name.
 *
 * For tests of arithmetic, flags and the order of steps; what several threads do is for scenarios.
 */
import { directMachine } from '../../src/explore/replay/direct.ts';
import type { AllocStruct } from '../../src/kernel/index.ts';
import { withMachine } from '../../src/memory/machine.ts';
import { sizeOf } from '../../src/memory/struct.ts';

/** A machine for one test. */
export interface KernelMachine {
  readonly alloc: AllocStruct;
  /** Runs `body` with this machine in force. */
  readonly run: <R>(body: () => R) => R;
  /** Runs `body` and gives the labels of its steps. */
  readonly steps: (body: () => void) => string[];
}

/** Makes an empty memory; `designs` answers design questions, by default as Linux does. */
export function kernelMachine(designs: Readonly<Record<string, string>> = {}): KernelMachine {
  const words: number[] = [0];
  const labels: string[] = [];
  const direct = directMachine(
    () => ({ words, offset: 0 }),
    (name, choices) => designs[name] ?? choices[0] ?? '',
    true,
  );
  const machine = { ...direct, label: (text: string): void => void labels.push(text) };
  return {
    alloc(type) {
      const address = words.length;
      for (let size = sizeOf(type); size > 0; size--) words.push(0);
      return type.at(address);
    },
    run: (body) => withMachine(machine, body),
    steps(body) {
      labels.length = 0;
      withMachine(machine, body);
      return [...labels];
    },
  };
}
