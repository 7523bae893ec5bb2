/**
 * Hashes of states: two independent lanes of 32 bits, kept up to date word by word.
 *
 * A state's hash is the sum over its words of a full-avalanche mix of (place, value), so changing a
 * word costs two mixes whatever the size of the state. Sums of avalanche values do not collide more
 * often than chance (linear or order-free forms of the bare values do). The term of a thread does
 * not contain its place when the thread is interchangeable with others: then states that differ by
 * a permutation of such threads have the same hash, which is all that symmetry reduction needs.
 */

/** Mixes 32 bits so that every bit of the result depends on every bit of the input. */
export function mix1(value: number): number {
  let x = Math.imul(value ^ (value >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return x ^ (x >>> 16);
}

/** The same for the second lane, with other constants. */
export function mix2(value: number): number {
  let x = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d);
  x = Math.imul(x ^ (x >>> 12), 0x297a2d39);
  return x ^ (x >>> 15);
}

/** A seed for each place in a record and lane, so that equal values in two places differ. */
export function makeSeeds(places: number, lane: number): Int32Array {
  const seeds = new Int32Array(places);
  for (let i = 0; i < places; i++) {
    seeds[i] = mix1(mix2(Math.imul(i + 1, 0x9e3779b1)) ^ Math.imul(lane, 0x5bd1e995));
  }
  return seeds;
}
