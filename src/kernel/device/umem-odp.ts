/**
 * On-demand paging: memory that a device translates itself and that nobody pins
 * (drivers/infiniband/core/umem_odp.c, include/rdma/ib_umem_odp.h, 6.18).
 *
 * The device has a copy of the PTEs (`mtt`). It changes under `umem_mutex` only: a fault adds an
 * entry if no invalidation came between, an invalidation removes it and waits for the device
 * (mlx5-odp.ts). No reference is held on a page; it stays because the invalidation comes before the
 * PTE goes.
 */

import {
  array,
  bool,
  constant,
  defence,
  design,
  down_read,
  kernelFunction,
  loop,
  mutex,
  mutex_lock,
  mutex_unlock,
  pointer,
  READ_ONCE,
  struct,
  u32,
  up_read,
} from '../../memory/index.ts';
import type { ArrayType, Struct, StructType, Type } from '../../memory/index.ts';
import { EBUSY, EINVAL } from '../errno.ts';
import { present } from '../fs/inode.ts';
import { hmm_range_fault } from '../mm/hmm.ts';
import { mm_struct, page_folio, pte_t } from '../mm/mm_types.ts';
import type { MmStruct } from '../mm/mm_types.ts';
import { mmget_not_zero, mmput, mmput_async } from '../mm/mmput.ts';
import { mmu_interval_read_begin, mmu_interval_read_retry } from '../mm/mmu_notifier.ts';
import { mmu_interval_notifier } from '../mm/mmu_notifier_types.ts';
import { folio_mark_dirty } from '../mm/page-writeback.ts';
import { pte_page, pte_write } from '../mm/pte.ts';
import type { Pte } from '../mm/pte.ts';
import { FILE_PAGES } from '../mm/sizes.ts';

/** The members of `struct ib_umem_odp`. */
export type IbUmemOdpMembers = {
  notifier: typeof mmu_interval_notifier;
  owning_mm: Type<'pointer', MmStruct | null>;
  umem_mutex: typeof mutex;
  /**
   * The device's translation of each page, in the form of a PTE; 0: the device must fault. Linux's
   * own note of it (`pfn_list`) changes together with it, so there is one word for both.
   */
  mtt: ArrayType<typeof pte_t>;
  /** Whether the device keeps translations of its own, and these (an ATC, as of PCIe ATS). */
  has_atc: typeof bool;
  atc: ArrayType<typeof pte_t>;
  /** The device's own: it has begun an access and may have translated its address. */
  in_flight: Type<'word', number>;
};

/** `struct ib_umem_odp`: a memory region of a device that can fault. */
export const ib_umem_odp: StructType<IbUmemOdpMembers> = struct('ib_umem_odp', {
  notifier: mmu_interval_notifier,
  owning_mm: constant(pointer(mm_struct)),
  umem_mutex: mutex,
  mtt: array(pte_t, FILE_PAGES),
  has_atc: constant(bool) as typeof bool,
  atc: array(pte_t, FILE_PAGES),
  in_flight: u32,
});

/** A memory region in memory. */
export interface IbUmemOdp extends Struct<IbUmemOdpMembers> {}

/**
 * Finds the entry for a page that the device may use; umem_mutex is held if there is one.
 *
 * `mm_users` keeps the address space from being torn down meanwhile. If the process ends in the
 * meantime, the last user tears it down, which invalidates this region and needs umem_mutex: so a
 * worker does it. Design `odp-mmput`: `mmput` is what Linux did before 6.1.
 *
 * @returns the entry, or a negative error number: the device's access fails
 */
export const ib_umem_odp_map_dma_and_lock: (
  umem: IbUmemOdp,
  address: number,
  write: boolean,
) => number = kernelFunction(
  'drivers/infiniband/core/umem_odp.c',
  '6.18',
  function ib_umem_odp_map_dma_and_lock(umem: IbUmemOdp, address: number, write: boolean): number {
    const { notifier } = umem;
    const mm = present(READ_ONCE(umem.owning_mm), 'ib_umem_odp: owning_mm');
    if (!mmget_not_zero(mm)) return -EINVAL;
    let found: number = 0;
    loop(() => {
      const notifier_seq = mmu_interval_read_begin(notifier);
      down_read(mm.mmap_lock);
      found = hmm_range_fault(mm, { notifier, notifier_seq, address, write });
      up_read(mm.mmap_lock);
      if (found === -EBUSY) return true;
      if (found < 0) return false;
      mutex_lock(umem.umem_mutex);
      const isStale = defence('retry', () => mmu_interval_read_retry(notifier, notifier_seq));
      if (isStale) mutex_unlock(umem.umem_mutex);
      return isStale;
    });
    if (design('odp-mmput', ODP_MMPUT) === 'mmput') mmput(mm);
    else mmput_async(mm);
    return found;
  },
);

/** Who tears the address space down after a device's fault: design `odp-mmput`. */
export const ODP_MMPUT = ['mmput_async', 'mmput'] as const;

/**
 * Gives a page back that the device does not use any more: it is dirty if the device could write.
 * umem_mutex is held. Linux says of the missing folio lock: invalidations come with and without it,
 * and the mutex keeps others from going on and taking the page out of its file.
 */
export const ib_umem_odp_unmap_dma_pages: (entry: Pte) => void = kernelFunction(
  'drivers/infiniband/core/umem_odp.c',
  '6.18',
  function ib_umem_odp_unmap_dma_pages(entry: Pte): void {
    if (pte_write(entry)) folio_mark_dirty(page_folio(pte_page(entry)));
  },
);
