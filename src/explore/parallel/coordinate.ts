/**
 * The coordinator of a parallel search: worker 0, and the only one who runs the user's code.
 *
 * The search begins in one thread (search.ts). Once it is large it goes on here: the automata, the
 * visited states, the layer and all counts are taken over, nothing is done twice. parallel.ts says
 * how the work is divided. Between its own batches the coordinator judges what the workers have
 * reported and looks at the limits; between rounds it discovers missing edges, makes room and
 * begins the next layer.
 */

import { hasChunks, turn } from './arena.ts';
import { beginTogether, makeRoom, noteBytes } from './common-room.ts';
import type { Begun, Together } from './common-room.ts';
import { Command, Control, Count, Notice, NOTICE, Written } from './desk.ts';
import type { Desk, Team } from './desk.ts';
import { playRound, startWorker } from './parallel.ts';
import type { Worker } from './parallel.ts';
import { beginRound, endRound } from './rounds.ts';
import type { SearchInput, SearchOutcome } from '../counting.ts';
import type { Trouble } from '../trouble.ts';

interface Coordination extends Together {
  readonly self: Worker;
  readonly team: Team;
  /** States and transitions that were counted before. */
  readonly states: number;
  readonly transitions: number;
  /** How many notices of each desk have been read in this round. */
  readonly read: number[];
}

/** Explores every state that has not been explored yet, with all workers. */
export function searchTogether(begun: Begun, team: Team): SearchOutcome {
  const one = coordinate(begun, team);
  let command: number = Command.WORK;
  while (command !== Command.STOP) {
    together(one, command);
    command = afterRound(one);
  }
  beginRound(one.control, Command.STOP);
  return one.counted.outcome();
}

function coordinate(begun: Begun, team: Team): Coordination {
  const { counted } = begun;
  const { states, transitions } = counted;
  const common = beginTogether(begun, team.workers);
  const [own, ...others] = common.assignments;
  if (own === undefined) throw new Error('coordinate: no worker');
  team.handOut(others);
  const read = common.desks.map(() => 0);
  const self = startWorker(own);
  const one = Object.assign(common, { self, team, states, transitions, read });
  one.self.afterBatch = (): void => afterBatch(one);
  makeRoomForAll(one);
  return one;
}

/** One round of all workers. */
function together(one: Coordination, command: number): void {
  // Not by the workers: one who begins late would have its old notices read again.
  for (const { written } of one.desks) written.fill(0);
  one.read.fill(0);
  beginRound(one.control, command);
  playRound(one.self, command);
  endRound(one.control, one.team.workers - 1);
}

/** Between batches: what the workers reported so far, and whether it is time to stop. */
function afterBatch(one: Coordination): void {
  const { counted, desks } = one;
  desks.forEach((desk, worker) => readNotices(one, desk, worker));
  counted.states = one.states + sum(desks, Count.ADDED);
  counted.transitions = one.transitions + sum(desks, Count.TRANSITIONS);
  noteBytes(one);
  counted.checkLimits();
  if (counted.isOver()) Atomics.store(one.control, Control.PAUSE, 1);
}

/** What comes next. */
function afterRound(one: Coordination): number {
  const { counted, desks, input } = one;
  afterBatch(one);
  if (counted.isOver()) return Command.STOP;
  let command: number = Command.WORK;
  if (sum(desks, Count.WAITING) === 0 && !hasChunks(one.arena)) {
    const isAgain = sum(desks, Count.AGAIN) > 0;
    if (isAgain) discoverAll(one);
    learn(one);
    if (counted.isOver()) return Command.STOP;
    command = isAgain ? Command.AGAIN : nextLayer(one, input);
  }
  if (command !== Command.STOP) makeRoomForAll(one);
  return counted.isOver() ? Command.STOP : command;
}

function makeRoomForAll(one: Coordination): void {
  makeRoom(one, (command) => {
    if (command === Command.MOVE) moveAll(one);
    else together(one, command);
  });
}

/** Every worker takes an assignment with the larger table or arena. */
function moveAll(one: Coordination): void {
  const [own, ...others] = one.assignments;
  if (own === undefined) throw new Error('coordinate: no worker');
  one.team.handOut(others);
  beginRound(one.control, Command.MOVE);
  one.self.assignment = own;
  endRound(one.control, one.team.workers - 1);
}

function nextLayer(one: Coordination, input: SearchInput): number {
  const { counted } = one;
  const before = counted.layers.reduce((total, layer) => total + layer, 0);
  counted.sortFound();
  if (counted.states === before) {
    counted.ended = true;
    return Command.STOP;
  }
  counted.depth++;
  counted.layers.push(counted.states - before);
  input.options.onLayer(counted);
  if (counted.found.size > 0 && !input.options.keepGoing) return Command.STOP;
  turn(one.arena);
  return Command.NEXT_LAYER;
}

function sum(desks: readonly Desk[], what: number): number {
  return desks.reduce((total, desk) => total + (desk.counts[what] ?? 0), 0);
}

function readNotices(one: Coordination, desk: Desk, worker: number): void {
  const count = Atomics.load(desk.written, Written.NOTICES);
  for (let i = one.read[worker] ?? 0; i < count; i++) readNotice(one, desk.notices, NOTICE * i);
  one.read[worker] = count;
}

function readNotice(one: Coordination, notices: Int32Array, at: number): void {
  const { counted, input } = one;
  const { records } = one.arena;
  const what = notices[at] ?? 0;
  const base = notices[at + 1] ?? 0;
  if (what === Notice.FINAL) counted.final(records, base);
  else if (what === Notice.STUCK) counted.stuck(records, base);
  else if (what === Notice.SUSPICIOUS) counted.noteAll(input.judge.inAnyState(records, base));
  else counted.trouble((notices[at + 3] ?? 0) as Trouble, records, base, notices[at + 2] ?? 0);
}

/** Discovers the edges that states of the layer met, in an order that no worker decides. */
function discoverAll(one: Coordination): void {
  const { automaton } = one.input;
  const edges = one.desks.flatMap(missingEdges);
  edges.sort(([node, observed], [other, seen]) => node - other || observed - seen);
  for (const [node, observed] of edges) {
    if (one.counted.isOver()) return;
    if (automaton.knows(node, observed)) continue;
    automaton.discover(node, observed);
    one.counted.checkAutomaton();
  }
}

function missingEdges({ missing, written }: Desk): (readonly [node: number, observed: number])[] {
  return Array.from({ length: written[Written.MISSING] ?? 0 }, (_, i) => {
    return [missing[2 * i] ?? 0, missing[2 * i + 1] ?? 0] as const;
  });
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
