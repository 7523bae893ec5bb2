/** The state after one row of a picture, for `holdfast replay --step`. */

import type { Step, Trace } from '../explore/result.ts';
import { layoutOf } from './layout.ts';
import type { LayoutOptions } from './layout.ts';
import { columns } from './text.ts';

/**
 * Every field that the trace changes, with its value after row `number`; null if there is none.
 *
 * @param options those of the picture, whose rows are meant
 */
export function stateText(trace: Trace, number: number, options: LayoutOptions): string | null {
  const { rowOf } = layoutOf(trace, options);
  if (number < 0 || number > Math.max(...rowOf.values())) return null;
  const made = trace.steps.filter((step) => (rowOf.get(step.number) ?? Infinity) <= number);
  const values = new Map(trace.initial.map(({ field, value }) => [field, value]));
  for (const { changes } of made) {
    for (const { field, after } of changes) values.set(field, after);
  }
  const lines = columns([...values].map(([field, value]) => [`  ${field}`, value]));
  return [...lines, ...waitingLines(trace, made)].join('\n');
}

/** The stores that wait in store buffers at that moment. */
function waitingLines(trace: Trace, made: readonly Step[]): string[] {
  return trace.threads.flatMap((name, thread) => {
    const own = made.filter((step) => step.thread === thread);
    const drained = own.filter((step) => step.kind === 'drain').length;
    const waiting = own.filter((step) => step.buffered).slice(drained);
    if (waiting.length === 0) return [];
    const stores = waiting.map((step) => `${step.field ?? ''} ${step.written ?? ''}`.trim());
    return [`  in the store buffer of ${name}: ${stores.join(', ')}`];
  });
}
