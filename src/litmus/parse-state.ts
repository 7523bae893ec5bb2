/**
 * The parts of a litmus file outside the threads: initial state, `locations`, `filter`, condition.
 *
 * Source: herdtools7 lib/stateParser.mly. Of its grammar the parts that only assembly tests use
 * (page tables, tags, faults, labels, instructions) are left out, as are arrays.
 */

import type { Constant, Initial, Location, Proposition, Quantifier } from './ast.ts';
import { Mistake } from './mistake.ts';
import type { Reader } from './reader.ts';

/** The initial state, from its `{` to its `}`. */
export function parseInitial(reader: Reader): Initial[] {
  const initial: Initial[] = [];
  reader.expects('{');
  while (!reader.accepts('}')) {
    if (reader.accepts(';')) continue;
    initial.push(initialItem(reader));
    if (!reader.sees('}')) reader.expects(';', '`}`');
  }
  return initial;
}

/**
 * `x = 1`, `int x = 1`, `int *p = &x`, `0:r1 = x`, `atomic_t x = ATOMIC_INIT(0)`, `spinlock_t s`.
 */
function initialItem(reader: Reader): Initial {
  let location = locationOrType(reader);
  while (location.kind === 'global' && (reader.sees('*') || reader.peek().kind === 'word')) {
    while (reader.accepts('*'));
    location = locationOrType(reader);
  }
  if (location.kind === 'global' && reader.peek().kind === 'number') {
    location = parseLocation(reader);
  }
  if (reader.sees('[')) throw noArrays(reader);
  if (!reader.accepts('=')) return { location, value: { kind: 'number', value: 0 } };
  return { location, value: initialValue(reader) };
}

function initialValue(reader: Reader): Constant {
  if (reader.sees('{')) throw noArrays(reader);
  if (!reader.accepts('ATOMIC_INIT')) return parseConstant(reader);
  reader.expects('(');
  const value = parseConstant(reader);
  reader.expects(')');
  return value;
}

function noArrays(reader: Reader): Mistake {
  return new Mistake('HF103', 'Arrays are not part of this dialect.', reader.here(), [
    'Use one global for each element, for example x0, x1, x2.',
  ]);
}

/** In `int *x` the first word is a type; it is read like a location and thrown away. */
function locationOrType(reader: Reader): Location {
  while (reader.accepts('*'));
  return parseLocation(reader);
}

/** `x`, `[x]`, `0:r1` or `P0:r1`. */
export function parseLocation(reader: Reader): Location {
  const at = reader.here();
  if (reader.accepts('[')) {
    const name = reader.expectsWord('the name of a global').text;
    reader.expects(']');
    return { kind: 'global', name, at };
  }
  if (reader.peek().kind === 'number') return register(reader, reader.expectsNumber(), at);
  const name = reader.expectsWord('a location such as x or 0:r1').text;
  const thread = /^P([0-9]+)$/.exec(name)?.[1];
  if (thread !== undefined && reader.sees(':')) return register(reader, Number(thread), at);
  return { kind: 'global', name, at };
}

function register(reader: Reader, thread: number, at: Location['at']): Location {
  reader.expects(':');
  const name = reader.expectsWord('the name of a register').text;
  return { kind: 'register', thread, name, at };
}

/** A number, or the address of a global: `x` and `&x` are the same. */
export function parseConstant(reader: Reader): Constant {
  const marked = reader.accepts('&');
  const { kind, text } = reader.peek();
  if (kind === 'word') {
    reader.next();
    return { kind: 'address', name: text };
  }
  if (marked) throw reader.unexpected(['the name of a global']);
  if (kind === 'number' || text === '-') return { kind: 'number', value: reader.expectsNumber() };
  throw reader.unexpected(['a number', 'the name of a global']);
}

/** `locations [x; 0:r1;]`, or nothing. Types after a location are allowed and ignored. */
export function parseLocations(reader: Reader): Location[] {
  const locations: Location[] = [];
  if (!reader.accepts('locations')) return locations;
  reader.expects('[');
  while (!reader.accepts(']')) {
    if (reader.accepts(';')) continue;
    locations.push(parseLocation(reader));
    while (reader.accepts('*') || (reader.peek().kind === 'word' && reader.next()));
    if (!reader.sees(']')) reader.expects(';', '`]`');
  }
  return locations;
}

/** `filter (p)`, or nothing. */
export function parseFilter(reader: Reader): Proposition | null {
  return reader.accepts('filter') ? proposition(reader) : null;
}

/**
 * The last clause: `exists p`, `~exists p`, `forall p`, `(p)` for exists, or nothing for `true`.
 */
export function parseCondition(reader: Reader): {
  quantifier: Quantifier;
  condition: Proposition;
} {
  if (reader.peek().kind === 'end') {
    return { quantifier: 'forall', condition: { kind: 'and', of: [] } };
  }
  const quantifier = quantifierOf(reader);
  const condition = proposition(reader);
  reader.accepts(';');
  if (reader.sees('with') || reader.peek().kind !== 'end') {
    throw reader.unexpected(['the end of the file', '`/\\`', '`\\/`']);
  }
  return { quantifier, condition };
}

function quantifierOf(reader: Reader): Quantifier {
  if (reader.accepts('exists') || reader.accepts('final') || reader.sees('(')) return 'exists';
  if (reader.accepts('forall')) return 'forall';
  if (reader.accepts('~') || reader.accepts('not')) {
    reader.expects('exists');
    return 'not exists';
  }
  const clause = reader.peek().text;
  if (clause !== 'locations' && clause !== 'filter') {
    throw reader.unexpected(['`exists`', '`~exists`', '`forall`', '`filter`', '`locations`']);
  }
  const what = `\`${clause}\` stands too late or twice.`;
  throw new Mistake('HF102', what, reader.here(), [
    'The order is `locations [...]`, `filter (...)`, `exists (...)`, each at most once.',
  ]);
}

/** Loosest to tightest: `\/`, `/\`, `=>`, `~` (stateParser.mly has the same order). */
function proposition(reader: Reader): Proposition {
  return reader.nested(() => chain(reader, '\\/', 'or', () => conjunction(reader)));
}

function conjunction(reader: Reader): Proposition {
  return chain(reader, '/\\', 'and', () => implication(reader));
}

function chain(
  reader: Reader,
  sign: string,
  kind: 'and' | 'or',
  part: () => Proposition,
): Proposition {
  const first = part();
  if (!reader.sees(sign)) return first;
  const of = [first];
  while (reader.accepts(sign)) of.push(part());
  return { kind, of };
}

function implication(reader: Reader): Proposition {
  const left = negation(reader);
  if (!reader.accepts('=>')) return left;
  return { kind: 'implies', left, right: reader.nested(() => implication(reader)) };
}

function negation(reader: Reader): Proposition {
  if (reader.accepts('~') || reader.accepts('not')) {
    return { kind: 'not', of: reader.nested(() => negation(reader)) };
  }
  if (reader.accepts('true')) return { kind: 'and', of: [] };
  if (reader.accepts('false')) return { kind: 'or', of: [] };
  if (!reader.accepts('(')) return atom(reader);
  const inner = proposition(reader);
  reader.expects(')', '`/\\`', '`\\/`');
  return inner;
}

/** `0:r1 = 1`, `x != y`, `[x] = 1`, `0:r1 = 1:r1`. */
function atom(reader: Reader): Proposition {
  const left = parseLocation(reader);
  const differs = reader.sees('!=') || reader.sees('<>');
  if (!differs && !reader.sees('=') && !reader.sees('==')) {
    throw reader.unexpected(['`=`', '`!=`']);
  }
  reader.next();
  const is: Proposition = { kind: 'is', left, right: rightSide(reader) };
  return differs ? { kind: 'not', of: is } : is;
}

/** A value, or with `N:`, `[...]` or `*` a second location. */
function rightSide(reader: Reader): Constant | Location {
  if (reader.sees('[')) return parseLocation(reader);
  if (reader.accepts('*')) return parseLocation(reader);
  const at = reader.here();
  const constant = parseConstant(reader);
  if (!reader.sees(':')) return constant;
  const thread = constant.kind === 'number' ? constant.value : threadOf(constant.name, reader);
  return register(reader, thread, at);
}

function threadOf(name: string, reader: Reader): number {
  const thread = /^P([0-9]+)$/.exec(name)?.[1];
  if (thread === undefined) throw reader.unexpected(['`/\\`', '`\\/`', 'the end of the condition']);
  return Number(thread);
}
