/**
 * Filling, submitting and giving back a bio (block/bio.c, block/blk-core.c, 6.18).
 *
 * The flusher holds bios back in a plug (plug.ts). A bio that is *filled and not yet submitted* is
 * another matter: no sleep submits it (fs/iomap-writeback.ts).
 */

import {
  assert,
  atomic_cmpxchg,
  atomic_dec_and_test,
  atomic_inc,
  kernelFunction,
  label,
  READ_ONCE,
  test_and_set_bit,
  WRITE_ONCE,
} from '../../memory/index.ts';
import type { Folio } from '../mm/mm_types.ts';
import type { DiskBlock } from './disk-block.ts';
import { bio_set } from './request_queue.ts';
import type { Bio, RequestQueue } from './request_queue.ts';

/** One page of a bio, and its block. */
export interface BioVec {
  readonly page: Folio;
  readonly block: DiskBlock;
}

/** Takes a free bio. Linux sleeps until there is one; here the queue must have enough. */
export const bio_alloc: (queue: RequestQueue, opf: number, end_io: number) => Bio = kernelFunction(
  'block/bio.c',
  '6.18',
  function bio_alloc(queue: RequestQueue, opf: number, end_io: number): Bio {
    const taken = queue.bio.find((one) => atomic_cmpxchg(one.__bi_cnt, 0, 1) === 0);
    assert(taken !== undefined, 'more bios at once than the model has');
    if (taken === undefined) throw new Error('bio_alloc: unreachable');
    WRITE_ONCE(taken.bi_opf, opf);
    WRITE_ONCE(taken.bi_end_io, end_io);
    for (const slot of taken.page) WRITE_ONCE(slot, null);
    return taken;
  },
);

/** Adds a page and its block as the `nr`-th segment (block/bio.c). */
export function bio_add_folio(bio: Bio, nr: number, { page, block }: BioVec): void {
  const [pages, blocks] = [bio.page[nr], bio.block[nr]];
  if (pages === undefined || blocks === undefined) throw new Error('bio_add_folio: bio is full');
  WRITE_ONCE(pages, page);
  WRITE_ONCE(blocks, block);
}

/** The segments of a bio, for whoever owns it now. */
export function segmentsOf(bio: Bio): BioVec[] {
  return bio.page.flatMap((slot, nr) => {
    const page = READ_ONCE(slot);
    const blockSlot = bio.block[nr];
    if (page === null || blockSlot === undefined) return [];
    const block = READ_ONCE(blockSlot);
    return block === null ? [] : [{ page, block }];
  });
}

/** Gives a bio to the device. */
export const submit_bio: (queue: RequestQueue, bio: Bio) => void = kernelFunction(
  'block/blk-core.c',
  '6.18',
  function submit_bio(queue: RequestQueue, bio: Bio): void {
    label('submit the bio');
    test_and_set_bit(bio_set.bit[numberOf(queue, bio)], queue.pending);
  },
);

/**
 * Takes a reference (include/linux/bio.h): whoever waits for direct I/O looks at the bio after its
 * end.
 */
export function bio_get(bio: Bio): void {
  atomic_inc(bio.__bi_cnt);
}

/** Gives a reference back (block/bio.c); the last one frees the bio. */
export function bio_put(bio: Bio): void {
  atomic_dec_and_test(bio.__bi_cnt);
}

/** The number of a bio in its queue. */
export function numberOf(queue: RequestQueue, bio: Bio): '0' | '1' {
  return queue.bio.indexOf(bio) === 0 ? '0' : '1';
}
