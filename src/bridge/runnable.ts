/** Which litmus tests the state search can run, and why it cannot run the others. */

import type { LitmusTest } from '../litmus/ast.ts';
import { mentioned } from '../litmus/parse.ts';
import { THREADS_MAX, TUPLE_MAX } from '../explore/limits.ts';

/** Why the state search cannot run a test, or null. */
export function whyNotRunnable(test: LitmusTest): string | null {
  if (test.threads.length > THREADS_MAX) return `more than ${THREADS_MAX} threads`;
  if (mostRegisters(test) > TUPLE_MAX) return `more than ${TUPLE_MAX} registers of one thread`;
  return null;
}

/** How many registers of one thread are asked for: a thread returns only so many values. */
function mostRegisters({ threads, locations, filter, condition }: LitmusTest): number {
  const asked = [...locations, ...mentioned(condition), ...(filter ? mentioned(filter) : [])];
  const counts = threads.map(({ number }) => {
    const own = asked.filter((one) => one.kind === 'register' && one.thread === number);
    return new Set(own.map(({ name }) => name)).size;
  });
  return Math.max(0, ...counts);
}

/** What raised one of these flags of the memory model has no meaning for the search either. */
const MEANINGLESS = /^(unmatched|srcu-bad|invalid-sleep|mixed-lock|unpaired|lock-final)/;

/** Why a test with these flags of the exact model has no meaning as a scenario, or null. */
export function whyMeaningless(flags: readonly string[]): string | null {
  const flag = flags.find((one) => MEANINGLESS.test(one));
  return flag === undefined ? null : `flagged ${flag}`;
}
