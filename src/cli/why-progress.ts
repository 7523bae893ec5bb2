/**
 * Lines on stderr while `why` works and there is no terminal for a status line: its table is only
 * known at the end, and that can be many minutes away. What ends soon stays without.
 */

import { duration } from '../report/text.ts';
import { failsUnder, summaryOf } from './why-search.ts';
import type { WhyRow } from './why-table.ts';

/** Nobody waits much longer than this without a line, and nobody gets more of them. */
const SILENT_SECONDS = 10;

/**
 * Makes what is told of each row when it is known.
 *
 * @param now milliseconds since some moment
 */
export function whyProgress(
  scenario: string,
  write: (text: string) => void,
  now: () => number = () => performance.now(),
): (row: WhyRow, asked: number, all: number) => void {
  const started = now();
  let last = started;
  return ({ defence, removed }, asked, all) => {
    const time = now();
    if (time - last < 1000 * SILENT_SECONDS) return;
    last = time;
    const failing = failsUnder(removed);
    const verdict = failing === null ? summaryOf(removed) : `FAIL ${failing.model}`;
    const spent = duration((time - started) / 1000);
    write(`why ${scenario}: ${asked} of ${all}  ${spent}  without ${defence.name}: ${verdict}\n`);
  };
}
