/**
 * What the workers of a parallel search share: control block, desks, table, layers (parallel.ts).
 */

import type { Arena } from './arena.ts';
import { CANDIDATE_HEAD } from '../candidates.ts';
import type { Layout } from '../layout.ts';
import { integersOfState } from '../reduction.ts';
import type { Decisions } from '../reduction.ts';
import { sharedIntegers } from './shared-memory.ts';
import type { AutomatonTables } from '../automaton/tables.ts';
import type { PoolLayout } from '../trouble.ts';

/** Integers of candidates that are collected before they are added to the visited set. */
export const BATCH = 1 << 14;
/** States that a worker can report, and edges it can miss, before the coordinator reads of them. */
export const NOTICES = 1 << 12;
export const MISSING = 1 << 12;

/** What a worker reports of a state. */
export const Notice = { SUSPICIOUS: 1, FINAL: 2, STUCK: 3, TROUBLE: 4 } as const;
/** Integers of a notice: what, where the record is, thread, trouble. */
export const NOTICE = 4;

/** What the coordinator tells the workers to do in a round. */
export const Command = {
  /** Look at states of the layer, those first that were begun with. */
  WORK: 0,
  /** Look again at the states that met a missing edge: it is known now. */
  AGAIN: 1,
  /** Begin with the next layer. */
  NEXT_LAYER: 2,
  /** Put the own part of the table where it belongs in one of twice the size. */
  DOUBLE: 3,
  /** Take another assignment, with a larger table or arena. */
  MOVE: 4,
  STOP: 5,
} as const;

/** Words of the control block. */
export const Control = {
  ROUND: 0,
  ARRIVED: 1,
  COMMAND: 2,
  /** Thread states that the reduction knows. */
  KNOWN: 3,
  /** 1 when some worker has come to grief. */
  FAILED: 4,
  /** 1: everybody ends the round at the next batch. */
  PAUSE: 5,
  /** Slots of the table. */
  SLOTS: 6,
  /** States that each worker may add in a round. */
  ALLOWANCE: 7,
  WIDTH: 8,
} as const;

/** Words of a worker's counts. */
export const Count = {
  /** States that it has begun with and not finished. */
  WAITING: 0,
  /** States that met a missing edge. */
  AGAIN: 1,
  ADDED: 2,
  TRANSITIONS: 3,
  WIDTH: 4,
} as const;

/** Words of `Desk.written`. */
export const Written = { NOTICES: 0, MISSING: 1, WIDTH: 2 } as const;

/** What one worker writes for the coordinator. */
export interface Desk {
  readonly counts: Float64Array;
  /** How many notices and missing edges there are in this round. */
  readonly written: Int32Array;
  readonly notices: Int32Array;
  /** Pairs of thread state and observed value. */
  readonly missing: Int32Array;
  /** What the reduction has decided. */
  readonly decisions: Decisions;
}

/** Workers that wait for assignments; this thread is worker 0 and not among them. */
export interface Team {
  /** How many workers there are, with this thread. */
  readonly workers: number;
  /** States from which on they search together. */
  readonly from: number;
  /** The search may become large: starts workers, and lets new ones practise. Does not wait. */
  prepare(rehearsal: () => Assignment): void;
  /** Hands an assignment to each worker, also in the middle of a search. */
  handOut(assignments: readonly Assignment[]): void;
}

/** Everything that a worker is given; all arrays are shared. */
export interface Assignment {
  readonly worker: number;
  /** Practice only: to be ended as soon as a round begins. */
  readonly rehearses: boolean;
  readonly layout: Layout;
  readonly tables: AutomatonTables;
  readonly pools: readonly PoolLayout[];
  readonly places: readonly number[];
  readonly initialNodes: readonly number[];
  readonly conflicts: Int32Array | null;
  readonly control: Int32Array;
  readonly desks: readonly Desk[];
  readonly candidatesMax: number;
  /** The visited states: shared-visited.ts. */
  readonly table: Int32Array;
  /** Where each worker's part of the table begins and ends when it is doubled. */
  readonly cuts: Int32Array;
  readonly arena: Arena;
}

/** Makes a control block. */
export function makeControl(): Int32Array {
  return sharedIntegers(Control.WIDTH);
}

/** Makes the desk of one worker. */
export function makeDesk(layout: Layout, states: number): Desk {
  return {
    counts: new Float64Array(new SharedArrayBuffer(8 * Count.WIDTH)),
    written: sharedIntegers(Written.WIDTH),
    notices: sharedIntegers(NOTICES * NOTICE),
    missing: sharedIntegers(2 * MISSING),
    decisions: {
      alone: new Uint8Array(new SharedArrayBuffer(states)),
      relied: sharedIntegers(integersOfState(layout) * states),
    },
  };
}

/** States that a worker can add at once: each is a candidate with one change at least. */
export function statesOfBatch(candidatesMax: number): number {
  return Math.ceil((BATCH + candidatesMax) / (CANDIDATE_HEAD + 2));
}
