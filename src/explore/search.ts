/**
 * The breadth-first search over states, in one thread.
 *
 * Layer by layer: the states of a layer are looked at in order, their steps are written as
 * candidates (stepper.ts), and candidates with a new hash become states of the next layer.
 * Candidates are collected in batches and their places in the visited set are touched before they
 * are added, so that the memory system fetches many of them at once. The first layer with a
 * violation is finished, then the search stops, unless it shall go on. A search that has become
 * large goes on with several workers (coordinate.ts).
 */

import { Antichain } from './weak/antichain.ts';
import { Bases } from './weak/bases.ts';
import { rehearsalOf } from './parallel/common-room.ts';
import { searchTogether } from './parallel/coordinate.ts';
import { candidatesMax, Counted } from './counting.ts';
import type { SearchInput, SearchOutcome } from './counting.ts';
import { BATCH, makeControl } from './parallel/desk.ts';
import type { Team } from './parallel/desk.ts';
import { endRehearsal } from './parallel/rounds.ts';
import { expand } from './expand.ts';
import type { Expansion } from './expand.ts';
import { Frontier } from './frontier.ts';
import { CANDIDATE_HEAD } from './candidates.ts';
import { Stepper } from './stepper.ts';
import { Visited } from './visited.ts';
import { applyCandidate, placesOf, poolLayouts, writeInitial } from './walk.ts';
import { bytesOfWeak } from './weak/weak-memory.ts';

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
  /** weak: what the states have in common, for livelocks. */
  readonly bases: Bases | null;
  /** weak: what else need not be looked at; null without reduction. */
  readonly antichain: Antichain | null;
  /** How many states came before the current layer. */
  earlier: number;
  /** How many states there were when a decision turned out wrong; -1 as long as none has. */
  doomedAt: number;
  current: Frontier;
  next: Frontier;
}

/**
 * Explores every state that the program can reach.
 *
 * @param team who helps once the search is large; null for nobody
 */
export function search(input: SearchInput, team: Team | null = null): SearchOutcome {
  const one = startSearch(input);
  placeInitialState(one);
  // Properties of every state are the user's code, which only this thread can run.
  if (team !== null && !input.judge.judgesEveryState) return searchWith(one, team);
  searchLayers(one, Infinity);
  return one.counted.outcome();
}

/** The share of the states of a large search at which the workers are prepared. */
const PREPARED_AT = 0.6;

function searchWith(one: Search, team: Team): SearchOutcome {
  if (!searchUntilLarge(one, PREPARED_AT * team.from)) return one.counted.outcome();
  const rehearsal = makeControl();
  team.prepare(() => rehearsalOf(one, rehearsal));
  const isLarge = searchUntilLarge(one, team.from);
  endRehearsal(rehearsal);
  return isLarge ? withProblemOfOne(one.input, searchTogether(one, team)) : one.counted.outcome();
}

/** A layer of so many times the states of the one before: most of the states are still to come. */
const GROWING = 1.2;
/** So many times the states make a search large however its layers grow. */
const LARGE_AT = 4;

/**
 * Explores layer by layer. Searches of 107,000 states do not grow like this any more at 30,000:
 * with two jobs they took 0.32 s of wall time in place of 0.15, because a new thread compiles all
 * code again.
 *
 * @returns whether it has more states than `from`, and will have many more
 */
function searchUntilLarge(one: Search, from: number): boolean {
  const { counted } = one;
  let most = from;
  while (searchLayers(one, most)) {
    const [before = 0, last = 0] = counted.layers.slice(-2);
    if (last >= GROWING * before || counted.states > LARGE_AT * from) return true;
    most = counted.states;
  }
  return false;
}

/** Which of several mistakes workers meet first is a matter of time; one thread looks again. */
function withProblemOfOne(input: SearchInput, outcome: SearchOutcome): SearchOutcome {
  if (outcome.problem === null) return outcome;
  return { ...outcome, problem: search(input).problem ?? outcome.problem };
}

/** Explores layer by layer. @returns whether it ended because of this many states */
function searchLayers(one: Search, statesMax: number): boolean {
  const { counted, input } = one;
  while (one.current.count > 0 && counted.states <= statesMax) {
    expandLayer(one);
    if (counted.isOver()) return false;
    input.options.onLayer(counted);
    one.earlier += one.current.count;
    [one.current, one.next] = [one.next, one.current];
    one.next.clear();
    counted.ended = one.current.count === 0;
    if (!counted.ended) {
      counted.depth++;
      counted.layers.push(one.current.count);
    }
    if (counted.found.size > 0 && !input.options.keepGoing) break;
  }
  if (one.doomedAt >= 0) counted.retry = 'reduction';
  const hasFound = counted.found.size > 0 && !input.options.keepGoing;
  return one.current.count > 0 && counted.retry === null && !hasFound;
}

function startSearch(input: SearchInput): Search {
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
  restartLiveness(input);
  reduction.update(automaton.states());
  const expansion = expansionOf(input, counted, stepper);
  const current = new Frontier(layout.width);
  const next = new Frontier(layout.width);
  const visited = new Visited();
  const { weak } = automaton.tables;
  const bases = weak === null ? null : new Bases(layout);
  if (weak !== null) weak.bases = bases;
  const antichain = weak === null || !input.options.reduction ? null : new Antichain(layout, weak);
  return {
    input,
    counted,
    stepper,
    expansion,
    visited,
    bases,
    antichain,
    earlier: 0,
    doomedAt: -1,
    current,
    next,
  };
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
  one.bases?.add(records, 0);
  one.antichain?.add(records, 0, 0);
  one.counted.states = 1;
  one.counted.layers.push(1);
}

function expandLayer(one: Search): void {
  const { current, stepper, counted } = one;
  const { automaton } = one.input;
  const { width } = one.input.layout;
  stepper.length = 0;
  for (let i = 0; i < current.count; i++) {
    if (one.antichain?.isDisplaced(one.earlier + i) === true) continue;
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
  const { weak } = one.input.automaton.tables;
  const { out, length } = stepper;
  for (let at = 0; at < length; at += CANDIDATE_HEAD + 2 * (out[at + 4] as number)) {
    visited.touch(out[at + 1] as number);
  }
  counted.transitions += addTouched(one);
  counted.states = one.earlier + one.current.count + one.next.count;
  counted.visitedBytes = visited.bytes() + (one.antichain?.bytes() ?? 0);
  counted.bytes = counted.visitedBytes + one.current.bytes() + one.next.bytes();
  if (weak !== null) counted.bytes += bytesOfWeak(weak);
  stepper.length = 0;
  learn(one);
  if (counted.losesSymmetry()) counted.retry = 'symmetry';
  counted.checkLimits();
}

/** Under weak: nobody relies on anything, and nothing is forgotten without reduction. */
function restartLiveness({ automaton, options }: SearchInput): void {
  const liveness = automaton.tables.weak?.liveness;
  if (liveness === undefined) return;
  liveness.isOn = options.reduction;
  liveness.dropsRepeats = options.reduction;
  liveness.restart();
}

/** Brings the reduction up to date with what was discovered. */
function learn(one: Search): void {
  const { counted, input } = one;
  const liveness = input.automaton.tables.weak?.liveness;
  liveness?.sync();
  if (liveness?.isInvalid === true) doom(one);
  if (!counted.reduces) return;
  input.reduction.update(input.automaton.states());
  if (input.reduction.isInvalid) doom(one);
}

/**
 * A decision has turned out wrong: the search must be run again. Under weak, where that happens
 * more often, it first goes on until it has seen twice as many states, so that the next attempt
 * knows more of the threads: `fast-gup-vs-mkclean-two-pages` was run again over 30 times before.
 */
function doom(one: Search): void {
  const { counted, input } = one;
  if (input.layout.model !== 'weak') counted.retry = 'reduction';
  else if (one.doomedAt < 0) one.doomedAt = counted.states;
  else if (counted.states >= 2 * one.doomedAt) counted.retry = 'reduction';
}

/** Adds what has been touched. @returns how many candidates there were */
function addTouched(one: Search): number {
  const { stepper, visited, bases, antichain, current, next } = one;
  const { width } = one.input.layout;
  const { out, length } = stepper;
  const before = one.earlier + current.count;
  const from = current.records;
  let count = 0;
  for (let at = 0; at < length; at += CANDIDATE_HEAD + 2 * (out[at + 4] as number)) {
    count++;
    if (visited.add(out[at + 1] as number, out[at + 2] as number)) {
      const base = next.push();
      applyCandidate(out, at, from, out[at] as number, next.records, base, width);
      if (bases === null) continue;
      const covered = antichain?.add(next.records, base, before + next.count - 1) === false;
      if (covered) next.pop();
      else bases.add(next.records, base);
    }
  }
  return count;
}
