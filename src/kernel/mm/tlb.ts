/**
 * Accesses of a process through its page table, and the flush that waits for them
 * (arch/arm64/include/asm/tlbflush.h, arch/x86/mm/tlb.c, 6.18).
 *
 * A CPU translates an address and then uses what it found, although the entry may have changed
 * meanwhile; it stops when a flush says so. arm64: the TLBI makes every CPU forget the entry, and
 * the DSB after it waits for the accesses that still use it. x86 without INVLPGB sends an interrupt
 * to the CPUs of the mm and waits until each has taken it, which it does between instructions. So
 * both wait for accesses under way, and only x86 waits for whoever has interrupts off.
 *
 * `mm->tlb_users` counts the CPUs that are using a translation. One translation lives for one
 * access here, but for as long as it likes; a CPU that makes several accesses by one old
 * translation is not modelled. The end of an access is visible after its store.
 */

import {
  defence,
  design,
  kernelFunction,
  label,
  smp_call_function,
  smp_mb,
} from '../../memory/index.ts';
import { machine } from '../../memory/machine.ts';
import { Modify, operation, Test } from '../../memory/operation.ts';
import type { MmStruct } from './mm_types.ts';

/** The answers to `tlb-flush`: arm64, x86, and a flush that neither waits nor orders anything. */
export const TLB_FLUSH = ['barrier', 'interrupt', 'no order'] as const;

/** Makes every CPU forget an old entry; when it returns, nobody uses it any more. */
export const flush_tlb_page: (mm: MmStruct) => void = kernelFunction(
  'arch/arm64/include/asm/tlbflush.h',
  '6.18',
  function flush_tlb_page(mm: MmStruct): void {
    const how = design('tlb-flush', TLB_FLUSH);
    if (how === 'no order') return;
    if (how === 'barrier') smp_mb();
    if (!defence('wait for running accesses', () => true)) return;
    if (how === 'interrupt') {
      label('flush the TLB');
      smp_call_function();
    }
    waitForAccesses(mm);
  },
);

/** A CPU begins an access: from now on a flush waits for it. Ours: the MMU has no such counter. */
export function beginAccess({ tlb_users: { address } }: MmStruct): void {
  label('begins an access');
  const count = { address, modify: Modify.ADD, modifyArgument: 1 } as const;
  machine().perform(operation('atomic_inc_return', count));
}

/** The access has been made. */
export function endAccess({ tlb_users: { address } }: MmStruct): void {
  label('ends the access');
  const count = { address, modify: Modify.ADD, modifyArgument: -1 } as const;
  machine().perform(operation('atomic_dec_return_release', count), 'hardware');
}

function waitForAccesses({ tlb_users: { address } }: MmStruct): void {
  label('flush the TLB');
  const isZero = { address, test: Test.EQUALS, testArgument: 0, wait: true } as const;
  machine().perform(operation('smp_cond_load_acquire', isZero), 'hardware');
}
