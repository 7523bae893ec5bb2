/**
 * Long-term pins and memory that must stay movable (mm/gup.c, include/linux/mm.h, 6.18).
 *
 * A page of ZONE_MOVABLE or CMA must not be pinned for long: memory could never be taken out, nor
 * large pieces be had. So pages are pinned first, because only then they stay what they are; those
 * that may not be pinned for long are isolated, *everything* is unpinned, they are moved, and the
 * whole begins again. Left out: device-coherent and hugetlb pages, and draining the per-CPU lists
 * of the LRU, whose references keep a page from being moved.
 */

import { design, kernelFunction, READ_ONCE } from '../../memory/index.ts';
import { EAGAIN, ENOMEM } from '../errno.ts';
import { present } from '../fs/inode.ts';
import { folio_isolate_lru, migrate_pages } from './migrate.ts';
import { page_folio } from './mm_types.ts';
import type { Folio, MmStruct, Page } from './mm_types.ts';
import { unpin_user_page } from './unpin.ts';

/** Whether the page may stay where it is as long as user space likes (include/linux/mm.h). */
export function folio_is_longterm_pinnable(folio: Folio): boolean {
  return !READ_ONCE(folio.is_movable);
}

/** The answers to `movable-pages`: Linux since 5.13, and before. */
export const MOVABLE_PAGES = ['moved before the pin', 'pinned where they are'] as const;

/**
 * Looks at pages that were just pinned for long.
 *
 * @returns 0: they stay; -EAGAIN: they are not pinned any more, and to be pinned again; -ENOMEM:
 *   they are not pinned, and could not be moved
 */
export const check_and_migrate_movable_pages: (mm: MmStruct, pages: readonly Page[]) => number =
  kernelFunction(
    'mm/gup.c',
    '6.18',
    function check_and_migrate_movable_pages(mm: MmStruct, pages: readonly Page[]): number {
      if (design('movable-pages', MOVABLE_PAGES) === 'pinned where they are') return 0;
      const unpinnable = pages.map(page_folio).filter((one) => !folio_is_longterm_pinnable(one));
      if (unpinnable.length === 0) return 0;
      const isolated = unpinnable.filter((folio) => folio_isolate_lru(folio));
      for (const page of pages) unpin_user_page(page);
      const target = present(READ_ONCE(mm.zone), 'mm_struct: zone');
      const moved = isolated.map((folio) => migrate_pages(folio, target));
      return moved.every(Boolean) ? -EAGAIN : -ENOMEM;
    },
  );
