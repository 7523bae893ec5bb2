/**
 * Moving a page of a file to another place in memory (mm/migrate.c, mm/vmscan.c, 6.18).
 *
 * Order: isolated, so that nobody else moves it; folio lock; a free page, locked; unmap; does
 * anybody but the page cache and the isolation have a reference? copy; then the count is compared
 * and frozen under the xarray lock, and the slot of the page cache shows the copy. Whoever has a
 * reference stops it, by the count alone: a pin and a plain reference are the same here.
 *
 * Linux leaves an entry in each page table that says "under migration", and whoever meets it waits
 * for the folio lock; here the entry is empty, and a fault finds the old folio in the page cache
 * and waits for the same lock. Left out: anonymous memory, buffers, batches, asynchronous modes,
 * trying up to ten times.
 */

import {
  clear_bit,
  kernelFunction,
  label,
  rcu_assign_pointer,
  READ_ONCE,
  set_bit,
  spin_lock_irq,
  spin_unlock_irq,
  test_and_set_bit,
  WRITE_ONCE,
} from '../../memory/index.ts';
import type { AddressSpace } from '../fs/address_space.ts';
import { FS_CLEAN, FS_TOLD, fsWasTold } from '../fs/buffer-head.ts';
import { EAGAIN, ENOMEM } from '../errno.ts';
import { slotOf } from './filemap.ts';
import { folio_lock, folio_trylock, folio_unlock, folio_wait_writeback } from './folio-lock.ts';
import { fileMapping, folio_mapping } from './mapping.ts';
import { page_flags } from './mm_types.ts';
import type { Folio } from './mm_types.ts';
import { alloc_pages } from './page_alloc.ts';
import {
  folio_get,
  folio_put,
  folio_ref_count,
  folio_ref_freeze,
  folio_ref_try_add,
  folio_ref_unfreeze,
} from './page_ref.ts';
import { folio_mark_uptodate, folio_test_clear_dirty } from './page-flags.ts';
import { folio_mapped } from './rmap.ts';
import { try_to_unmap } from './try-to-unmap.ts';
import type { Zone } from './zone.ts';

/** The page cache's reference and that of the isolation. */
const EXPECTED = 2;

const { PG_dirty, PG_isolated } = page_flags.bit;

/** Takes the folio off its LRU list, with a reference, if nobody else has (mm/vmscan.c). */
export const folio_isolate_lru: (folio: Folio) => boolean = kernelFunction(
  'mm/vmscan.c',
  '6.18',
  function folio_isolate_lru(folio: Folio): boolean {
    label('isolate the folio');
    if (!folio_ref_try_add(folio, 1)) return false;
    if (!test_and_set_bit(PG_isolated, folio.flags)) return true;
    folio_put(folio);
    return false;
  },
);

/** Puts an isolated folio back (mm/vmscan.c); drops the reference. */
export function folio_putback_lru(folio: Folio): void {
  clear_bit(PG_isolated, folio.flags);
  folio_put(folio);
}

/** Moves one isolated folio. @returns whether it did; if not, it was put back */
export const migrate_pages: (folio: Folio, target: Zone) => boolean = kernelFunction(
  'mm/migrate.c',
  '6.18',
  function migrate_pages(folio: Folio, target: Zone): boolean {
    folio_lock(folio);
    folio_wait_writeback(folio);
    const error = unmapAndMove(folio, target);
    folio_unlock(folio);
    folio_putback_lru(folio);
    return error === 0;
  },
);

/** `migrate_folio_unmap`, then `migrate_folio_move`; the folio is locked. */
function unmapAndMove(src: Folio, target: Zone): number {
  const mapping = folio_mapping(src);
  if (mapping === null) return -EAGAIN;
  const dst = alloc_pages(target);
  if (dst === null) return -ENOMEM;
  folio_trylock(dst);
  if (folio_mapped(src)) try_to_unmap(src);
  const error = folio_mapped(src) ? -EAGAIN : migrate_folio(mapping, dst, src);
  folio_unlock(dst);
  folio_put(dst);
  return error;
}

/** Copies the folio and gives its place in the page cache to the copy. @returns 0 or -EAGAIN */
export const migrate_folio: (mapping: AddressSpace, dst: Folio, src: Folio) => number =
  kernelFunction(
    'mm/migrate.c',
    '6.18',
    function migrate_folio(mapping: AddressSpace, dst: Folio, src: Folio): number {
      label('other references?');
      if (folio_ref_count(src) !== EXPECTED) return -EAGAIN;
      copyContents(dst, src);
      const error = __folio_migrate_mapping(mapping, dst, src);
      if (error === 0) moveWhatTheFsKnows(dst, src);
      return error;
    },
  );

/** `folio_attach_private` of the copy; both folios are locked. */
function moveWhatTheFsKnows(dst: Folio, src: Folio): void {
  if (!fsWasTold(src)) return;
  label('the file system was told of the copy');
  WRITE_ONCE(src.private, FS_CLEAN);
  WRITE_ONCE(dst.private, FS_TOLD);
}

function copyContents(dst: Folio, src: Folio): void {
  label('copy the page');
  src.data.forEach((word, i) => {
    const to = dst.data[i];
    if (to !== undefined) WRITE_ONCE(to, READ_ONCE(word));
  });
}

/** Exchanges the two in the page cache, unless a reference came meanwhile. */
export const __folio_migrate_mapping: (mapping: AddressSpace, dst: Folio, src: Folio) => number =
  kernelFunction(
    'mm/migrate.c',
    '6.18',
    function __folio_migrate_mapping(mapping: AddressSpace, dst: Folio, src: Folio): number {
      spin_lock_irq(mapping.xa_lock);
      label('freeze the count');
      if (!folio_ref_freeze(src, EXPECTED)) {
        spin_unlock_irq(mapping.xa_lock);
        return -EAGAIN;
      }
      const index = READ_ONCE(src.index);
      WRITE_ONCE(dst.index, index);
      WRITE_ONCE(dst.mapping, fileMapping(mapping));
      folio_get(dst);
      if (folio_test_clear_dirty(src)) set_bit(PG_dirty, dst.flags);
      folio_mark_uptodate(dst);
      label('the copy into the page cache');
      rcu_assign_pointer(slotOf(mapping, index), dst);
      WRITE_ONCE(src.mapping, 0);
      folio_ref_unfreeze(src, EXPECTED - 1);
      spin_unlock_irq(mapping.xa_lock);
      return 0;
    },
  );
