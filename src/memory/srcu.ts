/**
 * Sleepable RCU (include/linux/srcu.h, kernel/rcu/srcutree.c, 6.18): read-side sections of one
 * `srcu_struct`, in which one may sleep.
 *
 * `srcu_read_lock` gives a number by which the section is ended. Sections of one srcu_struct may
 * overlap, and each stands for itself. `synchronize_srcu` waits for every section of its
 * srcu_struct that has begun, and for no other; whoever calls it inside of one waits for ever.
 *
 * The word of a srcu_struct has a bit for each open section, and the number is the bit's. Linux
 * counts sections in two pairs of counters, which only srcutree.c looks at. On x86 begin and end
 * have a full barrier; the memory model promises none.
 *
 * Sections and grace periods are defences: each can be left out by the name of its function.
 */

import { READ_ONCE } from './access.ts';
import { addressOf, bothPresent, incomplete, noValue } from './argument.ts';
import { waitFor, waits } from './grace-period.ts';
import { machine } from './machine.ts';
import { Effect, operation, Result, SRCU_GRACE_PERIOD } from './operation.ts';
import type { Field, srcu_struct, Type, ValueOf } from './type.ts';

type SrcuStruct = Field<typeof srcu_struct>;

/** Enters a read-side section. @returns what srcu_read_unlock is to be given */
export function srcu_read_lock(ssp: SrcuStruct): number {
  return begin('srcu_read_lock', ssp);
}

/** Leaves the section for which `srcu_read_lock` gave `idx`. */
export function srcu_read_unlock(ssp: SrcuStruct, idx: number): void {
  end('srcu_read_unlock', ssp, idx);
}

/** Enters a section that another thread may leave. @returns what srcu_up_read is to be given */
export function srcu_down_read(ssp: SrcuStruct): number {
  return begin('srcu_down_read', ssp);
}

/** Leaves the section for which `srcu_down_read` gave `idx`, perhaps to another thread. */
export function srcu_up_read(ssp: SrcuStruct, idx: number): void {
  end('srcu_up_read', ssp, idx);
}

/**
 * Reads a pointer inside of a section of `ssp`: READ_ONCE, whose address orders what is read
 * through it. Whether the section is open is not looked at, as it is in Linux with lockdep.
 */
export function srcu_dereference<T extends Type<'pointer'>>(
  p: Field<T>,
  ssp: SrcuStruct,
): ValueOf<T> {
  bothPresent('srcu_dereference', p, ssp);
  addressOf('srcu_dereference', ssp, 'srcu_struct');
  return READ_ONCE(p);
}

/** Sleeps until every section of this srcu_struct that has begun is over. */
export function synchronize_srcu(ssp: SrcuStruct): void {
  const address = addressOf('synchronize_srcu', ssp, 'srcu_struct');
  const parts = { address, choices: SRCU_GRACE_PERIOD, hold: { sleeps: true } } as const;
  if (waits('synchronize_srcu')) waitFor('synchronize_srcu', parts);
}

/**
 * Numbers begin at 1: the index of a srcu_struct changes in Linux, so who hands on a constant 0 is
 * wrong there now and then, and here always.
 */
const FIRST = 1;

/** The number of a section that was left out by name: no bit has it, and nobody guesses it. */
const LEFT_OUT = 1 << 30;

type Begin = 'srcu_read_lock' | 'srcu_down_read';
type End = 'srcu_read_unlock' | 'srcu_up_read';

/** What the end of a section is to be given. */
const GIVEN: Readonly<Record<End, string>> = {
  srcu_read_unlock: 'what srcu_read_lock gave',
  srcu_up_read: 'what srcu_down_read gave',
};

function begin(primitive: Begin, ssp: SrcuStruct): number {
  const address = addressOf(primitive, ssp, 'srcu_struct');
  const parts = { effect: Effect.SECTION_BEGIN, address, result: Result.OLD };
  if (!machine().defended(primitive, 'section')) return LEFT_OUT;
  return FIRST + machine().perform(operation(primitive, parts));
}

function end(primitive: End, ssp: SrcuStruct, idx: number): void {
  if (ssp === undefined) incomplete(primitive, [ssp, idx]);
  const address = addressOf(primitive, ssp, 'srcu_struct');
  if (!Number.isInteger(idx)) noValue(idx, `The argument idx of ${primitive}`, GIVEN[primitive]);
  if (idx === LEFT_OUT) return;
  const parts = { effect: Effect.SECTION_END, address, choices: idx - FIRST };
  machine().perform(operation(primitive, parts));
}
