/**
 * A device that reads and writes memory by physical address, as often as its driver asks.
 *
 * It knows no page table, sets no dirty bit and has no barriers: everything that keeps a page and
 * its data safe from it, and it safe from the kernel, is the pin that its driver holds. One order
 * at a time; the driver sleeps until it is done. Not from Linux.
 */

import {
  complete,
  completion,
  label,
  loop,
  modelFunction,
  struct,
  u32,
  wait_for_completion,
  waitForWork,
  WRITE_ONCE,
  xchg,
} from '../../memory/index.ts';
import type { Struct, StructType, Type } from '../../memory/index.ts';
import { machine } from '../../memory/machine.ts';
import { Modify, operation } from '../../memory/operation.ts';
import { folio_ptr } from '../mm/mm_types.ts';
import type { Page } from '../mm/mm_types.ts';
import { dmaWritesDone } from './device-order.ts';
import type { DeviceMemory } from './nic.ts';

type Word = Type<'word', number>;

/** The members of the device's registers. */
export type DmaMembers = {
  page: typeof folio_ptr;
  value: Word;
  /** Not 0: there is an order. */
  doorbell: Word;
  done: typeof completion;
};

/** The device's registers. */
export const dma_engine: StructType<DmaMembers> = struct('dma_engine', {
  page: folio_ptr,
  value: u32,
  doorbell: u32,
  done: completion,
});

/** A device in memory. */
export interface DmaEngine extends Struct<DmaMembers> {}

/** Driver: has the device write `value` into a page, and sleeps until it has. */
export function dma_write(engine: DmaEngine, page: Page, value: number): void {
  WRITE_ONCE(engine.value, value);
  WRITE_ONCE(engine.page, page);
  label('ring the doorbell');
  ringDoorbell(engine);
  label('wait for the device');
  wait_for_completion(engine.done);
}

/** writel(), which the device sees behind what was stored before: that is how it is made. */
function ringDoorbell({ doorbell: { address } }: DmaEngine): void {
  const one = { address, modify: Modify.SET, modifyArgument: 1 } as const;
  machine().perform(operation('smp_store_release', one), 'hardware');
}

/**
 * The same with a device that does nothing else: its part is made by the driver, who would only
 * wait. The store goes to memory at once, past the CPU's store buffer.
 */
export const deviceStores: (page: Page, value: number) => void = modelFunction(
  'device',
  function deviceStores(page: Page, value: number): void {
    const [word] = page.data;
    if (word === undefined) return;
    label('device writes the page');
    xchg(word, value);
  },
);

/** Device: waits for orders and carries them out, for ever. */
export function serveDmaEngine(engine: DmaEngine, dma: DeviceMemory): void {
  loop(() => {
    waitForWork(engine.doorbell);
    const word = dma.read(engine.page)?.data[0];
    const value = dma.read(engine.value);
    label('device writes the page');
    if (word !== undefined) dma.write(word, value);
    dma.write(engine.doorbell, 0);
    dmaWritesDone();
    label('device is done');
    complete(engine.done);
    return true;
  });
}
