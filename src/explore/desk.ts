/**
 * What the workers of a parallel search share: desks, counts and the control block (parallel.ts).
 */

import { CANDIDATE_HEAD } from './candidates.ts';
import type { Layout } from './layout.ts';
import { integersOfState } from './reduction.ts';
import type { Decisions } from './reduction.ts';
import type { AutomatonTables } from './tables.ts';
import type { PoolLayout } from './trouble.ts';

/**
 * States that a worker looks at in one round, and integers of candidates that it can write. Fewer
 * states make the workers wait for each other more often; with more, candidates leave the cache.
 */
export const BLOCK = 2048;
export const ROOM = 1 << 19;
/** States that a worker can report in one round. */
export const NOTICES = 128;

/** What a worker reports of a state. */
export const Notice = { SUSPICIOUS: 1, FINAL: 2, STUCK: 3, TROUBLE: 4, MISSING: 5 } as const;
/** Integers of a notice before its record: what, thread or state, trouble or value. */
export const NOTICE_HEAD = 3;

/** What the coordinator tells the workers to do in a round. */
export const Command = { WORK: 0, NEXT_LAYER: 1, STOP: 2 } as const;

/** Words of the control block. */
export const Control = {
  ROUND: 0,
  ARRIVED: 1,
  COMMAND: 2,
  /** Thread states that the reduction knows. */
  KNOWN: 3,
  /** States of the worker who has most. */
  MOST_STATES: 4,
  /** 1 when some worker has come to grief. */
  FAILED: 5,
} as const;

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
  /** What the reduction has decided. */
  readonly decisions: Decisions;
}

/** What one thread has found before several go on: every worker takes what it owns. */
export interface Start {
  /** Pairs of hashes of visited states; (0, 0) is none. */
  readonly hashes: Int32Array;
  /** The layer to go on with. */
  readonly records: Int32Array;
}

/** Workers that wait for assignments; this thread is worker 0 and not among them. */
export interface Team {
  /** How many workers there are, with this thread. */
  readonly workers: number;
  /** States from which on they search together. */
  readonly from: number;
  /** The search may become large: starts workers, and lets new ones practise. Does not wait. */
  prepare(rehearsal: () => Assignment): void;
  /** Hands an assignment to each worker. */
  handOut(assignments: readonly Assignment[]): void;
}

/** Everything that a worker is given; all arrays are shared. */
export interface Assignment {
  readonly worker: number;
  /** Practice only: to be ended as soon as a round begins. */
  readonly rehearses: boolean;
  readonly start: Start;
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

/** Makes a control block. */
export function makeControl(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(64));
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
    decisions: {
      alone: new Uint8Array(new SharedArrayBuffer(states)),
      relied: integers(integersOfState(layout) * states),
    },
  };
}

/** Whose state it is: by bits that the visited sets do not use to place it. */
export function ownerOf(hash2: number, workers: number): number {
  return Math.imul(hash2 >>> 8, workers) >>> 24;
}
