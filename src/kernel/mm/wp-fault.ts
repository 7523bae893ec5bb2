/**
 * A write to a page that is mapped read-only (mm/memory.c, 6.18).
 *
 * Shared file mapping: the file system must hear of the write (`page_mkwrite`), which may sleep, so
 * the page-table lock is dropped and the PTE compared again afterwards. The folio stays locked from
 * `page_mkwrite` until the folio is dirty, so "the PTE is writable" and "the folio is dirty" change
 * together as far as write-back can see. Private mapping: the process gets a copy of its own,
 * unless the page is anonymous and exclusive.
 *
 * `do_wp_page` is entered with the page-table lock held and returns without it.
 *
 * Left out: userfaultfd, pages without a `struct page` (wp_pfn_shared), DAX, large folios; in
 * wp_can_reuse_anon_folio KSM, the swap cache and the per-CPU lists of the LRU, which count as
 * references; after a write to a shared mapping file_update_time and
 * balance_dirty_pages_ratelimited (throttling the writer); in wp_page_copy memory control groups,
 * `__folio_mark_uptodate`, the LRU and mlock.
 */

import {
  atomic_inc,
  defence,
  kernelFunction,
  label,
  READ_ONCE,
  WRITE_ONCE,
} from '../../memory/index.ts';
import { xfs_write_fault } from '../fs/write-fault.ts';
import { present } from '../fs/inode.ts';
import { folio_lock, folio_trylock, folio_unlock } from './folio-lock.ts';
import { anonMapping, folio_test_anon } from './mapping.ts';
import { page_folio } from './mm_types.ts';
import type { Folio, MmStruct, VmArea } from './mm_types.ts';
import {
  isNotified,
  mmu_notifier_invalidate_range_end,
  mmu_notifier_invalidate_range_start,
} from './mmu_notifier.ts';
import { alloc_pages } from './page_alloc.ts';
import { folio_get, folio_put, folio_ref_count } from './page_ref.ts';
import { PageAnonExclusive, SetPageAnonExclusive } from './page-flags.ts';
import { folio_mark_dirty } from './page-writeback.ts';
import {
  pte_offset_map,
  pte_offset_map_lock,
  pte_unmap_unlock,
  ptep_clear_flush,
  pteUnchanged,
  set_pte_at,
} from './pgtable.ts';
import { mk_pte, pte_mkdirty, pte_mkwrite, pte_page, pte_special } from './pte.ts';
import type { Pte } from './pte.ts';
import { folio_remove_rmap_pte } from './rmap.ts';
import { hasPageMkwrite, VM_SHARED, VM_WRITE, vmMm } from './vma.ts';
import { FAULT_FLAG_UNSHARE, faultFailed, VM_FAULT_NOPAGE, VM_FAULT_OOM } from './vm_fault.ts';

/** @returns VM_FAULT flags; 0 where the PTE is writable now or the access is to be tried again */
export const do_wp_page: (vma: VmArea, address: number, flags: number, orig_pte: Pte) => number =
  kernelFunction(
    'mm/memory.c',
    '6.18',
    function do_wp_page(vma: VmArea, address: number, flags: number, orig_pte: Pte): number {
      const unshare = (flags & FAULT_FLAG_UNSHARE) !== 0;
      const folio = page_folio(pte_page(orig_pte));
      if ((READ_ONCE(vma.vm_flags) & VM_SHARED) !== 0) {
        return wp_page_shared(vma, address, orig_pte, folio);
      }
      if (pte_special(orig_pte)) {
        pte_unmap_unlock(vmMm(vma));
        return wp_page_copy(vma, address, orig_pte, unshare ? 'ro' : 'rw');
      }
      if (folio_test_anon(folio) && becomesExclusive(folio)) {
        if (unshare) pte_unmap_unlock(vmMm(vma));
        else wp_page_reuse(vma, address, orig_pte);
        return 0;
      }
      folio_get(folio);
      pte_unmap_unlock(vmMm(vma));
      return wp_page_copy(vma, address, orig_pte, unshare ? 'ro' : 'rw');
    },
  );

/** Whether the page is this PTE's alone, or is found to be now. */
function becomesExclusive(folio: Folio): boolean {
  if (PageAnonExclusive(folio)) return true;
  if (!wp_can_reuse_anon_folio(folio)) return false;
  SetPageAnonExclusive(folio);
  return true;
}

/** Whether nobody but this PTE has a reference; looked at again under the folio lock. */
function wp_can_reuse_anon_folio(folio: Folio): boolean {
  label('other references?');
  if (folio_ref_count(folio) > 1 || !folio_trylock(folio)) return false;
  label('other references?');
  const isAlone = folio_ref_count(folio) === 1;
  folio_unlock(folio);
  return isAlone;
}

/**
 * Writable, if the mapping is (include/linux/mm.h): a debugger's write to a read-only one leaves
 * the PTE so.
 */
export function maybe_mkwrite(pte: Pte, vma: VmArea): Pte {
  return (READ_ONCE(vma.vm_flags) & VM_WRITE) === 0 ? pte : pte_mkwrite(pte);
}

/** A write through a shared mapping of a file. */
export const wp_page_shared: (vma: VmArea, address: number, orig_pte: Pte, folio: Folio) => number =
  kernelFunction(
    'mm/memory.c',
    '6.18',
    function wp_page_shared(vma: VmArea, address: number, orig_pte: Pte, folio: Folio): number {
      folio_get(folio);
      if (hasPageMkwrite(vma)) {
        pte_unmap_unlock(vmMm(vma));
        const told = xfs_write_fault(vma, folio);
        if (faultFailed(told)) {
          folio_put(folio);
          return told;
        }
        const finished = finish_mkwrite_fault(vma, address, orig_pte);
        if (faultFailed(finished)) {
          folio_unlock(folio);
          folio_put(folio);
          return finished;
        }
      } else {
        wp_page_reuse(vma, address, orig_pte);
        folio_lock(folio);
      }
      fault_dirty_shared_page(folio);
      folio_put(folio);
      return 0;
    },
  );

/** Makes the PTE writable if it still is `orig_pte`. */
export const finish_mkwrite_fault: (vma: VmArea, address: number, orig_pte: Pte) => number =
  kernelFunction(
    'mm/memory.c',
    '6.18',
    function finish_mkwrite_fault(vma: VmArea, address: number, orig_pte: Pte): number {
      const mm = vmMm(vma);
      const ptep = pte_offset_map_lock(mm, address);
      const changed = defence('pte unchanged', () => {
        label('fault: pte unchanged?');
        return !pteUnchanged(ptep, orig_pte);
      });
      if (changed) {
        pte_unmap_unlock(mm);
        return VM_FAULT_NOPAGE;
      }
      wp_page_reuse(vma, address, orig_pte);
      return 0;
    },
  );

/** Makes the PTE writable and dirty, and drops the page-table lock. */
function wp_page_reuse(vma: VmArea, address: number, orig_pte: Pte): void {
  const mm = vmMm(vma);
  label('pte writable');
  set_pte_at(pte_offset_map(mm, address), maybe_mkwrite(pte_mkdirty(orig_pte), vma));
  pte_unmap_unlock(mm);
}

/** The folio of a shared mapping is dirty now; it is locked on entry and not on return. */
export function fault_dirty_shared_page(folio: Folio): void {
  folio_mark_dirty(folio);
  folio_unlock(folio);
}

/**
 * Gives the process a copy of its own; drops the reference on the old folio.
 *
 * @param how whether the copy is made for a write, or only to un-share
 */
const wp_page_copy: (vma: VmArea, address: number, orig_pte: Pte, how: 'ro' | 'rw') => number =
  kernelFunction(
    'mm/memory.c',
    '6.18',
    function wp_page_copy(vma: VmArea, address: number, orig_pte: Pte, how: 'ro' | 'rw'): number {
      const mm = vmMm(vma);
      const old = page_folio(pte_page(orig_pte));
      const copy = copyOf(mm, old);
      if (copy === null) {
        putMapped(old, orig_pte);
        return VM_FAULT_OOM;
      }
      const notified = isNotified(mm);
      if (notified) {
        mmu_notifier_invalidate_range_start(mm, { start: address, end: address + 1 });
      }
      const ptep = pte_offset_map_lock(mm, address);
      const changed = defence('pte unchanged', () => {
        label('fault: pte unchanged?');
        return !pteUnchanged(ptep, orig_pte);
      });
      if (!changed) {
        ptep_clear_flush(mm, address);
        label('pte of the copy');
        const pte = mk_pte(copy);
        set_pte_at(ptep, how === 'ro' ? pte : maybe_mkwrite(pte_mkdirty(pte), vma));
        if (!pte_special(orig_pte)) folio_remove_rmap_pte(old);
      }
      pte_unmap_unlock(mm);
      if (notified) mmu_notifier_invalidate_range_end(mm);
      if (changed) folio_put(copy);
      else putMapped(old, orig_pte);
      putMapped(old, orig_pte);
      return 0;
    },
  );

/** Drops a reference on the old folio; the zero page, which a special entry maps, has none. */
function putMapped(old: Folio, orig_pte: Pte): void {
  if (!pte_special(orig_pte)) folio_put(old);
}

/** A new anonymous page with the contents of another, as if mapped once; null: none is free. */
function copyOf(mm: MmStruct, old: Folio): Folio | null {
  const copy = alloc_pages(present(READ_ONCE(mm.zone), 'mm_struct: zone'));
  if (copy !== null) copyPage(copy, old);
  return copy;
}

/** Fills a new page, which nobody else can see yet, with the contents of another. */
export function copyPage(copy: Folio, old: Folio): void {
  label('copy the page');
  copy.data.forEach((word, i) => {
    const from = old.data[i];
    if (from !== undefined) WRITE_ONCE(word, READ_ONCE(from));
  });
  becomeAnonymous(copy);
}

/** A new page belongs to one PTE of one process. */
export function becomeAnonymous(folio: Folio): void {
  WRITE_ONCE(folio.mapping, anonMapping);
  SetPageAnonExclusive(folio);
  atomic_inc(folio._mapcount);
}
