/**
 * The names of findings: short, and the same whenever the same execution of the same code violates
 * the same property.
 *
 * A name comes from what was left out of the code and from what happens, never from where the
 * source stands, and not from who asked: the reporter, the options or the memory model. Under tso a
 * store leaves its buffer by a step of its own; where no read came too early to see a store, this
 * makes no difference to anybody, and the execution is the one that sc shows.
 */

import type { Program } from '../program.ts';
import type { PropertyName, Step, Trace } from '../result.ts';

const ID_LENGTH = 5;

/** The name of a finding. */
export function findingId(program: Program, property: PropertyName, trace: Trace): string {
  const told = tellingSteps(trace).map(({ thread, kind, primitive, field, observed, written }) =>
    [thread, kind, primitive, field, observed, written].join(' '),
  );
  const chosen = Object.entries(trace.designs).map(([name, choice]) => `${name}=${choice}`);
  const head = [program.name, property.kind, property.name];
  const code = [...trace.without, ...chosen].toSorted();
  const text = [...head, ...code, ...told, ...finalValues(trace)].join('\n');
  let hash = 0x811c9dc5;
  let other = 0x9dc5811c;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    other = Math.imul(other ^ text.charCodeAt(i), 0x85ebca6b) ^ (other >>> 13);
  }
  const wide = (hash >>> 0) * 2 ** 20 + ((other >>> 0) & 0xfffff);
  return wide.toString(36).slice(-ID_LENGTH);
}

/** What the changed fields hold in the end: two buffers may reach memory in either order. */
function finalValues({ steps }: Trace): readonly string[] {
  const values = new Map<string, string>();
  for (const { field, after } of steps.flatMap(({ changes }) => changes)) values.set(field, after);
  return [...values].map(([field, value]) => `${field} ${value}`).toSorted();
}

/** The steps that tell this execution from others: what a call gives follows from them. */
function tellingSteps({ steps }: Trace): readonly Step[] {
  const isStale = steps.some(({ missed }) => missed !== null);
  return steps.filter(({ kind }) => kind !== 'return' && (isStale || kind !== 'drain'));
}
