/**
 * Sequence counts (include/linux/seqlock.h, 6.18): a reader notices that a writer was inside.
 *
 * A writer makes the count odd, changes the data, makes it even; readers of an odd or changed count
 * try again. Writers must exclude each other, and readers on their own CPU, by a lock of their own:
 * seqlock_t brings one along (seqlock.ts). Left out: seqcount_t with an associated lock
 * (seqcount_spinlock_t and its like), which only checks that lock, and seqcount_latch_t.
 */

import { addressOf, bothPresent, integer, present } from './argument.ts';
import { machine } from './machine.ts';
import { Modify, operation, Result, Test } from './operation.ts';
import { smp_rmb, smp_wmb } from './barrier.ts';
import type { Field } from './type.ts';
import type { seqcount_t } from './type.ts';

type Seqcount = Field<typeof seqcount_t>;

/** Reads the count with acquire order, also when it is odd. */
export function raw_read_seqcount(s: Seqcount): number {
  present('raw_read_seqcount', s);
  return machine().perform(
    operation('smp_load_acquire', {
      address: addressOf('smp_load_acquire', s, 'seqcount_t'),
      result: Result.OLD,
    }),
  );
}

/** Waits until the count is even and reads it with acquire order. */
export function read_seqcount_begin(s: Seqcount): number {
  const even = { test: Test.BITS_CLEAR, testArgument: 1, wait: true } as const;
  return machine().perform(
    operation('read_seqcount_begin', {
      address: addressOf('read_seqcount_begin', s, 'seqcount_t'),
      ...even,
      result: Result.OLD,
    }),
  );
}

/** Whether a writer was inside since the count was `start`: a read barrier, then a comparison. */
export function read_seqcount_retry(s: Seqcount, start: number): boolean {
  bothPresent('read_seqcount_retry', s, start);
  smp_rmb();
  // The function answers the contrary; the row of a picture tells the access.
  machine().label('sequence unchanged?');
  const same = machine().perform(
    operation('READ_ONCE', {
      address: addressOf('read_seqcount_retry', s, 'seqcount_t'),
      result: Result.OLD_EQUALS,
      resultArgument: integer(start, 'seqcount_t'),
    }),
  );
  return same === 0;
}

/** A writer goes in: the count becomes odd, then a write barrier. */
export function raw_write_seqcount_begin(s: Seqcount): void {
  addOne(s, 'raw_write_seqcount_begin');
  smp_wmb();
}

/** A writer goes out: a write barrier, then the count becomes even. */
export function raw_write_seqcount_end(s: Seqcount): void {
  present('raw_write_seqcount_end', s);
  smp_wmb();
  addOne(s, 'raw_write_seqcount_end');
}

/**
 * `raw_write_seqcount_begin`, in a place where the writer cannot be preempted: a reader on its CPU
 * would wait for it for ever. The caller switches preemption off, by its lock as a rule.
 */
export function write_seqcount_begin(s: Seqcount): void {
  present('write_seqcount_begin', s);
  machine().require('preemption off', 'write_seqcount_begin');
  raw_write_seqcount_begin(s);
}

/** `raw_write_seqcount_end`; what kept the writer from being preempted is still there. */
export function write_seqcount_end(s: Seqcount): void {
  raw_write_seqcount_end(present('write_seqcount_end', s));
}

/** `s->sequence++` by the only writer: a read and a marked write, not an atomic. */
function addOne(s: Seqcount, caller: string): void {
  const address = addressOf(caller, s, 'seqcount_t');
  const sequence = machine().perform(
    operation('READ_ONCE', {
      address,
      result: Result.OLD,
    }),
  );
  machine().perform(
    operation('WRITE_ONCE', {
      address,
      modify: Modify.SET,
      modifyArgument: (sequence + 1) | 0,
    }),
  );
}
