/**
 * Results of kernel functions as history entries.
 *
 * A finished call stands in the history with its result, so a result must be something that
 * integers can hold: a number, a boolean, null, undefined, a view on a struct, a field, or a short
 * tuple of these. Anything else would be lost (HF025).
 */

import { isStruct, numberOfStructType, structAddress, viewOfRecord } from '../../memory/struct.ts';
import { fieldAt } from '../../memory/field.ts';
import type { Field, Type } from '../../memory/type.ts';
import { Entry } from './history.ts';
import { TUPLE_MAX } from '../limits.ts';

/** Types of fields that kernel functions have returned, by number. */
const fieldTypes: Type[] = [];

/**
 * Appends a result to entries.
 *
 * @returns whether the result can be encoded; otherwise nothing usable was appended
 */
export function encodeResult(entries: number[], result: unknown): boolean {
  if (result === undefined) return append(entries, Entry.UNDEFINED, 0);
  if (result === null) return append(entries, Entry.NULL, 0);
  if (typeof result === 'boolean') return append(entries, Entry.BOOLEAN, result ? 1 : 0);
  if (typeof result === 'number') return encodeNumber(entries, result);
  if (isStruct(result)) {
    append(entries, Entry.STRUCT, numberOfStructType(result));
    return append(entries, Entry.ADDRESS, result[structAddress]);
  }
  if (isField(result)) {
    append(entries, Entry.FIELD, numberOfType(result.type));
    return append(entries, Entry.ADDRESS, result.address);
  }
  return Array.isArray(result) && encodeTuple(entries, result);
}

/** Reads a result back, and how many entries it took. */
export function decodeResult(
  entries: readonly number[],
  at: number,
): { readonly value: unknown; readonly next: number } {
  const tag = entries[at] ?? 0;
  const value = entries[at + 1] ?? 0;
  switch (tag) {
    case Entry.UNDEFINED:
      return { value: undefined, next: at + 2 };
    case Entry.NULL:
      return { value: null, next: at + 2 };
    case Entry.BOOLEAN:
      return { value: value !== 0, next: at + 2 };
    case Entry.NUMBER:
      return { value, next: at + 2 };
    case Entry.UNSIGNED:
      return { value: value >>> 0, next: at + 2 };
    case Entry.STRUCT:
      return { value: viewOfRecord(value, entries[at + 3] ?? 0), next: at + 4 };
    case Entry.FIELD:
      return {
        value: fieldAt(fieldTypes[value] as Type, entries[at + 3] ?? 0),
        next: at + 4,
      };
    default:
      return decodeTuple(entries, at, value);
  }
}

function append(entries: number[], tag: number, value: number): true {
  entries.push(tag, value);
  return true;
}

function encodeNumber(entries: number[], result: number): boolean {
  if ((result | 0) === result) return append(entries, Entry.NUMBER, result);
  return result >>> 0 === result && append(entries, Entry.UNSIGNED, result | 0);
}

function encodeTuple(entries: number[], result: readonly unknown[]): boolean {
  if (result.length > TUPLE_MAX) return false;
  append(entries, Entry.TUPLE, result.length);
  return result.every((item) => !Array.isArray(item) && encodeResult(entries, item));
}

function decodeTuple(
  entries: readonly number[],
  at: number,
  length: number,
): { readonly value: unknown; readonly next: number } {
  const items: unknown[] = [];
  let next = at + 2;
  for (let i = 0; i < length; i++) {
    const item = decodeResult(entries, next);
    items.push(item.value);
    next = item.next;
  }
  return { value: Object.freeze(items), next };
}

function isField(value: unknown): value is Field {
  return typeof value === 'object' && value !== null && 'type' in value && 'address' in value;
}

function numberOfType(type: Type): number {
  const known = fieldTypes.indexOf(type);
  return known >= 0 ? known : fieldTypes.push(type) - 1;
}
