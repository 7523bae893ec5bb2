/**
 * The breadth-first search on several cores: one worker's part.
 *
 * All workers share one visited set (shared-visited.ts) and the layers (arena.ts). Whoever has
 * nothing to do takes the next chunk of the layer, looks at its states, and adds their successors;
 * those that are new it writes into its part of the next layer. So a state is built, looked up and
 * looked at without another worker being asked.
 *
 * Nobody waits before the layer has been looked at, unless something must be done by all or by the
 * coordinator, who alone can run the user's code: then the round ends early, everywhere. States
 * that met a missing edge are put aside until the others of the layer have been looked at: so
 * what the reduction decides by is the same for all of them, whoever comes first.
 */

import { CHUNK, freeChunks, hasChunks, LayerPart, takeChunk } from './arena.ts';
import { CANDIDATE_HEAD } from '../candidates.ts';
import {
  BATCH,
  Command,
  Control,
  Count,
  MISSING,
  Notice,
  NOTICE,
  NOTICES,
  statesOfBatch,
  Written,
} from './desk.ts';
import type { Assignment, Desk } from './desk.ts';
import { doublePart } from './doubling.ts';
import { expand } from '../expand.ts';
import type { Expansion } from '../expand.ts';
import { Reduction } from '../reduction.ts';
import { SharedVisited } from './shared-visited.ts';
import { Stepper } from '../stepper.ts';
import { twinsOf } from '../twins.ts';
import type { Twins } from '../twins.ts';
import { applyCandidate } from '../walk.ts';

/** A worker's own part of the search. */
export interface Worker {
  assignment: Assignment;
  readonly desk: Desk;
  readonly expansion: Expansion;
  readonly visited: SharedVisited;
  readonly part: LayerPart;
  readonly twins: Twins | null;
  /** The chunk that is looked at: the next record, and where the chunk ends. */
  position: number;
  end: number;
  /** Records that are looked at again, and how many of them have been. */
  todo: readonly number[];
  done: number;
  /** Records that met a missing edge in this round. */
  again: number[];
  /** The record that is looked at; whether it met a missing edge. */
  base: number;
  missed: boolean;
  /** The missing edges of this round, each once. */
  readonly missing: Set<number>;
  notices: number;
  transitions: number;
  /** States that were added: ever, and before this round. */
  added: number;
  addedBefore: number;
  /** What the coordinator does between batches. */
  afterBatch: (() => void) | null;
}

/** Sits down at the desk. */
export function startWorker(assignment: Assignment): Worker {
  const { layout, tables, desks, conflicts } = assignment;
  const desk = desks[assignment.worker];
  if (desk === undefined) throw new Error('parallel: a worker without a desk');
  const stepper = stepperOf(assignment, {
    missing: (node, observed) => onMissing(worker, node, observed),
    trouble: (trouble, thread) => report(worker, Notice.TROUBLE, thread, trouble),
  });
  const look = (what: number) => (): void => report(worker, what, 0, 0);
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
    visited: new SharedVisited(),
    part: new LayerPart(),
    twins: twinsOf(layout, assignment.places),
    position: 0,
    end: 0,
    todo: [],
    done: 0,
    again: [],
    base: 0,
    missed: false,
    missing: new Set(),
    notices: 0,
    transitions: 0,
    added: 0,
    addedBefore: 0,
    afterBatch: null,
  };
  return worker;
}

function stepperOf(
  assignment: Assignment,
  owner: ConstructorParameters<typeof Stepper>[5],
): Stepper {
  const { layout, tables, pools, places, initialNodes, candidatesMax } = assignment;
  const stepper = new Stepper(layout, tables, pools, places, initialNodes, owner);
  stepper.out = new Int32Array(BATCH + candidatesMax);
  return stepper;
}

/** One round, as the coordinator commands. */
export function playRound(worker: Worker, command: number): void {
  const { assignment, expansion, visited } = worker;
  const { control, table } = assignment;
  const slots = control[Control.SLOTS] as number;
  if (command === Command.DOUBLE) return doubleOwnPart(assignment, slots);
  expansion.reduction?.adopt(control[Control.KNOWN] as number);
  visited.attach(table, slots);
  worker.notices = 0;
  worker.missing.clear();
  worker.addedBefore = worker.added;
  if (command === Command.AGAIN) lookAgain(worker);
  exploreLayer(worker);
  worker.part.handOn(assignment.arena);
  writeCounts(worker);
}

function doubleOwnPart({ table, cuts, worker }: Assignment, slots: number): void {
  doublePart(table, slots, cuts[worker] as number, cuts[worker + 1] as number);
}

function lookAgain(worker: Worker): void {
  worker.todo = worker.again;
  worker.done = 0;
  worker.again = [];
}

/** Looks at states in batches until there is nothing left, or the round shall end. */
function exploreLayer(worker: Worker): void {
  const { control } = worker.assignment;
  while (Atomics.load(control, Control.PAUSE) === 0 && hasWork(worker)) {
    if (!hasRoom(worker)) Atomics.store(control, Control.PAUSE, 1);
    else {
      lookAtBatch(worker);
      addCandidates(worker);
      writeCounts(worker);
      worker.afterBatch?.();
    }
  }
}

function hasWork({ todo, done, position, end, assignment }: Worker): boolean {
  return done < todo.length || position < end || hasChunks(assignment.arena);
}

/** Whether the states and notices of one more batch are sure to find room. */
function hasRoom(worker: Worker): boolean {
  const { control, arena, candidatesMax, desks } = worker.assignment;
  if (!canReport(worker)) return false;
  if (worker.added - worker.addedBefore >= (control[Control.ALLOWANCE] as number)) return false;
  return freeChunks(arena) >= chunksOfBatch(candidatesMax) * desks.length;
}

/**
 * Chunks that a worker can need for one batch. It begins a batch only if there are so many for
 * every worker: whoever has begun one already finds its own.
 */
export function chunksOfBatch(candidatesMax: number): number {
  return Math.ceil(statesOfBatch(candidatesMax) / CHUNK) + 1;
}

/** Whether the notices of one more state are sure to find room. */
function canReport({ notices, assignment }: Worker): boolean {
  return notices + 2 * assignment.layout.threads + 4 <= NOTICES;
}

function lookAtBatch(worker: Worker): void {
  const { stepper } = worker.expansion;
  stepper.length = 0;
  while (stepper.length <= BATCH && canReport(worker)) {
    const base = nextRecord(worker);
    if (base < 0) return;
    lookAt(worker, base);
  }
}

/** The next record to look at, or -1 when there is none. */
function nextRecord(worker: Worker): number {
  if (worker.done < worker.todo.length) return worker.todo[worker.done++] as number;
  const { arena } = worker.assignment;
  if (worker.position === worker.end) {
    const chunk = takeChunk(arena);
    if (chunk < 0) return -1;
    worker.position = CHUNK * arena.width * chunk;
    worker.end = worker.position + arena.width * (arena.fills[chunk] as number);
  }
  const base = worker.position;
  worker.position += arena.width;
  return base;
}

function lookAt(worker: Worker, base: number): void {
  const { stepper } = worker.expansion;
  const { length } = stepper;
  const { notices } = worker;
  worker.base = base;
  worker.missed = false;
  expand(worker.expansion, worker.assignment.arena.records, base);
  if (!worker.missed) return;
  // Everything about this state will be told when it is looked at again.
  stepper.length = length;
  worker.notices = notices;
  worker.again.push(base);
}

/** Adds the candidates of a batch; those that are new become states of the next layer. */
function addCandidates(worker: Worker): void {
  const { visited } = worker;
  const { out, length } = worker.expansion.stepper;
  for (let at = 0; at < length; at += CANDIDATE_HEAD + 2 * (out[at + 4] as number)) {
    visited.touch(out[at + 1] as number);
  }
  addTouched(worker);
}

function addTouched(worker: Worker): void {
  const { visited, part, twins } = worker;
  const { arena } = worker.assignment;
  const { records, width } = arena;
  const { out, length } = worker.expansion.stepper;
  let count = 0;
  let added = 0;
  for (let at = 0; at < length; at += CANDIDATE_HEAD + 2 * (out[at + 4] as number)) {
    count++;
    if (!visited.add(out[at + 1] as number, out[at + 2] as number)) continue;
    added++;
    const base = part.push(arena);
    applyCandidate(out, at, records, out[at] as number, records, base, width);
    twins?.order(records, base);
  }
  worker.transitions += count;
  worker.added += added;
}

/** Notes a missing edge; if there are too many, the rest will be met again. */
function onMissing(worker: Worker, node: number, observed: number): number {
  worker.missed = true;
  const { missing, desk } = worker;
  const count = missing.size;
  if (count < MISSING) missing.add(2 ** 32 * node + (observed >>> 0));
  if (missing.size > count) {
    desk.missing[2 * count] = node;
    desk.missing[2 * count + 1] = observed;
  }
  return -1;
}

function report(worker: Worker, what: number, thread: number, trouble: number): void {
  const { notices } = worker.desk;
  const at = NOTICE * worker.notices++;
  notices[at] = what;
  notices[at + 1] = worker.base;
  notices[at + 2] = thread;
  notices[at + 3] = trouble;
}

/** Tells the coordinator: what was written before is seen by whoever sees how much it is. */
function writeCounts(worker: Worker): void {
  const { desk, position, end, todo, done } = worker;
  const { counts, written } = desk;
  const { width } = worker.assignment.arena;
  counts[Count.WAITING] = (end - position) / width + todo.length - done;
  counts[Count.AGAIN] = worker.again.length;
  counts[Count.ADDED] = worker.added;
  counts[Count.TRANSITIONS] = worker.transitions;
  Atomics.store(written, Written.MISSING, worker.missing.size);
  Atomics.store(written, Written.NOTICES, worker.notices);
}
