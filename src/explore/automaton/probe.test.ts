import { describe, expect, it } from 'vitest';
import { choose, loop, READ_ONCE, s32, WRITE_ONCE } from '../../memory/index.ts';
import { inputFor } from '../../scenario/check.ts';
import { scenario } from '../../scenario/scenario.ts';
import type { Stage } from '../../scenario/stage.ts';
import type { SearchInput } from '../counting.ts';
import { probe, randomNumbers } from './probe.ts';

describe('random numbers', () => {
  it('are the same for the same seed', () => {
    const take = (seed: number): number[] => Array.from({ length: 20 }, randomNumbers(seed));
    expect(take(1)).toEqual(take(1));
    expect(take(1)).not.toEqual(take(2));
  });

  it('are spread evenly from 0 to 1', () => {
    const random = randomNumbers(3);
    const tenths = Array.from({ length: 10 }, () => 0);
    for (let i = 0; i < 20_000; i++) {
      const tenth = Math.floor(random() * 10);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    expect(tenths).toHaveLength(10);
    for (const count of tenths) expect(Math.abs(count - 2000)).toBeLessThan(200);
  });
});

function inputOf(body: (stage: Stage) => void): SearchInput {
  const input = inputFor(scenario('probed', body), {});
  if ('code' in input) throw new Error(input.what);
  return input;
}

describe('random executions', () => {
  it('discover what the threads do', () => {
    const input = inputOf(({ alloc, thread }) => {
      const x = alloc(s32, 'x');
      thread('t', () => {
        if (READ_ONCE(x) === 1) WRITE_ONCE(x, 2);
      });
      thread('u', () => WRITE_ONCE(x, 1));
    });
    expect(input.automaton.states()).toBe(2);
    probe(input, 50, 1);
    expect(input.automaton.states()).toBe(2 + 3);
  });

  it('give up where they go round in a loop', () => {
    const input = inputOf(({ alloc, thread }) => {
      const x = alloc(s32, 'x');
      thread('t', () => loop(() => READ_ONCE(x) === 0 && READ_ONCE(x) === 0));
    });
    probe(input, 1, 1);
    expect(input.automaton.states()).toBe(2);
  });

  it('go on much longer than those that ended, but not for ever', () => {
    const input = inputOf(({ alloc, thread }) => {
      const x = alloc(s32, 'x');
      thread('t', () => {
        for (let left = choose(2) * 150; left > 0; left--) WRITE_ONCE(x, left);
      });
    });
    probe(input, 20, 1);
    expect(input.automaton.states()).toBe(1 + 150 + 1);
  });
});
