/**
 * Why sections of SRCU keep somebody waiting, or are left: which thread began them, in which step,
 * and that nobody ended them. Which of several sections an end belongs to is not told by a trace;
 * where that makes a difference, all that it may have been are named.
 */

import type { Step, Trace } from '../explore/result.ts';
import type { Cause } from './cause.ts';

const BEGINS = /^srcu_(read_lock|down_read)$/;
const ENDS = /^srcu_(read_unlock|up_read)$/;

/** How a step is called in the explanation: by its row. */
type RowOf = (step: Step) => number;

/** Sections of one srcu_struct that are open: `count` of those that began in these steps. */
interface Open {
  readonly begins: readonly Step[];
  readonly count: number;
}

/**
 * What a grace period that waits for sections of SRCU waits for, as the end of a sentence.
 *
 * @param waiting threads that wait too: whoever has a section and is none of them has ended
 * @returns null where the step is no such wait, or no section is open
 */
export function awaitedSections(
  trace: Trace,
  pending: Step,
  waiting: ReadonlySet<number>,
  row: RowOf,
): { text: string; steps: readonly Step[] } | null {
  if (pending.primitive !== 'synchronize_srcu') return null;
  const begun = trace.steps.findLast(
    ({ thread, kind, primitive }) =>
      thread === pending.thread && kind === 'grace' && primitive === pending.primitive,
  );
  // What begins behind the grace period is not waited for; under weak the step may tell it late.
  const last = trace.model === 'weak' ? Infinity : (begun?.number ?? Infinity);
  const open = openSections(trace.steps, pending.field).filter(({ begins }) =>
    begins.some(({ number }) => number < last),
  );
  if (open.length === 0) return null;
  const told = open.map((one) => {
    const [first] = one.begins;
    const thread = first?.thread ?? -1;
    const isOwn = thread === pending.thread;
    const owner = trace.threads[thread] ?? '';
    const never = waiting.has(thread) ? 'has not ended' : 'never ended';
    const who = isOwn ? 'it began itself' : `${owner} began`;
    return `${sectionText(one)} that ${who} ${stepsText(one, row)} and ${never}`;
  });
  return { text: told.join(', and for '), steps: open.flatMap(({ begins }) => begins) };
}

/** The srcu_structs of which a thread has a section open behind some steps. */
export function openFields(steps: readonly Step[], thread: number): string[] {
  const own = steps.filter((step) => step.thread === thread);
  const fields = new Set(own.filter(isBegin).flatMap(({ field }) => field ?? []));
  return [...fields].filter((field) => openSections(own, field).length > 0);
}

/** The sections that nobody has ended when the execution ends; null where there are none. */
export function unendedCause(trace: Trace, row: RowOf): Cause | null {
  const fields = new Set(trace.steps.filter(isBegin).map(({ field }) => field));
  const open = [...fields].flatMap((field) => openSections(trace.steps, field));
  if (open.length === 0) return null;
  const told = open.map((one) => {
    const [first] = one.begins;
    const owner = trace.threads[first?.thread ?? -1] ?? '';
    return `${owner} began ${sectionText(one)} of ${first?.field ?? ''} ${stepsText(one, row)}`;
  });
  const text = `${told.join('; ')}, and nobody ended ${open.length === 1 ? 'it' : 'them'}.`;
  return { text, positions: placesOf(open.flatMap(({ begins }) => begins)) };
}

/** Why a section that is to be ended is not open; null where the step ends none. */
export function notOpenCause(trace: Trace, pending: Step, row: RowOf): Cause | null {
  if (!ENDS.test(pending.primitive)) return null;
  const own = trace.steps.filter(
    ({ thread, kind, field }) => thread === pending.thread && kind !== 'pending' && field !== null,
  );
  const begun = own.findLast((step) => isBegin(step) && step.field === pending.field);
  const ended = own.findLast((step) => ENDS.test(step.primitive) && step.field === pending.field);
  const other = own.findLast((step) => isBegin(step) && step.field !== pending.field);
  const name = trace.threads[pending.thread] ?? '';
  const field = pending.field ?? '';
  const text = (): string => {
    if (begun !== undefined && ended !== undefined && ended.number > begun.number) {
      return `${name} ended the section of ${field} already, in step ${row(ended)}.`;
    }
    if (begun !== undefined) {
      const given = `${begun.primitive} gave in step ${row(begun)}`;
      return `${name} ends the section of ${field} with another number than ${given}.`;
    }
    if (other === undefined) return `${name} has begun no section of ${field}.`;
    const begins = `The section that ${name} began in step ${row(other)}`;
    return `${begins} is one of ${other.field ?? ''}, not of ${field}.`;
  };
  const named = [begun === undefined ? other : (ended ?? begun), pending];
  return { text: text(), positions: placesOf(named.filter((step) => step !== undefined)) };
}

function isBegin({ primitive }: Step): boolean {
  return BEGINS.test(primitive);
}

/**
 * The sections of a srcu_struct that are open, by thread; those that another thread may end are
 * counted together.
 */
function openSections(steps: readonly Step[], field: string | null): Open[] {
  const open = new Map<number, { begins: Step[]; count: number }>();
  for (const step of steps) {
    if (step.field !== field || step.kind === 'pending') continue;
    const key = step.primitive.startsWith('srcu_read_') ? step.thread : -1;
    const group = open.get(key) ?? { begins: [], count: 0 };
    open.set(key, group);
    if (isBegin(step)) {
      group.begins.push(step);
      group.count++;
    } else if (ENDS.test(step.primitive)) {
      group.count--;
      if (group.count === 0) group.begins = [];
    }
  }
  return [...open.values()].filter(({ count }) => count > 0);
}

function sectionText({ count }: Open): string {
  return count === 1 ? 'a section' : `${count} sections`;
}

/** `in step 1`; of several, of which some are ended, all that they may be. */
function stepsText({ begins, count }: Open, row: RowOf): string {
  const rows = begins.map(row);
  if (rows.length === 1) return `in step ${rows[0]}`;
  return count === rows.length ? `in steps ${rows.join(' and ')}` : `in step ${rows.join(' or ')}`;
}

function placesOf(steps: readonly Step[]): Cause['positions'] {
  return steps.flatMap(({ position }) => (position === null ? [] : [position]));
}
