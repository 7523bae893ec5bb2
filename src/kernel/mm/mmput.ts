/**
 * Who uses an address space (include/linux/sched/mm.h, kernel/fork.c, 6.18).
 *
 * The process is one user; whoever works on its memory in its name is another, for as long as that
 * takes. The last one tears it down. Left out: mm_count, which keeps the struct itself.
 */

import {
  atomic_dec_and_test,
  atomic_inc_not_zero,
  kernelFunction,
  label,
  loop,
  waitForWork,
  WRITE_ONCE,
} from '../../memory/index.ts';
import { exit_mmap } from './mmap.ts';
import type { MmStruct } from './mm_types.ts';

/**
 * Becomes a user, unless the address space is being torn down (include/linux/sched/mm.h). @returns
 * whether it did
 */
export function mmget_not_zero(mm: MmStruct): boolean {
  label('address space still in use?');
  return atomic_inc_not_zero(mm.mm_users);
}

/** Is a user no longer; the last one tears the address space down. Sleeps. */
export const mmput: (mm: MmStruct) => void = kernelFunction(
  'kernel/fork.c',
  '6.18',
  function mmput(mm: MmStruct): void {
    if (atomic_dec_and_test(mm.mm_users)) exit_mmap(mm);
  },
);

/** The same where sleeping on locks is not possible: a worker tears it down. */
export const mmput_async: (mm: MmStruct) => void = kernelFunction(
  'kernel/fork.c',
  '6.18',
  function mmput_async(mm: MmStruct): void {
    if (atomic_dec_and_test(mm.mm_users)) WRITE_ONCE(mm.async_put_work, 1);
  },
);

/** The worker's life. Scenarios in which a process ends declare it as a thread. */
export function serveMmputAsync(mm: MmStruct): void {
  loop(() => {
    waitForWork(mm.async_put_work);
    WRITE_ONCE(mm.async_put_work, 0);
    exit_mmap(mm);
    return true;
  });
}
