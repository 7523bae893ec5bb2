/**
 * Reads and writes of one word: the marked accesses of the kernel, and the plain ones.
 *
 * A plain access is spelled `load` and `store` because C spells it with no call at all. Plain
 * accesses may not race (tools/memory-model/Documentation/access-marking.txt); the others may.
 * Orders: ordering.ts.
 */

import { addressOf, bothPresent, integer, present, wordAddress } from './argument.ts';
import { machine } from './machine.ts';
import { Modify, operation, Result } from './operation.ts';
import type { PrimitiveName } from './ordering.ts';
import type { Field, Type, ValueOf } from './type.ts';

/** What may be read and written as a whole. */
export type Readable = Type<'word' | 'flags' | 'pointer'>;

/** @param call what the user calls, where the access itself has another name */
function read<T extends Type>(
  primitive: PrimitiveName,
  field: Field<T>,
  call: string = primitive,
): ValueOf<T> {
  present(call, field);
  const address = wordAddress(primitive, field);
  const target = field.type.target?.() ?? 0;
  const observed = machine().perform(operation(primitive, { address, result: Result.OLD, target }));
  return field.type.decode(observed) as ValueOf<T>;
}

function write<T extends Type>(
  primitive: PrimitiveName,
  field: Field<T>,
  value: ValueOf<T>,
  call: string = primitive,
): void {
  bothPresent(call, field, value);
  const address = wordAddress(primitive, field);
  const modifyArgument = field.type.encode(value);
  machine().perform(operation(primitive, { address, modify: Modify.SET, modifyArgument }));
}

/** Reads a word once, without order. */
export function READ_ONCE<T extends Readable>(x: Field<T>): ValueOf<T> {
  return read('READ_ONCE', x);
}

/** Writes a word once, without order. */
export function WRITE_ONCE<T extends Readable>(x: Field<T>, val: ValueOf<T>): void {
  write('WRITE_ONCE', x, val);
}

/** A plain read (`x`). It is a data race if another thread may write the word meanwhile. */
export function load<T extends Readable>(field: Field<T>): ValueOf<T> {
  return read('load', field);
}

/** A plain write (`x = v`). It is a data race if another thread may use the word meanwhile. */
export function store<T extends Readable>(field: Field<T>, value: ValueOf<T>): void {
  write('store', field, value);
}

/** A plain read of which the author says that it may race (include/linux/compiler.h data_race). */
export function data_race<T extends Readable>(x: Field<T>): ValueOf<T> {
  return read('READ_ONCE', x, 'data_race');
}

/** Reads a word; every later access comes after it. */
export function smp_load_acquire<T extends Readable>(p: Field<T>): ValueOf<T> {
  return read('smp_load_acquire', p);
}

/** Writes a word; every earlier access comes before it. */
export function smp_store_release<T extends Readable>(p: Field<T>, v: ValueOf<T>): void {
  write('smp_store_release', p, v);
}

/** Writes a word, then a full barrier. */
export function smp_store_mb<T extends Readable>(field: Field<T>, value: ValueOf<T>): void {
  write('smp_store_mb', field, value);
}

/** Reads a pointer whose target another thread published; accesses through it come later. */
export function rcu_dereference<T extends Type<'pointer'>>(p: Field<T>): ValueOf<T> {
  return read('rcu_dereference', p);
}

/** Publishes a pointer: everything written before is visible through it. */
export function rcu_assign_pointer<T extends Type<'pointer'>>(p: Field<T>, v: ValueOf<T>): void {
  write('rcu_assign_pointer', p, v);
}

/** Reads a pointer to compare it, not to follow it: nothing is ordered. */
export function rcu_access_pointer<T extends Type<'pointer'>>(p: Field<T>): ValueOf<T> {
  return read('READ_ONCE', p, 'rcu_access_pointer');
}

/** Writes a pointer without order: NULL, or where no reader can come upon it yet. */
export function RCU_INIT_POINTER<T extends Type<'pointer'>>(p: Field<T>, v: ValueOf<T>): void {
  write('WRITE_ONCE', p, v, 'RCU_INIT_POINTER');
}

/**
 * Reads a word and tells only whether it equals `expected`.
 *
 * Ours, not the kernel's: where C reads a value only to compare it, the comparison is all that the
 * thread observes, and states that differ in nothing else are the same state.
 */
export function readEquals<T extends Readable>(field: Field<T>, expected: ValueOf<T>): boolean {
  bothPresent('readEquals', field, expected);
  const address = addressOf('READ_ONCE', field);
  const resultArgument = field.type.encode(expected);
  const told = machine().perform(
    operation('READ_ONCE', {
      address,
      result: Result.OLD_EQUALS,
      resultArgument,
    }),
  );
  return told !== 0;
}

/** Reads a word and tells only whether one of the bits of `mask` is set. See `readEquals`. */
export function readAnyBit(field: Field<Type<'word' | 'flags', number>>, mask: number): boolean {
  bothPresent('readAnyBit', field, mask);
  const told = machine().perform(
    operation('READ_ONCE', {
      address: addressOf('READ_ONCE', field),
      result: Result.OLD_BITS,
      resultArgument: integer(mask, 'a mask'),
    }),
  );
  return told !== 0;
}
