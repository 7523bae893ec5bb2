/**
 * DAX: the page of a mapping *is* the block on disk, so nobody may have it when the block is given
 * to another file (fs/dax.c, 6.18).
 *
 * Whoever takes blocks away unmaps them first, so that no new pin can be taken, and then looks for
 * pages that are in use: the order of discussion 000, with the count read after the PTE is gone.
 * A page that is in use is waited for, and the whole begins again. Here a page of a file stands for
 * one of persistent memory: it is idle with the one reference of its file (with none, since 6.15).
 * Left out: locked entries, the lock that keeps faults away (the caller's), and waiting for every
 * kind of reference with a signal.
 */

import {
  defence,
  kernelFunction,
  label,
  loop,
  READ_ONCE,
  waitUntilEquals,
} from '../../memory/index.ts';
import { slotOf } from '../mm/filemap.ts';
import type { Folio } from '../mm/mm_types.ts';
import { folio_ref_count } from '../mm/page_ref.ts';
import { unmap_mapping_pages } from '../mm/truncate.ts';
import type { AddressSpace } from './address_space.ts';

/** The reference of its file. */
const IDLE = 1;

/** Unmaps every page of the file. @returns one that somebody still uses, or null */
export const dax_layout_busy_page: (mapping: AddressSpace) => Folio | null = kernelFunction(
  'fs/dax.c',
  '6.18',
  function dax_layout_busy_page(mapping: AddressSpace): Folio | null {
    const end = mapping.i_pages.length;
    const unmapsFirst = defence('unmap first', () => true);
    if (unmapsFirst) unmap_mapping_pages(mapping, 0, end, false);
    let busy: Folio | null = null;
    for (let index = 0; index < end && busy === null; index++) {
      const folio = READ_ONCE(slotOf(mapping, index));
      label('in use?');
      if (folio !== null && folio_ref_count(folio) > (unmapsFirst ? IDLE : IDLE + 1)) busy = folio;
    }
    if (!unmapsFirst) unmap_mapping_pages(mapping, 0, end, false);
    return busy;
  },
);

/** Returns when no page of the file is mapped or in use; faults are kept away by the caller. */
export const dax_break_layout: (mapping: AddressSpace) => void = kernelFunction(
  'fs/dax.c',
  '6.18',
  function dax_break_layout(mapping: AddressSpace): void {
    loop(() => {
      const busy = dax_layout_busy_page(mapping);
      if (busy === null) return false;
      label('wait until it is idle');
      waitUntilEquals(busy._refcount, IDLE);
      return true;
    });
  },
);
