/**
 * Reclaim: taking a clean page out of the page cache to free it (mm/vmscan.c, 6.18).
 *
 * Order: folio lock (or leave it), under write-back? unmap, pinned? dirty? drop the file system's
 * buffers, then out of the page cache if *nobody else* has a reference: the count is compared with
 * what reclaim knows of and set to 0 in one step. First the count, then PG_dirty: a user writes,
 * marks dirty and only then puts, so who sees the put sees the mark.
 *
 * Pins are asked for after the folio is unmapped, when no new one can come. A pinned folio would
 * not pass the count either; the question keeps its buffers (since 6.4).
 *
 * Left out: LRU lists and the question whether the folio was used lately (any page may be old);
 * anonymous folios and swap; shadow entries; waiting for write-back (memory cgroups of version 1);
 * writing, which for files is left to the flusher.
 */

import {
  defence,
  kernelFunction,
  label,
  spin_lock_irq,
  spin_unlock_irq,
} from '../../memory/index.ts';
import type { AddressSpace } from '../fs/address_space.ts';
import { hasBufferHeads, folio_buffers, try_to_free_buffers } from '../fs/buffer-head.ts';
import { __filemap_remove_folio } from './filemap.ts';
import { folio_trylock, folio_unlock } from './folio-lock.ts';
import { folio_mapping } from './mapping.ts';
import type { Folio } from './mm_types.ts';
import { folio_test_dirty, folio_test_writeback } from './page-flags.ts';
import {
  __folio_put,
  folio_put,
  folio_ref_freeze,
  folio_ref_try_add,
  folio_ref_unfreeze,
} from './page_ref.ts';
import { folio_maybe_dma_pinned } from './pin-count.ts';
import { folio_mapped } from './rmap.ts';
import { try_to_unmap } from './try-to-unmap.ts';

/** One reference of the page cache, and the one with which reclaim isolated the folio. */
const EXPECTED = 2;

/**
 * Tries to free one page: takes it off the LRU list with a reference, and puts it back if it cannot
 * be freed.
 *
 * @returns whether it was freed
 */
export const shrink_inactive_list: (folio: Folio) => boolean = kernelFunction(
  'mm/vmscan.c',
  '6.18',
  function shrink_inactive_list(folio: Folio): boolean {
    label('isolate the folio');
    if (!folio_ref_try_add(folio, 1)) return false;
    const isFreed = shrink_folio_list(folio);
    if (!isFreed) folio_put(folio);
    return isFreed;
  },
);

/** The same of an isolated folio; Linux has a list of them. */
export const shrink_folio_list: (folio: Folio) => boolean = kernelFunction(
  'mm/vmscan.c',
  '6.18',
  function shrink_folio_list(folio: Folio): boolean {
    if (!folio_trylock(folio)) return false;
    const isRemoved = removeIfUnused(folio);
    folio_unlock(folio);
    if (isRemoved) __folio_put(folio);
    return isRemoved;
  },
);

function removeIfUnused(folio: Folio): boolean {
  label('under write-back?');
  if (folio_test_writeback(folio)) return false;
  if (folio_mapped(folio)) try_to_unmap(folio);
  if (folio_mapped(folio)) return false;
  if (defence('pinned', () => looksPinned(folio))) return false;
  const mapping = folio_mapping(folio);
  label('dirty?');
  if (folio_test_dirty(folio) || mapping === null) return false;
  return filemap_release_folio(mapping, folio) && __remove_mapping(mapping, folio);
}

function looksPinned(folio: Folio): boolean {
  label('pinned?');
  return folio_maybe_dma_pinned(folio);
}

/** Has the file system give up what it keeps of a locked folio (mm/filemap.c). */
export const filemap_release_folio: (mapping: AddressSpace, folio: Folio) => boolean =
  kernelFunction(
    'mm/filemap.c',
    '6.18',
    function filemap_release_folio(mapping: AddressSpace, folio: Folio): boolean {
      if (!hasBufferHeads(mapping)) return true;
      label('has it buffers?');
      return !folio_buffers(folio) || try_to_free_buffers(folio);
    },
  );

/**
 * Takes a locked, unmapped folio out of the page cache if it is clean and nobody else has it.
 *
 * @returns whether it did; the folio has no reference then
 */
export const __remove_mapping: (mapping: AddressSpace, folio: Folio) => boolean = kernelFunction(
  'mm/vmscan.c',
  '6.18',
  function __remove_mapping(mapping: AddressSpace, folio: Folio): boolean {
    spin_lock_irq(mapping.xa_lock);
    const isRemoved = freezeClean(folio);
    if (isRemoved) __filemap_remove_folio(mapping, folio);
    spin_unlock_irq(mapping.xa_lock);
    return isRemoved;
  },
);

function freezeClean(folio: Folio): boolean {
  label('freeze the count');
  if (!folio_ref_freeze(folio, EXPECTED)) return false;
  const isDirty = defence('dirty', () => {
    label('dirty still?');
    return folio_test_dirty(folio);
  });
  if (isDirty) folio_ref_unfreeze(folio, EXPECTED);
  return !isDirty;
}
