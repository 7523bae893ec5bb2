/**
 * The coordinator of a parallel search: worker 0, and the only one who runs the user's code.
 *
 * The search begins in one thread (search.ts). Once it is large it goes on here: the automata, the
 * visited states, the layer and all counts are taken over, nothing is done twice. parallel.ts says
 * how the work is divided.
 */

import { Command, Control, Count, makeControl, makeDesk, Notice, NOTICE_HEAD } from './desk.ts';
import type { Assignment, Desk, Start, Team } from './desk.ts';
import { playRound, startWorker } from './parallel.ts';
import type { Worker } from './parallel.ts';
import { beginRound, endRound } from './rounds.ts';
import { candidatesMax } from './counting.ts';
import type { Counted, SearchInput, SearchOutcome } from './counting.ts';
import type { Frontier } from './frontier.ts';
import { AUTOMATON_STATES_MAX } from './limits.ts';
import type { Trouble } from './trouble.ts';
import type { Visited } from './visited.ts';
import { placesOf, poolLayouts } from './walk.ts';

/** A search between two layers. */
export interface Begun {
  readonly input: SearchInput;
  readonly counted: Counted;
  readonly visited: Visited;
  /** The layer to go on with. */
  readonly current: Frontier;
}

interface Coordination {
  readonly input: SearchInput;
  readonly counted: Counted;
  readonly control: Int32Array;
  readonly desks: readonly Desk[];
  readonly self: Worker;
  /** Transitions that were made before. */
  readonly transitions: number;
}

/** Explores every state that has not been explored yet, with all workers. */
export function searchTogether(begun: Begun, team: Team): SearchOutcome {
  const one = coordinate(begun, team);
  let command: number = Command.WORK;
  while (command !== Command.STOP) {
    beginRound(one.control, command);
    playRound(one.self, command);
    endRound(one.control, team.workers - 1);
    command = afterRound(one);
  }
  beginRound(one.control, Command.STOP);
  return one.counted.outcome();
}

function coordinate(begun: Begun, team: Team): Coordination {
  const { input, counted } = begun;
  const { automaton, reduction, layout } = input;
  automaton.settle(roomFor(automaton.states()));
  const states = automaton.statesMax();
  const desks = Array.from({ length: team.workers }, () => makeDesk(layout, team.workers, states));
  reduction.share(
    states,
    desks.map((desk) => desk.decisions),
  );
  const start = {
    hashes: shared(begun.visited.hashes()),
    records: shared(recordsOf(begun, Infinity)),
  };
  const control = makeControl();
  const assign = assignmentsFor(begun, desks, start, control);
  const [own, ...others] = desks.map((_, worker) => assign(worker, false));
  if (own === undefined) throw new Error('coordinate: no worker');
  team.handOut(others);
  const self = startWorker(own);
  return { input, counted, control, desks, self, transitions: counted.transitions };
}

/**
 * A search for a worker alone, from some states of the layer on: practice for the real one.
 *
 * @param control 1 as its round ends the rehearsal
 */
export function rehearsalOf(begun: Begun, control: Int32Array): Assignment {
  const { layout, automaton } = begun.input;
  const desks = [makeDesk(layout, 1, automaton.statesMax())];
  const records = shared(recordsOf(begun, REHEARSAL_STATES));
  const start = { hashes: new Int32Array(0), records };
  return assignmentsFor(begun, desks, start, control)(0, true);
}

const REHEARSAL_STATES = 2000;

function assignmentsFor(
  { input, counted }: Begun,
  desks: readonly Desk[],
  start: Start,
  control: Int32Array,
): (worker: number, rehearses: boolean) => Assignment {
  const { layout, automaton, program, reduction } = input;
  control[Control.KNOWN] = automaton.states();
  return (worker, rehearses) => ({
    worker,
    rehearses,
    start,
    layout,
    tables: automaton.tables,
    pools: poolLayouts(program, layout),
    places: placesOf(program, layout, counted.symmetric),
    initialNodes: automaton.initial.map(({ node }) => node),
    conflicts: counted.reduces ? reduction.shared() : null,
    control,
    desks,
    candidatesMax: candidatesMax(program, layout),
  });
}

/** Room for the thread states that are known, and for many more. */
function roomFor(known: number): number {
  let states = 1 << 11;
  while (states < 8 * known) states *= 2;
  return Math.min(states, AUTOMATON_STATES_MAX);
}

function recordsOf({ input, current }: Begun, most: number): Int32Array {
  return current.records.subarray(0, input.layout.width * Math.min(current.count, most));
}

function shared(integers: Int32Array): Int32Array {
  const copy = new Int32Array(new SharedArrayBuffer(integers.byteLength));
  copy.set(integers);
  return copy;
}

/** What the workers reported, and what comes next. */
function afterRound(one: Coordination): number {
  const { counted, desks, input } = one;
  for (const desk of desks) readNotices(one, desk);
  counted.states = sum(desks, Count.STATES);
  counted.transitions = one.transitions + sum(desks, Count.TRANSITIONS);
  counted.visitedBytes = sum(desks, Count.VISITED_BYTES) * 1024;
  counted.bytes = sum(desks, Count.BYTES) * 1024;
  one.control[Control.MOST_STATES] = Math.max(
    ...desks.map((desk) => desk.counts[Count.STATES] ?? 0),
  );
  learn(one);
  counted.checkLimits();
  if (counted.isOver()) return Command.STOP;
  if (sum(desks, Count.WAITING) > 0 || sum(desks, Count.SENT) > 0) return Command.WORK;
  return nextLayer(one, input);
}

function nextLayer(one: Coordination, input: SearchInput): number {
  const { counted } = one;
  const before = counted.layers.reduce((total, layer) => total + layer, 0);
  if (counted.states === before) {
    counted.ended = true;
    return Command.STOP;
  }
  counted.depth++;
  counted.layers.push(counted.states - before);
  input.options.onLayer(counted);
  if (counted.found.size > 0 && !input.options.keepGoing) return Command.STOP;
  return Command.NEXT_LAYER;
}

function sum(desks: readonly Desk[], what: number): number {
  return desks.reduce((total, desk) => total + (desk.counts[what] ?? 0), 0);
}

function readNotices(one: Coordination, desk: Desk): void {
  const size = NOTICE_HEAD + one.input.layout.width;
  const count = desk.counts[Count.NOTICES] ?? 0;
  for (let i = 0; i < count; i++) {
    const at = size * i;
    readNotice(one, desk.notices, at, desk.notices[at] ?? 0);
  }
}

function readNotice(one: Coordination, notices: Int32Array, at: number, what: number): void {
  const { counted, input } = one;
  const base = at + NOTICE_HEAD;
  const first = notices[at + 1] ?? 0;
  const second = notices[at + 2] ?? 0;
  if (what === Notice.FINAL) counted.final(notices, base);
  else if (what === Notice.STUCK) counted.stuck(notices, base);
  else if (what === Notice.SUSPICIOUS) counted.noteAll(input.judge.inAnyState(notices, base));
  else if (what === Notice.TROUBLE) counted.trouble(second as Trouble, notices, base, first);
  else discover(one, first, second);
}

function discover(one: Coordination, node: number, observed: number): void {
  const { automaton } = one.input;
  if (automaton.knows(node, observed)) return;
  automaton.discover(node, observed);
  one.counted.checkAutomaton();
}

/** Brings the reduction up to date with what was discovered. */
function learn(one: Coordination): void {
  const { reduction, automaton } = one.input;
  const { counted } = one;
  if (counted.reduces) {
    reduction.update(automaton.states());
    if (reduction.isInvalid) counted.retry = 'reduction';
  }
  one.control[Control.KNOWN] = automaton.states();
  if (counted.losesSymmetry()) counted.retry = 'symmetry';
}
