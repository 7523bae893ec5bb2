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
    readonly absent?: string | undefined;
  },
): Problem {
  const { what, position = null, details = [], unknown, next, absent } = parts;
  return {
    code,
    what,
    position,
    details,
    ...(unknown === undefined ? {} : { unknown }),
    ...(next === undefined ? {} : { next }),
    ...(absent === undefined ? {} : { absent }),
  };
}

/** HF030 for a struct that is freed though no pool gave it: the code's usual cause is another. */
export function foreignFree(position: Position | null): Problem {
  const what = 'kfree of memory that kmalloc did not give.';
  const details = ['What alloc gives is there for the whole execution; only kmalloc gives slots.'];
  return problem('HF030', { what, position, details, next: FROM_POOL });
}

const FROM_POOL =
  'Declare pool(type, 1) in the body and take the struct with kmalloc(type), in the body or in a ' +
  'thread; or leave the kfree out.';

/** HF030 for an address that no word has. */
export function wildAddress(address: number, position: Position | null): Problem {
  const what = `Address ${address} is outside of shared memory.`;
  return problem('HF030', { what, position, next: FROM_ALLOC });
}

const FROM_ALLOC =
  'Take addresses from alloc, kmalloc and pointers as they are: an index beyond an array, or ' +
  'arithmetic on an address, leaves what was allocated.';
