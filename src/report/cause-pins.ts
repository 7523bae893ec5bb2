/**
 * Which pin is left, where a property about pins or references is violated at the end.
 *
 * A pin is a step of the count by GUP_PIN_COUNTING_BIAS, or by 1 less where a reference became a
 * pin. Who gives one back gives back his own, if he has one.
 */

import type { PropertyName, Step, Trace } from '../explore/result.ts';
import type { Cause } from './cause.ts';
import type { Layout } from './layout.ts';
import { listed } from './text.ts';

const PIN = 1024;

/** Words of properties that speak of what should have been given back, the first with `pin`. */
const LEFT = /\b(?:left|leak\w*|stays?|remains?|still|back|not|end|ends|afterwards)\b/i;
const COUNTED = /\breferences?\b|refcount/i;

/** Who keeps a pin; null where no pin is kept, or the property speaks of something else. */
export function pinCause(trace: Trace, layout: Layout, property: PropertyName): Cause | null {
  if (property.kind !== 'always' && property.kind !== 'never') return null;
  const kept = isAboutPins(property.name) ? keptPins(trace) : [];
  if (kept.length === 0) return null;
  const told = kept.map(({ step, folio }) => {
    const row = layout.rowOf.get(step.number) ?? step.number;
    const by = step.calls[0] === undefined ? '' : ` (${step.calls[0]})`;
    return `the pin of ${folio} that ${trace.threads[step.thread] ?? ''} takes in step ${row}${by}`;
  });
  const text = `Nobody gives back ${listed(told)}.`;
  return { text, positions: kept.flatMap(({ step }) => placesOf(step)) };
}

function isAboutPins(name: string): boolean {
  return COUNTED.test(name) || (/pin/i.test(name) && LEFT.test(name));
}

interface Pin {
  readonly step: Step;
  readonly folio: string;
}

function keptPins({ steps }: Trace): Pin[] {
  const kept: Pin[] = [];
  for (const step of steps) {
    for (const { field, before, after } of step.changes) {
      if (!field.endsWith('._refcount')) continue;
      const folio = field.slice(0, field.lastIndexOf('.'));
      const pins = Math.round((Number(after) - Number(before)) / PIN);
      for (let count = 0; count < pins; count++) kept.push({ step, folio });
      for (let count = 0; count < -pins; count++) giveBack(kept, step, folio);
    }
  }
  return kept;
}

function giveBack(kept: Pin[], { thread }: Step, folio: string): void {
  const own = kept.findLastIndex((pin) => pin.folio === folio && pin.step.thread === thread);
  const at = own >= 0 ? own : kept.findIndex((pin) => pin.folio === folio);
  if (at >= 0) kept.splice(at, 1);
}

/** Where the caller asked for the pin, and where the count changes. */
function placesOf({ stack, position }: Step): Cause['positions'] {
  const asked = stack.at(-1);
  return [...(asked === undefined ? [] : [asked]), ...(position === null ? [] : [position])];
}
