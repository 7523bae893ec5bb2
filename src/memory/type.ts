/**
 * The types that a word of shared memory can have.
 *
 * Everything that threads share lives in 32-bit words. A type says what a word means (a number, a
 * pointer, a set of flags, a lock), so that the compiler refuses `atomic_inc` on a plain word and a
 * picture can print `ro` instead of 5. Types are plain data; they hold no memory.
 */

import { bothPresent, integer, truth } from './argument.ts';
import { wrappedAround } from './field-use.ts';
import { knownMembers } from './missing.ts';

/**
 * What kinds of word there are. `word` is read and written freely, the others by their own calls.
 */
export type Kind =
  | 'word'
  | 'flags'
  | 'pointer'
  | 'atomic_t'
  | 'refcount_t'
  | 'spinlock_t'
  | 'rwlock_t'
  | 'rw_semaphore'
  | 'mutex'
  | 'seqcount_t'
  | 'wait_queue_head_t'
  | 'task_struct'
  | 'rcu_head'
  | 'srcu_struct'
  | 'completion';

/** The name of the word at an address, or null. */
export type NameAt = (address: number) => string | null;

/**
 * The type of one word. `Value` is what a read gives to TypeScript; `kind` keeps types apart that
 * share a representation.
 */
export interface Type<K extends Kind = Kind, Value = unknown> {
  readonly kind: K;
  readonly name: string;
  /** The TypeScript value of a stored word. */
  decode(word: number): Value;
  /** The stored word of a TypeScript value. */
  encode(value: Value): number;
  /** The text of a stored word in a picture; a pointer asks for the names of words. */
  format(word: number, nameAt?: NameAt): string;
  /** For a pointer: words of what it points to. */
  readonly target?: () => number;
  /** Written by the set-up of a scenario and by nobody afterwards: see `constant`. */
  readonly constant?: true;
}

/** A typed place in shared memory: what C calls an lvalue. */
export interface Field<T extends Type = Type> {
  readonly type: T;
  readonly address: number;
}

/** The TypeScript value that a read of a field of type T gives. */
export type ValueOf<T> = T extends Type<Kind, infer Value> ? Value : never;

const asIs = (word: number): number => word;

/**
 * Declares a number type of one's own, for example a page-table entry.
 *
 * @param name its name in messages, spelled as in the kernel
 * @param format how pictures print a value; decimal when left out
 */
export function word(
  name: string,
  format: (word: number) => string = String,
): Type<'word', number> {
  return { kind: 'word', name, decode: asIs, encode: (value) => integer(value, name), format };
}

/** A signed 32-bit number. */
export const s32: Type<'word', number> = word('s32');

/** An unsigned 32-bit number: -1 is stored as in C, and read as 4294967295. */
export const u32: Type<'word', number> = {
  ...word('u32', (value) => String(value >>> 0)),
  decode: (value) => value >>> 0,
  encode(value) {
    if (value < 0) wrappedAround(value);
    return integer(value, 'u32');
  },
};

/** A truth value, stored as 0 or 1. */
export const bool: Type<'word', boolean> = {
  kind: 'word',
  name: 'bool',
  decode: (value) => value !== 0,
  encode: (value) => (truth(value, 'A value of bool') ? 1 : 0),
  format: (value) => (value === 0 ? 'false' : 'true'),
};

/**
 * A word that only the set-up of a scenario writes.
 *
 * Reading it is no step: whenever it is read, the value is the same, so no order of the threads
 * depends on it. A thread that writes it makes a mistake (HF035).
 */
export function constant<K extends Kind, Value>(type: Type<K, Value>): Type<K, Value> {
  return { ...type, constant: true };
}

function opaque<K extends Kind>(
  kind: K,
  format: (word: number) => string = String,
): Type<K, number> {
  return { kind, name: kind, decode: asIs, encode: (value) => integer(value, kind), format };
}

/** A counter that only the `atomic_` calls touch. */
export const atomic_t: Type<'atomic_t', number> = opaque('atomic_t');

/** A counter of references that only the `refcount_` calls touch. */
export const refcount_t: Type<'refcount_t', number> = opaque('refcount_t');

const heldOrFree = (word: number): string => (word === 0 ? 'free' : 'held');
const readersOrWriter = (word: number): string => {
  if (word === 0) return 'free';
  return word < 0 ? 'writer' : `readers ${word}`;
};

/** A spin lock: 0 free, 1 held. */
export const spinlock_t: Type<'spinlock_t', number> = opaque('spinlock_t', heldOrFree);
/** A spinning reader-writer lock: 0 free, n readers, -1 a writer. */
export const rwlock_t: Type<'rwlock_t', number> = opaque('rwlock_t', readersOrWriter);
/** A sleeping reader-writer lock: 0 free, n readers, -1 a writer. */
export const rw_semaphore: Type<'rw_semaphore', number> = opaque('rw_semaphore', readersOrWriter);
/** A sleeping lock: 0 free, 1 held. */
export const mutex: Type<'mutex', number> = opaque('mutex', heldOrFree);
/** A sequence count: even when no writer is inside. */
export const seqcount_t: Type<'seqcount_t', number> = opaque('seqcount_t');
/** A wait queue: one bit for each sleeping thread. */
export const wait_queue_head_t: Type<'wait_queue_head_t', number> = opaque('wait_queue_head_t');
/** The state of a thread: 0 running, anything else sleeping. */
export const task_struct: Type<'task_struct', number> = opaque('task_struct', (word) =>
  word === 0 ? 'running' : 'sleeping',
);
/** `struct rcu_head`: a member of an object that `call_rcu` or `kfree_rcu` is to take care of. */
export const rcu_head: Type<'rcu_head', number> = opaque('rcu_head', (word) =>
  word === 0 ? 'unused' : 'used',
);
/** `struct srcu_struct`: a bit for each section that is open. */
export const srcu_struct: Type<'srcu_struct', number> = opaque('srcu_struct', (word) => {
  const open = word.toString(2).replaceAll('0', '').length;
  return open === 0 ? 'no reader' : `readers ${open}`;
});
/** A completion: how many waiters may pass. */
export const completion: Type<'completion', number> = opaque('completion');

declare const bitOf: unique symbol;

/** The number of one named bit of a flags word. */
export type Bit<Name extends string = string> = number & { readonly [bitOf]: Name };

/** The type of a flags word, with the number of each named bit. */
export interface FlagsType<Name extends string = string> extends Type<'flags', number> {
  readonly bit: { readonly [N in Name]: Bit<Name> };
}

/**
 * Declares a flags word.
 *
 * @param name its name in messages
 * @param bits the names of its bits, lowest first; at most 31
 */
export function flags<const Name extends string>(
  name: string,
  bits: readonly Name[],
): FlagsType<Name> {
  bothPresent('flags', name, bits);
  const numbered = bits.map((bit, index) => [bit, index] as const);
  const format = (word: number): string => {
    const set = numbered.filter(([, index]) => (word >>> index) & 1);
    return set.length === 0 ? '-' : set.map(([bit]) => bit.replace(/^PG_/, '')).join(' ');
  };
  const encode = (value: number): number => integer(value, name);
  const known = Object.create(knownMembers(`flags word ${name}`, bits, 'bit')) as object;
  const bit = Object.assign(known, Object.fromEntries(numbered)) as {
    readonly [N in Name]: Bit<Name>;
  };
  return { kind: 'flags', name, decode: asIs, encode, format, bit };
}
