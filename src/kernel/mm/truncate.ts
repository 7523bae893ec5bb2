/**
 * Taking pages out of a file (mm/truncate.c, mm/memory.c unmap_mapping_pages, 6.18).
 *
 * Per page: folio lock, wait for its write-back, unmap it, cancel its dirty flag, out of the page
 * cache. Nobody asks for pins: whoever has one keeps a page that belongs to no file. The caller
 * holds i_rwsem and the invalidate lock for writing, so no page is brought in meanwhile.
 */

import {
  defence,
  down_read,
  kernelFunction,
  label,
  READ_ONCE,
  up_read,
  WRITE_ONCE,
} from '../../memory/index.ts';
import type { AddressSpace } from '../fs/address_space.ts';
import { mappingOf } from '../fs/inode.ts';
import type { Inode } from '../fs/inode.ts';
import { folio_invalidate } from '../fs/buffer-head.ts';
import { filemap_get_folio, filemap_remove_folio } from './filemap.ts';
import { folio_lock, folio_unlock, folio_wait_writeback } from './folio-lock.ts';
import { folio_mapping, folio_test_anon } from './mapping.ts';
import { zap_pte_range } from './memory.ts';
import { page_folio } from './mm_types.ts';
import type { Folio, VmArea } from './mm_types.ts';
import {
  isNotified,
  mmu_notifier_invalidate_range_end,
  mmu_notifier_invalidate_range_start,
} from './mmu_notifier.ts';
import { folio_put } from './page_ref.ts';
import { folio_test_clear_dirty } from './page-flags.ts';
import { pte_offset_map, ptep_get } from './pgtable.ts';
import { pte_page, pte_present } from './pte.ts';
import { folio_mapped } from './rmap.ts';
import { vmMm } from './vma.ts';

/** The file has a new, smaller size, and nothing behind it is in memory (truncate_pagecache). */
export const truncate_setsize: (file: Inode, newsize: number) => void = kernelFunction(
  'mm/truncate.c',
  '6.18',
  function truncate_setsize(file: Inode, newsize: number): void {
    label('i_size');
    WRITE_ONCE(file.i_size, newsize);
    const mapping = mappingOf(file);
    const end = mapping.i_pages.length;
    if (newsize >= end) return;
    unmap_mapping_pages(mapping, newsize, end, true);
    truncate_inode_pages_range(mapping, newsize, end);
    unmap_mapping_pages(mapping, newsize, end, true);
  },
);

/** A range of pages becomes a hole; private copies of them stay. */
export const truncate_pagecache_range: (file: Inode, start: number, end: number) => void =
  kernelFunction(
    'mm/truncate.c',
    '6.18',
    function truncate_pagecache_range(file: Inode, start: number, end: number): void {
      const mapping = mappingOf(file);
      unmap_mapping_pages(mapping, start, end, false);
      truncate_inode_pages_range(mapping, start, end);
    },
  );

/** Removes the pages from `start` on, up to and without `end`; waits for their write-back. */
export const truncate_inode_pages_range: (
  mapping: AddressSpace,
  start: number,
  end: number,
) => void = kernelFunction(
  'mm/truncate.c',
  '6.18',
  function truncate_inode_pages_range(mapping: AddressSpace, start: number, end: number): void {
    for (let index = start; index < end; index++) {
      const folio = filemap_get_folio(mapping, index);
      if (folio === null) continue;
      folio_lock(folio);
      if (defence('wait for write-back', () => true)) folio_wait_writeback(folio);
      truncate_inode_folio(mapping, folio);
      folio_unlock(folio);
      folio_put(folio);
    }
  },
);

/** Removes one locked folio that is not under write-back. */
export const truncate_inode_folio: (mapping: AddressSpace, folio: Folio) => void = kernelFunction(
  'mm/truncate.c',
  '6.18',
  function truncate_inode_folio(mapping: AddressSpace, folio: Folio): void {
    const isTruncated = defence('truncated', () => {
      label('truncated already?');
      return folio_mapping(folio) !== mapping;
    });
    if (isTruncated) return;
    if (folio_mapped(folio)) unmap_mapping_folio(mapping, folio);
    folio_invalidate(mapping, folio);
    label('cancel dirty');
    folio_test_clear_dirty(folio);
    filemap_remove_folio(mapping, folio);
  },
);

/** Unmaps one locked folio everywhere (mm/memory.c). */
export function unmap_mapping_folio(mapping: AddressSpace, folio: Folio): void {
  const index = READ_ONCE(folio.index);
  unmap_mapping_pages(mapping, index, index + 1, false);
}

/**
 * Unmaps a range of pages of the file from every process (mm/memory.c).
 *
 * @param even_cows private copies too
 */
export const unmap_mapping_pages: (
  mapping: AddressSpace,
  start: number,
  end: number,
  even_cows: boolean,
) => void = kernelFunction(
  'mm/memory.c',
  '6.18',
  function unmap_mapping_pages(
    mapping: AddressSpace,
    start: number,
    end: number,
    even_cows: boolean,
  ): void {
    down_read(mapping.i_mmap_rwsem);
    for (let vma = READ_ONCE(mapping.i_mmap); vma !== null; vma = READ_ONCE(vma.next)) {
      unmapInVma(vma, start, end, even_cows);
    }
    up_read(mapping.i_mmap_rwsem);
  },
);

/** `unmap_mapping_range_vma`: the notifier's range is the whole range, mapped or not. */
function unmapInVma(vma: VmArea, start: number, end: number, even_cows: boolean): void {
  const shift = READ_ONCE(vma.vm_start) - READ_ONCE(vma.vm_pgoff);
  const first = Math.max(start + shift, READ_ONCE(vma.vm_start));
  const last = Math.min(end + shift, READ_ONCE(vma.vm_end));
  if (first >= last) return;
  const mm = vmMm(vma);
  const notified = isNotified(mm);
  if (notified) mmu_notifier_invalidate_range_start(mm, { start: first, end: last });
  for (let address = first; address < last; address++) {
    const pte = ptep_get(pte_offset_map(mm, address));
    if (!pte_present(pte)) continue;
    if (!even_cows && folio_test_anon(page_folio(pte_page(pte)))) continue;
    zap_pte_range(mm, address);
  }
  if (notified) mmu_notifier_invalidate_range_end(mm);
}
