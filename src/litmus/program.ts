/**
 * A litmus test with its names resolved: globals by number, initial values, what can be an address.
 */

import type { Constant, Expression, LitmusTest, Location, Proposition, Statement } from './ast.ts';
import { mentioned } from './parse.ts';
import { ADDRESS } from './term.ts';

export interface Program {
  readonly test: LitmusTest;
  /** The names of the globals; a global's number is its place here. */
  readonly globals: readonly string[];
  readonly numbers: ReadonlyMap<string, number>;
  /** The initial value of each global. */
  readonly initial: readonly number[];
  /** For each thread the registers that have a value before it begins, parameters included. */
  readonly registers: readonly ReadonlyMap<string, number>[];
  /** Globals whose address can get into a register or into memory. */
  readonly addressable: readonly number[];
}

/** Resolves the names of a test. */
export function programOf(test: LitmusTest): Program {
  const globals = [...new Set(globalNames(test))];
  const numbers = new Map(globals.map((name, number) => [name, number]));
  const valueOf = (constant: Constant): number => constantValue(constant, numbers);
  const initial = globals.map(() => 0);
  const registers = test.threads.map(
    ({ parameters }) =>
      new Map(parameters.map((name) => [name, ADDRESS + (numbers.get(name) as number)])),
  );
  for (const { location, value } of test.initial) {
    if (location.kind === 'global') initial[numbers.get(location.name) as number] = valueOf(value);
    else registers[location.thread]?.set(location.name, valueOf(value));
  }
  const addressable = addressedNames(test).flatMap((name) => numbers.get(name) ?? []);
  return { test, globals, numbers, initial, registers, addressable: [...new Set(addressable)] };
}

/** The number that stands for a constant. */
export function constantValue(constant: Constant, numbers: ReadonlyMap<string, number>): number {
  if (constant.kind === 'number') return constant.value;
  return ADDRESS + (numbers.get(constant.name) as number);
}

function* globalNames(test: LitmusTest): Generator<string> {
  for (const { location, value } of test.initial) {
    if (location.kind === 'global') yield location.name;
    if (value.kind === 'address') yield value.name;
  }
  for (const { parameters } of test.threads) yield* parameters;
  for (const location of test.locations) if (location.kind === 'global') yield location.name;
  if (test.filter !== null) yield* namesIn(test.filter);
  yield* namesIn(test.condition);
}

function* namesIn(proposition: Proposition): Generator<string> {
  for (const location of mentioned(proposition)) {
    if (location.kind === 'global') yield location.name;
  }
  for (const constant of constantsIn(proposition)) {
    if (constant.kind === 'address') yield constant.name;
  }
}

function constantsIn(proposition: Proposition): Constant[] {
  switch (proposition.kind) {
    case 'is':
      return isLocation(proposition.right) ? [] : [proposition.right];
    case 'not':
      return constantsIn(proposition.of);
    case 'implies':
      return [...constantsIn(proposition.left), ...constantsIn(proposition.right)];
    case 'and':
    case 'or':
      return proposition.of.flatMap(constantsIn);
  }
}

/** Whether the right side of an atom is a location and not a value. */
export function isLocation(side: Constant | Location): side is Location {
  return 'at' in side;
}

/** Names of globals that occur as values: in the initial state, or in a thread but for `*name`. */
function addressedNames(test: LitmusTest): string[] {
  const initial = test.initial.flatMap(({ value }) =>
    value.kind === 'address' ? [value.name] : [],
  );
  const used = test.threads.flatMap(({ body, parameters }) => {
    const names = new Set(parameters);
    return body.flatMap(namesInStatement).filter((name) => names.has(name));
  });
  return [...initial, ...used];
}

function namesInStatement(statement: Statement): string[] {
  switch (statement.kind) {
    case 'store':
      return [...namesInAddress(statement.address), ...namesInValue(statement.value)];
    case 'lock':
    case 'unlock':
    case 'sync-srcu':
      return namesInAddress(statement.address);
    case 'assign':
    case 'evaluate':
      return namesInValue(statement.value);
    case 'fence':
      return [];
    case 'block':
      return statement.body.flatMap(namesInStatement);
    case 'if': {
      const parts = [
        statement.whenTrue,
        ...(statement.whenFalse === null ? [] : [statement.whenFalse]),
      ];
      return [...namesInValue(statement.condition), ...parts.flatMap(namesInStatement)];
    }
    case 'while':
      return [...namesInValue(statement.condition), ...namesInStatement(statement.body)];
  }
}

/** A name alone is what is accessed; in a computed address it is a value. */
function namesInAddress(address: Expression): string[] {
  return address.kind === 'name' ? [] : namesInValue(address);
}

function namesInValue(expression: Expression): string[] {
  switch (expression.kind) {
    case 'number':
      return [];
    case 'name':
      return [expression.name];
    case 'binary':
      return [...namesInValue(expression.left), ...namesInValue(expression.right)];
    case 'load':
    case 'trylock':
    case 'is-locked':
      return namesInAddress(expression.address);
    case 'exchange':
      return [...namesInAddress(expression.address), ...namesInValue(expression.value)];
    case 'compare-exchange': {
      const values = [expression.old, expression.value].flatMap(namesInValue);
      return [...namesInAddress(expression.address), ...values];
    }
    case 'atomic':
      return [...namesInAddress(expression.address), ...namesInValue(expression.operand)];
    case 'add-unless': {
      const values = [expression.amount, expression.unless].flatMap(namesInValue);
      return [...namesInAddress(expression.address), ...values];
    }
  }
}
