/**
 * Reading and changing page tables (include/linux/pgtable.h, mm/pgtable-generic.c, 6.18).
 *
 * Rules. An entry changes only under its page-table lock, except for the dirty bit, which the MMU
 * sets by itself. GUP-fast reads without the lock. Changing the permission of a live entry means:
 * clear it by an exchange (so that no dirty bit set meanwhile is lost), flush the TLB, then write
 * the new one.
 *
 * What orders the clear before what follows it, which is what GUP-fast depends on: x86 clears by a
 * locked exchange, which is a full barrier; arm64 by a relaxed exchange, and the order comes from
 * the flush (DSB, TLBI, DSB). Neither is a promise of the kernel's memory model. So the exchange is
 * relaxed here and the barrier stands in `flush_tlb_page` (tlb.ts), where it can be removed.
 *
 * Left out: upper levels, the page tables that a kernel without HIGHPTE does not map, MMU notifiers
 * and secondary TLBs, batched flushes (mmu_gather, arch_tlbbatch), flushes that are left out
 * because the old entry was not accessible (pte_accessible), and entries that take two words.
 */

import {
  design,
  kernelFunction,
  label,
  READ_ONCE,
  readEquals,
  spin_lock,
  spin_unlock,
  WRITE_ONCE,
  xchg_relaxed,
} from '../../memory/index.ts';
import type { Field } from '../../memory/index.ts';
import { pte_t } from './mm_types.ts';
import type { MmStruct } from './mm_types.ts';
import type { Pte } from './pte.ts';
import { flush_tlb_page } from './tlb.ts';

/** A place in a page table. */
export type Ptep = Field<typeof pte_t>;

/**
 * Clears an entry and flushes it from every TLB (mm/pgtable-generic.c).
 *
 * @returns the entry as it was, with a dirty bit that the MMU may just have set
 */
export const ptep_clear_flush: (mm: MmStruct, address: number) => Pte = kernelFunction(
  'mm/pgtable-generic.c',
  '6.18',
  function ptep_clear_flush(mm: MmStruct, address: number): Pte {
    const pte = ptep_get_and_clear(pte_offset_map(mm, address));
    flush_tlb_page(mm);
    return pte;
  },
);

/**
 * Clears an entry; the MMU may set its dirty bit at any moment before.
 *
 * Design `pte-clear`: `store` reads and then writes, which no architecture with a hardware dirty
 * bit may do; it shows what the exchange is good for.
 */
export const ptep_get_and_clear: (ptep: Ptep) => Pte = kernelFunction(
  'include/linux/pgtable.h',
  '6.18',
  function ptep_get_and_clear(ptep: Ptep): Pte {
    if (design('pte-clear', ['exchange', 'store']) === 'exchange') return xchg_relaxed(ptep, 0);
    const pte = READ_ONCE(ptep);
    WRITE_ONCE(ptep, 0);
    return pte;
  },
);

/** The place of an address in the page table (mm/pgtable-generic.c). */
export function pte_offset_map(mm: MmStruct, address: number): Ptep {
  const ptep = mm.pte[address];
  if (ptep === undefined) throw new Error(`pte_offset_map: no entry for page ${address}`);
  return ptep;
}

/**
 * The same, with the page-table lock taken (include/linux/mm.h). A macro in Linux and not a
 * function of its own here either, so that the lock bears the name of the function that takes it.
 */
export function pte_offset_map_lock(mm: MmStruct, address: number): Ptep {
  label('lock the page table');
  spin_lock(mm.page_table_lock);
  return pte_offset_map(mm, address);
}

/** Releases the page-table lock (include/linux/mm.h). */
export function pte_unmap_unlock(mm: MmStruct): void {
  label('unlock the page table');
  spin_unlock(mm.page_table_lock);
}

/** Reads an entry (include/linux/pgtable.h). */
export function ptep_get(ptep: Ptep): Pte {
  return READ_ONCE(ptep);
}

/**
 * Reads an entry without the page-table lock (include/linux/pgtable.h); one word is read at once on
 * 64-bit machines.
 */
export function ptep_get_lockless(ptep: Ptep): Pte {
  return ptep_get(ptep);
}

/** `pte_same(pte, ptep_get(ptep))`: whether the entry still is what was read before. */
export function pteUnchanged(ptep: Ptep, pte: Pte): boolean {
  return readEquals(ptep, pte);
}

/**
 * Writes an entry (include/linux/pgtable.h): a marked store, which orders nothing, on every
 * architecture.
 */
export function set_pte_at(ptep: Ptep, pte: Pte): void {
  WRITE_ONCE(ptep, pte);
}
