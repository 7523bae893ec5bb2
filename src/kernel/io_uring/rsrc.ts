/**
 * Registered buffers of io_uring: memory of a process that is pinned until it is given back, and
 * that requests then use without asking (io_uring/rsrc.c, io_uring/memmap.c, 6.18).
 *
 * Registering pins for long and for writing, whatever the buffer will be used for; a buffer of
 * which not every page can be pinned is refused as a whole. One node stands for the buffer. The
 * table has a reference on it and so has every request that uses it; all of that under
 * `uring_lock`. The last reference unpins. No pin belongs to the request itself, and *nobody marks
 * the pages dirty*: pages of memory are dirty from the pin on, and those of files with write-back
 * are refused. One buffer of one page; left out: accounting, cloned buffers, coalescing.
 */

import {
  assert,
  constant,
  defence,
  kernelFunction,
  label,
  mutex,
  mutex_lock,
  mutex_unlock,
  pointer,
  READ_ONCE,
  struct,
  u32,
  WRITE_ONCE,
} from '../../memory/index.ts';
import type { Struct, StructType, Type } from '../../memory/index.ts';
import { EBUSY, EFAULT, ENXIO } from '../errno.ts';
import { present } from '../fs/inode.ts';
import { pin_user_pages_fast, unpinUserPages } from '../mm/gup.ts';
import type { Pages } from '../mm/gup.ts';
import { folio_ptr } from '../mm/mm_types.ts';
import type { MmStruct, Page } from '../mm/mm_types.ts';
import { FOLL_LONGTERM, FOLL_WRITE } from '../mm/pin-count.ts';
import { unpin_user_page } from '../mm/unpin.ts';

/** The members of `struct io_rsrc_node`, with the buffer itself (`struct io_mapped_ubuf`). */
export type IoRsrcNodeMembers = {
  /** The table's reference and those of requests. Under uring_lock. */
  refs: Type<'word', number>;
  /** The pinned page; NULL: nothing is registered. */
  bv_page: typeof folio_ptr;
};

/** `struct io_rsrc_node`: one registered buffer. */
export const io_rsrc_node: StructType<IoRsrcNodeMembers> = struct('io_rsrc_node', {
  refs: u32,
  bv_page: folio_ptr,
});

/** A registered buffer in memory. */
export interface IoRsrcNode extends Struct<IoRsrcNodeMembers> {}

/** The members of `struct io_ring_ctx`. */
export type IoRingCtxMembers = {
  uring_lock: typeof mutex;
  /** `buf_table`: the buffer that requests find; NULL: none. */
  buf_table: Type<'pointer', IoRsrcNode | null>;
  /** Ours: where the one node comes from (`ctx->node_cache`). */
  spare: Type<'pointer', IoRsrcNode | null>;
};

/** `struct io_ring_ctx`: a ring. */
export const io_ring_ctx: StructType<IoRingCtxMembers> = struct('io_ring_ctx', {
  uring_lock: mutex,
  buf_table: pointer(io_rsrc_node),
  spare: constant(pointer(io_rsrc_node)),
});

/** A ring in memory. */
export interface IoRingCtx extends Struct<IoRingCtxMembers> {}

/** Pins all pages of a buffer or none (io_uring/memmap.c). */
export const io_pin_pages: (mm: MmStruct, start: number, nr: number) => Pages = kernelFunction(
  'io_uring/memmap.c',
  '6.18',
  function io_pin_pages(mm: MmStruct, start: number, nr: number): Pages {
    const pages = pin_user_pages_fast(mm, start, nr, FOLL_WRITE | FOLL_LONGTERM);
    if (typeof pages === 'number' || pages.length === nr) return pages;
    unpinUserPages(pages, false);
    return -EFAULT;
  },
);

/** IORING_REGISTER_BUFFERS. @returns 0, or a negative error number; -EBUSY: there are some */
export const io_sqe_buffers_register: (ctx: IoRingCtx, mm: MmStruct, address: number) => number =
  kernelFunction(
    'io_uring/rsrc.c',
    '6.18',
    function io_sqe_buffers_register(ctx: IoRingCtx, mm: MmStruct, address: number): number {
      mutex_lock(ctx.uring_lock);
      label('registered already?');
      const isFree = READ_ONCE(ctx.buf_table) === null;
      const pages = isFree ? io_pin_pages(mm, address, 1) : -EBUSY;
      if (typeof pages !== 'number') {
        const node = present(READ_ONCE(ctx.spare), 'io_ring_ctx: spare');
        WRITE_ONCE(node.bv_page, present(pages[0] ?? null, 'io_pin_pages: one page'));
        WRITE_ONCE(node.refs, 1);
        label('into the table of buffers');
        WRITE_ONCE(ctx.buf_table, node);
      }
      mutex_unlock(ctx.uring_lock);
      return typeof pages === 'number' ? pages : 0;
    },
  );

/** IORING_UNREGISTER_BUFFERS; requests under way keep the buffer. @returns 0, or -ENXIO */
export const io_sqe_buffers_unregister: (ctx: IoRingCtx) => number = kernelFunction(
  'io_uring/rsrc.c',
  '6.18',
  function io_sqe_buffers_unregister(ctx: IoRingCtx): number {
    mutex_lock(ctx.uring_lock);
    label('registered?');
    const node = READ_ONCE(ctx.buf_table);
    if (node !== null) {
      WRITE_ONCE(ctx.buf_table, null);
      io_put_rsrc_node(node);
    }
    mutex_unlock(ctx.uring_lock);
    return node === null ? -ENXIO : 0;
  },
);

/** A request finds its buffer and takes a reference; uring_lock is held. */
export const io_find_buf_node: (ctx: IoRingCtx) => IoRsrcNode | null = kernelFunction(
  'io_uring/rsrc.c',
  '6.18',
  function io_find_buf_node(ctx: IoRingCtx): IoRsrcNode | null {
    label('registered?');
    const node = READ_ONCE(ctx.buf_table);
    if (node === null) return null;
    const keeps = defence('the request keeps the buffer', () => true);
    if (keeps) WRITE_ONCE(node.refs, READ_ONCE(node.refs) + 1);
    return node;
  },
);

/** Gives a reference back; the last one unpins the buffer. uring_lock is held. */
export const io_put_rsrc_node: (node: IoRsrcNode) => void = kernelFunction(
  'io_uring/rsrc.h',
  '6.18',
  function io_put_rsrc_node(node: IoRsrcNode): void {
    const refs = READ_ONCE(node.refs);
    if (refs === 0) return; // a request that took none, with the defence of that name removed
    label('give the buffer back');
    WRITE_ONCE(node.refs, refs - 1);
    if (refs === 1) io_release_ubuf(node);
  },
);

/** Unpins the buffer; nothing is marked dirty. */
const io_release_ubuf: (node: IoRsrcNode) => void = kernelFunction(
  'io_uring/rsrc.c',
  '6.18',
  function io_release_ubuf(node: IoRsrcNode): void {
    const page = READ_ONCE(node.bv_page);
    assert(page !== null, 'a buffer is given back once');
    WRITE_ONCE(node.bv_page, null);
    if (page !== null) unpin_user_page(page);
  },
);

/**
 * A request with a fixed buffer (IORING_OP_READ_FIXED and the like): finds the buffer, has it
 * filled, gives it back.
 *
 * @param io what the request does with the page
 * @returns 1, or -EFAULT: nothing is registered
 */
export function fixedBufferRequest(ctx: IoRingCtx, io: (page: Page) => void): number {
  mutex_lock(ctx.uring_lock);
  const node = io_find_buf_node(ctx);
  const page = node === null ? null : READ_ONCE(node.bv_page);
  mutex_unlock(ctx.uring_lock);
  if (node === null || page === null) return -EFAULT;
  io(page);
  mutex_lock(ctx.uring_lock);
  io_put_rsrc_node(node);
  mutex_unlock(ctx.uring_lock);
  return 1;
}
