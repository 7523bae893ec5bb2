/**
 * A disk: a device that serves the requests of a queue, in any order. Not from Linux.
 *
 * Writing, it reads memory twice, once for the data and once for the checksum (disk-block.ts). When
 * it is done it raises an interrupt, which some CPU takes; that CPU runs nothing else here, so the
 * handler's steps are those of the device's own thread.
 */

import { choose, clear_bit, label, loop, waitForWork } from '../../memory/index.ts';
import { machine } from '../../memory/machine.ts';
import { dmaWritesDone } from '../device/device-order.ts';
import type { DeviceMemory } from '../device/nic.ts';
import type { BioVec } from './bio.ts';
import { segmentsOf } from './bio.ts';
import { bio_endio } from './bio-endio.ts';
import { bio_set, REQ_OP_WRITE } from './request_queue.ts';
import type { Bio, RequestQueue } from './request_queue.ts';

/** The disk's own life: waits for requests and serves them, one at a time, for ever. */
export function serveDisk(queue: RequestQueue, dma: DeviceMemory): void {
  loop(() => {
    const pending = waitForWork(queue.pending);
    const number = pending === 3 ? choose(2) : pending - 1;
    clear_bit(bio_set.bit[number === 0 ? '0' : '1'], queue.pending);
    const bio = queue.bio[number];
    if (bio !== undefined) serve(queue, bio, dma);
    return true;
  });
}

function serve(queue: RequestQueue, bio: Bio, dma: DeviceMemory): void {
  const isWrite = dma.read(bio.bi_opf) === REQ_OP_WRITE;
  for (const segment of segmentsOf(bio)) {
    if (isWrite) writeBlock(segment, dma);
    else readBlock(segment, dma);
  }
  dmaWritesDone();
  // The CPU takes the interrupt with interrupts off: no section of the code that it runs.
  machine().nest('irq', 1);
  bio_endio(queue, bio);
  machine().nest('irq', -1);
}

function writeBlock({ page, block }: BioVec, dma: DeviceMemory): void {
  for (const target of [block.data, block.checksum]) {
    page.data.forEach((word, i) => {
      const place = target[i];
      if (place === undefined) return;
      label(`disk reads the page (${target === block.data ? 'data' : 'checksum'})`);
      dma.write(place, dma.read(word));
    });
  }
}

function readBlock({ page, block }: BioVec, dma: DeviceMemory): void {
  block.data.forEach((word, i) => {
    const place = page.data[i];
    if (place === undefined) return;
    const value = dma.read(word);
    label('disk writes the page');
    dma.write(place, value);
  });
}
