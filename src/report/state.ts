/** The state after one row of a picture, for `holdfast replay --step`. */

import type { Trace } from '../explore/result.ts';
import { layoutOf } from './layout.ts';
import { columns } from './text.ts';

/** Every field that the trace changes, with its value after row `number`; null if there is none. */
export function stateText(trace: Trace, number: number): string | null {
  const { rows } = layoutOf(trace, { rowsMax: Infinity });
  if (number < 0 || number > rows.length) return null;
  const values = new Map(trace.initial.map(({ field, value }) => [field, value]));
  for (const row of rows.slice(0, number)) {
    for (const step of row.steps) {
      for (const change of step.changes) values.set(change.field, change.after);
    }
  }
  const waiting = rows.slice(0, number).flatMap((row) => row.steps);
  const lines = columns([...values].map(([field, value]) => [`  ${field}`, value]));
  return [...lines, ...waitingLines(trace, waiting)].join('\n');
}

/** The stores that wait in store buffers at that moment. */
function waitingLines(trace: Trace, steps: Trace['steps']): string[] {
  return trace.threads.flatMap((name, thread) => {
    const own = steps.filter((step) => step.thread === thread);
    const drained = own.filter((step) => step.kind === 'drain').length;
    const waiting = own.filter((step) => step.buffered).slice(drained);
    if (waiting.length === 0) return [];
    const stores = waiting.map((step) => `${step.field ?? ''} ${step.written ?? ''}`.trim());
    return [`  in the store buffer of ${name}: ${stores.join(', ')}`];
  });
}
