/**
 * Random executions, made before the search to get to know the threads.
 *
 * Partial-order reduction relies on what threads can still do. A few hundred random executions
 * discover nearly all of that at the cost of some milliseconds; without them the search would rely
 * on too little, notice, and start again (with (5,2,1) of the benchmark four times instead of
 * once). The random numbers are the same in every check.
 *
 * Some executions change between threads at every step, others let one thread run for long: what
 * a thread does where others have come far is met only by these.
 */

import type { SearchInput } from '../counting.ts';
import { CANDIDATE_HEAD } from '../candidates.ts';
import type { Stepper } from '../stepper.ts';
import { applyCandidate, createWalker, writeInitial } from '../walk.ts';

/** When this share of the executions, in a row, discovers nothing, the threads are known. */
const QUIET = 0.3;
/**
 * So many in a row are enough in any case: a check of all scenarios makes 15.6 million random steps
 * in executions that end with it and 36.7 without, and begins 1,368 searches in place of 1,306.
 */
const QUIET_MAX = 200;

/** Steps after which a random execution is given up: it goes round in a loop. */
const STEPS_MAX = 2000;
/** The same as a multiple of the longest that ended, where one has. */
const LONGEST_TIMES = 4;
const STEPS_MIN = 200;

/**
 * Makes random executions.
 *
 * @param executions how many at the most; fewer when the last QUIET of them discovered nothing
 * @param seed of the random numbers: other ones are made where those before were too few
 */
export function probe(input: SearchInput, executions: number, seed: number): void {
  const { stepper } = createWalker(input, false);
  const random = randomNumbers(seed);
  const enough = Math.min(QUIET_MAX, QUIET * executions);
  let longest = 0;
  let quiet = 0;
  for (let i = 0; i < executions && quiet < enough; i++) {
    const before = input.automaton.runs();
    longest = Math.max(longest, execute(input, stepper, random, stepsMax(longest)));
    quiet = input.automaton.runs() === before ? quiet + 1 : 0;
  }
}

/** @param longest steps of the longest execution that ended; 0 if none has */
function stepsMax(longest: number): number {
  if (longest === 0) return STEPS_MAX;
  return Math.min(STEPS_MAX, Math.max(STEPS_MIN, LONGEST_TIMES * longest));
}

/** Makes one execution. @returns its steps, or 0 if it was given up */
function execute(input: SearchInput, stepper: Stepper, random: () => number, most: number): number {
  const { layout } = input;
  let record = new Int32Array(layout.width);
  let after = new Int32Array(layout.width);
  writeInitial(input, stepper, record);
  const restless = 2 ** (-5 * random());
  let thread = 0;
  for (let steps = 0; steps < most; steps++) {
    stepper.length = 0;
    stepper.look(record, 0);
    if (steps === 0 || random() < restless) thread = Math.floor(random() * layout.threads);
    stepper.step(thread);
    for (let next = 1; stepper.length === 0 && next < layout.threads; next++) {
      stepper.step((thread + next) % layout.threads);
    }
    if (stepper.length === 0) return steps;
    const at = pick(stepper, random);
    applyCandidate(stepper.out, at, record, 0, after, 0, layout.width);
    [record, after] = [after, record];
  }
  return 0;
}

/** The place of a random candidate. */
function pick(stepper: Stepper, random: () => number): number {
  const places: number[] = [];
  for (let at = 0; at < stepper.length;) {
    places.push(at);
    at += CANDIDATE_HEAD + 2 * (stepper.out[at + 4] as number);
  }
  return places[Math.floor(random() * places.length)] ?? 0;
}

/** Random numbers below 1 from a seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}
