/**
 * Random programs under model `weak`: with everything that a search forgets, drops and leaves out,
 * they return what they return without. Few words, many updates, coarse questions, locks on the
 * way: what there is to forget (weak-ahead.ts, guards.ts, weak-repeats.ts). A loop,
 * which without reduction would go on for ever, is compared with up to three rounds of it.
 */

import { describe, expect, it } from 'vitest';
import { choose, scenario } from '../../src/index.ts';
import {
  atomic_add_return,
  atomic_add_return_relaxed,
  atomic_dec,
  atomic_dec_and_test,
  atomic_inc,
  atomic_inc_not_zero,
  atomic_inc_return,
  atomic_read,
  loop,
  READ_ONCE,
  smp_load_acquire,
  smp_mb,
  smp_rmb,
  smp_store_release,
  smp_wmb,
  spin_lock,
  spin_trylock,
  spin_unlock,
  WRITE_ONCE,
  xchg_acquire,
  xchg_release,
} from '../../src/memory/index.ts';
import { reachableFinals } from '../../src/scenario/finals.ts';
import { chanceFrom } from '../diy/random.ts';
import type { Chance } from '../diy/random.ts';
import { words } from './weak.ts';
import type { Body, Words } from './weak.ts';

const ROUNDS_MAX = 3;
/** Larger programs are left out. */
const STATES_MAX = 4000;

/** A step of a thread: what it adds to the thread's result. */
type Step = (w: Words) => number;

const silent =
  (body: (w: Words) => unknown): Step =>
  (w) => {
    body(w);
    return 0;
  };

/** What writers do. */
const WRITES: readonly Step[] = [
  silent((w) => WRITE_ONCE(w.x, 1)),
  silent((w) => WRITE_ONCE(w.x, 2)),
  silent((w) => WRITE_ONCE(w.y, 1)),
  silent((w) => WRITE_ONCE(w.y, 2)),
  silent((w) => smp_store_release(w.z, 1)),
  silent((w) => atomic_inc(w.a)),
  silent((w) => atomic_inc(w.a)),
  silent((w) => atomic_dec(w.a)),
  (w) => atomic_add_return_relaxed(1, w.a),
  (w) => (atomic_dec_and_test(w.a) ? 1 : 0),
  silent((w) => xchg_release(w.y, 3)),
  silent(() => smp_mb()),
  silent(() => smp_wmb()),
];

/** What readers look at, some of it coarsely. */
const READS: readonly Step[] = [
  (w) => READ_ONCE(w.x),
  (w) => READ_ONCE(w.y),
  (w) => READ_ONCE(w.z),
  (w) => (atomic_read(w.a) > 1 ? 1 : 0),
  (w) => ((atomic_read(w.a) & 1) === 0 ? 0 : 1),
  (w) => atomic_read(w.a),
  (w) => atomic_inc_return(w.b),
  silent(() => smp_rmb()),
];

/** What a reader does after its first looks and before its last: it may learn something by it. */
const BETWEEN: readonly ((w: Words, look: () => number) => number)[] = [
  (w, look) => {
    spin_lock(w.l);
    const seen = look();
    spin_unlock(w.l);
    return seen;
  },
  (w, look) => {
    spin_lock(w.l);
    spin_unlock(w.l);
    spin_lock(w.l);
    const seen = look();
    spin_unlock(w.l);
    return seen;
  },
  (w, look) => {
    const taken = spin_trylock(w.l);
    if (taken) spin_unlock(w.l);
    return look();
  },
  (w, look) => (atomic_inc_not_zero(w.a) ? 10 : 0) + look(),
  (w, look) => 10 * xchg_acquire(w.z, 2) + look(),
  (w, look) => 10 * atomic_add_return(1, w.a) + look(),
  (w, look) => (smp_load_acquire(w.z) === 0 ? 0 : 10 + look()),
  (_, look) => look(),
];

/** What a loop does: the words hold what they held before, or what they hold after one round. */
const ROUNDS: readonly ((w: Words) => void)[] = [
  (w) => {
    atomic_inc(w.a);
    atomic_dec(w.a);
  },
  (w) => {
    atomic_inc(w.a);
    atomic_dec_and_test(w.a);
  },
  (w) => void xchg_acquire(w.y, 1),
  (w) => {
    spin_lock(w.l);
    xchg_release(w.x, 3 - READ_ONCE(w.x));
    spin_unlock(w.l);
  },
];

type Rounds = (body: () => void) => void;

/** A thread that writes: freely, behind a lock, or after a loop. */
function writer(chance: Chance, rounds: Rounds): Body {
  const steps = someOf(chance, WRITES, 2 + chance.number(3));
  const round = oneOf(chance, ROUNDS);
  const run = (w: Words): number => steps.reduce((sum, step) => 3 * sum + step(w), 0);
  switch (chance.number(4)) {
    case 0:
      return (w) => {
        spin_lock(w.l);
        const told = run(w);
        spin_unlock(w.l);
        return told;
      };
    case 1:
      return (w) => {
        rounds(() => round(w));
        return run(w);
      };
    default:
      return run;
  }
}

/** A thread that looks, learns something perhaps, and looks again. */
function reader(chance: Chance): Body {
  const [first, last] = [
    someOf(chance, READS, 1 + chance.number(3)),
    someOf(chance, READS, 1 + chance.number(2)),
  ];
  const between = oneOf(chance, BETWEEN);
  const look = (w: Words, steps: readonly Step[]): number =>
    steps.reduce((sum, step) => 5 * sum + step(w), 0);
  return (w) => 1000 * look(w, first) + between(w, () => look(w, last));
}

function oneOf<T>(chance: Chance, choices: readonly T[]): T {
  return choices[chance.number(choices.length)] as T;
}

function someOf<T>(chance: Chance, choices: readonly T[], count: number): readonly T[] {
  return Array.from({ length: count }, () => oneOf(chance, choices));
}

/** As often as somebody chooses. */
const endless: Rounds = (body) =>
  loop(() => {
    if (choose(2) === 0) return false;
    body();
    return true;
  });

const few: Rounds = (body) => {
  for (let round = 0; round < ROUNDS_MAX && choose(2) === 1; round++) body();
};

/** The program of a seed: a writer, a reader, and one more. */
function programOf(seed: number, rounds: Rounds): readonly Body[] {
  const chance = chanceFrom(seed);
  const third = chance.once(2) ? reader(chance) : writer(chance, rounds);
  return [writer(chance, rounds), reader(chance), third];
}

/** What a program returns; null: it has no end, or is too large. */
function finalsOf(bodies: readonly Body[], reduction: boolean): readonly string[] | null {
  const one = scenario('random', ({ alloc, thread }) => {
    const w = alloc(words, 'w');
    bodies.forEach((body, i) => thread(`P${i}`, () => body(w)));
  });
  const options = { model: 'weak', reduction, until: { states: STATES_MAX } } as const;
  const { finals, result } = reachableFinals(one, options);
  if (result.open !== null) return null;
  return [...new Set(finals.map(({ results }) => results.join(' ')))].toSorted();
}

/** Declares the comparison for so many programs. */
export function describeRandomWeak(programs: number, timeoutMs: number): void {
  const seeds = Array.from({ length: programs }, (_, i) => i + 1);

  describe(`${programs} random programs under weak`, () => {
    it(
      'return the same with reduction and without',
      () => expect(seeds.filter(isComparable).length).toBeGreaterThan(programs / 3),
      timeoutMs,
    );

    it(
      'return with loops at least what they return with some rounds of them',
      () => expect(seeds.filter(isComparableInLoops).length).toBeGreaterThan(programs / 3),
      timeoutMs,
    );
  });
}

/** Compares one; false: it is too large. */
function isComparable(seed: number): boolean {
  const all = finalsOf(programOf(seed, few), false);
  if (all === null) return false;
  expect([seed, finalsOf(programOf(seed, few), true)]).toEqual([seed, all]);
  return true;
}

function isComparableInLoops(seed: number): boolean {
  const looping = finalsOf(programOf(seed, endless), true);
  const some = looping === null ? null : finalsOf(programOf(seed, few), false);
  if (some === null) return false;
  expect([seed, some.filter((one) => looping?.includes(one) !== true)]).toEqual([seed, []]);
  return true;
}
