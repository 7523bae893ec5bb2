/** Searches that rely on what threads can still do are run until that is true (liveness.ts). */

import type { AutomatonTables } from '../automaton/tables.ts';

/**
 * Runs a search that relies on futures until none of those it relied on has grown meanwhile.
 * Without model `weak` it runs once.
 */
export function withValidFutures<T>(tables: AutomatonTables, run: () => T): T {
  const liveness = tables.weak?.liveness;
  if (liveness !== undefined) liveness.dropsRepeats = false;
  for (;;) {
    liveness?.restart();
    const result = run();
    liveness?.sync();
    if (liveness?.isInvalid !== true) return result;
  }
}
