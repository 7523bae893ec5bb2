/**
 * The breadth-first search on several cores.
 *
 * Every state belongs to one worker, by its hash: that worker alone keeps it in its visited set and
 * its part of the layer, so no word is ever contended. In each round a worker goes through the
 * candidates that all of them wrote in the round before and adds its own, then looks at a block of
 * its own states and writes candidates into shared memory. Between rounds the coordinator, who
 * alone can run the user's code, discovers missing edges, judges states and decides what comes
 * next.
 *
 * The result does not depend on timing: rounds are in step and candidates are added in worker
 * order.
 */

import { expand } from './expand.ts';
import type { Expansion } from './expand.ts';
import { Frontier } from './frontier.ts';
import type { AutomatonTables } from './tables.ts';
import type { Layout } from './layout.ts';
import { Reduction } from './reduction.ts';
import { CANDIDATE_HEAD } from './candidates.ts';
import { Stepper } from './stepper.ts';
import type { PoolLayout } from './trouble.ts';
import { Visited } from './visited.ts';
import { applyCandidate } from './walk.ts';

/** States that a worker looks at in one round, and integers of candidates that it can write. */
export const BLOCK = 2048;
const ROOM = 1 << 19;
/** States that a worker can report in one round. */
const NOTICES = 128;

/** What a worker reports of a state. */
export const Notice = { SUSPICIOUS: 1, FINAL: 2, STUCK: 3, TROUBLE: 4, MISSING: 5 } as const;
/** Integers of a notice before its record: what, thread or state, trouble or value. */
export const NOTICE_HEAD = 3;

/** What the coordinator tells the workers to do in a round. */
export const Command = { WORK: 0, NEXT_LAYER: 1, STOP: 2 } as const;

/** Words of the control block. */
export const Control = { ROUND: 0, ARRIVED: 1, COMMAND: 2, KNOWN: 3 } as const;

/** Words of a worker's counts. */
export const Count = {
  WAITING: 0,
  STATES: 1,
  TRANSITIONS: 2,
  SENT: 3,
  NOTICES: 4,
  BYTES: 5,
  VISITED_BYTES: 6,
  WIDTH: 8,
} as const;

/** What one worker writes for the others. Two halves alternate from round to round. */
export interface Desk {
  readonly parents: readonly [Int32Array, Int32Array];
  /** Candidates; for each half and owner, where that worker's are, and how many it has. */
  readonly out: readonly [Int32Array, Int32Array];
  readonly places: readonly [readonly Int32Array[], readonly Int32Array[]];
  readonly used: readonly [Int32Array, Int32Array];
  readonly counts: Int32Array;
  readonly notices: Int32Array;
  /** Decisions of the reduction, by thread state. */
  readonly relied: Uint8Array;
}

/** Everything that a worker is given; all arrays are shared. */
export interface Assignment {
  readonly worker: number;
  readonly layout: Layout;
  readonly tables: AutomatonTables;
  readonly pools: readonly PoolLayout[];
  readonly places: readonly number[];
  readonly initialNodes: readonly number[];
  readonly conflicts: Int32Array | null;
  readonly control: Int32Array;
  readonly desks: readonly Desk[];
  readonly candidatesMax: number;
}

/** A worker's own part of the search. */
export interface Worker {
  readonly assignment: Assignment;
  readonly desk: Desk;
  readonly expansion: Expansion;
  readonly visited: Visited;
  current: Frontier;
  next: Frontier;
  /** The next state of the layer to look at. */
  position: number;
  /** States that met a missing edge: they are looked at again. */
  readonly again: Int32Array[];
  half: number;
  transitions: number;
  notices: number;
  /** The state that is looked at met a missing edge. */
  missed: boolean;
}

/** Makes the desk of one worker. */
export function makeDesk(layout: Layout, workers: number, states: number): Desk {
  const integers = (count: number): Int32Array => new Int32Array(new SharedArrayBuffer(4 * count));
  const lists = (): Int32Array[] =>
    Array.from({ length: workers }, () => integers(Math.ceil(ROOM / CANDIDATE_HEAD)));
  return {
    parents: [integers(BLOCK * layout.width), integers(BLOCK * layout.width)],
    out: [integers(ROOM), integers(ROOM)],
    places: [lists(), lists()],
    used: [integers(workers), integers(workers)],
    counts: integers(Count.WIDTH),
    notices: integers(NOTICES * (NOTICE_HEAD + layout.width)),
    relied: new Uint8Array(new SharedArrayBuffer(states)),
  };
}

/** Whose state it is: by bits that the visited sets do not use to place it. */
export function ownerOf(hash2: number, workers: number): number {
  return Math.imul(hash2 >>> 8, workers) >>> 24;
}

/** Sits down at the desk. */
export function startWorker(assignment: Assignment): Worker {
  const { layout, tables, desks, conflicts } = assignment;
  const desk = desks[assignment.worker];
  if (desk === undefined) throw new Error('parallel: a worker without a desk');
  const stepper = new Stepper(
    layout,
    tables,
    assignment.pools,
    assignment.places,
    assignment.initialNodes,
    {
      missing: (node, observed) => onMissing(worker, node, observed),
      trouble: (trouble, thread) => report(worker, Notice.TROUBLE, thread, trouble),
    },
  );
  const look = (what: number) => (records: Int32Array, base: number) =>
    reportState(worker, what, 0, 0, records, base);
  const worker: Worker = {
    assignment,
    desk,
    expansion: {
      layout,
      tables,
      stepper,
      reduction: conflicts === null ? null : Reduction.of(layout, tables, conflicts, desk.relied),
      suspectsAll: false,
      suspicious: look(Notice.SUSPICIOUS),
      final: look(Notice.FINAL),
      stuck: look(Notice.STUCK),
    },
    visited: new Visited(),
    current: new Frontier(layout.width),
    next: new Frontier(layout.width),
    position: 0,
    again: [],
    half: 0,
    transitions: 0,
    notices: 0,
    missed: false,
  };
  return worker;
}

/** One round: adds what others wrote, then looks at a block of states. */
export function playRound(worker: Worker, command: number): void {
  const { desk, expansion, assignment } = worker;
  worker.half ^= 1;
  if (command === Command.NEXT_LAYER) nextLayer(worker);
  expansion.reduction?.adopt(assignment.control[Control.KNOWN] as number);
  addSent(worker);
  expansion.stepper.out = desk.out[worker.half as 0 | 1];
  expansion.stepper.length = 0;
  desk.used[worker.half as 0 | 1].fill(0);
  worker.notices = 0;
  lookAtBlock(worker);
  writeCounts(worker);
}

function nextLayer(worker: Worker): void {
  [worker.current, worker.next] = [worker.next, worker.current];
  worker.next.clear();
  worker.position = 0;
}

/** Adds its own among the candidates that every worker wrote in the last round. */
function addSent(worker: Worker): void {
  const half = (worker.half ^ 1) as 0 | 1;
  const own = worker.assignment.worker;
  for (const desk of worker.assignment.desks) {
    const places = desk.places[half][own] as Int32Array;
    const count = desk.used[half][own] as number;
    touchOwn(worker, desk.out[half], places, count);
    addOwn(worker, desk.out[half], places, count, desk.parents[half]);
    worker.transitions += count;
  }
}

function touchOwn(worker: Worker, out: Int32Array, places: Int32Array, count: number): void {
  const { visited } = worker;
  for (let i = 0; i < count; i++) visited.touch(out[(places[i] as number) + 1] as number);
}

function addOwn(
  worker: Worker,
  out: Int32Array,
  places: Int32Array,
  count: number,
  parents: Int32Array,
): void {
  const { visited, next } = worker;
  const { width } = worker.assignment.layout;
  for (let i = 0; i < count; i++) {
    const at = places[i] as number;
    if (visited.add(out[at + 1] as number, out[at + 2] as number)) {
      const base = next.push();
      applyCandidate(out, at, parents, out[at] as number, next.records, base, width);
    }
  }
}

function lookAtBlock(worker: Worker): void {
  const { layout } = worker.assignment;
  const { width } = layout;
  const block = worker.desk.parents[worker.half as 0 | 1];
  let count = 0;
  for (const record of worker.again.splice(0)) block.set(record, width * count++);
  const fresh = Math.min(BLOCK - count, worker.current.count - worker.position);
  const from = width * worker.position;
  block.set(worker.current.records.subarray(from, from + width * fresh), width * count);
  let looked = 0;
  for (; looked < count + fresh && hasRoom(worker); looked++) lookAt(worker, block, width * looked);
  for (let i = looked; i < count; i++) {
    worker.again.push(block.slice(width * i, width * (i + 1)));
  }
  worker.position += Math.max(0, looked - count);
}

/** Whether the candidates and notices of one more state are sure to fit. */
function hasRoom(worker: Worker): boolean {
  const { layout, candidatesMax } = worker.assignment;
  if (worker.notices + 2 * layout.threads + 4 > NOTICES) return false;
  return worker.expansion.stepper.length + candidatesMax <= ROOM;
}

function lookAt(worker: Worker, records: Int32Array, base: number): void {
  const { stepper } = worker.expansion;
  const before = stepper.length;
  worker.missed = false;
  const notices = worker.notices;
  expand(worker.expansion, records, base);
  if (!worker.missed) return sort(worker, before);
  stepper.length = before;
  keepMissing(worker, notices);
  worker.again.push(records.slice(base, base + worker.assignment.layout.width));
}

/** Tells the owners of the candidates of one state where these are. */
function sort(worker: Worker, from: number): void {
  const { out, length } = worker.expansion.stepper;
  const half = worker.half as 0 | 1;
  const places = worker.desk.places[half];
  const used = worker.desk.used[half];
  const workers = places.length;
  for (let at = from; at < length; at += CANDIDATE_HEAD + 2 * (out[at + 4] as number)) {
    const owner = ownerOf(out[at + 2] as number, workers);
    const count = used[owner] as number;
    (places[owner] as Int32Array)[count] = at;
    used[owner] = count + 1;
  }
}

/** Everything but the missing edges will be reported when the state is looked at again. */
function keepMissing(worker: Worker, from: number): void {
  const { notices } = worker.desk;
  const size = NOTICE_HEAD + worker.assignment.layout.width;
  let kept = from;
  for (let i = from; i < worker.notices; i++) {
    if (notices[size * i] !== Notice.MISSING) continue;
    notices.copyWithin(size * kept, size * i, size * (i + 1));
    kept++;
  }
  worker.notices = kept;
}

function onMissing(worker: Worker, node: number, observed: number): number {
  worker.missed = true;
  report(worker, Notice.MISSING, node, observed);
  return -1;
}

function report(worker: Worker, what: number, first: number, second: number): void {
  const { records, base } = worker.expansion.stepper;
  reportState(worker, what, first, second, records, base);
}

function reportState(
  worker: Worker,
  what: number,
  first: number,
  second: number,
  records: Int32Array,
  base: number,
): void {
  const { width } = worker.assignment.layout;
  const { notices } = worker.desk;
  const at = (NOTICE_HEAD + width) * worker.notices++;
  notices[at] = what;
  notices[at + 1] = first;
  notices[at + 2] = second;
  for (let i = 0; i < width; i++) notices[at + NOTICE_HEAD + i] = records[base + i] as number;
}

function writeCounts(worker: Worker): void {
  const { counts } = worker.desk;
  counts[Count.WAITING] = worker.current.count - worker.position + worker.again.length;
  counts[Count.STATES] = worker.visited.count;
  counts[Count.TRANSITIONS] = worker.transitions;
  counts[Count.SENT] = worker.expansion.stepper.length;
  counts[Count.NOTICES] = worker.notices;
  // In kibibytes, so that they fit one integer.
  counts[Count.VISITED_BYTES] = worker.visited.bytes() / 1024;
  counts[Count.BYTES] =
    (worker.visited.bytes() + worker.current.bytes() + worker.next.bytes()) / 1024;
}

/** How often a waiting worker looks before it sleeps. */
const SPINS = 2000;

/** A worker's life: a round whenever the coordinator begins one, until it says stop. */
export function work(worker: Worker): void {
  const { control } = worker.assignment;
  for (let round = 1; ; round++) {
    for (let spin = 0; spin < SPINS && Atomics.load(control, Control.ROUND) < round; spin++);
    while (Atomics.load(control, Control.ROUND) < round) {
      Atomics.wait(control, Control.ROUND, round - 1);
    }
    const command = control[Control.COMMAND] as number;
    if (command === Command.STOP) return;
    playRound(worker, command);
    Atomics.add(control, Control.ARRIVED, 1);
    Atomics.notify(control, Control.ARRIVED);
  }
}

/** Begins a round: the workers see everything written before. */
export function beginRound(control: Int32Array, command: number): void {
  control[Control.COMMAND] = command;
  Atomics.store(control, Control.ARRIVED, 0);
  Atomics.add(control, Control.ROUND, 1);
  Atomics.notify(control, Control.ROUND);
}

/** Waits until `others` workers have finished the round. */
export function endRound(control: Int32Array, others: number): void {
  for (let spin = 0; spin < SPINS && Atomics.load(control, Control.ARRIVED) < others; spin++);
  for (;;) {
    const arrived = Atomics.load(control, Control.ARRIVED);
    if (arrived >= others) return;
    Atomics.wait(control, Control.ARRIVED, arrived);
  }
}
