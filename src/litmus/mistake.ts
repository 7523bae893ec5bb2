/**
 * Mistakes in a litmus file.
 *
 * Parser and interpreter leave the middle of a sentence by throwing a `Mistake`; `checkLitmus` and
 * `parseLitmus` catch it and give it back as a value, so nobody outside this folder sees it thrown.
 */

import type { Problem } from '../explore/result.ts';
import type { Place } from './ast.ts';

/** A mistake of the author, on its way to becoming a `Problem`. */
export class Mistake extends Error {
  readonly code: string;
  readonly at: Place | null;
  readonly details: readonly string[];
  /** What to do, where that is known better than from the code alone. */
  readonly next: string | null;

  constructor(
    code: string,
    what: string,
    at: Place | null,
    details: readonly string[] = [],
    next: string | null = null,
  ) {
    super(what);
    this.next = next;
    this.code = code;
    this.at = at;
    this.details = details;
  }
}

/**
 * The mistake as a value.
 *
 * @param thrown what was caught; anything but a `Mistake` is a bug of ours and is thrown again
 * @param file the name of the file, for the position
 */
export function problemOf(thrown: unknown, file: string): Problem {
  if (!(thrown instanceof Mistake)) throw thrown;
  const { code, message, at, details, next } = thrown;
  const position = at === null ? null : { file, ...at };
  return { code, what: message, position, details, ...(next === null ? {} : { next }) };
}
