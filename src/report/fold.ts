/**
 * Long pictures made short: rounds of a loop that look the same are shown once.
 *
 * Row numbers stay as they are, so `⋯ 3 rounds as 4-6` and the numbers behind it tell the truth.
 */

import type { Row } from './layout.ts';

/** The longest round that is looked for, in rows. */
const ROUND_ROWS_MAX = 8;

/** The rows, with repeated rounds folded if there are more than `rowsMax`. */
export function foldedRows(rows: readonly Row[], rowsMax: number): Row[] {
  if (rows.length <= rowsMax) return [...rows];
  const folded: Row[] = [];
  for (let at = 0; at < rows.length;) {
    const { period, rounds } = repetition(rows, at);
    folded.push(...rows.slice(at, at + period));
    if (rounds > 1) folded.push(foldRow(rows.slice(at, at + period), rounds - 1));
    at += period * rounds;
  }
  return folded;
}

/** The repetition that begins at a row and saves most; period 1, one round if there is none. */
function repetition(rows: readonly Row[], at: number): { period: number; rounds: number } {
  let best = { period: 1, rounds: 1 };
  for (let period = 1; period <= ROUND_ROWS_MAX; period++) {
    let rounds = 1;
    while (sameRound(rows, at, at + period * rounds, period)) rounds++;
    // A fold costs a row itself: two rounds of one row would save nothing.
    const saved = period * (rounds - 1) - 1;
    if (saved > best.period * (best.rounds - 1) - 1 && saved > 0) best = { period, rounds };
  }
  return best;
}

function sameRound(rows: readonly Row[], first: number, second: number, period: number): boolean {
  if (second + period > rows.length) return false;
  for (let offset = 0; offset < period; offset++) {
    const one = rows[first + offset];
    const other = rows[second + offset];
    if (one === undefined || other === undefined || looks(one) !== looks(other)) return false;
  }
  return true;
}

function looks(row: Row): string {
  const { kind, thread, text, detail, waits, values } = row;
  return JSON.stringify([kind, thread, text, detail, waits, row.stale !== null, values]);
}

function foldRow(round: readonly Row[], rounds: number): Row {
  const [first, last] = [round[0], round.at(-1)];
  const from = first?.number ?? 0;
  const span = round.length === 1 ? String(from) : `${from}-${last?.number ?? from}`;
  return {
    kind: 'fold',
    number: null,
    thread: first?.thread ?? 0,
    prefix: '',
    text: `${rounds} round${rounds === 1 ? '' : 's'} as ${span}`,
    detail: '',
    waits: false,
    stale: null,
    behind: null,
    values: (first?.values ?? []).map(() => null),
    steps: [],
  };
}
