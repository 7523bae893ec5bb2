/**
 * The page cache: finding, adding and removing the pages of a file (mm/filemap.c, 6.18).
 *
 * A page is found without a lock: read the slot, take a reference unless the count is 0, look again
 * whether the slot still holds it. Whoever then locks the folio must look whether it still belongs
 * to the file, because truncation removes it under the folio lock. The tree itself changes under
 * the xarray lock, with interrupts off because write-back ends in one.
 *
 * Left out: the read-side section around the look-up (filemap_get_entry), because neither folios
 * nor the nodes of the tree are freed behind a grace period here.
 */

import {
  defence,
  clear_bit,
  kernelFunction,
  label,
  loop,
  rcu_assign_pointer,
  rcu_dereference,
  READ_ONCE,
  readEquals,
  set_bit,
  spin_lock_irq,
  spin_unlock_irq,
  WRITE_ONCE,
} from '../../memory/index.ts';
import type { Field } from '../../memory/index.ts';
import { page_marks } from '../fs/address_space.ts';
import type { AddressSpace } from '../fs/address_space.ts';
import { mappingOf } from '../fs/inode.ts';
import type { Inode } from '../fs/inode.ts';
import { fileMapping, folio_mapping } from './mapping.ts';
import type { Folio, folio_ptr } from './mm_types.ts';
import { folio_get, folio_put, folio_ref_try_add } from './page_ref.ts';

/** The slot of the tree for a page of the file. */
export function slotOf(mapping: AddressSpace, index: number): Field<typeof folio_ptr> {
  const slot = mapping.i_pages[index];
  if (slot === undefined) throw new Error(`i_pages: a file has no page ${index}`);
  return slot;
}

/** The mark of a page in one of the tree's sets of marks. */
export function markOf(index: number): (typeof page_marks.bit)['0'] {
  return page_marks.bit[index === 0 ? '0' : '1'];
}

/** Finds a page of the file and takes a reference. @returns null if it is not in memory */
export const filemap_get_folio: (mapping: AddressSpace, index: number) => Folio | null =
  kernelFunction(
    'mm/filemap.c',
    '6.18',
    function filemap_get_folio(mapping: AddressSpace, index: number): Folio | null {
      const slot = slotOf(mapping, index);
      let found: Folio | null = null;
      loop(() => {
        label('look the page up');
        found = rcu_dereference(slot);
        if (found === null) return false;
        if (!folio_ref_try_add(found, 1)) return true;
        const expected = found;
        const isGone = defence('still there', () => {
          label('still in the page cache?');
          return !readEquals(slot, expected);
        });
        if (isGone) folio_put(found);
        return isGone;
      });
      return found;
    },
  );

/**
 * Puts a new, locked folio into the page cache, with a reference of the cache's own.
 *
 * @returns whether the slot was empty (-EEXIST in Linux)
 */
export const filemap_add_folio: (file: Inode, index: number, folio: Folio) => boolean =
  kernelFunction(
    'mm/filemap.c',
    '6.18',
    function filemap_add_folio(file: Inode, index: number, folio: Folio): boolean {
      const mapping = mappingOf(file);
      const slot = slotOf(mapping, index);
      folio_get(folio);
      WRITE_ONCE(folio.mapping, fileMapping(mapping));
      WRITE_ONCE(folio.index, index);
      spin_lock_irq(mapping.xa_lock);
      const isEmpty = readEquals(slot, null);
      label('into the page cache');
      if (isEmpty) rcu_assign_pointer(slot, folio);
      spin_unlock_irq(mapping.xa_lock);
      if (isEmpty) return true;
      WRITE_ONCE(folio.mapping, 0);
      folio_put(folio);
      return false;
    },
  );

/** Takes a locked folio out of the page cache for good; drops the cache's reference. */
export const filemap_remove_folio: (mapping: AddressSpace, folio: Folio) => void = kernelFunction(
  'mm/filemap.c',
  '6.18',
  function filemap_remove_folio(mapping: AddressSpace, folio: Folio): void {
    spin_lock_irq(mapping.xa_lock);
    __filemap_remove_folio(mapping, folio);
    spin_unlock_irq(mapping.xa_lock);
    folio_put(folio);
  },
);

/** The same under the xarray lock, without dropping the reference. */
export function __filemap_remove_folio(mapping: AddressSpace, folio: Folio): void {
  const index = READ_ONCE(folio.index);
  clear_bit(markOf(index), mapping.dirty_tag);
  clear_bit(markOf(index), mapping.writeback_tag);
  label('out of the page cache');
  rcu_assign_pointer(slotOf(mapping, index), null);
  WRITE_ONCE(folio.mapping, 0);
}

/**
 * Marks the folio in the tree (mm/page-writeback.c). A folio that was truncated meanwhile is left
 * alone: `folio->mapping` changes under the same lock.
 */
export const __folio_mark_dirty: (mapping: AddressSpace, folio: Folio) => void = kernelFunction(
  'mm/page-writeback.c',
  '6.18',
  function __folio_mark_dirty(mapping: AddressSpace, folio: Folio): void {
    spin_lock_irq(mapping.xa_lock);
    if (!defence('truncated', () => folio_mapping(folio) !== mapping)) {
      label('mark in the page cache');
      set_bit(markOf(READ_ONCE(folio.index)), mapping.dirty_tag);
    }
    spin_unlock_irq(mapping.xa_lock);
  },
);
