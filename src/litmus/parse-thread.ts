/**
 * Threads: `P0(int *x) { ... }`, statements and declarations.
 *
 * Source: herdtools7 lib/CParser.mly (instruction, declaration, function_def). Accepted beyond it:
 * a primitive with a value as a statement (`xchg(x, 1);`), several declarations at once (`int a,
 * b;`).
 */

import type { Expression, Place, Statement, ThreadText } from './ast.ts';
import { Mistake } from './mistake.ts';
import { foreign, parseArguments, parseExpression, primitiveOf } from './parse-expression.ts';
import { acceptsType, beginsType, parseType, typeNames } from './parse-type.ts';
import { primitives } from './primitives.ts';
import type { Reader } from './reader.ts';
import { didYouMean } from './suggest.ts';

/** One thread, if one begins here: with `P` and a number, perhaps after `void`. */
export function parseThread(reader: Reader): ThreadText | null {
  reader.enter('code');
  reader.accepts('static');
  reader.accepts('void');
  const at = reader.here();
  const number = /^P([0-9]+)$/.exec(reader.peek().text)?.[1];
  if (number === undefined) return null;
  reader.next();
  const typed = parseParameters(reader);
  const body = parseBlock(reader);
  reader.enter('outside');
  const parameters = typed.map(({ name }) => name);
  return { number: Number(number), parameters, types: typed.map(({ type }) => type), body, at };
}

function parseParameters(reader: Reader): { name: string; type: string }[] {
  const all: { name: string; type: string }[] = [];
  reader.expects('(');
  while (!reader.accepts(')')) {
    if (all.length > 0) reader.expects(',', '`)`');
    const type = parseType(reader);
    if (type === null) throw noType(reader);
    if (all.length === 0 && reader.accepts(')')) return all; // P0(void)
    all.push({ name: reader.expectsWord('the name of a parameter').text, type });
  }
  return all;
}

function noType(reader: Reader): Mistake {
  const { kind, text } = reader.peek();
  if (kind !== 'word') return reader.unexpected(['a parameter such as `int *x`']);
  const what = `\`${text}\` is not a type that Holdfast knows.`;
  return new Mistake('HF111', what, reader.here(), didYouMean(text, typeNames));
}

/** Statements between braces. */
function parseBlock(reader: Reader): Statement[] {
  const body: Statement[] = [];
  reader.expects('{');
  while (!reader.accepts('}')) body.push(...parseStatement(reader));
  return body;
}

/** One statement, as a list: `int a = 1, b = 2;` is two, `int r1;` none. */
function parseStatement(reader: Reader): readonly Statement[] {
  const at = reader.here();
  const { kind, text } = reader.peek();
  if (text === '{') return [{ kind: 'block', at, body: reader.nested(() => parseBlock(reader)) }];
  if (reader.accepts(';')) return [];
  if (text === '*') return [storeThrough(reader, at)];
  if (text === '(') return [evaluated(reader, at)];
  if (kind !== 'word') throw reader.unexpected(['a statement']);
  if (BEHIND_THREADS.test(text)) throw unclosed(reader, at);
  if (text === 'if') return [parseIf(reader, at)];
  if (text === 'while') return [parseWhile(reader, at)];
  if (beginsType(text)) return parseDeclaration(reader);
  return startsWithName(reader, at);
}

/** What stands behind a thread and in none. */
const BEHIND_THREADS = /^(?:exists|forall|locations|filter|P\d+)$/;

function unclosed(reader: Reader, at: Place): Mistake {
  const what = `The thread does not end before \`${reader.peek().text}\`: a } is missing.`;
  return new Mistake('HF102', what, at, [], 'Close the thread, and each block in it.');
}

function parseIf(reader: Reader, at: Place): Statement {
  reader.next();
  const condition = parseCondition(reader);
  const whenTrue = reader.nested(() => branch(reader));
  const whenFalse = reader.accepts('else') ? reader.nested(() => branch(reader)) : null;
  return { kind: 'if', at, condition, whenTrue, whenFalse };
}

function parseWhile(reader: Reader, at: Place): Statement {
  reader.next();
  const condition = parseCondition(reader);
  return { kind: 'while', at, condition, body: reader.nested(() => branch(reader)) };
}

function parseCondition(reader: Reader): Expression {
  reader.expects('(');
  const condition = parseExpression(reader);
  reader.expects(')', 'an operator');
  return condition;
}

function branch(reader: Reader): Statement {
  const at = reader.here();
  const body = parseStatement(reader);
  return body.length === 1 ? (body[0] as Statement) : { kind: 'block', at, body };
}

/** `int r1;`, `int *r1 = e, r2;` */
function parseDeclaration(reader: Reader): Statement[] {
  const statements: Statement[] = [];
  acceptsType(reader);
  do {
    while (reader.accepts('*'));
    const at = reader.here();
    const name = reader.expectsWord('the name of a register').text;
    if (reader.sees('[')) throw foreign(reader, '[');
    if (reader.accepts('=')) {
      statements.push({ kind: 'assign', at, name, value: parseExpression(reader) });
    }
  } while (reader.accepts(','));
  reader.expects(';', '`,`', '`=`');
  return statements;
}

/** `*x = e;`, `*(T *)x = e;`, `**x = e;` */
function storeThrough(reader: Reader, at: Place): Statement {
  const target = parseTarget(reader);
  const { text } = reader.peek();
  if (FOREIGN.test(text)) throw foreign(reader, text);
  reader.expects('=');
  const value = parseExpression(reader);
  reader.expects(';', 'an operator');
  return { kind: 'store', order: 'plain', primitive: '*', at, address: target, value };
}

/** What stands left of `=` after its first star: the address that is written to. */
function parseTarget(reader: Reader): Expression {
  reader.expects('*');
  const at = reader.here();
  if (reader.sees('*')) {
    const address = reader.nested(() => parseTarget(reader));
    return { kind: 'load', order: 'plain', primitive: '*', address, at };
  }
  if (reader.accepts('(')) {
    const cast = acceptsType(reader);
    if (cast) {
      reader.expects(')');
      return { kind: 'name', name: reader.expectsWord('the name of a pointer').text, at };
    }
    const inner = parseExpression(reader);
    reader.expects(')', 'an operator');
    return inner;
  }
  return { kind: 'name', name: reader.expectsWord('the name of a pointer').text, at };
}

/** `(void)e;`: the value is thrown away. */
function evaluated(reader: Reader, at: Place): Statement {
  const value = parseExpression(reader);
  reader.expects(';', 'an operator');
  return { kind: 'evaluate', at, value };
}

/** `r1 = e;` or a call. */
function startsWithName(reader: Reader, at: Place): readonly Statement[] {
  const { text: name } = reader.next();
  if (['for', 'do', 'switch', 'goto'].includes(name)) primitiveOf(name, at);
  if (reader.accepts('=')) {
    const value = parseExpression(reader);
    reader.expects(';', 'an operator');
    return [{ kind: 'assign', at, name, value }];
  }
  if (!reader.sees('(')) throw neither(reader, name, at);
  const primitive = primitiveOf(name, at);
  const args = parseArguments(reader, name, primitive);
  reader.expects(';');
  const site = { at, primitive: name };
  if (primitive.gives === 'nothing') return primitive.build(args, site);
  return [{ kind: 'evaluate', at, value: primitive.build(args, site) }];
}

/** Signs of C that are not part of the dialect. */
const FOREIGN = /^(?:[-+*/%&|^]=|\+\+|--|->|\.|\[)$/;

/** After a name stands neither `=` nor `(`. */
function neither(reader: Reader, name: string, at: Place): Mistake {
  const { kind, text } = reader.peek();
  if (kind === 'word') {
    const what = `\`${name}\` is not a type that Holdfast knows.`;
    return new Mistake('HF111', what, at, didYouMean(name, typeNames));
  }
  if (FOREIGN.test(text)) return foreign(reader, text);
  if (text === ':') {
    return new Mistake('HF103', 'Labels are not part of this dialect.', at, [
      'Loops are written `while (...) { ... }`.',
    ]);
  }
  return primitives.has(name) ? withoutCall(name, at) : reader.unexpected(['`=`', '`(`']);
}

/** `smp_mb;`: C would look at the function and throw it away. */
function withoutCall(name: string, at: Place): Mistake {
  const takes = primitives.get(name)?.takes.length ?? 0;
  const call = takes === 0 ? `${name}()` : `${name}(...)`;
  const what = `\`${name}\` stands here without parentheses, and so is not called.`;
  return new Mistake('HF105', what, at, [], `Write ${call};`);
}
