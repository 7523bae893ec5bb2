/**
 * `xchg` and `cmpxchg` on a plain word (include/linux/atomic/atomic-instrumented.h, 6.18).
 * `_acquire`, `_release` and `_relaxed` weaken the order as their names say: ordering.ts.
 */

import type { Readable } from './access.ts';
import { allPresent, bothPresent, wordAddress } from './argument.ts';
import { machine } from './machine.ts';
import { Modify, operation, Result, Test } from './operation.ts';
import type { PrimitiveName } from './ordering.ts';
import type { Field, ValueOf } from './type.ts';

/** Writes a word and gives the old value. */
export type Exchange = <T extends Readable>(field: Field<T>, value: ValueOf<T>) => ValueOf<T>;

/** Writes `value` if the word is `old`; gives the value found. */
export type CompareExchange = <T extends Readable>(
  field: Field<T>,
  old: ValueOf<T>,
  value: ValueOf<T>,
) => ValueOf<T>;

/** Writes `value` if the word is `old`; tells whether it was. */
export type TryCompareExchange = <T extends Readable>(
  field: Field<T>,
  old: ValueOf<T>,
  value: ValueOf<T>,
) => boolean;

function exchange(primitive: PrimitiveName): Exchange {
  return (field, value) => {
    bothPresent(primitive, field, value);
    const address = wordAddress(primitive, field);
    const modifyArgument = field.type.encode(value);
    const observed = machine().perform(
      operation(primitive, {
        address,
        modify: Modify.SET,
        modifyArgument,
        result: Result.OLD,
      }),
    );
    return field.type.decode(observed) as never;
  };
}

function compare<T extends Readable>(
  primitive: PrimitiveName,
  field: Field<T>,
  old: ValueOf<T>,
  value: ValueOf<T>,
  result: Result,
): number {
  return machine().perform(
    operation(primitive, {
      address: wordAddress(primitive, field),
      test: Test.EQUALS,
      testArgument: field.type.encode(old),
      modify: Modify.SET,
      modifyArgument: field.type.encode(value),
      result,
    }),
  );
}

function compareExchange(primitive: PrimitiveName): CompareExchange {
  return (field, old, value) => {
    allPresent(primitive, [field, old, value]);
    return field.type.decode(compare(primitive, field, old, value, Result.OLD)) as never;
  };
}

function tryCompareExchange(primitive: PrimitiveName): TryCompareExchange {
  return (field, old, value) => {
    allPresent(primitive, [field, old, value]);
    return compare(primitive, field, old, value, Result.TESTED) !== 0;
  };
}

export const xchg: Exchange = exchange('xchg');
export const xchg_acquire: Exchange = exchange('xchg_acquire');
export const xchg_release: Exchange = exchange('xchg_release');
export const xchg_relaxed: Exchange = exchange('xchg_relaxed');

export const cmpxchg: CompareExchange = compareExchange('cmpxchg');
export const cmpxchg_acquire: CompareExchange = compareExchange('cmpxchg_acquire');
export const cmpxchg_release: CompareExchange = compareExchange('cmpxchg_release');
export const cmpxchg_relaxed: CompareExchange = compareExchange('cmpxchg_relaxed');

/** `try_cmpxchg(ptr, &old, new)` without the write-back into `old`: read the word again instead. */
export const try_cmpxchg: TryCompareExchange = tryCompareExchange('try_cmpxchg');
export const try_cmpxchg_acquire: TryCompareExchange = tryCompareExchange('try_cmpxchg_acquire');
export const try_cmpxchg_release: TryCompareExchange = tryCompareExchange('try_cmpxchg_release');
export const try_cmpxchg_relaxed: TryCompareExchange = tryCompareExchange('try_cmpxchg_relaxed');
