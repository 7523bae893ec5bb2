/** A thread that has not ended, as those see it who forget what nobody needs (model `weak`). */
export interface Running {
  readonly thread: number;
  /** Its state after the step. */
  readonly node: number;
  /** The thread whose observer it uses. */
  readonly cpu: number;
  readonly isDevice: boolean;
  /** What it will do next; null: not known. */
  ahead: Ahead | null;
}

/** What a thread will do next, and what it will have seen then (weak-ahead.ts). */
export interface Ahead {
  /** Pairs of a word that it accesses on its way, and the first message that it can use there. */
  readonly uses: number[];
  /** Where it is then. */
  readonly ends: End[];
  /** What each guard brings at least (weak-guards.ts), found when asked for. */
  readonly brought: (guard: number) => number | null;
}

/** A place that a thread may come to. */
export interface End {
  /** Its state there; -1 for any. */
  readonly node: number;
  readonly floor: number;
  /**
   * A word of which it reads a message that is not there yet, or 0. It needs none of the others:
   * those behind that message in the coherence order, whoever stores it keeps for its place.
   */
  readonly fresh: number;
  /** Guards that bring nothing because it has stored to their words, as bits. */
  readonly lost: number;
}
