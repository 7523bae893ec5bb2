/**
 * The shortest execution that shows a violation; among those, one with the fewest switches between
 * threads.
 *
 * The search forgets how it came to a state. When it has found a violation, the states up to that
 * depth are explored again, without any reduction, and this time each state remembers, for each
 * thread that can have made the last step, the cheapest way in. Equal costs are decided by thread
 * order, so the same bug always gives the same text. That the violation is met again without
 * partial-order reduction is at the same time a check of it. Under weak, states that others cover
 * are left out here, too: without that, `fsync-vs-pin` took 21 s here after 3 s of search.
 */

import { Antichain } from './antichain.ts';
import { mayEnd } from './expand.ts';
import { Frontier } from './frontier.ts';
import type { Violation } from './judge.ts';
import { withValidFutures } from './liveness.ts';
import { NodeKind, ROW_SHIFT } from './node.ts';
import type { SearchInput } from './counting.ts';
import type { PropertyName } from './result.ts';
import { onlyStaleWaits } from './stale-waits.ts';
import { CANDIDATE_HEAD, outcomeOf } from './candidates.ts';
import { NumberedStates } from './visited.ts';
import { applyCandidate, createWalker, writeInitial } from './walk.ts';
import type { Walker } from './walk.ts';

/** One step of an execution: who, and which outcome (outcomeOf, candidates.ts). */
export type Choice = readonly [thread: number, outcome: number];

/** A way to a violation. */
export interface Execution {
  readonly choices: readonly Choice[];
  readonly violation: Violation;
}

interface Ways {
  readonly input: SearchInput;
  readonly threads: number;
  readonly states: Frontier;
  readonly numbers: NumberedStates;
  readonly depths: number[];
  /**
   * For each state and last thread: switches so far, the state before, its last thread, outcome.
   */
  readonly cost: number[];
  readonly before: number[];
  readonly beforeLast: number[];
  readonly outcome: number[];
  readonly walker: Walker;
  readonly target: PropertyName | null;
  /** weak: the states that another one of at most their depth covers need not be visited. */
  readonly antichain: Antichain | null;
  readonly covered: Set<number>;
}

interface Meeting {
  readonly state: number;
  readonly violation: Violation;
  readonly offender: number;
}

/**
 * Finds the shortest executions that violate something.
 *
 * @param target the property; null for any: then one execution for each property that is violated
 *   at the smallest depth, whatever the search met first
 * @param depthMax the depth at which the search met a violation
 * @returns no execution if there is none up to that depth (then the search is wrong)
 */
export function shortestExecutions(
  input: SearchInput,
  target: PropertyName | null,
  depthMax: number,
): Execution[] {
  return withValidFutures(input.automaton.tables, () => explore(input, target, depthMax));
}

/** After so many states whoever asked is told that the search still runs. */
const STATES_OF_A_BEAT = 256;

function explore(input: SearchInput, target: PropertyName | null, depthMax: number): Execution[] {
  const ways = startWays(input, target);
  let from = 0;
  for (let depth = 0; depth <= depthMax; depth++) {
    const to = ways.states.count;
    const meetings: Meeting[] = [];
    for (let state = from; state < to; state++) {
      if (state % STATES_OF_A_BEAT === 0) input.options.stop();
      if (!ways.covered.has(state)) visit(ways, state, meetings);
    }
    if (meetings.length > 0) return cheapestOfEach(ways, meetings);
    from = to;
  }
  return [];
}

function cheapestOfEach(ways: Ways, meetings: readonly Meeting[]): Execution[] {
  const byProperty = new Map<string, Meeting[]>();
  for (const meeting of meetings) {
    const { kind, name } = meeting.violation.property;
    const alike = byProperty.get(`${kind} ${name}`) ?? [];
    byProperty.set(`${kind} ${name}`, [...alike, meeting]);
  }
  return [...byProperty.values()].map((alike) => executionTo(ways, cheapest(ways, alike)));
}

function startWays(input: SearchInput, target: PropertyName | null): Ways {
  const { layout } = input;
  const { weak } = input.automaton.tables;
  const ways: Ways = {
    input,
    threads: layout.threads,
    states: new Frontier(layout.width),
    numbers: new NumberedStates(),
    depths: [0],
    cost: Array.from({ length: layout.threads }, () => 0),
    before: Array.from({ length: layout.threads }, () => -1),
    beforeLast: Array.from({ length: layout.threads }, () => -1),
    outcome: Array.from({ length: layout.threads }, () => 0),
    walker: createWalker(input, false),
    target,
    antichain: weak === null ? null : new Antichain(layout, weak),
    covered: new Set(),
  };
  ways.states.push();
  const { records } = ways.states;
  writeInitial(input, ways.walker.stepper, records);
  ways.numbers.add(records[0] as number, records[1] as number);
  return ways;
}

/** Looks at one state: is it the violation, and where can it go? */
function visit(ways: Ways, state: number, meetings: Meeting[]): void {
  const { input, walker, threads } = ways;
  const { stepper } = walker;
  const base = state * input.layout.width;
  for (const violation of matching(ways, input.judge.inAnyState(ways.states.records, base))) {
    meetings.push({ state, violation, offender: -1 });
  }
  if (hasFailed(ways, base)) return;
  let steps = 0;
  for (let thread = 0; thread < threads; thread++) {
    stepper.length = 0;
    walker.trouble = null;
    stepper.look(ways.states.records, base);
    stepper.step(thread);
    const trouble = walker.trouble as Violation | null;
    if (!onlyStaleWaits(stepper, 0) || trouble !== null) steps++;
    for (const violation of matching(ways, trouble === null ? [] : [trouble])) {
      meetings.push({ state, violation, offender: thread });
    }
    addWays(ways, state, thread);
  }
  if (steps === 0) visitEnd(ways, state, base, meetings);
}

function visitEnd(ways: Ways, state: number, base: number, meetings: Meeting[]): void {
  const { judge } = ways.input;
  const { records } = ways.states;
  const ended = isDone(ways, base) ? judge.final(records, base) : [judge.stuck(records, base)];
  for (const violation of matching(ways, ended)) {
    meetings.push({ state, violation, offender: -1 });
  }
}

function kindOf(ways: Ways, base: number, thread: number): number {
  const { layout, automaton } = ways.input;
  const node = ways.states.records[base + layout.nodesAt + thread] ?? 0;
  return automaton.tables.rows[node << ROW_SHIFT] ?? 0;
}

function hasFailed(ways: Ways, base: number): boolean {
  for (let thread = 0; thread < ways.threads; thread++) {
    if (kindOf(ways, base, thread) === NodeKind.FAILED) return true;
  }
  return false;
}

function isDone(ways: Ways, base: number): boolean {
  const { layout, automaton } = ways.input;
  const { rows } = automaton.tables;
  const { records } = ways.states;
  const at = base + layout.nodesAt;
  for (let thread = 0; thread < ways.threads; thread++) {
    if (!mayEnd(rows, (records[at + thread] ?? 0) << ROW_SHIFT)) return false;
  }
  return true;
}

function matching(ways: Ways, violations: readonly Violation[]): readonly Violation[] {
  const { target } = ways;
  if (target === null) return violations;
  const { kind, name } = target;
  return violations.filter(({ property }) => property.kind === kind && property.name === name);
}

/** Notes where the candidates of one thread lead, and at what cost. */
function addWays(ways: Ways, state: number, thread: number): void {
  const { threads } = ways;
  const { stepper } = ways.walker;
  const last = cheapestLast(ways, state, thread);
  const cost = (ways.cost[state * threads + last] ?? 0) + switches(state, last, thread);
  for (let at = 0; at < stepper.length;) {
    const number = successor(ways, state, at);
    const entry = number * threads + thread;
    const isNext = ways.depths[number] === (ways.depths[state] ?? 0) + 1;
    if (isNext && cost < (ways.cost[entry] ?? Infinity)) {
      ways.cost[entry] = cost;
      ways.before[entry] = state;
      ways.beforeLast[entry] = last;
      ways.outcome[entry] = outcomeOf(stepper.out, at);
    }
    at += CANDIDATE_HEAD + 2 * (stepper.out[at + 4] as number);
  }
}

function switches(state: number, last: number, thread: number): number {
  return state === 0 || last === thread ? 0 : 1;
}

/** The last thread with which a step of `thread` from this state costs least. */
function cheapestLast(ways: Ways, state: number, thread: number): number {
  let best = 0;
  let least = Infinity;
  for (let last = 0; last < ways.threads; last++) {
    const cost =
      (ways.cost[state * ways.threads + last] ?? Infinity) + switches(state, last, thread);
    if (cost < least) {
      least = cost;
      best = last;
    }
  }
  return best;
}

/** The number of the state that a candidate leads to; builds its record when it is new. */
function successor(ways: Ways, state: number, at: number): number {
  const { out } = ways.walker.stepper;
  const { width } = ways.input.layout;
  const known = ways.numbers.add(out[at + 1] as number, out[at + 2] as number);
  if (known >= 0) return known;
  const number = ways.states.count;
  const base = ways.states.push();
  const { records } = ways.states;
  applyCandidate(out, at, records, state * width, records, base, width);
  if (ways.antichain?.add(records, base, number) === false) ways.covered.add(number);
  ways.depths.push((ways.depths[state] ?? 0) + 1);
  for (let last = 0; last < ways.threads; last++) {
    ways.cost.push(Infinity);
    ways.before.push(-1);
    ways.beforeLast.push(-1);
    ways.outcome.push(0);
  }
  return number;
}

function cheapest(ways: Ways, meetings: readonly Meeting[]): Meeting {
  const costs = meetings.map((meeting) => {
    const thread = Math.max(0, meeting.offender);
    const last = cheapestLast(ways, meeting.state, thread);
    return ways.cost[meeting.state * ways.threads + last] ?? Infinity;
  });
  const best = meetings[costs.indexOf(Math.min(...costs))];
  if (best === undefined) throw new Error('shortest: no meeting to choose from');
  return best;
}

function executionTo(ways: Ways, meeting: Meeting): Execution {
  const { violation } = meeting;
  const choices: Choice[] = [];
  let state = meeting.state;
  let last = cheapestOfAll(ways, state);
  while (state !== 0) {
    const entry = state * ways.threads + last;
    choices.push([last, ways.outcome[entry] ?? 0]);
    state = ways.before[entry] ?? 0;
    last = ways.beforeLast[entry] ?? 0;
  }
  return { choices: choices.toReversed(), violation };
}

function cheapestOfAll(ways: Ways, state: number): number {
  let best = 0;
  for (let last = 1; last < ways.threads; last++) {
    const cost = ways.cost[state * ways.threads + last] ?? Infinity;
    if (cost < (ways.cost[state * ways.threads + best] ?? Infinity)) best = last;
  }
  return best;
}
