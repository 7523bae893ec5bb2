/**
 * The shortest execution that shows a violation; among those, one with the fewest switches between
 * threads.
 *
 * The search forgets how it came to a state. When it has found a violation, the states up to that
 * depth are explored again, without any reduction, and this time each state remembers, for each
 * thread that can have made the last step, the cheapest way in. Equal costs are decided by thread
 * order, so the same bug always gives the same text. That the violation is met again without
 * partial-order reduction is at the same time a check of it. Under weak, states that others cover
 * are left out here, too: without that, `fsync-vs-pin` took 21 s here after 3 s of search. Where
 * even then it takes more than PATIENCE times the states of the search, or the time that was given
 * is over, it begins anew with the reduction: what it finds is an execution like any other, but
 * there may be a shorter one.
 */

import { Antichain } from '../weak/antichain.ts';
import { fails, mayEnd } from '../expand.ts';
import { Frontier } from '../frontier.ts';
import type { Violation } from '../judge.ts';
import { withValidFutures } from './valid-futures.ts';
import { NodeKind, ROW_SHIFT } from '../automaton/node.ts';
import type { SearchInput } from '../counting.ts';
import type { PropertyName } from '../result.ts';
import { onlyStaleWaits } from './stale-waits.ts';
import { CANDIDATE_HEAD, outcomeOf } from '../candidates.ts';
import { NumberedStates } from '../visited.ts';
import { applyCandidate, createWalker, writeInitial } from '../walk.ts';
import type { Walker } from '../walk.ts';
import { WayTable } from '../automaton/way-table.ts';
import type { Choice } from '../automaton/way-table.ts';

/** A way to a violation. */
export interface Execution {
  readonly choices: readonly Choice[];
  readonly violation: Violation;
}

interface Ways {
  readonly input: SearchInput;
  readonly threads: number;
  /** The records of the layer that is visited, and of the next one. */
  current: Frontier;
  next: Frontier;
  /** The numbers of their first states. */
  currentFrom: number;
  nextFrom: number;
  readonly numbers: NumberedStates;
  readonly table: WayTable;
  readonly walker: Walker;
  readonly target: PropertyName | null;
  /** weak: steps that conflict with nothing are made alone. */
  readonly reduces: boolean;
  /** weak: the states that another one of at most their depth covers need not be visited. */
  readonly antichain: Antichain | null;
  covered: Set<number>;
  coveredNext: Set<number>;
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
 * @param states how many states the search has met
 * @returns no execution if there is none up to that depth (then the search is wrong)
 */
export function shortestExecutions(
  input: SearchInput,
  target: PropertyName | null,
  depthMax: number,
  states: number,
): Execution[] {
  const { tables } = input.automaton;
  const patience = tables.weak === null ? Infinity : STATES_MIN + PATIENCE * states;
  return withValidFutures(
    tables,
    () =>
      explore(startWays(input, target, false), depthMax, patience) ??
      explore(startWays(input, target, true), depthMax, Infinity) ??
      [],
  );
}

/** weak: so many times the states of the search, and these, are visited without the reduction. */
const PATIENCE = 2;
const STATES_MIN = 100_000;

/** After so many states whoever asked is told that the search still runs. */
const STATES_OF_A_BEAT = 256;

/** @returns null if it took more states than that, or more time than was given */
function explore(ways: Ways, depthMax: number, statesMax: number): Execution[] | null {
  for (let depth = 0; depth <= depthMax; depth++) {
    const meetings = visitLayer(ways);
    if (meetings.length > 0) return cheapestOfEach(ways, meetings);
    enterNextLayer(ways);
    if (ways.nextFrom > statesMax || isLate(ways.input, statesMax)) return null;
  }
  return [];
}

/** Whether the time for the whole search is over, and there is a quicker way to an execution. */
function isLate({ options }: SearchInput, statesMax: number): boolean {
  return statesMax < Infinity && options.now() - options.since >= options.seconds;
}

function visitLayer(ways: Ways): Meeting[] {
  const meetings: Meeting[] = [];
  for (let state = ways.currentFrom; state < ways.nextFrom; state++) {
    if (state % STATES_OF_A_BEAT === 0) ways.input.options.stop();
    if (!ways.covered.has(state)) visit(ways, state, meetings);
  }
  return meetings;
}

function enterNextLayer(ways: Ways): void {
  const emptied = ways.current;
  emptied.clear();
  ways.current = ways.next;
  ways.next = emptied;
  ways.currentFrom = ways.nextFrom;
  ways.nextFrom += ways.current.count;
  ways.covered = ways.coveredNext;
  ways.coveredNext = new Set();
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

function startWays(input: SearchInput, target: PropertyName | null, reduces: boolean): Ways {
  const { layout } = input;
  const { weak } = input.automaton.tables;
  const ways: Ways = {
    input,
    threads: layout.threads,
    current: new Frontier(layout.width),
    next: new Frontier(layout.width),
    currentFrom: 0,
    nextFrom: 1,
    numbers: new NumberedStates(),
    table: new WayTable(layout.threads),
    walker: createWalker(input, false),
    target,
    reduces,
    antichain: weak === null ? null : new Antichain(layout, weak),
    covered: new Set(),
    coveredNext: new Set(),
  };
  ways.current.push();
  const { records } = ways.current;
  writeInitial(input, ways.walker.stepper, records);
  ways.numbers.add(records[0] as number, records[1] as number);
  return ways;
}

/** Looks at one state: is it the violation, and where can it go? */
function visit(ways: Ways, state: number, meetings: Meeting[]): void {
  const { input, walker, threads } = ways;
  const { stepper } = walker;
  const base = (state - ways.currentFrom) * input.layout.width;
  const { records } = ways.current;
  for (const violation of matching(ways, input.judge.inAnyState(records, base))) {
    meetings.push({ state, violation, offender: -1 });
  }
  if (hasFailed(ways, base)) return;
  let steps = 0;
  const alone = ways.reduces ? aloneAt(ways, base) : -1;
  for (let thread = 0; thread < threads; thread++) {
    if (alone >= 0 && thread !== alone) continue;
    stepper.length = 0;
    walker.trouble = null;
    stepper.look(records, base);
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

/** A thread whose step conflicts with nothing that others can still do, as in expand.ts; or -1. */
function aloneAt({ input, walker, current, threads }: Ways, base: number): number {
  const { stepper } = walker;
  for (let thread = 0; thread < threads; thread++) {
    if (!input.reduction.isIndependent(current.records, base, thread)) continue;
    stepper.length = 0;
    stepper.look(current.records, base);
    stepper.step(thread);
    if (!onlyStaleWaits(stepper, 0) && !fails(stepper, 0, thread)) return thread;
  }
  return -1;
}

function visitEnd(ways: Ways, state: number, base: number, meetings: Meeting[]): void {
  const { judge } = ways.input;
  const { records } = ways.current;
  const ended = isDone(ways, base) ? judge.final(records, base) : [judge.stuck(records, base)];
  for (const violation of matching(ways, ended)) {
    meetings.push({ state, violation, offender: -1 });
  }
}

function kindOf(ways: Ways, base: number, thread: number): number {
  const { layout, automaton } = ways.input;
  const node = ways.current.records[base + layout.nodesAt + thread] ?? 0;
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
  const { records } = ways.current;
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

/** Notes where the candidates of one thread lead. */
function addWays(ways: Ways, state: number, thread: number): void {
  const { stepper } = ways.walker;
  for (let at = 0; at < stepper.length;) {
    const number = successor(ways, state, at);
    if (number >= ways.nextFrom) {
      ways.table.offer(number, thread, state, outcomeOf(stepper.out, at));
    }
    at += CANDIDATE_HEAD + 2 * (stepper.out[at + 4] as number);
  }
}

/** The number of the state that a candidate leads to; builds its record when it is new. */
function successor(ways: Ways, state: number, at: number): number {
  const { current, next, table } = ways;
  const { out } = ways.walker.stepper;
  const { width } = ways.input.layout;
  const known = ways.numbers.add(out[at + 1] as number, out[at + 2] as number);
  if (known >= 0) return known;
  const base = next.push();
  const from = (state - ways.currentFrom) * width;
  applyCandidate(out, at, current.records, from, next.records, base, width);
  const number = table.push();
  if (ways.antichain?.add(next.records, base, number) === false) ways.coveredNext.add(number);
  return number;
}

function cheapest({ table }: Ways, meetings: readonly Meeting[]): Meeting {
  const costs = meetings.map(({ state, offender }) => table.costOf(state, offender));
  const best = meetings[costs.indexOf(Math.min(...costs))];
  if (best === undefined) throw new Error('shortest: no meeting to choose from');
  return best;
}

function executionTo({ table }: Ways, { state, offender, violation }: Meeting): Execution {
  return { choices: table.wayTo(state, offender), violation };
}
