/**
 * What checking a litmus test gives back: plain data, from which everything is printed.
 */

import type { Problem } from '../explore/result.ts';
import type { Place } from './ast.ts';

/** How the condition fared: herd7's words. */
export type Observation = 'Never' | 'Sometimes' | 'Always';

/** Why an answer is not complete. */
export type LitmusOpen =
  | { readonly limit: 'time'; readonly seconds: number }
  | { readonly limit: 'candidates'; readonly candidates: number }
  | { readonly limit: 'paths'; readonly paths: number; readonly thread: number }
  | { readonly limit: 'events'; readonly events: number }
  | { readonly limit: 'interrupted' };

/** One event of an execution, ready for a picture. */
export interface PictureEvent {
  /** Its number in the execution. */
  readonly number: number;
  /** -1 for an initial write. */
  readonly thread: number;
  readonly kind: 'read' | 'write' | 'fence';
  readonly primitive: string;
  /** The ordering class: `once`, `acquire`, `LKR` and so on. */
  readonly tag: string;
  /** The global, or null for a fence. */
  readonly location: string | null;
  /** What is read or written, printed, or null. */
  readonly value: string | null;
  readonly at: Place | null;
}

/** An arrow between two events; `by` says what carries it, for example `rf`, `smp_wmb`, `data`. */
export interface PictureEdge {
  readonly from: number;
  readonly to: number;
  readonly by: string;
  /**
   * The events that carry it: a fence, an acquire or release, an unlock and a lock; for `rcu-fence`
   * grace periods, and sections by their two ends. Empty for rf, co, fr, po and dependencies.
   */
  readonly carriers: readonly number[];
}

/** One execution. */
export interface Picture {
  readonly events: readonly PictureEvent[];
  readonly rf: readonly (readonly [from: number, to: number])[];
  /** For each global its writes in coherence order. */
  readonly co: readonly (readonly number[])[];
  /** The observed locations at the end. */
  readonly state: readonly StateEntry[];
}

export interface StateEntry {
  /** `0:r1` or `[x]`. */
  readonly location: string;
  readonly value: string;
}

/** Why an outcome cannot happen. */
export interface Refusal {
  /**
   * The axiom of linux-kernel.cat that forbids it; `values` when no choice of sources gives these
   * values at all.
   */
  readonly axiom:
    | 'coherence'
    | 'atomic'
    | 'happens-before'
    | 'propagation'
    | 'rcu'
    | 'plain-coherence'
    | 'values';
  /** The execution that would have it; null for `values`. */
  readonly picture: Picture | null;
  /** The cycle, edge by edge; it ends where it begins. */
  readonly cycle: readonly PictureEdge[];
}

/** Executions of the state search without an end. */
export interface Unending {
  /** No execution ends; else some do. */
  readonly all: boolean;
  /** Of the shortest one: which thread waits where. */
  readonly waits: readonly Wait[];
}

/** What a thread waits in for ever. */
export interface Wait {
  readonly thread: number;
  readonly primitive: string;
  /** The lock, the srcu_struct or what a loop looks at; null for a grace period of RCU. */
  readonly location: string | null;
  /** It would wait for itself: it stands in the section that must end first. */
  readonly own: boolean;
  readonly at: Place | null;
}

/** A flag, and what raises it in the first execution that has it: two accesses, or one. */
export interface Flagged {
  readonly flag: string;
  readonly events: readonly Pick<
    PictureEvent,
    'thread' | 'kind' | 'primitive' | 'location' | 'at'
  >[];
}

/** The whole answer. */
export interface LitmusResult {
  readonly name: string;
  readonly file: string;
  /** `exists`, `~exists` or `forall`. */
  readonly quantifier: 'exists' | '~exists' | 'forall';
  /** The condition as herd7 prints it, without its quantifier and parentheses. */
  readonly condition: string;
  readonly observation: Observation;
  /** Whether the quantified condition holds. */
  readonly ok: boolean;
  /** Consistent executions that satisfy the proposition, and that do not. */
  readonly positive: number;
  readonly negative: number;
  /** The final states in herd7's order. */
  readonly states: readonly (readonly StateEntry[])[];
  readonly flags: readonly string[];
  /** The same flags, with places. */
  readonly flagged: readonly Flagged[];
  /** A loop was not followed to its end: executions may be missing. */
  readonly cut: boolean;
  /**
   * Why the counts, states and flags are only those found so far, or null when they are complete.
   * The observation may be certain all the same: see `decided`.
   */
  readonly open: LitmusOpen | null;
  /** The observation is certain. */
  readonly decided: boolean;
  /** Candidate executions that were judged. */
  readonly candidates: number;
  readonly seconds: number;
  readonly problems: readonly Problem[];
  /** What looks like a slip of the author and changes no answer (warnings.ts). */
  readonly warnings: readonly string[];
  /** An execution that satisfies the proposition, if there is one; only when asked for. */
  readonly witness: Picture | null;
  /** Why none does; only when asked for. */
  readonly refusal: Refusal | null;
}
