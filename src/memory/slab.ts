/**
 * Allocation and free of structs (include/linux/slab.h, 6.18).
 *
 * Memory for a struct type comes from the pool that the scenario declared. An allocation may get a
 * fresh slot or any slot that was freed before, so a stale pointer may find its slot reused; any
 * access to a slot that is not allocated is a finding, and so is a second free.
 */

import { machine } from './machine.ts';
import { Effect, operation } from './operation.ts';
import { noValue, present } from './argument.ts';
import { isStruct, structAddress } from './struct.ts';
import type { Members, Struct, StructType } from './struct.ts';

/**
 * Takes a struct from the pool of its type; its words hold 0 (`kzalloc`).
 *
 * @returns the struct; an empty pool is an error of the scenario (HF032), not a NULL
 */
export function kmalloc<M extends Members>(type: StructType<M>): Struct<M> {
  present('kmalloc', type);
  if (typeof type !== 'object' || !('struct' in type)) {
    return noValue(type, 'The argument of kmalloc', 'a type of structs');
  }
  return type.at(machine().allocate(type as unknown as StructType));
}

/** Gives a struct back; NULL is let pass. Freeing it twice is a finding. */
export function kfree(object: Struct | null): void {
  if (present('kfree', object) === null) return;
  if (!isStruct(object)) return noValue(object, 'The argument of kfree', 'a struct or null');
  machine().perform(operation('kfree', { effect: Effect.FREE, address: object[structAddress] }));
}
