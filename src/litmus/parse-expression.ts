/**
 * Expressions inside threads: operators by precedence, dereferences, casts, calls of primitives.
 *
 * Source: herdtools7 lib/CParser.mly. C's operators that it lacks are recognised, so that the
 * mistake can say what to write instead.
 */

import type { Expression, Operator, Place } from './ast.ts';
import { OPERATORS_MAX } from './limits.ts';
import { Mistake } from './mistake.ts';
import { insteadOf } from './not-modelled.ts';
import { primitives } from './primitives.ts';
import type { Argument, Primitive } from './primitives.ts';
import type { Reader } from './reader.ts';
import { alternatives } from './reader.ts';
import { didYouMean } from './suggest.ts';
import { acceptsType } from './parse-type.ts';

/** Binds looser before tighter, as in CParser.mly. */
const PRECEDENCE: ReadonlyMap<string, number> = new Map([
  ['|', 1],
  ['^', 2],
  ['&', 3],
  ...(['==', '!=', '<', '>', '<=', '>='] as const).map((sign) => [sign, 4] as const),
  ...(['+', '-'] as const).map((sign) => [sign, 5] as const),
  ...(['*', '/'] as const).map((sign) => [sign, 6] as const),
]);

/** What to write for an operator of C that the dialect lacks. */
const INSTEAD: ReadonlyMap<string, string> = new Map([
  ['!', 'Write `e == 0` for `!e`.'],
  ['&&', 'Write `(a != 0) & (b != 0)`, or one `if` inside another.'],
  ['||', 'Write `(a != 0) | (b != 0)`, or two `if`s.'],
  ['?', 'Write `if (...) ... else ...`.'],
  ['~', 'Write `e ^ -1` for `~e`.'],
  ['++', 'Write `r = r + 1;`.'],
  ['--', 'Write `r = r - 1;`.'],
  ['<<', 'Multiply by a power of two.'],
  ['>>', 'Divide by a power of two.'],
  ['->', 'Globals have no fields: use one global for each field.'],
  ['.', 'Globals have no fields: use one global for each field.'],
  ['[', 'There are no arrays: use one global for each element.'],
  ['%', 'Write `a - a / b * b` for `a % b`.'],
  ['&', 'A parameter is an address already: write `x` for `&x`.'],
]);

/** A whole expression. */
export function parseExpression(reader: Reader): Expression {
  return reader.nested(() => binary(reader, 1));
}

/** Precedence climbing: operands that bind at least as tightly as `least`. */
function binary(reader: Reader, least: number): Expression {
  let left = unary(reader);
  for (let operators = 0; ; operators++) {
    if (operators > OPERATORS_MAX) {
      const what = `This expression has more than ${OPERATORS_MAX} operators.`;
      throw new Mistake('HF109', what, reader.here());
    }
    const { text, kind, offset } = reader.peek();
    const precedence = kind === 'sign' ? PRECEDENCE.get(text) : undefined;
    if (precedence === undefined || precedence < least) {
      if (precedence === undefined) refuseForeign(reader);
      return left;
    }
    reader.next();
    const right = binary(reader, precedence + 1);
    const at = reader.place(offset);
    left = { kind: 'binary', operator: text as Operator, left, right, at };
  }
}

function refuseForeign(reader: Reader): void {
  const { text, kind } = reader.peek();
  if (kind === 'sign' && INSTEAD.has(text)) throw foreign(reader, text);
}

/** The mistake of C that is not part of the dialect. */
export function foreign(reader: Reader, sign: string): Mistake {
  const what = `\`${sign}\` is not part of this dialect.`;
  const instead = INSTEAD.get(sign);
  return new Mistake('HF103', what, reader.here(), instead === undefined ? [] : [instead]);
}

function unary(reader: Reader): Expression {
  const at = reader.here();
  const { kind, text } = reader.peek();
  if (kind === 'number') return { kind: 'number', value: reader.expectsNumber(), at };
  if (kind === 'word') return nameOrCall(reader, at);
  if (text === '-') return negated(reader, at);
  if (text === '(') return parenthesised(reader);
  if (text === '*') {
    reader.next();
    const address = reader.nested(() => unary(reader));
    return { kind: 'load', order: 'plain', primitive: '*', address, at };
  }
  refuseForeign(reader);
  throw reader.unexpected(['an expression']);
}

/** A sign stands before numbers only. */
function negated(reader: Reader, at: Place): Expression {
  const { offset } = reader.peek();
  if (/^-\s*[0-9]/.test(reader.text.slice(offset, offset + 40))) {
    return { kind: 'number', value: reader.expectsNumber(), at };
  }
  throw new Mistake('HF103', 'A sign stands only before a number in this dialect.', at, [
    'Write `0 - e` for `-e`.',
  ]);
}

/** A cast, which changes nothing, or a parenthesis. */
function parenthesised(reader: Reader): Expression {
  reader.expects('(');
  if (acceptsType(reader)) {
    reader.expects(')');
    return reader.nested(() => unary(reader));
  }
  const inner = parseExpression(reader);
  reader.expects(')', 'an operator');
  return inner;
}

function nameOrCall(reader: Reader, at: Place): Expression {
  const { text: name } = reader.next();
  if (!reader.sees('(')) return { kind: 'name', name, at };
  const primitive = primitiveOf(name, at);
  if (primitive.gives === 'nothing') {
    throw new Mistake('HF105', `${name} has no value: it is a statement.`, at);
  }
  return primitive.build(parseArguments(reader, name, primitive), { at, primitive: name });
}

/** The primitive of a name, which must exist. */
export function primitiveOf(name: string, at: Place): Primitive {
  const primitive = primitives.get(name);
  if (primitive !== undefined) return primitive;
  if (name === 'for' || name === 'switch' || name === 'do' || name === 'goto') {
    throw new Mistake('HF103', `\`${name}\` is not part of this dialect.`, at, [
      'Loops are written `while (...) { ... }`, choices `if (...) ... else ...`.',
    ]);
  }
  const what = `\`${name}\` is not a kernel primitive that Holdfast knows.`;
  const instead = insteadOf(name);
  throw new Mistake('HF104', what, at, instead === null ? near(name) : [instead]);
}

function near(name: string): string[] {
  return didYouMean(name, primitives.keys());
}

/** The arguments of a call, from `(` to `)`, counted and checked. */
export function parseArguments(
  reader: Reader,
  name: string,
  primitive: Primitive,
): readonly Expression[] {
  const open = reader.expects('(');
  const args: Expression[] = [];
  while (!reader.sees(')')) {
    if (args.length > 0) reader.expects(',', '`)`');
    args.push(parseExpression(reader));
  }
  reader.expects(')');
  const { takes } = primitive;
  if (args.length !== takes.length) {
    const what = `${name} takes ${count(takes)}, and here are ${args.length}.`;
    throw new Mistake('HF105', what, reader.place(open.offset));
  }
  return takes.map((kind, index) => argumentOf(name, kind, args[index] as Expression));
}

function count(takes: readonly Argument[]): string {
  const kinds = {
    lvalue: 'a location such as *x',
    pointer: 'an address such as x',
    value: 'a value',
  };
  if (takes.length === 0) return 'no arguments';
  const list = alternatives(takes.map((kind) => kinds[kind])).replace(' or ', ' and ');
  return `${takes.length} argument${takes.length === 1 ? '' : 's'} (${list})`;
}

/** An lvalue argument is given on as the address under its `*`. */
function argumentOf(name: string, kind: Argument, argument: Expression): Expression {
  if (kind !== 'lvalue') return argument;
  if (argument.kind === 'load' && argument.order === 'plain') return argument.address;
  const written = argument.kind === 'name' ? argument.name : 'x';
  const what = `The first argument of ${name} is a location, and is written with a star.`;
  throw new Mistake('HF106', what, argument.at, [`Write *${written}.`]);
}
