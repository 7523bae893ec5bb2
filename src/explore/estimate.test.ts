import { describe, expect, it } from 'vitest';
import { atomic_inc_return, atomic_t } from '../memory/index.ts';
import { tried } from '../../test/support/small.ts';
import { estimateStates } from './estimate.ts';
import type { Progress } from './result.ts';

/** Layers whose sizes are a bell. */
function bell(middle: number, width: number, height: number): number[] {
  const sizes = Array.from({ length: 4 * middle }, (_, i) =>
    Math.round(height * Math.exp(-(((i - middle) / width) ** 2))),
  );
  return sizes.slice(0, sizes.findLastIndex((size) => size >= 1) + 1).map((size) => size || 1);
}

/** Layers of `threads` threads that each make `steps` independent steps. */
function product(threads: number, steps: number): number[] {
  let layers = [1];
  for (let thread = 0; thread < threads; thread++) {
    const wider = Array.from({ length: layers.length + steps }, () => 0);
    layers.forEach((size, i) => {
      for (let step = 0; step <= steps; step++) wider[i + step] = (wider[i + step] ?? 0) + size;
    });
    layers = wider;
  }
  return layers;
}

const sum = (sizes: readonly number[]): number => sizes.reduce((total, size) => total + size, 0);

describe('an estimate', () => {
  it('is not made before there is something to say', () => {
    for (let known = 0; known < 8; known++) {
      expect(estimateStates(product(5, 6).slice(0, known))).toBeNull();
    }
  });

  it('is not made while layers grow as fast as ever', () => {
    const doubling = Array.from({ length: 20 }, (_, i) => 2 ** i);
    expect(estimateStates(doubling)).toBeNull();
  });

  const known: [string, number[]][] = [
    ['a bell', bell(30, 12, 1e6)],
    ['a narrow bell', bell(20, 6, 1e5)],
    ['five threads of six steps', product(5, 6)],
    ['eight threads of four steps', product(8, 4)],
    ['three threads of twenty steps', product(3, 20)],
  ];

  it.each(known)('of %s is within its spread whenever it is made', (_, layers) => {
    const all = sum(layers);
    for (let at = 1; at < layers.length; at++) {
      const estimate = estimateStates(layers.slice(0, at));
      if (estimate === null) continue;
      const { states, spread } = estimate;
      expect(Math.abs(states - all)).toBeLessThanOrEqual(Math.max(spread, 0.05 * all));
    }
  });

  it('is never below what is known', () => {
    for (const [, layers] of known) {
      for (let at = 8; at <= layers.length; at++) {
        const seen = layers.slice(0, at);
        const estimate = estimateStates(seen);
        if (estimate !== null) expect(estimate.states).toBeGreaterThanOrEqual(sum(seen));
      }
    }
  });

  it('comes with the progress of a search, and ends near the truth', async () => {
    const seen: Progress[] = [];
    const { states } = await tried(
      ({ alloc, thread }) => {
        const count = alloc(atomic_t, 'count');
        thread('t', { count: 4 }, () => {
          for (let i = 0; i < 3; i++) atomic_inc_return(count);
        });
      },
      { onProgress: (progress) => seen.push(progress), symmetry: false, reduction: false },
    );
    expect(seen[0]?.estimate).toBeNull();
    expect(seen.at(-1)?.states).toBe(states);
    const last = seen.findLast(({ estimate }) => estimate !== null)?.estimate;
    expect(Math.abs((last?.states ?? 0) - states)).toBeLessThanOrEqual(states / 5);
  });
});
