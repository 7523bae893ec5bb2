/**
 * A memory region with pinned pages: a device that cannot fault writes into it for as long as user
 * space likes (drivers/infiniband/core/verbs.c, core/umem.c, hw/mlx5/mr.c, 6.18).
 *
 * Registering pins the pages for long and gives the device its translation; giving the region back
 * takes the translation away, waits for DMA in flight, marks the pages dirty and unpins them. One
 * page. With a layout lease (discussion 002; not in Linux) the region keeps the leased file open:
 * otherwise a process that ends could close the file, and lose the lease, before the region.
 */

import {
  atomic_inc,
  bool,
  defence,
  kernelFunction,
  label,
  modelFunction,
  mutex,
  mutex_lock,
  mutex_unlock,
  pointer,
  READ_ONCE,
  struct,
  u32,
  waitUntilEquals,
  WRITE_ONCE,
  xchg,
} from '../../memory/index.ts';
import type { Struct, StructType, Type } from '../../memory/index.ts';
import { EAGAIN } from '../errno.ts';
import { file_struct } from '../fs/file-lease.ts';
import type { OpenFile } from '../fs/file-lease.ts';
import { present } from '../fs/inode.ts';
import { fput } from '../fs/locks.ts';
import { folio_ptr } from '../mm/mm_types.ts';
import type { MmStruct } from '../mm/mm_types.ts';
import type { DeviceMemory } from './nic.ts';
import { dmaWritesDone, orderInside } from './device-order.ts';
import { ib_umem_get, ib_umem_release } from './rdma-umem.ts';

/** The members of `struct ib_mr`. */
export type IbMrMembers = {
  /** Registering, giving back and revoking, one at a time. */
  lock: typeof mutex;
  /** The pinned page that the device may write; NULL: it may not write any. */
  mtt: typeof folio_ptr;
  /** The device's own: it has begun an access and may have translated its address. */
  in_flight: Type<'word', number>;
  /** The lease was broken by force: no page may be pinned under it any more. */
  revoked: typeof bool;
  /** The leased file, with a reference, while there are pins. */
  filp: Type<'pointer', OpenFile | null>;
};

/** `struct ib_mr`: a registered memory region of one page. */
export const ib_mr: StructType<IbMrMembers> = struct('ib_mr', {
  lock: mutex,
  mtt: folio_ptr,
  in_flight: u32,
  revoked: bool,
  filp: pointer(file_struct),
});

/** A memory region in memory. */
export interface IbMr extends Struct<IbMrMembers> {}

/**
 * Pins a page and gives it to the device.
 *
 * @param filp the file under whose lease the page is pinned
 * @returns 0, or a negative error number
 */
export const ib_reg_user_mr: (mr: IbMr, mm: MmStruct, address: number, filp: OpenFile) => number =
  kernelFunction(
    'drivers/infiniband/core/verbs.c',
    '6.18',
    function ib_reg_user_mr(mr: IbMr, mm: MmStruct, address: number, filp: OpenFile): number {
      const pages = ib_umem_get(mm, address, 1, true);
      if (typeof pages === 'number') return pages;
      const page = present(pages[0] ?? null, 'ib_umem_get: one page');
      mutex_lock(mr.lock);
      const isRevoked = defence('revoked', () => {
        label('revoked already?');
        return READ_ONCE(mr.revoked);
      });
      if (!isRevoked) {
        if (defence('keep the leased file open', () => true)) {
          atomic_inc(filp.f_ref);
          WRITE_ONCE(mr.filp, filp);
        }
        label('give the device the page');
        WRITE_ONCE(mr.mtt, page);
      }
      mutex_unlock(mr.lock);
      if (isRevoked) ib_umem_release(pages, false);
      return isRevoked ? -EAGAIN : 0;
    },
  );

/** Gives the region back: the device stops, the page is unpinned. */
export const ib_dereg_mr: (mr: IbMr) => void = kernelFunction(
  'drivers/infiniband/core/verbs.c',
  '6.18',
  function ib_dereg_mr(mr: IbMr): void {
    mutex_lock(mr.lock);
    stopDevice(mr);
    mutex_unlock(mr.lock);
  },
);

/**
 * The kernel takes the region away without asking user space; the handle stays, and is dead. Linux
 * has it for a device that is removed (`ib_uverbs` disassociation), not for leases.
 */
export const revokeMr: (mr: IbMr) => void = modelFunction(
  'lease',
  function revokeMr(mr: IbMr): void {
    mutex_lock(mr.lock);
    WRITE_ONCE(mr.revoked, true);
    stopDevice(mr);
    mutex_unlock(mr.lock);
  },
);

/** Takes the translation away (a command to the device), waits for it, unpins. */
function stopDevice(mr: IbMr): void {
  label('take the page from the device');
  const page = xchg(mr.mtt, null);
  if (page === null) return;
  if (defence('drain', () => true)) {
    label('wait for DMA in flight');
    waitUntilEquals(mr.in_flight, 0);
  }
  ib_umem_release([page], true);
  const filp = READ_ONCE(mr.filp);
  if (filp === null) return;
  WRITE_ONCE(mr.filp, null);
  fput(filp);
}

/** Device: writes a word of the region's page. @returns false: the region has none */
export const mrWrite: (mr: IbMr, value: number, dma: DeviceMemory) => boolean = modelFunction(
  'device',
  function mrWrite(mr: IbMr, value: number, dma: DeviceMemory): boolean {
    label('device begins an access');
    dma.write(mr.in_flight, 1);
    orderInside();
    label('device translates');
    const word = dma.read(mr.mtt)?.data[0];
    label('device writes the page');
    if (word !== undefined) dma.write(word, value);
    dmaWritesDone();
    label('device ends the access');
    dma.write(mr.in_flight, 0);
    return word !== undefined;
  },
);
