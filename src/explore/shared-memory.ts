/** Integers in memory that several workers see. */

/** So many integers, all zero. */
export function sharedIntegers(count: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4 * count));
}

/**
 * At least `needed` integers, and `wished` where the system gives them: what is not touched costs
 * nothing, but some systems count it as used, and refuse.
 */
export function reservedIntegers(needed: number, wished: number): Int32Array {
  try {
    return sharedIntegers(wished);
  } catch {
    return sharedIntegers(needed);
  }
}

/** A copy in shared memory. */
export function sharedCopy(integers: Int32Array): Int32Array {
  const copy = sharedIntegers(integers.length);
  copy.set(integers);
  return copy;
}
