/**
 * `seqlock_t`: a sequence count with the spin lock that keeps its writers apart
 * (include/linux/seqlock.h, 6.18).
 *
 * Readers never wait for the lock; they read again when a writer was inside. Whoever must not be
 * a writer and wants no retries takes the lock alone (`read_seqlock_excl`). The forms with `_irq`,
 * `_irqsave` and `_bh` take the lock as spin_lock does with these suffixes: needed as soon as a
 * handler on the writer's CPU reads. Left out: `read_seqbegin_or_lock` and `scoped_seqlock_read`.
 */

import { bothPresent, present } from './argument.ts';
import {
  spin_lock,
  spin_lock_bh,
  spin_lock_irq,
  spin_lock_irqsave,
  spin_unlock,
  spin_unlock_bh,
  spin_unlock_irq,
  spin_unlock_irqrestore,
} from './lock.ts';
import {
  read_seqcount_begin,
  read_seqcount_retry,
  write_seqcount_begin,
  write_seqcount_end,
} from './seqcount.ts';
import { struct } from './struct.ts';
import type { Struct, StructType } from './struct.ts';
import { seqcount_t, spinlock_t } from './type.ts';

/** The members of `seqlock_t`. */
export type SeqlockMembers = {
  seqcount: typeof seqcount_t;
  lock: typeof spinlock_t;
};

/** `seqlock_t`. */
export const seqlock_t: StructType<SeqlockMembers> = struct('seqlock_t', {
  seqcount: seqcount_t,
  lock: spinlock_t,
});

type Seqlock = Struct<SeqlockMembers>;

/** A reader begins: waits until no writer is inside, and remembers the count. */
export function read_seqbegin(sl: Seqlock): number {
  return read_seqcount_begin(present('read_seqbegin', sl).seqcount);
}

/** Whether a writer was inside since `read_seqbegin` gave `start`: then read again. */
export function read_seqretry(sl: Seqlock, start: number): boolean {
  bothPresent('read_seqretry', sl, start);
  return read_seqcount_retry(sl.seqcount, start);
}

/** A writer goes in. */
export function write_seqlock(sl: Seqlock): void {
  spin_lock(present('write_seqlock', sl).lock);
  write_seqcount_begin(sl.seqcount);
}

/** A writer goes out. */
export function write_sequnlock(sl: Seqlock): void {
  write_seqcount_end(present('write_sequnlock', sl).seqcount);
  spin_unlock(sl.lock);
}

/** A writer goes in, with interrupts off. */
export function write_seqlock_irq(sl: Seqlock): void {
  spin_lock_irq(present('write_seqlock_irq', sl).lock);
  write_seqcount_begin(sl.seqcount);
}

/** A writer goes out; interrupts on. */
export function write_sequnlock_irq(sl: Seqlock): void {
  write_seqcount_end(present('write_sequnlock_irq', sl).seqcount);
  spin_unlock_irq(sl.lock);
}

/** A writer goes in, with interrupts off; sections may nest. */
export function write_seqlock_irqsave(sl: Seqlock): void {
  spin_lock_irqsave(present('write_seqlock_irqsave', sl).lock);
  write_seqcount_begin(sl.seqcount);
}

/** A writer goes out; interrupts as they were. */
export function write_sequnlock_irqrestore(sl: Seqlock): void {
  write_seqcount_end(present('write_sequnlock_irqrestore', sl).seqcount);
  spin_unlock_irqrestore(sl.lock);
}

/** A writer goes in, with bottom halves off. */
export function write_seqlock_bh(sl: Seqlock): void {
  spin_lock_bh(present('write_seqlock_bh', sl).lock);
  write_seqcount_begin(sl.seqcount);
}

/** A writer goes out; bottom halves as they were. */
export function write_sequnlock_bh(sl: Seqlock): void {
  write_seqcount_end(present('write_sequnlock_bh', sl).seqcount);
  spin_unlock_bh(sl.lock);
}

/** A reader that keeps writers out, and does not make other readers try again. */
export function read_seqlock_excl(sl: Seqlock): void {
  spin_lock(present('read_seqlock_excl', sl).lock);
}

/** Lets writers in again. */
export function read_sequnlock_excl(sl: Seqlock): void {
  spin_unlock(present('read_sequnlock_excl', sl).lock);
}
