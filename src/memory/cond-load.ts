/**
 * Spinning until a word has a value (include/asm-generic/barrier.h, include/linux/atomic.h, 6.18).
 *
 * `smp_cond_load_acquire(ptr, (VAL) => ...)` where C writes an expression of VAL. Each look is a
 * read of its own; the last one, which ends the wait, is an acquire, or orders nothing but later
 * stores (`_relaxed`, by the control dependency). Nobody sleeps: a spinner that waits for ever is
 * found as a livelock, since it never stops running.
 */

import { addressOf, bothPresent, truth } from './argument.ts';
import { loop } from './control.ts';
import type { Readable } from './access.ts';
import type { Atomic } from './atomic.ts';
import { machine } from './machine.ts';
import { operation, Result } from './operation.ts';
import type { PrimitiveName } from './ordering.ts';
import type { Field, ValueOf } from './type.ts';

/** Spins until `condition` holds of the word's value and gives it; later accesses come after. */
export function smp_cond_load_acquire<T extends Readable>(
  ptr: Field<T>,
  cond_expr: (VAL: ValueOf<T>) => boolean,
): ValueOf<T> {
  return spin('smp_cond_load_acquire', ptr, cond_expr);
}

/** Spins until `condition` holds of the word's value and gives it. */
export function smp_cond_load_relaxed<T extends Readable>(
  ptr: Field<T>,
  cond_expr: (VAL: ValueOf<T>) => boolean,
): ValueOf<T> {
  return spin('smp_cond_load_relaxed', ptr, cond_expr);
}

/** `smp_cond_load_acquire` of a counter. */
export function atomic_cond_read_acquire(v: Atomic, c: (VAL: number) => boolean): number {
  return spin('smp_cond_load_acquire', v, c, 'atomic_cond_read_acquire');
}

/** `smp_cond_load_relaxed` of a counter. */
export function atomic_cond_read_relaxed(v: Atomic, c: (VAL: number) => boolean): number {
  return spin('smp_cond_load_relaxed', v, c, 'atomic_cond_read_relaxed');
}

function spin<T extends Field['type']>(
  primitive: PrimitiveName,
  ptr: Field<T>,
  condition: (VAL: ValueOf<T>) => boolean,
  call: string = primitive,
): ValueOf<T> {
  bothPresent(call, ptr, condition);
  const address = addressOf(primitive, ptr);
  let value: ValueOf<T> | null = null;
  loop(() => {
    const seen = ptr.type.decode(
      machine().perform(operation(primitive, { address, result: Result.OLD })),
    ) as ValueOf<T>;
    value = seen;
    return !truth(condition(seen), `The condition of ${primitive}`);
  });
  return value as ValueOf<T>;
}
