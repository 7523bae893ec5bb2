/**
 * The order that devices keep. Not from Linux: the memory model speaks of CPUs only, and what a
 * device does is ordered by the bus and by the device itself.
 */

import { hardwareOrder } from '../../memory/index.ts';

/**
 * Accesses under way, the table and the TLB are inside the device, which takes a command to change
 * them before an access or after it: in one order for all.
 */
export function orderInside(): void {
  hardwareOrder();
}

/**
 * What a device has written is in memory, for all CPUs and devices alike, before anybody can learn
 * from it that it is done: on PCI Express no message and no answer to a read passes a posted write,
 * and the bridge has no buffer from which some CPUs read earlier than others.
 */
export function dmaWritesDone(): void {
  hardwareOrder();
}
