/** Which primitives take or give back a lock, by their names. */

const LOCKS = /lock|mutex|^(down|up)_|^(down|up)$/;

/** A primitive on a lock's word. */
export function isLock(primitive: string): boolean {
  return LOCKS.test(primitive);
}

/** Gives a lock back: nobody acts on what he saw by that. */
export function releasesLock(primitive: string): boolean {
  return primitive.includes('unlock') || /^up(_|$)/.test(primitive);
}

/** Takes a lock, or tries to. */
export function takesLock(primitive: string): boolean {
  return isLock(primitive) && !releasesLock(primitive);
}
