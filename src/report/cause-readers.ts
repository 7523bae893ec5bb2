/**
 * Whether a reader of RCU or SRCU could have been waited for, that uses what was freed: it stands
 * in a section that nobody has waited for, or outside of any. The picture does not show where
 * sections of RCU begin and end; and these mistakes are mended in opposite places.
 */

import type { Step, Trace } from '../explore/result.ts';
import { openFields } from './cause-sections.ts';

/** How a step is called in the explanation: by its row. */
type RowOf = (step: Step) => number;

/** Somebody frees an object that another thread uses. */
interface Meeting {
  readonly trace: Trace;
  readonly free: Step;
  readonly late: Step;
  readonly row: RowOf;
}

/**
 * Where the step that comes too late stands, as the end of a sentence.
 *
 * @param free the step that frees the object; by another thread
 * @param late the step that uses it
 * @returns the empty text where the execution knows nothing of sections
 */
export function readerText(trace: Trace, free: Step, late: Step, row: RowOf): string {
  const meeting = { trace, free, late, row };
  if (late.inSection) return insideText(meeting);
  const [field] = openFields(trace.steps.slice(0, late.number - 1), late.thread);
  return field === undefined ? outsideText(meeting) : srcuText(meeting, field);
}

function insideText(meeting: Meeting): string {
  const { trace, free, row } = meeting;
  const freer = trace.threads[free.thread] ?? '';
  const grace = gracePeriod(meeting, null);
  const [begin] = grace;
  const other = srcuGrace(meeting);
  if (begin === undefined && other !== undefined) {
    return `, in a read-side section, and ${freer} has waited for those of ${other} only`;
  }
  if (begin === undefined) return `, in a read-side section that ${freer} has not waited for`;
  const where = `in a read-side section that it began behind ${freer}'s grace period`;
  const found = foundIn(meeting);
  const isOlder = found !== undefined && found.number < (grace.at(-1)?.number ?? 0);
  const older = isOlder ? `, with a pointer that it had found before, in step ${row(found)}` : '';
  return `, ${where} (${stepsText(meeting, grace)})${older}`;
}

function srcuText(meeting: Meeting, field: string): string {
  const { trace, free } = meeting;
  const freer = trace.threads[free.thread] ?? '';
  const grace = gracePeriod(meeting, field);
  const where = `, in a section of ${field}`;
  if (grace.length > 0) {
    return `${where} that it began behind ${freer}'s grace period (${stepsText(meeting, grace)})`;
  }
  const other = srcuGrace(meeting);
  if (other === undefined) return `${where} that ${freer} has not waited for`;
  return `${where}, and ${freer} has waited for those of ${other} only`;
}

function outsideText(meeting: Meeting): string {
  const { row } = meeting;
  const found = foundIn(meeting);
  if (found?.inSection === true) {
    return `, behind the end of the read-side section in which it found it, in step ${row(found)}`;
  }
  const grace = gracePeriod(meeting, null);
  if (grace.length === 0) return '';
  const waited = `the grace period (${stepsText(meeting, grace)}) has not waited for it`;
  return `, in no read-side section, so that ${waited}`;
}

/** The step in which the late thread found the pointer to the object. */
function foundIn({ trace, free, late }: Meeting): Step | undefined {
  return trace.steps.findLast(
    ({ thread, observed, number }) =>
      thread === late.thread && number < late.number && observed === `&${free.field ?? ''}`,
  );
}

/**
 * The last grace period that the freeing thread has waited for: its beginning and end.
 *
 * @param field of this srcu_struct; null: of RCU
 */
function gracePeriod({ trace, free }: Meeting, field: string | null): readonly Step[] {
  return trace.steps.filter((step) => isGrace(step, free) && step.field === field).slice(-2);
}

/** The srcu_struct of the last grace period of SRCU that the freeing thread has waited for. */
function srcuGrace({ trace, free }: Meeting): string | undefined {
  const step = trace.steps.findLast((one) => isGrace(one, free) && one.field !== null);
  return step?.field ?? undefined;
}

/** Callbacks have waited for a grace period of RCU before they free. */
function isGrace({ thread, kind, primitive, number }: Step, free: Step): boolean {
  const isBefore = thread === free.thread && number < free.number;
  return isBefore && kind === 'grace' && /^(?:synchronize_|kfree_rcu|call_rcu)/.test(primitive);
}

function stepsText({ row }: Meeting, steps: readonly Step[]): string {
  const rows = steps.map(row);
  return `${rows.length === 1 ? 'step' : 'steps'} ${rows.join(' and ')}`;
}
