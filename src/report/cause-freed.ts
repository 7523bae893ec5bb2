/**
 * Where an object was freed that is used or freed once more: without that, a use after free shows
 * only its victim. Of a folio, which has no `kfree`, an assertion says that it happens once.
 */

import type { PropertyName, Step, Trace } from '../explore/result.ts';
import type { Cause } from './cause.ts';
import { readerText } from './cause-readers.ts';
import type { Layout } from './layout.ts';

/** Who freed the object and who comes too late; null where another property is violated. */
export function freedCause(trace: Trace, layout: Layout, property: PropertyName): Cause | null {
  const { kind, name } = property;
  if (kind === 'assert') return /\bonce\b/.test(name) ? twiceCause(trace, layout) : null;
  if (kind !== 'automatic' || (name !== 'use after free' && name !== 'double free')) return null;
  const late = trace.steps.findLast((step) => step.kind === 'pending');
  const free = trace.steps.findLast((step) => step.kind === 'free' && isPartOf(late, step.field));
  if (late === undefined || free === undefined) return null;
  const row = (step: Step): number => layout.rowOf.get(step.number) ?? step.number;
  const who = (step: Step): string => trace.threads[step.thread] ?? '';
  const again = name === 'double free' ? 'frees it again' : 'uses it';
  const by = late.thread === free.thread ? `it ${again}` : `${who(late)} ${again}`;
  const freed = `${who(free)} frees ${free.field ?? ''} in step ${row(free)}`;
  const positions = [free, late].flatMap(({ position }) => (position === null ? [] : [position]));
  const isOther = late.thread !== free.thread && name === 'use after free';
  const reader = isOther ? readerText(trace, free, late, row) : '';
  return { text: `${freed}; ${by} in step ${row(late)}${reader}.`, positions };
}

/** The act that the failed thread made last, and that somebody had made before in the same line. */
function twiceCause({ steps, threads }: Trace, layout: Layout): Cause | null {
  const own = steps.filter(({ thread }) => thread === steps.at(-1)?.thread);
  const again = own.findLast((step) => firstOf(steps, step) !== undefined);
  const first = again === undefined ? undefined : firstOf(steps, again);
  if (again === undefined || first === undefined) return null;
  const who = (step: Step): string => threads[step.thread] ?? '';
  const where = (step: Step): string => {
    const row = layout.rowOf.get(step.number) ?? step.number;
    return `in step ${row}${step.calls[0] === undefined ? '' : ` (${step.calls[0]})`}`;
  };
  const object = first.field?.slice(0, first.field.lastIndexOf('.')) ?? '';
  const text =
    `${who(first)} does it to ${object} ${where(first)}; ` +
    `${who(again)} does it once more ${where(again)}.`;
  return { text, positions: [first, again].flatMap(({ stack }) => stack.at(-1) ?? []) };
}

/** The step that changed what another one, at the same place in the code, found changed already. */
function firstOf(steps: readonly Step[], again: Step): Step | undefined {
  if (!again.primitive.startsWith('test_and_') || again.changes.length > 0) return undefined;
  return steps.findLast(
    (step) =>
      step.number < again.number &&
      step.primitive === again.primitive &&
      step.changes.some(({ field }) => field === again.field) &&
      JSON.stringify(step.position) === JSON.stringify(again.position),
  );
}

/** Whether a step goes to an object or to one of its fields. */
function isPartOf(step: Step | undefined, object: string | null): boolean {
  if (object === null) return false;
  return step?.field === object || step?.field?.startsWith(`${object}.`) === true;
}
