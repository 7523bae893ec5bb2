/**
 * Whether a reader of RCU could have been waited for, that uses what was freed: it stands in a
 * section that nobody has waited for, or outside of any. The picture shows neither, because
 * rcu_read_lock is no step; and the two mistakes are mended in opposite places.
 */

import type { Step, Trace } from '../explore/result.ts';

/** How a step is called in the explanation: by its row. */
type RowOf = (step: Step) => number;

/**
 * Where the step that comes too late stands, as the end of a sentence.
 *
 * @param free the step that frees the object; by another thread
 * @param late the step that uses it
 * @returns the empty text where the execution knows nothing of RCU
 */
export function readerText(trace: Trace, free: Step, late: Step, row: RowOf): string {
  const freer = trace.threads[free.thread] ?? '';
  const grace = gracePeriods(trace, free);
  const waits = grace.map(row).join(' and ');
  if (!late.inSection) return outsideText(trace, late, waits, row);
  const [first] = grace;
  if (first === undefined) return `, in a read-side section that ${freer} has not waited for`;
  const begin = beginOf(trace, late);
  const isLater = begin !== undefined && begin.number > (grace.at(-1)?.number ?? 0);
  if (!isLater) return ', in a read-side section';
  return `, in a read-side section that it began behind ${freer}'s grace period (${stepsText(waits)})`;
}

function outsideText(trace: Trace, late: Step, waits: string, row: RowOf): string {
  const inside = trace.steps.findLast(
    ({ thread, inSection, number }) => thread === late.thread && inSection && number < late.number,
  );
  if (inside !== undefined) {
    return `, behind the end of the read-side section of step ${row(inside)}`;
  }
  if (waits === '') return '';
  return `, in no read-side section, so that the grace period (${stepsText(waits)}) has not waited for it`;
}

function stepsText(rows: string): string {
  return rows.includes(' ') ? `steps ${rows}` : `step ${rows}`;
}

/** The last grace period of RCU that the freeing thread has waited for: its beginning and end. */
function gracePeriods({ steps }: Trace, free: Step): readonly Step[] {
  const own = steps.filter(
    ({ thread, kind, primitive, number }) =>
      thread === free.thread && kind === 'grace' && number < free.number && isOfRcu(primitive),
  );
  return own.slice(-2);
}

function isOfRcu(primitive: string): boolean {
  return primitive.includes('rcu') && !primitive.includes('srcu');
}

/** The first step of the thread since which it has been in a section. */
function beginOf({ steps }: Trace, late: Step): Step | undefined {
  const own = steps.filter(({ thread, number }) => {
    return thread === late.thread && number <= late.number;
  });
  const before = own.findLastIndex(({ inSection }) => !inSection);
  return own[before + 1];
}
