/** Integers in memory that several workers see. */

/** So many integers, all zero. */
export function sharedIntegers(count: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4 * count));
}

/**
 * At least `needed` integers, and up to `wished`: what is not touched costs nothing, but systems
 * refuse what they could not give, and then half of it is asked for.
 */
export function reservedIntegers(needed: number, wished: number): Int32Array {
  for (let count = wished; count > needed; count = Math.floor(count / 2)) {
    try {
      return sharedIntegers(count);
    } catch {
      continue;
    }
  }
  return sharedIntegers(needed);
}

/** A copy in shared memory. */
export function sharedCopy(integers: Int32Array): Int32Array {
  const copy = sharedIntegers(integers.length);
  copy.set(integers);
  return copy;
}
