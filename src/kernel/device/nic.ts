/**
 * A device that writes into a page which the driver pinned for it.
 *
 * The driver posts one work item and rings the doorbell; the device writes the page through its
 * physical address and reports completion. It knows no page table, sets no dirty bit and has no
 * barriers: everything that keeps the page and its data safe is the pin. Not from Linux.
 */

import {
  complete,
  completion,
  label,
  struct,
  u32,
  wait_for_completion,
  WRITE_ONCE,
} from '../../memory/index.ts';
import type { Field, Readable, Struct, StructType, Type, ValueOf } from '../../memory/index.ts';
import { dmaWritesDone } from './device-order.ts';
import { folio_ptr } from '../mm/mm_types.ts';
import type { Page } from '../mm/mm_types.ts';

/** The members of the device's mailbox. */
export type NicMembers = {
  /** The page to write, or NULL: there is no work and will be none. */
  page: typeof folio_ptr;
  value: Type<'word', number>;
  doorbell: typeof completion;
  done: typeof completion;
};

/** The device's mailbox. */
export const nic_mailbox: StructType<NicMembers> = struct('nic', {
  page: folio_ptr,
  value: u32,
  doorbell: completion,
  done: completion,
});

/** A device's mailbox in memory. */
export type Nic = Struct<NicMembers>;

/** Memory as the device sees it: `Dma` of the scenario. */
export interface DeviceMemory {
  read<T extends Readable>(field: Field<T>): ValueOf<T>;
  write<T extends Readable>(field: Field<T>, value: ValueOf<T>): void;
}

/** Driver: has the device write `value` into the page, and sleeps until it has. */
export function writeByDma(nic: Nic, page: Page, value: number): void {
  WRITE_ONCE(nic.value, value);
  WRITE_ONCE(nic.page, page);
  label('ring the doorbell');
  complete(nic.doorbell);
  label('wait for the device');
  wait_for_completion(nic.done);
}

/** Driver: tells the device that there is nothing to do. */
export function stopDma(nic: Nic): void {
  label('no work for the device');
  complete(nic.doorbell);
}

/** Device: waits for the doorbell, writes the page, reports. */
export function serveDma(nic: Nic, dma: DeviceMemory): void {
  label('doorbell');
  wait_for_completion(nic.doorbell);
  const page = dma.read(nic.page);
  const word = page?.data[0];
  if (word === undefined) return;
  const value = dma.read(nic.value);
  label('device writes the page');
  dma.write(word, value);
  dmaWritesDone();
  label('device is done');
  complete(nic.done);
}
