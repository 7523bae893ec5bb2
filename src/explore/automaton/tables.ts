/**
 * The tables that the inner loop reads: thread states, edges, hashes. automaton.ts fills them.
 */

import type { WeakTables } from '../weak/weak-memory.ts';

/** The tables; in shared memory when several workers read them. */
export interface AutomatonTables {
  /** ROW integers for each thread state: node.ts. */
  rows: Int32Array;
  /** Open addressing: state, observed value, next state + 1, number of the marks to set. */
  edges: Int32Array;
  /** MARKS_MAX addresses for each number of marks, 0 where there are fewer. */
  readonly marks: Int32Array;
  /** Two lanes for each state and thread position: hash.ts. */
  hashes: Int32Array;
  /** What the discovered states use: see Feature. */
  readonly features: Int32Array;
  /** Interned views and messages under model `weak`, else null. */
  weak: WeakTables | null;
}

/** Indices into AutomatonTables.features; 1 when some discovered state uses it. */
export const Feature = {
  GRACE: 0,
  OWN_BIT: 1,
  PLAIN: 2,
  LOOP: 3,
  POOL: 4,
  INTERRUPT_ALL: 5,
} as const;

/** Marks on one edge, and edges with marks. */
export const MARKS_MAX = 4;
export const MARKINGS_MAX = 1 << 12;

/** How the tables are kept. */
export interface TableSpace {
  /** A SharedArrayBuffer when several workers read the tables. */
  readonly makeBuffer: (bytes: number) => ArrayBufferLike;
  /** Room for this many thread states to begin with; a power of two. */
  readonly states: number;
}

/** Where the search for an edge begins. */
export function edgeHash(node: number, observed: number): number {
  const hash = Math.imul(node, 0x9e3779b1) ^ Math.imul(observed, 0x85ebca6b);
  return hash ^ (hash >>> 15);
}

/** The place of an edge in the table, or of the free slot where it belongs. */
export function findEdge(edges: Int32Array, node: number, observed: number): number {
  const mask = (edges.length >> 2) - 1;
  let slot = edgeHash(node, observed) & mask;
  while (edges[4 * slot + 2] !== 0) {
    if (edges[4 * slot] === node && edges[4 * slot + 1] === observed) break;
    slot = (slot + 1) & mask;
  }
  return 4 * slot;
}
