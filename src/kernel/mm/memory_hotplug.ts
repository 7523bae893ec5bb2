/**
 * Taking memory out of the machine (mm/memory_hotplug.c, 6.18): every page of it is moved away.
 *
 * It tries until all pages are free; only a signal ends it earlier. So a page that cannot be moved
 * keeps it for ever. Pages of movable memory that are free are not given out again (zone.ts).
 */

import { kernelFunction, label, loop } from '../../memory/index.ts';
import { folio_isolate_lru, migrate_pages } from './migrate.ts';
import type { Folio } from './mm_types.ts';
import { PageBuddy } from './page-flags.ts';
import type { Zone } from './zone.ts';

/** @param target where the pages go */
export const offline_pages: (page: Folio, target: Zone) => void = kernelFunction(
  'mm/memory_hotplug.c',
  '6.18',
  function offline_pages(page: Folio, target: Zone): void {
    loop(() => {
      label('free already?');
      if (PageBuddy(page)) return false;
      if (folio_isolate_lru(page)) migrate_pages(page, target);
      return true;
    });
  },
);
