/**
 * The accesses that order others by themselves, each with the one that does the same and orders
 * nothing: what is left of an acquire or a release when its order is taken away.
 *
 * Not here are locks and what waits like one, and the fully ordered atomics: those are a barrier
 * and an access in one. Nor is what the kernel has in no relaxed form (refcount_dec_and_test).
 */

import { ORDERING } from './ordering.ts';
import type { PrimitiveName } from './ordering.ts';

/** Those whose names do not tell. */
const NAMED: ReadonlyMap<string, PrimitiveName> = new Map([
  ['smp_load_acquire', 'READ_ONCE'],
  ['smp_store_release', 'WRITE_ONCE'],
  ['rcu_assign_pointer', 'WRITE_ONCE'],
  ['clear_bit_unlock', 'clear_bit'],
]);

const SUFFIX = /_(acquire|release)$/;

/** The relaxed form of the others: `_relaxed`, or the name alone where that is relaxed. */
function byName(primitive: string): PrimitiveName | undefined {
  if (!SUFFIX.test(primitive)) return undefined;
  const forms = [primitive.replace(SUFFIX, '_relaxed'), primitive.replace(SUFFIX, '')];
  return (Object.keys(ORDERING) as PrimitiveName[]).find(
    (name) => forms.includes(name) && ORDERING[name].lkmm === 'relaxed',
  );
}

const RELAXED: ReadonlyMap<string, PrimitiveName> = new Map(
  Object.keys(ORDERING).flatMap((name): [string, PrimitiveName][] => {
    const form = NAMED.get(name) ?? byName(name);
    return form === undefined ? [] : [[name, form]];
  }),
);

/** The primitive without its order; null where it is more than an acquire or a release. */
export function relaxedForm(primitive: string): PrimitiveName | null {
  return RELAXED.get(primitive) ?? null;
}

/** Every primitive that has a relaxed form. */
export function orderedPrimitives(): PrimitiveName[] {
  return [...RELAXED.keys()] as PrimitiveName[];
}
