/**
 * Dirty and under write-back: the two flags and their order (mm/page-writeback.c, 6.18).
 *
 * A folio goes out in this order, all under the folio lock: write-protect and clean its PTEs; mark
 * it dirty if one was dirty; test and clear PG_dirty (fully ordered: what is read afterwards, the
 * data too, is read later); set PG_writeback; unlock; submit. PG_writeback goes when the disk is
 * done, without the folio lock. Linux does not ask whether the folio is pinned; design
 * `pinned-folio` (pin-wait.ts) does, at the place where discussion 000 wants it.
 */

import {
  assert,
  clear_bit,
  defence,
  design,
  kernelFunction,
  label,
  local_irq_restore,
  local_irq_save,
  READ_ONCE,
  set_bit,
  smp_mb,
  smp_rmb,
  spin_lock,
  spin_lock_irqsave,
  spin_unlock,
  spin_unlock_irqrestore,
  xorUnlock,
} from '../../memory/index.ts';
import { mapping_can_writeback } from '../fs/address_space.ts';
import type { AddressSpace } from '../fs/address_space.ts';
import { __folio_mark_dirty, markOf } from './filemap.ts';
import { folio_wait_writeback } from './folio-lock.ts';
import { folio_mapping } from './mapping.ts';
import { page_flags } from './mm_types.ts';
import type { Folio } from './mm_types.ts';
import {
  folio_test_clear_dirty,
  folio_test_dirty,
  folio_test_set_dirty,
  folio_test_set_writeback,
  folio_test_writeback,
} from './page-flags.ts';
import { folio_get, folio_put } from './page_ref.ts';
import { isElevated, PINNED_FOLIO, waitUntilUnpinned, whileWaiting } from './pin-wait.ts';
import { afterMkclean, folio_mkclean } from './rmap.ts';

/**
 * What is to be done with a folio: nothing, write it in place; or (designs) write a copy of it, or
 * come back when it is not pinned any more.
 */
export const WriteOut = { NOTHING: 0, IN_PLACE: 1, COPY: 2, PINNED: 3 } as const;
export type WriteOut = (typeof WriteOut)[keyof typeof WriteOut];

/** `wbc->sync_mode`: whether write-back waits for an earlier write of the same folio. */
export const WB_SYNC_NONE = 0;
export const WB_SYNC_ALL = 1;

/**
 * Makes a locked folio ready to be written. An earlier write of it that is still under way is
 * waited for (WB_SYNC_ALL), or the folio is left for another time (WB_SYNC_NONE).
 *
 * Linux's result is a boolean; COPY and PINNED appear with design `pinned-folio` only.
 *
 * @param mapping the file that is written; the folio may have been truncated before it was locked
 */
export const folio_prepare_writeback: (
  mapping: AddressSpace,
  folio: Folio,
  sync_mode: number,
) => WriteOut = kernelFunction(
  'mm/page-writeback.c',
  '6.18',
  function folio_prepare_writeback(
    mapping: AddressSpace,
    folio: Folio,
    sync_mode: number,
  ): WriteOut {
    const isTruncated = defence('truncated', () => {
      label('truncated?');
      return folio_mapping(folio) !== mapping;
    });
    if (isTruncated) return WriteOut.NOTHING;
    label('dirty?');
    if (!folio_test_dirty(folio)) return WriteOut.NOTHING;
    if (folio_test_writeback(folio)) {
      if (sync_mode === WB_SYNC_NONE) return WriteOut.NOTHING;
      folio_wait_writeback(folio);
    }
    return folio_clear_dirty_for_io(folio, sync_mode);
  },
);

/**
 * Takes the dirty state off the PTEs and off a locked folio.
 *
 * Designs: `pinned-folio` (see above) and `clear-dirty-order`, in which order the steps are done.
 *
 * @param sync_mode for the designs; Linux's function does not need it
 * @returns what is to be written
 */
export const folio_clear_dirty_for_io: (folio: Folio, sync_mode: number) => WriteOut =
  kernelFunction(
    'mm/page-writeback.c',
    '6.18',
    function folio_clear_dirty_for_io(folio: Folio, sync_mode: number): WriteOut {
      const asks = whenPinned(sync_mode);
      switch (design('clear-dirty-order', CLEAR_DIRTY_ORDERS)) {
        case 'mkclean, pin test, clear': {
          cleanPtes(folio);
          return isPinned(folio, asks) ? asks : clearDirty(folio);
        }
        case 'pin test, mkclean, clear': {
          const pinned = isPinned(folio, asks);
          cleanPtes(folio);
          return pinned ? asks : clearDirty(folio);
        }
        case 'mkclean, clear, pin test': {
          cleanPtes(folio);
          return redirtyIfPinned(folio, clearDirty(folio), asks);
        }
        case 'clear, mkclean, pin test': {
          const written = clearDirty(folio);
          if (written !== WriteOut.NOTHING) folio_mkclean(folio);
          return redirtyIfPinned(folio, written, asks);
        }
      }
    },
  );

/** Design `pinned-folio`: what becomes of a pinned folio. IN_PLACE: nobody asks. */
function whenPinned(sync_mode: number): WriteOut {
  switch (design('pinned-folio', PINNED_FOLIO)) {
    case 'linux':
      return WriteOut.IN_PLACE;
    case 'bounce':
      return WriteOut.COPY;
    case 'skip':
      return WriteOut.NOTHING;
    case 'wait for WB_SYNC_ALL':
      return sync_mode === WB_SYNC_ALL ? WriteOut.PINNED : WriteOut.IN_PLACE;
    case 'wait or skip':
      return sync_mode === WB_SYNC_ALL ? WriteOut.PINNED : WriteOut.NOTHING;
  }
}

/** The answers to `clear-dirty-order`; the first is Linux's, with the test where 000 puts it. */
export const CLEAR_DIRTY_ORDERS = [
  'mkclean, pin test, clear',
  'pin test, mkclean, clear',
  'mkclean, clear, pin test',
  'clear, mkclean, pin test',
] as const;

function cleanPtes(folio: Folio): void {
  if (folio_mkclean(folio) > 0) folio_mark_dirty(folio);
}

function clearDirty(folio: Folio): WriteOut {
  label('clear dirty');
  return folio_test_clear_dirty(folio) ? WriteOut.IN_PLACE : WriteOut.NOTHING;
}

function isPinned(folio: Folio, asks: WriteOut): boolean {
  if (asks === WriteOut.IN_PLACE) return false;
  const between = afterMkclean();
  if (between === 'smp_rmb') smp_rmb();
  if (between === 'smp_mb') smp_mb();
  const pinned = defence('pinned', () => isElevated(folio));
  if (!pinned || asks !== WriteOut.PINNED || whileWaiting() !== 'the folio is locked')
    return pinned;
  waitUntilUnpinned(folio);
  return false;
}

function redirtyIfPinned(folio: Folio, written: WriteOut, asks: WriteOut): WriteOut {
  if (written === WriteOut.NOTHING || !isPinned(folio, asks)) return written;
  folio_mark_dirty(folio);
  return asks;
}

/**
 * Marks a folio dirty: `filemap_dirty_folio` without inode lists and accounting. The flag is set by
 * a fully ordered read-modify-write, and only then the mark in the page cache, by which write-back
 * finds the folio. A folio that belongs to no file any more gets the flag alone, and so does one of
 * a file in memory (`noop_dirty_folio`).
 *
 * @returns whether it was clean before
 */
export const folio_mark_dirty: (folio: Folio) => boolean = kernelFunction(
  'mm/page-writeback.c',
  '6.18',
  function folio_mark_dirty(folio: Folio): boolean {
    const mapping = folio_mapping(folio);
    label('mark dirty');
    if (folio_test_set_dirty(folio)) return false;
    if (mapping !== null && mapping_can_writeback(mapping)) __folio_mark_dirty(mapping, folio);
    return true;
  },
);

/**
 * Write-back begins; the folio is locked. The xarray lock, under which the marks of the page cache
 * change, keeps interrupts off: write-back ends in one, on this CPU perhaps. A folio that was taken
 * out of its file, which the callers' locks prevent, has no marks; Linux asks, and so is it here.
 */
export const folio_start_writeback: (folio: Folio) => void = kernelFunction(
  'mm/page-writeback.c',
  '6.18',
  function folio_start_writeback(folio: Folio): void {
    const mapping = folio_mapping(folio);
    if (mapping === null) return setWriteback(folio);
    local_irq_save();
    spin_lock(mapping.xa_lock);
    setWriteback(folio);
    const mark = markOf(READ_ONCE(folio.index));
    set_bit(mark, mapping.writeback_tag);
    if (!folio_test_dirty(folio)) clear_bit(mark, mapping.dirty_tag);
    spin_unlock(mapping.xa_lock);
    local_irq_restore();
  },
);

function setWriteback(folio: Folio): void {
  label('set write-back');
  assert(!folio_test_set_writeback(folio), 'a folio is written once at a time');
}

/**
 * Write-back ends: the data is on disk. Runs in interrupts. The bit is flipped with release order.
 * Write-back holds no reference of its own, and truncation waits for the bit only: so a reference
 * keeps the folio until this function has done with it.
 */
export const folio_end_writeback: (folio: Folio) => void = kernelFunction(
  'mm/filemap.c',
  '6.18',
  function folio_end_writeback(folio: Folio): void {
    assert(folio_test_writeback(folio), 'write-back ends once');
    folio_get(folio);
    __folio_end_writeback(folio);
    folio_put(folio);
  },
);

/** Takes PG_writeback off, with the mark in the page cache. */
export const __folio_end_writeback: (folio: Folio) => void = kernelFunction(
  'mm/page-writeback.c',
  '6.18',
  function __folio_end_writeback(folio: Folio): void {
    const mapping = folio_mapping(folio);
    if (mapping === null) return clearWriteback(folio);
    spin_lock_irqsave(mapping.xa_lock);
    clearWriteback(folio);
    clear_bit(markOf(READ_ONCE(folio.index)), mapping.writeback_tag);
    spin_unlock_irqrestore(mapping.xa_lock);
  },
);

function clearWriteback(folio: Folio): void {
  label('end write-back');
  xorUnlock(1 << page_flags.bit.PG_writeback, folio.flags);
}
