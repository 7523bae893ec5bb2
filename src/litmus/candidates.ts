/**
 * Candidate executions of one structure: every choice of where the reads read (rf) and in which
 * order the writes to each global happen (co), as long as coherence and atomicity allow it.
 *
 * Choices are pruned as soon as they are made: by the coherence of the global that is read, by two
 * atomics that read the same write, by the conditions under which the paths were taken.
 */

import { Coherence } from './coherence.ts';
import type { Constraint } from './event.ts';
import { Mistake } from './mistake.ts';
import type { ExecutionEvent, Structure } from './structure.ts';
import type { Operation } from './term.ts';
import { Values } from './values.ts';

/** Told of every candidate. Each function answers whether to go on with it (or with the search). */
export interface Visitor {
  /** All reads have their sources; the orders of writes are still open. */
  reads(values: Values): boolean;
  /** Everything is chosen. @param orders for each location of the structure its writes in order */
  candidate(values: Values, orders: readonly (readonly number[])[]): boolean;
  /** A number is used as an address, on a path that can be taken. */
  fault(constraint: Constraint & { readonly kind: 'no address' }): void;
  /** Whether what is known already makes the candidates uninteresting. */
  refuted(values: Values): boolean;
  /** Called now and then: whether the search may go on. */
  mayGoOn(): boolean;
}

/**
 * Visits all candidates.
 *
 * @param loose visit also those that violate `coherence` or `atomic`
 * @returns false if the visitor stopped the search
 */
export function visitCandidates(
  structure: Structure,
  initial: readonly number[],
  visitor: Visitor,
  loose = false,
): boolean {
  return new Search(structure, initial, visitor, loose).choose(0);
}

class Search {
  private readonly structure: Structure;
  private readonly values: Values;
  private readonly visitor: Visitor;
  private readonly coherence: ReadonlyMap<number, Coherence>;
  private readonly constraints: readonly Constraint[];
  /** The atomic read that reads a write, or -1. */
  private readonly claimed: Int32Array;

  private readonly loose: boolean;

  constructor(structure: Structure, initial: readonly number[], visitor: Visitor, loose: boolean) {
    const { locations, paths, events } = structure;
    this.structure = structure;
    this.visitor = visitor;
    this.values = new Values(structure, initial);
    this.loose = loose;
    this.coherence = new Map(locations.map((one) => [one, new Coherence(structure, one, loose)]));
    this.constraints = paths.flatMap((path) => path.constraints);
    this.claimed = new Int32Array(events.length).fill(-1);
  }

  /** Chooses the source of the read number `index` and of all after it. */
  choose(index: number): boolean {
    const { reads, sources, events } = this.structure;
    if (!this.visitor.mayGoOn()) return false;
    const read = reads[index];
    if (read === undefined) return this.complete();
    const { partner, location } = events[read] as ExecutionEvent;
    const { source } = this.values;
    const claims = partner >= 0 && !this.loose;
    for (const store of sources[index] as readonly number[]) {
      if (claims && this.claimed[store] !== -1) continue;
      source[read] = store;
      if (claims) this.claimed[store] = read;
      const possible = this.coherence.get(location)?.isPossible(source) ?? true;
      const goOn =
        !possible ||
        !this.satisfiable() ||
        this.visitor.refuted(this.values) ||
        this.choose(index + 1);
      if (claims) this.claimed[store] = -1;
      source[read] = -1;
      if (!goOn) return false;
    }
    return true;
  }

  private satisfiable(): boolean {
    return this.constraints.every((constraint) => this.values.satisfies(constraint) !== false);
  }

  /** All reads have sources: what they return must fit the paths. */
  private complete(): boolean {
    const possible = this.valuesFit();
    const goOn = !possible || this.reportFault() || this.continueWithOrders();
    this.values.unsettle();
    return goOn;
  }

  private continueWithOrders(): boolean {
    return !this.visitor.reads(this.values) || this.order();
  }

  /** Whether every value exists and is one for which the paths are taken. @throws Mistake */
  private valuesFit(): boolean {
    const { values } = this;
    const fits = values.settle() && this.constraintsHold() && values.areComplete();
    if (!fits && values.senseless !== null && this.satisfiable()) throw senseless(values.senseless);
    return fits;
  }

  private constraintsHold(): boolean {
    return this.constraints.every((constraint) => this.values.satisfies(constraint) === true);
  }

  private reportFault(): boolean {
    const fault = this.constraints.find((constraint) => constraint.kind === 'no address');
    if (fault !== undefined) this.visitor.fault(fault);
    return fault !== undefined;
  }

  /** All orders of the writes to all globals. */
  private order(): boolean {
    const { source } = this.values;
    const coherences = [...this.coherence.values()];
    if (!coherences.every((coherence) => coherence.isPossible(source))) return true;
    return this.combine(coherences, []);
  }

  private combine(coherences: readonly Coherence[], chosen: (readonly number[])[]): boolean {
    const coherence = coherences[chosen.length];
    if (coherence === undefined) {
      return this.visitor.mayGoOn() && this.visitor.candidate(this.values, chosen);
    }
    return coherence.eachOrder(this.values.source, (order) => {
      chosen.push(order);
      const goOn = this.combine(coherences, chosen);
      chosen.pop();
      return goOn;
    });
  }
}

/** The mistake of arithmetic that has no result; herd7 refuses such a test as well. */
function senseless({ operator, at }: Operation): Mistake {
  const zero = operator === '/' ? ', or the divisor is 0' : '';
  const what = `In some execution \`${operator}\` is applied to the address of a global${zero}.`;
  return new Mistake('HF113', what, at, [
    'Addresses can be compared, and 0 can be added to them; nothing else has a value.',
  ]);
}
