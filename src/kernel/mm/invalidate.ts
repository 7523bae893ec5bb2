/**
 * Dropping the cached pages of a file because the disk is about to be written behind their back, or
 * has been (mm/truncate.c, 6.18). Used by direct writes.
 *
 * Unlike reclaim it does not look at the reference count: a page that is pinned leaves the file,
 * and the pin keeps a page that belongs to no file. A dirty page stays, and the caller is told.
 */

import {
  defence,
  kernelFunction,
  label,
  spin_lock_irq,
  spin_unlock_irq,
} from '../../memory/index.ts';
import type { AddressSpace } from '../fs/address_space.ts';
import { EBUSY } from '../errno.ts';
import { __filemap_remove_folio, filemap_get_folio } from './filemap.ts';
import { folio_lock, folio_unlock, folio_wait_writeback } from './folio-lock.ts';
import { folio_mapping } from './mapping.ts';
import type { Folio } from './mm_types.ts';
import { folio_put } from './page_ref.ts';
import { folio_test_dirty } from './page-flags.ts';
import { folio_mapped } from './rmap.ts';
import { unmap_mapping_folio, unmap_mapping_pages } from './truncate.ts';
import { filemap_release_folio } from './vmscan.ts';

/** @returns 0, or -EBUSY: some page in the range was dirty again and is still there */
export const invalidate_inode_pages2_range: (
  mapping: AddressSpace,
  start: number,
  end: number,
) => number = kernelFunction(
  'mm/truncate.c',
  '6.18',
  function invalidate_inode_pages2_range(
    mapping: AddressSpace,
    start: number,
    end: number,
  ): number {
    let result = 0;
    let isUnmapped = false;
    for (let index = start; index < end; index++) {
      const folio = filemap_get_folio(mapping, index);
      if (folio === null) continue;
      if (!isUnmapped && folio_mapped(folio)) {
        unmap_mapping_pages(mapping, index, end, false);
        isUnmapped = true;
      }
      folio_lock(folio);
      const isTruncated = defence('truncated', () => {
        label('truncated?');
        return folio_mapping(folio) !== mapping;
      });
      if (!isTruncated) {
        folio_wait_writeback(folio);
        if (!folio_unmap_invalidate(mapping, folio)) result = -EBUSY;
      }
      folio_unlock(folio);
      folio_put(folio);
    }
    return result;
  },
);

/** Takes one locked folio out of the page cache. @returns whether it did; false: it is dirty */
export const folio_unmap_invalidate: (mapping: AddressSpace, folio: Folio) => boolean =
  kernelFunction(
    'mm/truncate.c',
    '6.18',
    function folio_unmap_invalidate(mapping: AddressSpace, folio: Folio): boolean {
      if (folio_mapped(folio)) unmap_mapping_folio(mapping, folio);
      if (!filemap_release_folio(mapping, folio)) return false;
      spin_lock_irq(mapping.xa_lock);
      label('dirty?');
      const isClean = !folio_test_dirty(folio);
      if (isClean) __filemap_remove_folio(mapping, folio);
      spin_unlock_irq(mapping.xa_lock);
      if (isClean) folio_put(folio);
      return isClean;
    },
  );
