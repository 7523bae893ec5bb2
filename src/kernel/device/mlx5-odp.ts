/**
 * The driver of a device that can fault: its page faults and its invalidations
 * (drivers/infiniband/hw/mlx5/odp.c, 6.18).
 *
 * Invalidation: under `umem_mutex` note the sequence number, take the translation away, also from
 * the device's own TLB if it has one, wait until the device has finished what it translated before,
 * give the page back. When it returns the device neither has a translation nor uses one. Left out:
 * prefetching, implicit regions, batches.
 */

import {
  container_of,
  defence,
  design,
  kernelFunction,
  label,
  mutex_lock,
  mutex_unlock,
  READ_ONCE,
  waitUntilEquals,
  WRITE_ONCE,
  xchg,
} from '../../memory/index.ts';
import type { Field } from '../../memory/index.ts';
import { present } from '../fs/inode.ts';
import type { pte_t } from '../mm/mm_types.ts';
import { intervalNotifierOps, mmu_interval_set_seq } from '../mm/mmu_notifier.ts';
import type { MmuNotifierRange } from '../mm/mmu_notifier.ts';
import type { MmuIntervalNotifier } from '../mm/mmu_notifier_types.ts';
import { pte_mkwrite } from '../mm/pte.ts';
import type { Pte } from '../mm/pte.ts';
import {
  ib_umem_odp,
  ib_umem_odp_map_dma_and_lock,
  ib_umem_odp_unmap_dma_pages,
} from './umem-odp.ts';
import type { IbUmemOdp } from './umem-odp.ts';

/** `ops->invalidate` of the region's notifier. Sleeps. */
export const mlx5_ib_invalidate_range: (
  subscriber: MmuIntervalNotifier,
  range: MmuNotifierRange,
  cur_seq: number,
) => void = kernelFunction(
  'drivers/infiniband/hw/mlx5/odp.c',
  '6.18',
  function mlx5_ib_invalidate_range(
    subscriber: MmuIntervalNotifier,
    { start, end }: MmuNotifierRange,
    cur_seq: number,
  ): void {
    const umem = container_of(subscriber, ib_umem_odp, 'notifier');
    const first = READ_ONCE(subscriber.start);
    mutex_lock(umem.umem_mutex);
    mmu_interval_set_seq(subscriber, cur_seq);
    umem.mtt.forEach((translation, index) => {
      if (first + index >= start && first + index < end) zap(umem, translation, index);
    });
    mutex_unlock(umem.umem_mutex);
  },
);

/** The driver's `struct mmu_interval_notifier_ops`. */
export const mlx5_mn_ops: number = intervalNotifierOps(mlx5_ib_invalidate_range);

/**
 * Takes a translation away (`mlx5r_umr_update_xlt` with MLX5_IB_UPD_XLT_ZAP). The device does it
 * itself, on a command whose completion the driver waits for; so for memory order it is like a
 * locked access, and when it has completed the device has no access under way that used it.
 */
function zap(umem: IbUmemOdp, translation: Field<typeof pte_t>, index: number): void {
  label('device has a translation?');
  if (READ_ONCE(translation) === 0) return;
  label('zap the translation');
  const entry: Pte = xchg(translation, 0);
  if (READ_ONCE(umem.has_atc)) flushDeviceTlb(umem, index);
  if (defence('drain', () => true)) {
    label('wait for DMA in flight');
    waitUntilEquals(umem.in_flight, 0);
  }
  ib_umem_odp_unmap_dma_pages(entry);
}

/** The device forgets what it keeps of a translation; ATS: an invalidation that it answers. */
function flushDeviceTlb({ atc }: IbUmemOdp, index: number): void {
  if (!defence('flush the device TLB', () => true)) return;
  label('flush the device TLB');
  xchg(present(atc[index] ?? null, 'ib_umem_odp: atc'), 0);
}

/**
 * The device could not translate an address: gives it a translation. It runs in a worker, on a CPU
 * that does nothing else, while the device waits; so its steps are those of the device's thread.
 *
 * @returns 0, or a negative error number: the device's access fails
 */
export const pagefault_real_mr: (umem: IbUmemOdp, address: number, write: boolean) => number =
  kernelFunction(
    'drivers/infiniband/hw/mlx5/odp.c',
    '6.18',
    function pagefault_real_mr(umem: IbUmemOdp, address: number, write: boolean): number {
      const asks = design('odp-write-right', ODP_WRITE_RIGHT) === 'as the PTE';
      const entry = ib_umem_odp_map_dma_and_lock(umem, address, write && asks);
      if (entry > 0) {
        label('give the device a translation');
        const given = asks || !write ? entry : pte_mkwrite(entry);
        WRITE_ONCE(translationOf(umem, address), given);
        mutex_unlock(umem.umem_mutex);
      }
      return Math.min(entry, 0);
    },
  );

/**
 * What the device may do after its fault: design `odp-write-right`. Linux gives it the right to
 * write only if the PTE has it, so the file system was told; `always` is a mistake to learn from.
 */
export const ODP_WRITE_RIGHT = ['as the PTE', 'always'] as const;

/** What the device's own TLB has for a virtual page. */
export function cachedTranslationOf(umem: IbUmemOdp, address: number): Field<typeof pte_t> {
  const index = address - READ_ONCE(umem.notifier.start);
  return present(umem.atc[index] ?? null, 'ib_umem_odp: atc');
}

/** The device's translation of a virtual page of the process. */
export function translationOf(umem: IbUmemOdp, address: number): Field<typeof pte_t> {
  const index = address - READ_ONCE(umem.notifier.start);
  return present(umem.mtt[index] ?? null, 'ib_umem_odp: mtt');
}
