/**
 * Remembered results of a search, by a number that says what was asked. They only save work: when
 * there are too many, all are forgotten, so that a long search keeps its memory bounded.
 */

/** A few hundred thousand are met again and again; a Map of 2**24 could not grow at all. */
const RESULTS_MAX = 2 ** 20;
/** Measured: 46 with a million keys beyond 2**31 and small values. */
const BYTES_PER_RESULT = 48;

/** A bounded table of results. A class because it forgets. */
export class Memo {
  private readonly results: Map<number, number> = new Map();
  private readonly max: number;

  /** @param max after so many results, at least 1, all are forgotten */
  constructor(max: number = RESULTS_MAX) {
    this.max = max;
  }

  get(key: number): number | undefined {
    return this.results.get(key);
  }

  set(key: number, result: number): void {
    if (this.results.size >= this.max) this.results.clear();
    this.results.set(key, result);
  }

  clear(): void {
    this.results.clear();
  }

  bytes(): number {
    return this.results.size * BYTES_PER_RESULT;
  }
}
