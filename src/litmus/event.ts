/**
 * Events: what a thread does to memory, and its fences.
 *
 * `tag` is what `linux-kernel.bell` and `lock.cat` call the event's class: LKR and LKW are the
 * read and the write of a lock that is taken, UL the write of its release, LF a trylock that
 * failed or spin_is_locked() that said yes, RU spin_is_locked() that said no.
 */

import type { FenceKind, Order, Place } from './ast.ts';
import type { Term } from './term.ts';

export type LockTag = 'LKR' | 'LKW' | 'UL' | 'LF' | 'RU';

/** An event of one thread, in one of the ways through it. Numbers of events count in the thread. */
export interface Event {
  readonly kind: 'read' | 'write' | 'fence';
  readonly tag: Order | LockTag | FenceKind | 'sync-srcu';
  /** The index of the global, or -1 for a fence that names none. */
  readonly location: number;
  /** A read: the number of the read in its thread, else -1. */
  readonly ordinal: number;
  /** What a write writes; null for everything else. */
  readonly value: Term | null;
  /** Read, write, or failed read of an atomic read-modify-write (herd7's set RMW). */
  readonly atomic: boolean;
  /** The other half of a successful read-modify-write or of a lock's acquisition, or -1. */
  readonly partner: number;
  /** The statement it belongs to; events of one statement are ordered only by `after`. */
  readonly statement: number;
  /** Events of the same statement that are before it. */
  readonly after: readonly number[];
  /** The reads that its address, its value and its being reached depend on. */
  readonly address: readonly number[];
  readonly data: readonly number[];
  readonly control: readonly number[];
  readonly primitive: string;
  readonly at: Place;
}

/** A condition on what the reads return, under which a way through a thread is taken. */
export type Constraint =
  | { readonly kind: 'equal'; readonly left: Term; readonly right: Term; readonly holds: boolean }
  | { readonly kind: 'truth'; readonly term: Term; readonly holds: boolean }
  | { readonly kind: 'no address'; readonly term: Term; readonly at: Place };

/** One way through a thread. */
export interface Path {
  readonly events: readonly Event[];
  readonly constraints: readonly Constraint[];
  /** The last value of every register that was assigned or initialised. */
  readonly registers: ReadonlyMap<string, Term>;
  /**
   * `cut`: it would go round a loop once more; `waits`: the same, but the loop only waits and no
   * outcome is lost. `fault`: it uses a number as an address.
   */
  readonly end: 'finished' | 'cut' | 'waits' | 'fault';
}
