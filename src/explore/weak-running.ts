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
  /** Where it is then: pairs of a thread state, -1 for any, and its floor. */
  readonly ends: number[];
}
