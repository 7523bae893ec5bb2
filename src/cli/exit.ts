/** Exit codes, and which one counts when several apply. */

/** What a command can end with. */
export const Exit = {
  /** Every verdict is the expected one and every search was complete. */
  OK: 0,
  /** A verdict differs from the expected one. */
  UNEXPECTED: 1,
  /** The command line or a scenario cannot be used. */
  UNUSABLE: 2,
  /** A limit was reached first; nothing wrong so far. */
  OPEN: 3,
  /** This machine cannot do it; the number of kselftest's KSFT_SKIP. */
  SKIPPED: 4,
  /** A bug in Holdfast; a report was written. */
  BUG: 70,
  /** Interrupted; partial results were saved and printed. */
  INTERRUPTED: 130,
  /** Whoever read the output went away before the end (128 and SIGPIPE). */
  NOT_READ: 141,
} as const;
export type Exit = (typeof Exit)[keyof typeof Exit];

/** The first of these that applies is the exit code. */
const PRECEDENCE: readonly Exit[] = [
  Exit.BUG,
  Exit.INTERRUPTED,
  Exit.UNUSABLE,
  Exit.UNEXPECTED,
  Exit.OPEN,
  Exit.SKIPPED,
];

/** The one code that stands for all that happened. */
export function exitCode(happened: Iterable<Exit>): Exit {
  const all = new Set(happened);
  return PRECEDENCE.find((code) => all.has(code)) ?? Exit.OK;
}
