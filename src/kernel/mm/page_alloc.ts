/** Allocating pages (mm/page_alloc.c, 6.18): zone.ts says what is left of it. */

import { kernelFunction, READ_ONCE, WRITE_ONCE } from '../../memory/index.ts';
import type { Folio } from './mm_types.ts';
import { allocFolio } from './page_ref.ts';
import type { Zone } from './zone.ts';

/** Takes a free page, with one reference. @returns null if there is none */
export const alloc_pages: (from: Zone) => Folio | null = kernelFunction(
  'mm/page_alloc.c',
  '6.18',
  function alloc_pages(from: Zone): Folio | null {
    for (const slot of from.page) {
      const page = READ_ONCE(slot);
      if (page === null || READ_ONCE(page.is_movable) || !allocFolio(page)) continue;
      WRITE_ONCE(page.flags, 0);
      WRITE_ONCE(page.private, 0);
      return page;
    }
    return null;
  },
);
