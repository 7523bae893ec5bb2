/** Small programs under model `weak`: a struct of words, and what threads over it can return. */

import { expect } from 'vitest';
import { scenario, struct, u32 } from '../../src/index.ts';
import { atomic_t, spinlock_t } from '../../src/memory/index.ts';
import type { Struct } from '../../src/memory/index.ts';
import { reachableFinals } from '../../src/scenario/finals.ts';

const members = {
  x: u32,
  y: u32,
  z: u32,
  a: atomic_t,
  b: atomic_t,
  l: spinlock_t,
  m: spinlock_t,
};
export const words = struct('words', members);
export type Words = Struct<typeof members>;
export type Body = (w: Words) => number | void;

/** What the threads can return together, as `1 0`; threads that return nothing are left out. */
export function outcomes(bodies: readonly Body[], reduction = true): string[] {
  const one = scenario('litmus', ({ alloc, thread }) => {
    const w = alloc(words, 'w');
    bodies.forEach((body, i) => thread(`P${i}`, () => body(w) ?? -1));
  });
  const { finals, result } = reachableFinals(one, { model: 'weak', reduction });
  expect([result.problems, result.open]).toEqual([[], null]);
  const told = finals.map(({ results }) => results.filter((value) => value !== -1).join(' '));
  return [...new Set(told)].sort();
}
