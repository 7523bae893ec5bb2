/**
 * What the reads of an execution return, once it is known where they read.
 *
 * While sources are still being chosen, a value may be unknown (null): then nothing is decided by
 * it. When all are chosen a value can only be missing because reads copy each other in a circle: a
 * value out of thin air, the same for the whole circle. A circle that computes has no solution.
 */

import type { Constraint } from './event.ts';
import { COMPUTATION_DEPTH_MAX } from './limits.ts';
import { Mistake } from './mistake.ts';
import type { Structure } from './structure.ts';
import { THIN_AIR, apply, isAddress } from './term.ts';
import type { Operation, Term } from './term.ts';

/**
 * Operations above each other from which on a value is remembered: shared terms would else be
 * computed again and again, `r = r + r` thirty times in a row a thousand million times.
 */
const DEEP = 8;

function tooDeep(): Mistake {
  const what = `A value is computed through more than ${COMPUTATION_DEPTH_MAX} others.`;
  return new Mistake('HF109', what, null);
}

/** Reads values off the chosen sources. */
export class Values {
  /** For each event that is a read: the write it reads, or -1 while that is open. */
  readonly source: Int32Array;
  private readonly structure: Structure;
  private readonly initial: readonly number[];
  private readonly inProgress: Uint8Array;
  /** How many values are being computed for each other. */
  private level = 0;
  /** What deep terms have been found to be, while the outermost value is computed. */
  private readonly deepValues = new Map<Term, number | null>();
  /** An operation that has no value, as `*` on an address; null if there was none. */
  senseless: Operation | null = null;
  /** Values out of thin air, by read; only while a complete candidate is looked at. */
  private readonly thinAir = new Map<number, number>();

  /** @param initial the initial values, by global */
  constructor(structure: Structure, initial: readonly number[]) {
    this.structure = structure;
    this.initial = initial;
    this.source = new Int32Array(structure.events.length).fill(-1);
    this.inProgress = new Uint8Array(structure.events.length);
  }

  /** The value of a term, or null while it is unknown. @throws Mistake where it is too deep */
  of(term: Term): number | null {
    if (term.kind === 'value') return term.value;
    if (this.level === 0) this.deepValues.clear();
    if (this.level >= COMPUTATION_DEPTH_MAX) throw tooDeep();
    this.level++;
    const value = term.kind === 'read' ? this.ofRead(term) : this.ofOperation(term);
    this.level--;
    return value;
  }

  private ofRead({ thread, ordinal }: Extract<Term, { kind: 'read' }>): number | null {
    const read = this.structure.readEvent[thread]?.[ordinal];
    return read === undefined ? null : this.read(read);
  }

  private ofOperation(term: Operation): number | null {
    const known = term.depth < DEEP ? undefined : this.deepValues.get(term);
    if (known !== undefined) return known;
    const left = this.of(term.left);
    const right = left === null ? null : this.of(term.right);
    const value = left === null || right === null ? null : this.computed(term, left, right);
    if (term.depth >= DEEP) this.deepValues.set(term, value);
    return value;
  }

  private computed(term: Operation, left: number, right: number): number | null {
    const value = apply(term.operator, left, right);
    if (value === null && left < THIN_AIR && right < THIN_AIR) this.senseless = term;
    return value;
  }

  /** What a read returns, or null while it is unknown. */
  read(event: number): number | null {
    const known = this.thinAir.get(event);
    if (known !== undefined) return known;
    const source = this.source[event] as number;
    if (source < 0 || this.inProgress[event] === 1) return null;
    this.inProgress[event] = 1;
    const value = this.written(source);
    this.inProgress[event] = 0;
    return value;
  }

  /** What a write writes, or null while it is unknown. */
  written(event: number): number | null {
    const { tag, location, value } = this.store(event);
    if (tag === 'initial') return this.initial[location] as number;
    return value === null ? 0 : this.of(value);
  }

  /**
   * Whether a constraint holds.
   *
   * @returns null while that is unknown
   */
  satisfies(constraint: Constraint): boolean | null {
    if (constraint.kind === 'equal') {
      const left = this.of(constraint.left);
      const right = left === null ? null : this.of(constraint.right);
      return left === null || right === null ? null : (left === right) === constraint.holds;
    }
    const value = this.of(constraint.term);
    if (value === null) return null;
    return constraint.kind === 'truth' ? (value !== 0) === constraint.holds : !isAddress(value);
  }

  /**
   * Gives values out of thin air to circles of copies.
   *
   * @returns false where some value has no solution
   */
  settle(): boolean {
    this.senseless = null;
    this.thinAir.clear();
    for (const read of this.structure.reads) {
      if (this.read(read) !== null) continue;
      const circle = this.circle(read);
      if (circle === null) return false;
      const value = THIN_AIR + this.thinAir.size;
      for (const member of circle) this.thinAir.set(member, value);
    }
    return true;
  }

  /** Looks at every value there is. @returns false where one is missing */
  areComplete(): boolean {
    const { events, paths } = this.structure;
    const written = events.every(
      ({ kind }, event) => kind !== 'write' || this.written(event) !== null,
    );
    return written && paths.every(({ registers }) => this.areKnown(registers.values()));
  }

  private areKnown(terms: Iterable<Term>): boolean {
    for (const term of terms) if (this.of(term) === null) return false;
    return true;
  }

  /** Forgets the values out of thin air: sources will change. */
  unsettle(): void {
    this.thinAir.clear();
  }

  /** The reads that copy each other, from one of them or from one that reads them. */
  private circle(start: number): readonly number[] | null {
    const met: number[] = [];
    for (let read = start; ;) {
      if (met.includes(read)) return met.slice(met.indexOf(read));
      met.push(read);
      const { value } = this.store(this.source[read] as number);
      const next =
        value?.kind === 'read'
          ? this.structure.readEvent[value.thread]?.[value.ordinal]
          : undefined;
      if (next === undefined) return null;
      read = next;
    }
  }

  private store(event: number): Structure['events'][number] {
    const store = this.structure.events[event];
    if (store === undefined) throw new Error(`values: there is no event ${event}`);
    return store;
  }
}
