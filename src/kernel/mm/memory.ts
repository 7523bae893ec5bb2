/**
 * What a process does to its page table: unmapping, and storing through an entry (mm/memory.c,
 * 6.18).
 */

import {
  atomic_dec,
  kernelFunction,
  label,
  local_irq_disable,
  local_irq_enable,
  try_cmpxchg,
  WRITE_ONCE,
} from '../../memory/index.ts';
import { folio_test_anon } from './mapping.ts';
import { page_folio } from './mm_types.ts';
import type { MmStruct } from './mm_types.ts';
import { folio_mark_dirty } from './page-writeback.ts';
import { folio_put } from './page_ref.ts';
import {
  flush_tlb_page,
  pte_offset_map,
  pte_offset_map_lock,
  pte_unmap_unlock,
  ptep_get,
  ptep_get_and_clear,
} from './pgtable.ts';
import { pte_dirty, pte_mkdirty, pte_page, pte_present, pte_write } from './pte.ts';

/**
 * Unmaps one page and gives the mapping's reference back (munmap, exit). What the PTE knew of
 * stores goes to the folio: after this nobody else knows it. The folio lock is not held.
 */
export const zap_pte_range: (mm: MmStruct, address: number) => void = kernelFunction(
  'mm/memory.c',
  '6.18',
  function zap_pte_range(mm: MmStruct, address: number): void {
    const ptep = pte_offset_map_lock(mm, address);
    label('zap: clear pte');
    const pte = ptep_get_and_clear(ptep);
    const folio = pte_present(pte) ? page_folio(pte_page(pte)) : null;
    if (folio !== null) {
      if (pte_dirty(pte) && !folio_test_anon(folio)) folio_mark_dirty(folio);
      atomic_dec(folio._mapcount);
      flush_tlb_page();
    }
    pte_unmap_unlock(mm);
    if (folio !== null) folio_put(folio);
  },
);

/**
 * A store by the process itself, through the page table: what the MMU does, not the kernel.
 *
 * It sets the dirty bit by a locked operation on an entry that is still writable, then stores. The
 * instruction is not interrupted in between: a TLB flush that interrupts every CPU (design
 * `tlb-flush` = `interrupt`) waits for it.
 *
 * @returns whether the store was made; false: it would fault
 */
export const storeThroughPte: (mm: MmStruct, address: number, value: number) => boolean =
  kernelFunction(
    'arch/x86',
    '6.18',
    function storeThroughPte(mm: MmStruct, address: number, value: number): boolean {
      const ptep = pte_offset_map(mm, address);
      local_irq_disable();
      label('cpu: read pte');
      const pte = ptep_get(ptep);
      let permitted = pte_present(pte) && pte_write(pte);
      if (permitted && !pte_dirty(pte)) permitted = try_cmpxchg(ptep, pte, pte_mkdirty(pte));
      const word = pte_page(pte).data[0];
      if (permitted && word !== undefined) {
        label('cpu: store');
        WRITE_ONCE(word, value);
      }
      local_irq_enable();
      return permitted;
    },
  );
