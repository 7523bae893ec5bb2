/** Field names short enough for a column, and accesses written as a kernel developer would. */

import type { Step, Trace } from '../explore/result.ts';

/** From a field's full name to the one to print. */
export type ShortNames = (field: string) => string;

/** The last part of each name, where no other field has the same last part. */
export function shortNames(fields: Iterable<string>): ShortNames {
  const all = new Set(fields);
  const counts = new Map<string, number>();
  for (const field of all) counts.set(lastPart(field), (counts.get(lastPart(field)) ?? 0) + 1);
  return (field) => (counts.get(lastPart(field)) === 1 ? lastPart(field) : field);
}

/** Every field that a trace mentions. */
export function fieldsOf(trace: Trace): Set<string> {
  const fields = new Set(trace.initial.map((one) => one.field));
  for (const step of trace.steps) {
    if (step.field !== null) fields.add(step.field);
    for (const change of step.changes) fields.add(change.field);
  }
  return fields;
}

function lastPart(field: string): string {
  return field.slice(field.lastIndexOf('.') + 1);
}

/** Primitives whose operand is the new value; others compute it from the old one. */
const STORES =
  /^(WRITE_ONCE|store|smp_store_|atomic_set|rcu_assign_pointer|xchg|atomic_xchg|write)/;

/** The operand of a store that was made or waits; null for other accesses. */
export function storedValue({ kind, primitive, written }: Step): string | null {
  return kind === 'access' && STORES.test(primitive) ? written : null;
}

/** An access as code: `WRITE_ONCE(ready, 1)`, `spin_lock(ptl)`. */
export function accessText(step: Step, short: ShortNames): string {
  if (step.kind === 'drain') return `visible: ${drained(step, short)}`;
  if (step.kind === 'fence') return `full barrier of ${step.primitive}`;
  if (step.field === null) return step.primitive;
  const stored = storedValue(step);
  return `${step.primitive}(${short(step.field)}${stored === null ? '' : `, ${stored}`})`;
}

function drained(step: Step, short: ShortNames): string {
  const change = step.changes[0];
  const field = step.field ?? change?.field ?? 'store';
  return `${short(field)} ${step.written ?? change?.after ?? ''}`.trimEnd();
}
