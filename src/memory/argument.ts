/**
 * Arguments of primitives, checked where they are given.
 *
 * The types of a scenario are stripped before it runs, so its author may never have heard the
 * compiler. In C the same mistakes do not compile; here they would be computed with: a field that
 * stands for its value is always true, a bit without a number is bit 0, and NaN is 0.
 */

import { handedOn } from './field-use.ts';
import { machineOrNull } from './machine.ts';
import { signatureOf } from './signature.ts';
import { structAddress, structType } from './struct-key.ts';
import type { Field, Kind } from './type.ts';

/** Stops at a mistake of the user: `code` says which. Never gives anything. */
export function refuse(code: 'HF020' | 'HF036' | 'HF037', what: string): never {
  const machine = machineOrNull();
  if (machine === null) throw new TypeError(what);
  return machine.refuse(code, what);
}

/**
 * A call that leaves out a place in memory, or is given `undefined` for it. As beyond the end of an
 * array that may be so on some path only, which whoever catches this is to show.
 */
export class PlaceLeftOut extends TypeError {}

/**
 * Stops at a call that leaves something out: in C it would not compile.
 *
 * @param call what the user calls
 * @param args what it was given, in its order
 */
export function incomplete(call: string, args: readonly unknown[]): never {
  const parameters = signatureOf(call);
  // refcount_inc(r) and its like add an operand of their own, in front.
  const given = args.slice(-parameters.length);
  const missing = parameters.filter((_, at) => given[at] === undefined);
  const names = parameters.map(({ name }) => name).join(', ');
  const lacking = missing.map(({ name }) => name).join(' and ');
  const what = `${call}(${names}) is called without ${lacking}, or with undefined there.`;
  if (missing.every(({ isPlace }) => isPlace)) throw new PlaceLeftOut(what);
  return refuse('HF037', what);
}

/** The argument of a call that has one, which may not be left out. */
export function present<T>(call: string, argument: T): T {
  return argument === undefined ? incomplete(call, [argument]) : argument;
}

/** Stops at a call of two arguments that leaves one out. */
export function bothPresent(call: string, first: unknown, second: unknown): void {
  if (first === undefined || second === undefined) incomplete(call, [first, second]);
}

/** Stops at a call that leaves an argument out. */
export function allPresent(call: string, args: readonly unknown[]): void {
  if (args.includes(undefined)) incomplete(call, args);
}

/**
 * The address that a primitive is to go to: 0 for NULL.
 *
 * @param primitive what the user calls, for messages
 * @param kind what the primitive is for, where that is one kind of word: C's compiler refuses a
 *   mutex that is locked as a spin lock
 */
export function addressOf(primitive: string, field: Field, kind: Kind | null = null): number {
  const given: unknown = field;
  if (isField(given)) {
    handedOn(given.address);
    if (kind !== null && given.type.kind !== kind) return wrongKind(primitive, given, kind);
    return given.address;
  }
  if (given === null) return 0;
  if (given === undefined) incomplete(primitive, []);
  const hint = isView(given) ? ' Name one of its members.' : '';
  return refuse('HF037', `${primitive} is given ${described(given)} where a field belongs.${hint}`);
}

/** Counters and locks have calls of their own; of a task there is only its state here. */
const READABLE: ReadonlySet<Kind> = new Set(['word', 'flags', 'pointer', 'task_struct']);

/** The address of a word that holds a value of its own. */
export function wordAddress(primitive: string, field: Field): number {
  const address = addressOf(primitive, field);
  if (field !== null && !READABLE.has(field.type.kind)) {
    return wrongKind(primitive, field, 'a number, flags or a pointer');
  }
  return address;
}

const LOWEST = -(2 ** 31);
const HIGHEST = 2 ** 32 - 1;

/**
 * A whole number of 32 bits, signed or not, as a word holds it.
 *
 * @param type what it is a value of, for the message
 */
export function integer(value: number, type: string): number {
  const isWhole = Number.isInteger(value) && value >= LOWEST && value <= HIGHEST;
  return isWhole ? value | 0 : noValue(value, `A value of ${type}`, 'a whole number of 32 bits');
}

/**
 * Refuses a counter in the operand's place, and a call that leaves one of them out: where the
 * kernel names the operand first, the counter comes last. Two fields are another mistake: the first
 * is used as its value.
 */
export function operandFirst(primitive: string, operand: number, counter: Field): void {
  const [first, last]: unknown[] = [operand, counter];
  if (isField(first) && !isField(last)) otherWayRound(primitive, first, 'operand');
  bothPresent(primitive, operand, counter);
}

function otherWayRound(call: string, { type }: Field, first: string): never {
  const order = `the kernel's order is the ${first} first, the ${type.kind} last.`;
  return refuse('HF037', `${call} is given a field (${type.name}) as its ${first}: ${order}`);
}

/** The mask of one bit. */
export function bitMask(nr: number): number {
  const given: unknown = nr;
  if (isField(given) && given.type.kind === 'flags') {
    otherWayRound('A call for a bit', given, 'bit number');
  }
  if (Number.isInteger(nr) && nr >= 0 && nr < 32) return 1 << nr;
  return noValue(nr, 'A bit number', 'a whole number from 0 to 31');
}

/** What must be true or false; `subject` says what it is, for the message. */
export function truth(value: boolean, subject: string): boolean {
  return typeof value === 'boolean' ? value : noValue(value, subject, 'true or false');
}

/** Refuses something: `subject` is to be `wanted`, and is this value. */
export function noValue(value: unknown, subject: string, wanted: string): never {
  if (isField(value)) notItsValue(value);
  return refuse('HF037', `${subject} cannot be ${described(value)}: it is ${wanted}.`);
}

/** Refuses a field of another kind than the primitive's. */
export function wrongKind(primitive: string, { type }: Field, wanted: string): never {
  const { kind, name } = type;
  const what = name === kind ? name : `${name} (${kind})`;
  return refuse('HF037', `${primitive} is given a field of type ${what}; it takes ${wanted}.`);
}

const READS: Partial<Record<Kind, string>> = {
  atomic_t: 'atomic_read',
  refcount_t: 'refcount_read',
};

/** A field stands where its value belongs, or is asked for more than a place can be. */
export function notItsValue({ type }: Field, how: string = 'is used as its value'): never {
  const read = READS[type.kind] ?? 'READ_ONCE';
  return refuse('HF036', `A field (${type.name}) ${how}; ${read} reads it.`);
}

/** A struct may have members with these names, so a view is asked for its key first. */
export function isField(value: unknown): value is Field {
  if (typeof value !== 'object' || value === null || structAddress in value) return false;
  return 'type' in value && 'address' in value;
}

function isView(value: unknown): value is { [structType]: { readonly struct: string } } {
  return typeof value === 'object' && value !== null && structAddress in value;
}

/** A value in words. */
export function described(value: unknown): string {
  if (value === null) return 'null';
  if (isView(value)) return `a struct ${value[structType].struct}`;
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'function') return 'a function';
  if (value instanceof Promise) return 'a promise';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : String(value as number | symbol);
}
