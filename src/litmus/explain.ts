/**
 * Why an outcome is allowed (an execution that has it) or forbidden (the axiom and the cycle).
 *
 * A forbidden outcome may be had by many inconsistent candidates; the one with the shortest cycle
 * is shown. Where coherence has pruned them all away, the search is repeated without that pruning.
 */

import type { LitmusTest, Proposition } from './ast.ts';
import { visitAll } from './check.ts';
import type { Judged, SearchOptions, Tally } from './check.ts';
import { locationText, valueText } from './outcome.ts';
import type { FinalValue } from './outcome.ts';
import { Relation } from './relation.ts';
import type { Picture, PictureEdge, PictureEvent, Refusal, StateEntry } from './result.ts';
import { Steps } from './steps.ts';
import type { ExecutionEvent } from './structure.ts';

/** Cycles that are compared with each other before the shortest is taken. */
const CYCLES_MAX = 200;

/** Candidates of the search without coherence; more would say nothing new. */
const LOOSE_CANDIDATES_MAX = 200_000;

export interface Explanation {
  readonly witness: Picture | null;
  readonly refusal: Refusal | null;
}

/**
 * Explains the condition of a test: of `exists` and `~exists` an execution that satisfies it, or
 * what forbids all of them; of `forall` one that does not.
 *
 * Where a limit was reached, or a loop was cut, nothing is said to be forbidden.
 *
 * @throws Mistake as `search` does
 */
export function explain(test: LitmusTest, options: SearchOptions): Explanation {
  const { condition, quantifier } = test;
  const wanted: Proposition = quantifier === 'forall' ? { kind: 'not', of: condition } : condition;
  const collector = new Collector();
  const visit = (look: (judged: Judged) => void, loose: boolean, limited: SearchOptions): Tally =>
    visitAll(test, limited, look, loose, wanted);
  const tally = visit((judged) => collector.look(judged), false, options);
  if (collector.witness !== null) return { witness: collector.witness, refusal: null };
  if (tally.open !== null || tally.losesOutcomes) return { witness: null, refusal: null };
  if (collector.refusal === null) {
    const until = { ...options.until, candidates: LOOSE_CANDIDATES_MAX };
    visit((judged) => collector.lookLoosely(judged), true, { ...options, until });
  }
  const refusal = collector.refusal ?? { axiom: 'values' as const, picture: null, cycle: [] };
  return { witness: null, refusal };
}

class Collector {
  witness: Picture | null = null;
  refusal: Refusal | null = null;
  private cycles = 0;

  look(judged: Judged): void {
    const { ruling } = judged;
    if (this.witness !== null) return;
    if (ruling.violated === null) this.witness = pictureOf(judged);
    else this.keep(judged, ruling.violated, () => cycleOf(judged));
  }

  lookLoosely(judged: Judged): void {
    const { axiom, cycle } = looseViolation(judged);
    if (cycle.length > 0) this.keep(judged, axiom, () => cycle);
  }

  private keep(judged: Judged, axiom: Refusal['axiom'], cycleOfIt: () => PictureEdge[]): void {
    if (this.cycles >= CYCLES_MAX) return;
    this.cycles++;
    const cycle = cycleOfIt();
    if (this.refusal !== null && this.refusal.cycle.length <= cycle.length) return;
    this.refusal = { axiom, picture: pictureOf(judged), cycle };
  }
}

function stepsOf({ model, ruling }: Judged): Steps {
  return new Steps(model.bell, model.fences, model.reads, ruling.orders);
}

/** The cycle by which a candidate violates its axiom. */
function cycleOf(judged: Judged): PictureEdge[] {
  const { ruling } = judged;
  const { hb, pb, rb } = ruling.orders;
  const steps = stepsOf(judged);
  switch (ruling.violated) {
    case 'happens-before':
      return steps.cycle(hb, steps.hb);
    case 'propagation':
      return steps.cycle(pb, steps.pb);
    case 'rcu':
      return steps.cycle(rb, steps.rb);
    case 'plain-coherence':
      return contradiction(judged);
    case null:
      return [];
  }
}

/** An edge between plain accesses that visibility contradicts. */
function contradiction({ ruling, model }: Judged): PictureEdge[] {
  const { incoherent, orders } = ruling;
  for (let from = 0; incoherent !== null && from < incoherent.space.size; from++) {
    for (const to of incoherent.after(from)) {
      const by = model.reads.rf.has(from, to) ? 'rf' : orders.co.has(from, to) ? 'co' : 'fr';
      return [
        { from, to, by, carriers: [] },
        { from: to, to: from, by: 'visibility', carriers: [] },
      ];
    }
  }
  return [];
}

/** How a candidate of the loose search violates `coherence` or `atomic`. */
function looseViolation(judged: Judged): {
  axiom: Refusal['axiom'];
  cycle: PictureEdge[];
} {
  const { model, ruling } = judged;
  const { co, fr } = ruling.orders;
  const { po, loc, ext, rmw } = model.bell;
  const { rf } = model.reads;
  const steps = stepsOf(judged);
  const all = new Relation(co.space);
  all.rows.forEach((_, at) => {
    const poLoc = (po.rows[at] as number) & (loc.rows[at] as number);
    const com = (rf.rows[at] as number) | (co.rows[at] as number) | (fr.rows[at] as number);
    all.rows[at] = poLoc | com;
  });
  const cycle = steps.cycle(all, steps.com);
  if (cycle.length > 0) return { axiom: 'coherence', cycle };
  for (let read = 0; read < co.space.size; read++) {
    for (const write of rmw.after(read)) {
      const between = fr.after(read).find((one) => ext.has(read, one) && co.has(one, write));
      if (between === undefined) continue;
      const edges = [
        { from: read, to: between, by: 'fr', carriers: [] },
        { from: between, to: write, by: 'co', carriers: [] },
        { from: write, to: read, by: 'rmw', carriers: [] },
      ];
      return { axiom: 'atomic', cycle: edges };
    }
  }
  return { axiom: 'values', cycle: [] };
}

/** The execution as data. */
function pictureOf(judged: Judged): Picture {
  const { model, values, orders } = judged;
  const { structure } = model;
  const globals = judged.tally.program.globals;
  const events = structure.events.map((event, number): PictureEvent => {
    const value = event.kind === 'read' ? values.read(number) : values.written(number);
    return {
      number,
      thread: event.thread,
      kind: event.kind,
      primitive: event.primitive,
      tag: event.tag,
      location: globals[event.location] ?? null,
      at: event.at,
      value: hasValue(event) && value !== null ? valueText(value, globals) : null,
    };
  });
  return {
    events,
    rf: structure.reads.map((read) => [values.source[read] as number, read] as const),
    co: orders.map((order) => [...order]),
    state: stateOf(judged.tally, judged.final),
  };
}

function hasValue({ kind, tag }: ExecutionEvent): boolean {
  return kind !== 'fence' && !['LKR', 'LKW', 'UL', 'LF', 'RU'].includes(tag);
}

function stateOf(tally: Tally, final: FinalValue): StateEntry[] {
  return tally.observed.map((location) => ({
    location: locationText(location),
    value: valueText(final(location) ?? 0, tally.program.globals),
  }));
}
