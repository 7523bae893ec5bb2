/**
 * What the scenarios of discussion 000 have in common: a file page, a device that writes through a
 * pin, and the three properties without which the proposed designs cannot be told apart.
 *
 * stable     what was judged unpinned does not change from the start of its write-back to its end
 * no loss    what the device wrote is on disk, or the page is still marked dirty
 * notified   a dirty page is one whose writing the file system was told of: no pin begins on a page
 *            that is clean and write-protected
 */

import type { Stage } from 'holdfast';
import { serveDma, stopDma, unpin_user_pages_dirty_lock, writeByDma } from 'holdfast/linux/mm';
import type { FilePage, Nic, Page } from 'holdfast/linux/mm';

/** What the device writes; the page and the disk hold 0 before. */
export const NEW = 7;

/**
 * The driver: pins, lets the device write, marks dirty and unpins. Tells whether it got the pin.
 */
export function pinAndWrite(nic: Nic, pin: () => Page | null): boolean {
  const page = pin();
  if (page === null) {
    stopDma(nic);
    return false;
  }
  writeByDma(nic, page, NEW);
  unpin_user_pages_dirty_lock([page], 1, true);
  return true;
}

/** Declares the device. */
export function declareDevice({ thread }: Stage, nic: Nic): void {
  thread.device('nic', (dma) => serveDma(nic, dma));
}

/** Declares the three properties. */
export function declareProperties({ always }: Stage, page: FilePage): void {
  always('stable', () => page.intact());
  always('no loss', () => page.dirty() || page.written());
  always('notified', () => page.told());
}
