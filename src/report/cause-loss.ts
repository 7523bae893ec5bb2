/**
 * What was written to a page is lost: the page was cleaned before it was written, and nobody marks
 * it dirty afterwards. The looks and locks of the threads say nothing about that.
 */

import type { PropertyName, Step, Trace } from '../explore/result.ts';
import type { Cause } from './cause.ts';
import type { Layout } from './layout.ts';

const LOST = /\bloss\b|\blost\b/i;
/** A word of a page, as the set-up names pages: `log[0].data[0]`; a block has another name. */
const DATA = /^((?:\w+\[\d+\]|folio\S*))\.data\[\d+\]$/;

/** Who writes a page that was cleaned before; null where the property speaks of something else. */
export function lossCause(trace: Trace, layout: Layout, property: PropertyName): Cause | null {
  if (!LOST.test(property.name)) return null;
  const write = trace.steps.findLast((step) => pageWritten(step) !== null);
  const page = write === undefined ? null : pageWritten(write);
  if (write === undefined || page === null) return null;
  const flags = `${page}.flags`;
  const clean = trace.steps.findLast((step) => turns(step, flags, true, false));
  const isMarked = trace.steps.some(
    (step) => step.number > write.number && turns(step, flags, false, true),
  );
  if (clean === undefined || clean.number > write.number || isMarked) return null;
  const row = ({ number }: Step): number => layout.rowOf.get(number) ?? number;
  const who = ({ thread }: Step): string => trace.threads[thread] ?? '';
  const read = trace.steps.findLast(
    (step) => step.number < write.number && step.number > clean.number && isReadOf(step, page),
  );
  const reader =
    read === undefined ? '' : `, and step ${row(read)} of ${who(read)} reads what it held then`;
  const text =
    `Step ${row(clean)} of ${who(clean)} marks ${page} clean${reader}; step ${row(write)} of ` +
    `${who(write)} writes it after that, and nobody marks it dirty again.`;
  const steps = [clean, read, write].flatMap((step) => step?.position ?? []);
  return { text, positions: steps };
}

/** The page that a step writes, or null. */
function pageWritten({ changes }: Step): string | null {
  return changes.flatMap(({ field }) => DATA.exec(field)?.[1] ?? [])[0] ?? null;
}

function isReadOf({ field, observed, changes }: Step, page: string): boolean {
  return observed !== null && changes.length === 0 && DATA.exec(field ?? '')?.[1] === page;
}

/** Whether the step changes the dirty flag from one to the other. */
function turns({ changes }: Step, flags: string, from: boolean, to: boolean): boolean {
  const isDirty = (text: string): boolean => text.split(' ').includes('dirty');
  return changes.some(
    ({ field, before, after }) =>
      field === flags && isDirty(before) === from && isDirty(after) === to,
  );
}
