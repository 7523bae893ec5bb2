/**
 * Values as terms over what the reads of an execution will return.
 *
 * A thread is run before anybody knows what its reads return, so what it computes is a term. Terms
 * are shared: equal terms are one object, and compare by identity.
 *
 * Values are numbers: a 32-bit signed integer is itself; the address of global k is ADDRESS + k; a
 * value out of thin air (a cycle of plain accesses that copy each other) is THIN_AIR + k.
 *
 * Source: herdtools7 lib/op.ml and lib/int32Scalar.ml (operators on 32-bit integers, comparison to
 * 0/1).
 */

import type { Operator, Place } from './ast.ts';
import { OPERATORS_MAX } from './limits.ts';
import { Mistake } from './mistake.ts';

export const ADDRESS = 2 ** 40;
export const THIN_AIR = 2 ** 41;

export type Term =
  | { readonly kind: 'value'; readonly id: number; readonly value: number }
  | {
      readonly kind: 'read';
      readonly id: number;
      readonly thread: number;
      /** The number of the read in its thread, from 0. */
      readonly ordinal: number;
    }
  | {
      readonly kind: 'operation';
      readonly id: number;
      readonly operator: Operator;
      readonly left: Term;
      readonly right: Term;
      /** Where it stands first in the file, for messages. */
      readonly at: Place | null;
      /** How many operations stand above each other in it. */
      readonly depth: number;
    };

/** What an operator makes of two terms. */
export type Operation = Extract<Term, { kind: 'operation' }>;

/** Whether a value is an address. */
export function isAddress(value: number): boolean {
  return value >= ADDRESS && value < THIN_AIR;
}

/** Makes terms, and the same term for the same meaning. */
export class Terms {
  private readonly known = new Map<string, Term>();

  value(value: number): Term {
    return this.intern(`v${value}`, (id) => ({ kind: 'value', id, value }));
  }

  read(thread: number, ordinal: number): Term {
    return this.intern(`r${thread}.${ordinal}`, (id) => ({ kind: 'read', id, thread, ordinal }));
  }

  /** The term of an operation, computed at once where its operands allow it. */
  operation(operator: Operator, left: Term, right: Term, at: Place | null): Term {
    if (left.kind === 'value' && right.kind === 'value') {
      const value = apply(operator, left.value, right.value);
      if (value !== null) return this.value(value);
    }
    const simple = this.simplified(operator, left, right);
    if (simple !== null) return simple;
    const key = `${left.id}${operator}${right.id}`;
    const depth = 1 + Math.max(depthOf(left), depthOf(right));
    if (depth > OPERATORS_MAX) {
      const what = `A value is computed by more than ${OPERATORS_MAX} operations on each other.`;
      throw new Mistake('HF109', what, at);
    }
    return this.intern(key, (id) => ({ kind: 'operation', id, operator, left, right, at, depth }));
  }

  /** Laws that hold for whatever the reads return, addresses included. */
  private simplified(operator: Operator, left: Term, right: Term): Term | null {
    if (left === right) {
      if (operator === '-' || operator === '^' || operator === '!=') return this.value(0);
      if (operator === '==') return this.value(1);
    }
    const zero = right.kind === 'value' && right.value === 0;
    if (zero && (operator === '+' || operator === '-')) return left;
    if (operator === '+' && left.kind === 'value' && left.value === 0) return right;
    return null;
  }

  private intern(key: string, make: (id: number) => Term): Term {
    let term = this.known.get(key);
    if (term === undefined) {
      term = make(this.known.size);
      this.known.set(key, term);
    }
    return term;
  }
}

function depthOf(term: Term): number {
  return term.kind === 'operation' ? term.depth : 0;
}

/**
 * The value of an operation.
 *
 * @returns null where it has none: arithmetic on an address, division by zero
 */
export function apply(operator: Operator, left: number, right: number): number | null {
  if (left >= ADDRESS || right >= ADDRESS) return applyToAddresses(operator, left, right);
  switch (operator) {
    case '+':
      return (left + right) | 0;
    case '-':
      return (left - right) | 0;
    case '*':
      return Math.imul(left, right);
    case '/':
      return right === 0 ? null : Math.trunc(left / right) | 0;
    case '&':
      return left & right;
    case '&~':
      return left & ~right;
    case '|':
      return left | right;
    case '^':
      return left ^ right;
    case '==':
      return left === right ? 1 : 0;
    case '!=':
      return left !== right ? 1 : 0;
    case '<':
      return left < right ? 1 : 0;
    case '>':
      return left > right ? 1 : 0;
    case '<=':
      return left <= right ? 1 : 0;
    case '>=':
      return left >= right ? 1 : 0;
  }
}

/** Addresses can be compared, and combined with 0 or with themselves; nothing else is meant. */
function applyToAddresses(operator: Operator, left: number, right: number): number | null {
  switch (operator) {
    case '==':
      return left === right ? 1 : 0;
    case '!=':
      return left !== right ? 1 : 0;
    case '+':
      return right === 0 ? left : left === 0 ? right : null;
    case '-':
      return right === 0 ? left : left === right ? 0 : null;
    case '^':
      return left === right ? 0 : null;
    case '&':
    case '&~':
    case '|':
    case '*':
    case '/':
    case '<':
    case '>':
    case '<=':
    case '>=':
      return null;
  }
}
