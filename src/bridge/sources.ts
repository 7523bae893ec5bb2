/**
 * Which reads of a thread others depend on: those whose values go into an address, or into a value
 * that is stored. Only these get names, because the search remembers what each named read has seen.
 *
 * Registers are followed without looking at the order of statements, so a read may get a name that
 * nothing needs, and none that is needed goes without.
 */

import type { Expression, Statement, ThreadText } from '../litmus/ast.ts';

/** The names of reads, by expression: numbers from 1. */
export type Sources = ReadonlyMap<Expression, number>;

/** Names the reads of a thread on which something can depend. */
export function sourcesOf({ body }: ThreadText): Sources {
  const flows: Flow[] = [];
  for (const statement of body) ofStatement(statement, flows);
  const needed = new Set<string>();
  const reads = new Set<Expression>();
  for (let before = -1; before !== needed.size + reads.size;) {
    before = needed.size + reads.size;
    for (const { into, from } of flows) {
      if (into !== null && !needed.has(into)) continue;
      for (const one of from) note(one, needed, reads);
    }
  }
  return new Map([...reads].map((read, at) => [read, at + 1]));
}

/** Values that go into a register, or (null) into an address or into memory. */
interface Flow {
  readonly into: string | null;
  readonly from: readonly Expression[];
}

/** What a value is computed from: registers, and reads in the expression itself. */
function note(value: Expression, needed: Set<string>, reads: Set<Expression>): void {
  if (value.kind === 'name') needed.add(value.name);
  else if (value.kind === 'binary') for (const one of operands(value)) note(one, needed, reads);
  else if (value.kind !== 'number') reads.add(value);
}

function ofStatement(statement: Statement, flows: Flow[]): void {
  switch (statement.kind) {
    case 'block':
      for (const one of statement.body) ofStatement(one, flows);
      return;
    case 'if':
      ofValue(statement.condition, flows);
      ofStatement(statement.whenTrue, flows);
      if (statement.whenFalse !== null) ofStatement(statement.whenFalse, flows);
      return;
    case 'while':
      ofValue(statement.condition, flows);
      return ofStatement(statement.body, flows);
    case 'assign':
      flows.push({ into: statement.name, from: [statement.value] });
      return ofValue(statement.value, flows);
    case 'evaluate':
      return ofValue(statement.value, flows);
    case 'store':
      flows.push({ into: null, from: [statement.address, statement.value] });
      ofValue(statement.address, flows);
      return ofValue(statement.value, flows);
    case 'lock':
    case 'unlock':
    case 'sync-srcu':
      flows.push({ into: null, from: [statement.address] });
      return ofValue(statement.address, flows);
    case 'fence':
      return;
  }
}

/** The addresses and operands of the accesses in an expression. */
function ofValue(value: Expression, flows: Flow[]): void {
  const inner = operands(value);
  if (value.kind !== 'binary') flows.push({ into: null, from: inner });
  for (const one of inner) ofValue(one, flows);
}

function operands(value: Expression): readonly Expression[] {
  switch (value.kind) {
    case 'number':
    case 'name':
      return [];
    case 'binary':
      return [value.left, value.right];
    case 'load':
    case 'trylock':
    case 'is-locked':
      return [value.address];
    case 'exchange':
      return [value.address, value.value];
    case 'compare-exchange':
      return [value.address, value.old, value.value];
    case 'atomic':
      return [value.address, value.operand];
    case 'add-unless':
      return [value.address, value.amount, value.unless];
  }
}
