/**
 * A device that reads and writes memory through its own translation of addresses: an RDMA network
 * card. Not from Linux.
 *
 * An access is a transaction: from before its address is translated until its data has arrived,
 * `in_flight` says so, and who takes a translation away waits for that. An address without a
 * translation is a page fault, which the driver handles while the device waits. A device may
 * keep translations in a TLB of its own (`has_atc`); what it has just read from its table it looks
 * at again when it has kept it, so that an invalidation in between leaves nothing behind.
 */

import { label, loop, modelFunction, READ_ONCE } from '../../memory/index.ts';
import type { Page } from '../mm/mm_types.ts';
import { pte_access_permitted, pte_page } from '../mm/pte.ts';
import type { Pte } from '../mm/pte.ts';
import { dmaWritesDone, orderInside } from './device-order.ts';
import type { DeviceMemory } from './nic.ts';
import { cachedTranslationOf, pagefault_real_mr, translationOf } from './mlx5-odp.ts';
import type { IbUmemOdp } from './umem-odp.ts';

/** Writes a word of a page of the process. @returns false: the access failed */
export const rdmaWrite: (
  umem: IbUmemOdp,
  address: number,
  value: number,
  dma: DeviceMemory,
) => boolean = modelFunction(
  'device',
  function rdmaWrite(umem: IbUmemOdp, address: number, value: number, dma: DeviceMemory): boolean {
    let isWritten = false;
    loop(() => {
      isWritten = transaction(umem, address, true, dma, ({ data: [word] }) => {
        label('device writes the page');
        if (word !== undefined) dma.write(word, value);
      });
      return !isWritten && pagefault_real_mr(umem, address, true) === 0;
    });
    return isWritten;
  },
);

/** Reads a word of a page of the process. @returns -1: the access failed */
export const rdmaRead: (umem: IbUmemOdp, address: number, dma: DeviceMemory) => number =
  modelFunction('device', function rdmaRead(umem: IbUmemOdp, address: number, dma: DeviceMemory) {
    let value = -1;
    loop(() => {
      const isRead = transaction(umem, address, false, dma, ({ data: [word] }) => {
        label('device reads the page');
        if (word !== undefined) value = dma.read(word);
      });
      return !isRead && pagefault_real_mr(umem, address, false) === 0;
    });
    return value;
  });

/** One access. @returns false: there is no translation that permits it */
function transaction(
  umem: IbUmemOdp,
  address: number,
  write: boolean,
  dma: DeviceMemory,
  access: (page: Page) => void,
): boolean {
  label('device begins an access');
  dma.write(umem.in_flight, 1);
  orderInside();
  label('device translates');
  const entry = READ_ONCE(umem.has_atc)
    ? throughTlb(umem, address, dma)
    : dma.read(translationOf(umem, address));
  const isPermitted = pte_access_permitted(entry, write);
  if (isPermitted) access(pte_page(entry));
  if (write) dmaWritesDone();
  label('device ends the access');
  dma.write(umem.in_flight, 0);
  return isPermitted;
}

/** A translation from the device's own TLB, or from its table, to be kept. */
function throughTlb(umem: IbUmemOdp, address: number, dma: DeviceMemory): Pte {
  const cached = cachedTranslationOf(umem, address);
  label('device looks in its TLB');
  const kept = dma.read(cached);
  if (kept !== 0) return kept;
  const table = translationOf(umem, address);
  const entry = dma.read(table);
  if (entry === 0) return 0;
  label('device keeps the translation');
  dma.write(cached, entry);
  orderInside();
  label('device looks at its table again');
  if (dma.read(table) === entry) return entry;
  dma.write(cached, 0);
  return 0;
}
