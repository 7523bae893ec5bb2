/**
 * Every limit of the litmus front end and of the exact model, in one place.
 *
 * Reaching a limit of the text is an error with a position; reaching a limit of the search gives
 * OPEN, with the limit named in the result.
 */

/** Characters in a file: about a thousand times a large litmus test. */
export const TEXT_LENGTH_MAX = 1_000_000;

/** Blocks, parentheses and dereferences inside each other; the parser calls itself for each. */
export const NESTING_MAX = 200;

/** Operators side by side in one expression, and operations that one value is computed from. */
export const OPERATORS_MAX = 1000;

/** Values that one is computed through, from access to access: each takes room on the stack. */
export const COMPUTATION_DEPTH_MAX = 2000;

/** Statements that are run, over all ways through one thread. */
export const STATEMENTS_MAX = 10_000_000;

/** Threads of one test. */
export const THREADS_MAX = 64;

/** Rounds of a `while` that are followed; herd7 takes 2 when it is not told otherwise. */
export const UNROLL_DEFAULT = 2;
export const UNROLL_MAX = 100;

/** Ways through one thread: each branch and each possible address doubles them at most. */
export const PATHS_MAX = 20_000;

/** Events of all ways through one thread together: what they take in memory. */
export const PATH_EVENTS_MAX = 300_000;

/** Events of one execution: a relation is a matrix of this many bits squared, 32 kB. */
export const EVENTS_MAX = 512;

/** Seconds that a search takes when the caller names no limit. */
export const SECONDS_MAX = 120;

/**
 * Candidates that are counted before the search gives up counting and only decides the condition.
 * herd7 judges fewer than this in 20 seconds on every known test; here they take about five
 * seconds.
 */
export const COUNTED_MAX = 400_000;
