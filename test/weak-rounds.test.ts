/**
 * Model `weak` drops rounds of several words' messages (weak-rounds.ts): a loop that
 * counts two words up and down has an end while somebody may still read both, and what that one
 * can see is what it can see of some rounds where nothing is dropped. Every looker of up to two
 * looks is tried, and some of four.
 */

import { describe, expect, it } from 'vitest';
import { choose, scenario, struct, u32 } from '../src/index.ts';
import {
  atomic_dec_and_test,
  atomic_dec_return_release,
  atomic_inc_return,
  atomic_inc_return_release,
  atomic_read,
  atomic_read_acquire,
  atomic_t,
  loop,
  READ_ONCE,
  smp_rmb,
  WRITE_ONCE,
} from '../src/memory/index.ts';
import { reachableFinals } from '../src/scenario/finals.ts';
import { words } from './support/weak.ts';
import type { Words } from './support/weak.ts';

/** More than anybody here can tell, and one for what it does before. */
const ROUNDS = 4;

const rounds: Record<string, (w: Words) => void> = {
  'fully ordered': (w) => {
    atomic_inc_return(w.a);
    atomic_inc_return(w.b);
    atomic_dec_and_test(w.a);
    atomic_dec_and_test(w.b);
  },
  'with release': (w) => {
    atomic_inc_return_release(w.a);
    atomic_inc_return_release(w.b);
    atomic_dec_return_release(w.b);
    atomic_dec_return_release(w.a);
  },
};

type Look = (w: Words) => number;

const looks: Record<string, Look> = {
  a: (w) => atomic_read(w.a),
  b: (w) => atomic_read(w.b),
  'a acquire': (w) => atomic_read_acquire(w.a),
  'b acquire': (w) => atomic_read_acquire(w.b),
  'rmb b': (w) => {
    smp_rmb();
    return atomic_read(w.b);
  },
};

/** What a looker can return beside a loop, smallest first; null: the search has no end. */
function returned(
  round: (w: Words) => void,
  seen: readonly Look[],
  endless: boolean,
): readonly number[] | null {
  const one = scenario('rounds', ({ alloc, thread }) => {
    const w = alloc(words, 'w');
    thread('looper', () => {
      const again = (): boolean => {
        if (choose(2) === 0) return false;
        round(w);
        return true;
      };
      if (endless) loop(again);
      else for (let i = 0; i < ROUNDS && again(); i++);
      WRITE_ONCE(w.y, 1);
    });
    // Behind the flag all rounds are there: what it sees then, it sees in old messages only.
    thread('looker', () => {
      if (READ_ONCE(w.y) === 0) return 0;
      return seen.reduce((sum, look) => 2 * sum + look(w), 1);
    });
  });
  const { finals, result } = reachableFinals(one, { model: 'weak', reduction: endless });
  const told = new Set(finals.map(({ results }) => Number(results[1] ?? -1)));
  return result.open === null ? [...told].toSorted((a, b) => a - b) : null;
}

/** Every sequence of so many of them. */
function sequences<T>(choices: readonly T[], length: number): T[][] {
  if (length === 0) return [[]];
  return sequences(choices, length - 1).flatMap((rest) => choices.map((one) => [...rest, one]));
}

describe.each(Object.entries(rounds))('a loop that counts two words, %s', (_, round) => {
  it.each([1, 2])('shows %i looks what some rounds of it show', (length) => {
    for (const chosen of sequences(Object.entries(looks), length)) {
      const seen = chosen.map(([, look]) => look);
      const name = chosen.map(([one]) => one).join(', ');
      expect([name, returned(round, seen, true)]).toEqual([name, returned(round, seen, false)]);
    }
  });
});

describe('four looks', () => {
  it.each([
    ['a', 'b', 'a', 'b'],
    ['a acquire', 'b', 'a', 'b acquire'],
    ['b', 'rmb b', 'a', 'a'],
    ['a', 'a acquire', 'b', 'rmb b'],
  ])('%s, %s, %s, %s: show what some rounds show', (...names) => {
    const seen = names.map((name) => looks[name] ?? (() => 0));
    const round = rounds['with release'] ?? (() => {});
    expect(returned(round, seen, true)).toEqual(returned(round, seen, false));
  });
});

describe('six looks at three words', () => {
  const counters = struct('counters', { a: atomic_t, b: atomic_t, c: atomic_t, done: u32 });

  /** One after the other, up and down: behind the last one up, the first is up a round on. */
  function seenUp(rounds: number): boolean {
    const endless = rounds === Infinity;
    const one = scenario('three', ({ alloc, thread }) => {
      const w = alloc(counters, 'w');
      const round = (): void => {
        for (const word of [w.a, w.b, w.c]) {
          atomic_inc_return_release(word);
          atomic_dec_return_release(word);
        }
      };
      thread('looper', () => {
        if (endless) loop(() => choose(2) === 1 && (round(), true));
        else for (let i = 0; i < rounds; i++) round();
        WRITE_ONCE(w.done, 1);
      });
      thread('looker', () => {
        if (READ_ONCE(w.done) === 0) return 0;
        const words = [w.c, w.b, w.a, w.c, w.b, w.a];
        return words.every((word) => atomic_read_acquire(word) === 1) ? 1 : 0;
      });
    });
    const { finals, result } = reachableFinals(one, { model: 'weak', reduction: endless });
    expect(result.open).toBeNull();
    return finals.some(({ results }) => results[1] === 1);
  }

  it('find each of them up, which takes five rounds', () => {
    expect([4, 5, Infinity].map(seenUp)).toEqual([false, true, true]);
  });
});
