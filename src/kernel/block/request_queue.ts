/**
 * Requests to a block device: `struct bio` and the queue they wait in (include/linux/blk_types.h,
 * include/linux/blkdev.h, 6.18).
 *
 * A bio is private to whoever fills it until `submit_bio`; from then on it is the device's, and
 * after the end-of-I/O interrupt it is free. Its reference count says so (`bio_get`, `bio_put`).
 */

import {
  array,
  atomic_t,
  completion,
  constant,
  flags,
  pointer,
  struct,
  word,
} from '../../memory/index.ts';
import type { ArrayType, FlagsType, Struct, StructType, Type } from '../../memory/index.ts';
import { folio } from '../mm/mm_types.ts';
import type { Folio } from '../mm/mm_types.ts';
import { disk_block } from './disk-block.ts';
import type { DiskBlock } from './disk-block.ts';

/** How many bios there are at once, and how many pages one has at the most. */
export const BIOS = 2;
export const BIO_MAX_VECS = 2;

/** How many blocks of a device are not a file's from the start, at the most. */
export const SPARE_BLOCKS = 2;

/** `bi_opf`: the direction. */
export const REQ_OP_READ = 0;
export const REQ_OP_WRITE = 1;

/** Which function ends the I/O: a function pointer in Linux, `bi_end_io`. */
export const END_WRITEBACK = 0;
export const END_DIRECT_READ = 1;
export const END_DIRECT_WRITE = 2;

const END_NAMES = ['write-back', 'direct read', 'direct write'];

/** The members of `struct bio`. */
export type BioMembers = {
  bi_opf: Type<'word', number>;
  bi_end_io: Type<'word', number>;
  /** `bi_io_vec`: pages, and the block for each; NULL behind the last one. */
  page: ArrayType<Type<'pointer', Folio | null>>;
  block: ArrayType<Type<'pointer', DiskBlock | null>>;
  /** References: 0 is free. */
  __bi_cnt: typeof atomic_t;
  /** Whoever waits for the end of direct I/O: `dio->submit.waiter`. */
  done: typeof completion;
};

/** `struct bio`. */
export const bio: StructType<BioMembers> = struct('bio', {
  bi_opf: word('bi_opf', (value) => (value === REQ_OP_READ ? 'read' : 'write')),
  bi_end_io: word('bi_end_io', (value) => END_NAMES[value] ?? String(value)),
  page: array(pointer(folio), BIO_MAX_VECS),
  block: array(pointer(disk_block), BIO_MAX_VECS),
  __bi_cnt: atomic_t,
  done: completion,
});

/** A bio in memory. */
export interface Bio extends Struct<BioMembers> {}

/** A set of bios of a queue, by their number. */
export const bio_set: FlagsType<'0' | '1'> = flags('bios', ['0', '1']);

/** The members of `struct request_queue`. */
export type RequestQueueMembers = {
  /** Submitted, and not begun by the device. */
  pending: typeof bio_set;
  /** `bio_dirty_list`: ended, but with pages that must be marked dirty by a process. */
  bio_dirty_list: typeof bio_set;
  bio: ArrayType<typeof bio>;
  /** Every block that a file system may allocate; free while it has no owner. */
  free_block: ArrayType<Type<'pointer', DiskBlock | null>>;
};

/** `struct request_queue`: a block device as its users see it. */
export const request_queue: StructType<RequestQueueMembers> = struct('queue', {
  pending: bio_set,
  bio_dirty_list: bio_set,
  bio: array(bio, BIOS),
  free_block: array(constant(pointer(disk_block)), SPARE_BLOCKS),
});

/** A queue in memory. */
export interface RequestQueue extends Struct<RequestQueueMembers> {}
