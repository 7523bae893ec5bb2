/**
 * Problems: mistakes of the user, as values. The code says what it is (docs/errors.md); the texts
 * on causes and next steps are looked up by code when a problem is printed.
 */

import type { Position, Problem } from './result.ts';

/**
 * Makes a problem.
 *
 * @param code HF and three digits
 * @param parts what is wrong in one sentence; where; details
 */
export function problem(
  code: string,
  parts: {
    readonly what: string;
    readonly position?: Position | null;
    readonly details?: readonly string[];
    readonly unknown?: Problem['unknown'] | undefined;
    readonly next?: string | undefined;
  },
): Problem {
  const { what, position = null, details = [], unknown, next } = parts;
  return {
    code,
    what,
    position,
    details,
    ...(unknown === undefined ? {} : { unknown }),
    ...(next === undefined ? {} : { next }),
  };
}
