/**
 * The breadth-first search on several cores: one worker's part.
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

import { CANDIDATE_HEAD } from './candidates.ts';
import {
  BLOCK,
  Command,
  Control,
  Count,
  NOTICES,
  NOTICE_HEAD,
  Notice,
  ROOM,
  ownerOf,
} from './desk.ts';
import type { Assignment, Desk } from './desk.ts';
import { expand } from './expand.ts';
import type { Expansion } from './expand.ts';
import { Frontier } from './frontier.ts';
import { Reduction } from './reduction.ts';
import { Stepper } from './stepper.ts';
import { Visited } from './visited.ts';
import { applyCandidate } from './walk.ts';

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
      reduction:
        conflicts === null ? null : Reduction.of(layout, tables, conflicts, desk.decisions),
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
  takeOver(worker);
  return worker;
}

/** Takes its own among the states that one thread has found before. */
function takeOver({ assignment, visited, current }: Worker): void {
  const { hashes, records } = assignment.start;
  const { width } = assignment.layout;
  const workers = assignment.desks.length;
  for (let at = 0; at < hashes.length; at += 2) {
    const hash1 = hashes[at] as number;
    const hash2 = hashes[at + 1] as number;
    if (hash1 === 0 && hash2 === 0) continue;
    if (ownerOf(hash2, workers) === assignment.worker) visited.add(hash1, hash2);
  }
  for (let from = 0; from < records.length; from += width) {
    if (ownerOf(records[from + 1] as number, workers) !== assignment.worker) continue;
    const base = current.push();
    current.records.set(records.subarray(from, from + width), base);
  }
}

/** One round: adds what others wrote, then looks at a block of states. */
export function playRound(worker: Worker, command: number): void {
  const { desk, expansion, assignment } = worker;
  worker.half ^= 1;
  if (command === Command.NEXT_LAYER) nextLayer(worker);
  expansion.reduction?.adopt(assignment.control[Control.KNOWN] as number);
  makeRoom(worker);
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

/**
 * The visited sets are of nearly the same size, so they grow at nearly the same time: then let it
 * be in the same round, and nobody waits for anybody.
 */
function makeRoom({ assignment, visited }: Worker): void {
  const most = assignment.control[Control.MOST_STATES] as number;
  visited.reserve(most + (most >>> 6) + BLOCK);
}

/** Candidates that are touched before they are added: so many slots stay in the cache. */
const TOUCHED = 1024;

/** Adds its own among the candidates that every worker wrote in the last round. */
function addSent(worker: Worker): void {
  const half = (worker.half ^ 1) as 0 | 1;
  const own = worker.assignment.worker;
  for (const desk of worker.assignment.desks) {
    const places = desk.places[half][own] as Int32Array;
    const count = desk.used[half][own] as number;
    for (let from = 0; from < count; from += TOUCHED) {
      const to = Math.min(count, from + TOUCHED);
      touchOwn(worker.visited, desk.out[half], places, from, to);
      addOwn(worker, desk, places, from, to);
    }
    worker.transitions += count;
  }
}

function touchOwn(
  visited: Visited,
  out: Int32Array,
  places: Int32Array,
  from: number,
  to: number,
): void {
  for (let i = from; i < to; i++) visited.touch(out[(places[i] as number) + 1] as number);
}

function addOwn(worker: Worker, desk: Desk, places: Int32Array, from: number, to: number): void {
  const { visited, next } = worker;
  const { width } = worker.assignment.layout;
  const half = (worker.half ^ 1) as 0 | 1;
  const out = desk.out[half];
  const parents = desk.parents[half];
  for (let i = from; i < to; i++) {
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

/**
 * Everything but the missing edges will be reported when the state is looked at again; and so will
 * missing edges for which there is no room.
 */
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
