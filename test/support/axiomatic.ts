/**
 * Sequential consistency and x86-TSO as axioms over candidate executions: the referee of the state
 * search on litmus tests, with which it shares nothing but the reading of the file.
 *
 * Source: "Herding cats" (Alglave, Maranget, Tautschnig, TOPLAS 2014), SC and TSO. Coherence and
 * atomicity hold for every candidate. Grace periods are left to others: `hasSections`.
 */

import type { ExecutionEvent } from '../../src/litmus/structure.ts';
import { visitAll } from '../../src/litmus/check.ts';
import type { Judged, SearchOptions } from '../../src/litmus/check.ts';
import type { LitmusTest } from '../../src/litmus/index.ts';
import { Relation } from '../../src/litmus/relation.ts';
import { locationText, valueText } from '../../src/litmus/outcome.ts';

/** The models of which there are axioms here. */
export type Axiomatic = 'sc' | 'tso';

/** The final states that the axioms of each model allow, sorted. */
export type AxiomaticStates = Readonly<Record<Axiomatic, readonly string[]>>;

/** The final states that the axioms allow; null where a limit was reached. */
export function axiomaticStates(
  test: LitmusTest,
  options: SearchOptions = {},
): AxiomaticStates | null {
  const states = { sc: new Set<string>(), tso: new Set<string>() };
  const look = (judged: Judged): void => {
    for (const model of ['sc', 'tso'] as const) {
      if (isConsistent(judged, model)) states[model].add(stateOf(judged));
    }
  };
  const { open } = visitAll(test, options, look);
  if (open !== null) return null;
  return { sc: [...states.sc].toSorted(), tso: [...states.tso].toSorted() };
}

/** Whether a test has sections that grace periods wait for, which these axioms say nothing of. */
export function hasSections(text: string): boolean {
  return /\b(s?rcu_(read|down|up)\w*|synchronize_\w+)\s*\(/.test(text);
}

function stateOf({ tally, final }: Judged): string {
  const { globals } = tally.program;
  const entries = tally.observed.map(
    (location) => `${locationText(location)}=${valueText(final(location) ?? 0, globals)};`,
  );
  return entries.join(' ');
}

function isConsistent({ model, ruling }: Judged, axioms: Axiomatic): boolean {
  const { events } = model.bell;
  const { co, fr } = ruling.orders;
  const { rf } = model.reads;
  const order = new Relation(co.space);
  for (let from = 0; from < events.length; from++) {
    for (let to = 0; to < events.length; to++) {
      const one = events[from] as ExecutionEvent;
      const other = events[to] as ExecutionEvent;
      if (one.kind === 'fence' || other.kind === 'fence') continue;
      const inOrder = one.thread === other.thread && one.thread >= 0 && from < to;
      const kept = axioms === 'sc' || !mayPass(events, from, to);
      const external = axioms === 'sc' || one.thread !== other.thread;
      const seen = (rf.has(from, to) && external) || co.has(from, to) || fr.has(from, to);
      if ((inOrder && kept) || seen) order.add(from, to);
    }
  }
  return !hasCycle(order, events.length);
}

/** x86: a load passes an earlier store that still waits in the buffer; nothing drains between. */
function mayPass(events: readonly ExecutionEvent[], from: number, to: number): boolean {
  const [store, load] = [events[from], events[to]];
  if (store === undefined || load === undefined) return false;
  if (store.kind !== 'write' || load.kind !== 'read') return false;
  for (let between = from; between <= to; between++) {
    const event = events[between];
    if (event?.thread === store.thread && drains(event)) return false;
  }
  return true;
}

/** Locked instructions, also those of failed comparisons, and full barriers. */
function drains({ kind, tag, atomic, partner, primitive }: ExecutionEvent): boolean {
  if (kind === 'fence') return tag === 'mb';
  if (tag === 'LKR' || tag === 'LKW') return true;
  // atomic_add_unless looks first: where it does nothing it is a load.
  return atomic && (partner >= 0 || primitive !== 'atomic_add_unless');
}

function hasCycle(order: Relation, size: number): boolean {
  const state = new Uint8Array(size);
  const visit = (event: number): boolean => {
    state[event] = 1;
    for (const next of order.after(event)) {
      if (state[next] === 1 || (state[next] === 0 && visit(next))) return true;
    }
    state[event] = 2;
    return false;
  };
  for (let event = 0; event < size; event++) if (state[event] === 0 && visit(event)) return true;
  return false;
}
