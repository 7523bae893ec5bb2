/**
 * The breadth-first search over states, in one thread.
 *
 * Layer by layer: the states of a layer are looked at in order, their steps are written as
 * candidates (stepper.ts), and candidates with a new hash become states of the next layer.
 * Candidates are collected in batches and their places in the visited set are touched before they
 * are added, so that the memory system fetches many of them at once. The first layer with a
 * violation is finished, then the search stops, unless it shall go on.
 */

import { candidatesMax, Counted } from './counting.ts';
import type { SearchInput, SearchOutcome } from './counting.ts';
import { expand } from './expand.ts';
import type { Expansion } from './expand.ts';
import { Frontier } from './frontier.ts';
import { CANDIDATE_HEAD } from './candidates.ts';
import { Stepper } from './stepper.ts';
import { Visited } from './visited.ts';
import { applyCandidate, placesOf, poolLayouts, writeInitial } from './walk.ts';

/** Integers of candidates that are collected before they are added to the visited set. */
const BATCH = 1 << 14;

/**
 * As long as there are no more thread states than this, the reduction learns of each discovery at
 * once, which costs little then and lets it see further; later only once for each batch.
 */
const FEW_STATES = 1000;

interface Search {
  readonly input: SearchInput;
  readonly counted: Counted;
  readonly stepper: Stepper;
  readonly expansion: Expansion;
  readonly visited: Visited;
  readonly statesMax: number;
  current: Frontier;
  next: Frontier;
}

/**
 * Explores every state that the program can reach.
 *
 * @param statesMax beyond this many states the search gives up with `retry: 'parallel'`
 */
export function search(input: SearchInput, statesMax = Infinity): SearchOutcome {
  const one = startSearch(input, statesMax);
  const { counted } = one;
  placeInitialState(one);
  while (one.current.count > 0) {
    counted.layers.push(one.current.count);
    expandLayer(one);
    if (counted.isOver()) return counted.outcome();
    input.options.onLayer(counted);
    [one.current, one.next] = [one.next, one.current];
    one.next.clear();
    counted.ended = one.current.count === 0;
    if (!counted.ended) counted.depth++;
    if (counted.found.size > 0 && !input.options.keepGoing) break;
  }
  return counted.outcome();
}

function startSearch(input: SearchInput, statesMax: number): Search {
  const { layout, automaton, program, reduction } = input;
  const counted = new Counted(input);
  const stepper = new Stepper(
    layout,
    automaton.tables,
    poolLayouts(program, layout),
    placesOf(program, layout, counted.symmetric),
    automaton.initial.map(({ node }) => node),
    {
      missing: automaton.missing,
      trouble(trouble, thread) {
        counted.trouble(trouble, stepper.records, stepper.base, thread);
      },
    },
  );
  stepper.out = new Int32Array(BATCH + candidatesMax(program, layout));
  reduction.restart();
  reduction.update(automaton.states());
  const expansion = expansionOf(input, counted, stepper);
  const current = new Frontier(layout.width);
  const next = new Frontier(layout.width);
  const visited = new Visited();
  const one = { input, counted, stepper, expansion, visited, statesMax, current, next };
  return one;
}

function expansionOf(input: SearchInput, counted: Counted, stepper: Stepper): Expansion {
  const { layout, automaton, judge, reduction } = input;
  return {
    layout,
    tables: automaton.tables,
    stepper,
    reduction: counted.reduces ? reduction : null,
    suspectsAll: judge.judgesEveryState,
    suspicious: (records, base) => counted.noteAll(judge.inAnyState(records, base)),
    final: (records, base) => counted.final(records, base),
    stuck: (records, base) => counted.stuck(records, base),
  };
}

function placeInitialState(one: Search): void {
  one.current.push();
  const { records } = one.current;
  writeInitial(one.input, one.stepper, records);
  one.visited.add(records[0] as number, records[1] as number);
  one.counted.states = 1;
}

function expandLayer(one: Search): void {
  const { current, stepper, counted } = one;
  const { automaton } = one.input;
  const { width } = one.input.layout;
  stepper.length = 0;
  for (let i = 0; i < current.count; i++) {
    expand(one.expansion, current.records, i * width);
    if (stepper.length > BATCH) addCandidates(one);
    else if (automaton.states() < FEW_STATES) learn(one);
    if (stepper.excuses > 0) counted.checkAutomaton();
    if (counted.isOver()) return;
  }
  addCandidates(one);
}

/** Adds the collected candidates to the visited set; new ones become states of the next layer. */
function addCandidates(one: Search): void {
  const { stepper, visited, counted } = one;
  const { out, length } = stepper;
  for (let at = 0; at < length; at += CANDIDATE_HEAD + 2 * (out[at + 4] as number)) {
    visited.touch(out[at + 1] as number);
  }
  counted.transitions += addTouched(one);
  counted.states = visited.count;
  counted.visitedBytes = visited.bytes();
  counted.bytes = visited.bytes() + one.current.bytes() + one.next.bytes();
  stepper.length = 0;
  learn(one);
  if (counted.losesSymmetry()) counted.retry = 'symmetry';
  if (counted.states > one.statesMax) counted.retry ??= 'parallel';
  counted.checkLimits();
}

/** Brings the reduction up to date with what was discovered. */
function learn(one: Search): void {
  const { counted, input } = one;
  if (!counted.reduces) return;
  input.reduction.update(input.automaton.states());
  if (input.reduction.isInvalid) counted.retry = 'reduction';
}

/** Adds what has been touched. @returns how many candidates there were */
function addTouched(one: Search): number {
  const { stepper, visited, current, next } = one;
  const { width } = one.input.layout;
  const { out, length } = stepper;
  const from = current.records;
  let count = 0;
  for (let at = 0; at < length; at += CANDIDATE_HEAD + 2 * (out[at + 4] as number)) {
    count++;
    if (visited.add(out[at + 1] as number, out[at + 2] as number)) {
      const base = next.push();
      applyCandidate(out, at, from, out[at] as number, next.records, base, width);
    }
  }
  return count;
}
