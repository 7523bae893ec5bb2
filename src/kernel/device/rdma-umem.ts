/**
 * An RDMA memory region: memory of a process that a network card reads and writes for as long as
 * the process likes (drivers/infiniband/core/umem.c, 6.18).
 *
 * Registering pins every page, long-term; the process gives the region back when it wants to, or
 * when it ends. Remote peers write into it meanwhile, and no kernel code runs for that: so the page
 * is marked dirty once, at the end. Left out: the accounting of locked memory, scatter lists, DMA
 * mapping.
 */

import { kernelFunction } from '../../memory/index.ts';
import { pin_user_pages_fast, unpinUserPages } from '../mm/gup.ts';
import type { Pages } from '../mm/gup.ts';
import type { MmStruct } from '../mm/mm_types.ts';
import { FOLL_LONGTERM, FOLL_WRITE } from '../mm/pin-count.ts';

/**
 * ibv_reg_mr: pins the pages of a region.
 *
 * @param writable IB_ACCESS_LOCAL_WRITE or a remote right that implies it
 * @returns the pages, or a negative error number if not all could be pinned
 */
export const ib_umem_get: (mm: MmStruct, start: number, nr: number, writable: boolean) => Pages =
  kernelFunction(
    'drivers/infiniband/core/umem.c',
    '6.18',
    function ib_umem_get(mm: MmStruct, start: number, nr: number, writable: boolean): Pages {
      const flags = FOLL_LONGTERM | (writable ? FOLL_WRITE : 0);
      const pages: Pages[] = [];
      let pinned = 0;
      while (pinned < nr) {
        const some = pin_user_pages_fast(mm, start + pinned, nr - pinned, flags);
        if (typeof some === 'number') {
          for (const earlier of pages) unpinUserPages(earlier, false);
          return some;
        }
        pages.push(some);
        pinned += some.length;
      }
      return pages.flatMap((some) => (typeof some === 'number' ? [] : some));
    },
  );

/** ibv_dereg_mr: gives the pages back, dirty if the card could write. */
export const ib_umem_release: (umem: Pages, writable: boolean) => void = kernelFunction(
  'drivers/infiniband/core/umem.c',
  '6.18',
  function ib_umem_release(umem: Pages, writable: boolean): void {
    unpinUserPages(umem, writable);
  },
);
