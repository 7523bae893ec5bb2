/**
 * When V8 compiles what has become hot: on Node 20 twice as late as it would by itself.
 *
 * A search makes some hundred functions warm at once. V8 11 (Node 20) compiles each as soon as it
 * has run for long enough, also those that a small search hardly calls again: two thirds of the CPU
 * time of such a search were its compiler's. V8 12 and later (Node 22, 24) have a cheap compiler in
 * between and need no help. Measured on Node 20 with the protocol of `npm run bench`, size (4,1,1):
 * 123 CPU ms in place of 154 in a fresh process, 33 in place of 59 in the third run; 8 in 100 less
 * for a check of all scenarios; large searches the same.
 *
 * Flags hold for the whole process. So only who owns the process may call this: the executable and
 * the benchmark, never the library. Called before the first search.
 */

import { setFlagsFromString } from 'node:v8';
import process from 'node:process';

/** How much bytecode a function may run before it is considered: V8 11 has 132 KB by itself. */
const BUDGET_BYTES = 270_000;

/** Does nothing on another V8 than that of Node 20, which would not know the flag. */
export function compileLater(): void {
  if (process.versions.v8.startsWith('11.')) {
    setFlagsFromString(`--interrupt-budget=${BUDGET_BYTES}`);
  }
}
