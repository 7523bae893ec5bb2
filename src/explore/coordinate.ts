/**
 * The coordinator of a parallel search: worker 0, and the only one who runs the user's code.
 *
 * parallel.ts says how the work is divided.
 */

import { Command, Control, Count, makeDesk, Notice, NOTICE_HEAD, ownerOf } from './desk.ts';
import type { Assignment, Desk } from './desk.ts';
import { playRound, startWorker } from './parallel.ts';
import type { Worker } from './parallel.ts';
import { beginRound, endRound } from './rounds.ts';
import { candidatesMax, Counted } from './counting.ts';
import type { SearchInput, SearchOutcome } from './counting.ts';
import type { Trouble } from './trouble.ts';
import { placesOf, poolLayouts, writeInitial } from './walk.ts';

/** Hands assignments to the other workers; each then calls `work(startWorker(assignment))`. */
export type HandOut = (assignments: readonly Assignment[]) => void;

interface Coordination {
  readonly input: SearchInput;
  readonly counted: Counted;
  readonly control: Int32Array;
  readonly desks: readonly Desk[];
  readonly self: Worker;
}

/**
 * Explores every state, with the tables in shared memory.
 *
 * @param workers how many workers, this thread among them
 */
export function parallelSearch(
  input: SearchInput,
  workers: number,
  handOut: HandOut,
): SearchOutcome {
  const one = coordinate(input, workers, handOut);
  placeInitialState(one);
  let command: number = Command.WORK;
  while (command !== Command.STOP) {
    beginRound(one.control, command);
    playRound(one.self, command);
    endRound(one.control, workers - 1);
    command = afterRound(one);
  }
  beginRound(one.control, Command.STOP);
  return one.counted.outcome();
}

function coordinate(input: SearchInput, workers: number, handOut: HandOut): Coordination {
  const { layout, automaton, program, reduction } = input;
  const counted = new Counted(input);
  reduction.restart();
  reduction.update(automaton.states());
  const states = automaton.statesMax();
  const desks = Array.from({ length: workers }, () => makeDesk(layout, workers, states));
  reduction.listenTo(desks.map((desk) => desk.relied));
  const control = new Int32Array(new SharedArrayBuffer(64));
  control[Control.KNOWN] = automaton.states();
  const assignments = desks.map((_, worker): Assignment => ({
    worker,
    layout,
    tables: automaton.tables,
    pools: poolLayouts(program, layout),
    places: placesOf(program, layout, counted.symmetric),
    initialNodes: automaton.initial.map(({ node }) => node),
    conflicts: counted.reduces ? reduction.shared() : null,
    control,
    desks,
    candidatesMax: candidatesMax(program, layout),
  }));
  const [own, ...others] = assignments;
  if (own === undefined) throw new Error('coordinate: no worker');
  handOut(others);
  return { input, counted, control, desks, self: startWorker(own) };
}

/** The initial state is sent to its owner like any other: as a candidate without changes. */
function placeInitialState(one: Coordination): void {
  const { self, input } = one;
  const half = self.half as 0 | 1;
  const parents = self.desk.parents[half];
  writeInitial(input, self.expansion.stepper, parents);
  self.desk.out[half].set([0, parents[0] as number, parents[1] as number, 0, 0]);
  const owner = ownerOf(parents[1] as number, one.desks.length);
  self.desk.places[half][owner]?.fill(0, 0, 1);
  self.desk.used[half][owner] = 1;
}

/** What the workers reported, and what comes next. */
function afterRound(one: Coordination): number {
  const { counted, desks, input } = one;
  for (const desk of desks) readNotices(one, desk);
  const transitions = sum(desks, Count.TRANSITIONS) - 1;
  counted.states = sum(desks, Count.STATES);
  counted.transitions = transitions;
  counted.visitedBytes = sum(desks, Count.VISITED_BYTES) * 1024;
  counted.bytes = sum(desks, Count.BYTES) * 1024;
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
  if (counted.layers.length > 0) counted.depth++;
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
  one.counted.problem ??= automaton.problem();
  if (automaton.isFull()) one.counted.retry = 'tables';
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
