/**
 * Writing the dirty pages of a file (mm/page-writeback.c writeback_iter, fs/iomap/buffered-io.c
 * iomap_writepages, 6.18).
 *
 * Page after page: find it by its mark, lock it, look whether it still is a dirty page of the file,
 * write-protect and clean it, set PG_writeback, choose its block, add it to the bio, unlock it. The
 * bio is submitted at the end, so while a later page is locked and waited for, earlier ones are
 * under write-back and *not submitted*. Linux looks pages up in batches of 15; here one by one. For
 * WB_SYNC_ALL it marks first what it is going to write (PAGECACHE_TAG_TOWRITE), so that pages which
 * are dirtied meanwhile do not keep it going; here each page is visited once.
 *
 * This is the order of iomap, which XFS uses: iomap_writeback_folio sets PG_writeback, then
 * iomap_writeback_range asks ->writeback_range (xfs_writeback_range) for the block, then the dirty
 * blocks are forgotten (iomap_clear_range_dirty), and where nothing is to be written write-back
 * ends at once. Linux adds the page to the bio before it forgets; here it does so after, and nobody
 * sees a bio that is not submitted. ext4 has another order: the block first, before the page is
 * write-protected (mpage_map_and_submit_extent, mpage_submit_folio); and __block_write_full_folio
 * (fs/buffer.c) yet another: write-protect, the block, PG_writeback.
 *
 * What the file system does with a page: it was told of the write (FS_TOLD) and has reserved what
 * it needs, so a page over a hole or over a block that another file shares gets a block of its own.
 * Of a page that it was not told of it knows nothing: it writes over whatever block is there, and a
 * page over a hole is dropped (as XFS does).
 */

import {
  assert,
  atomic_cmpxchg,
  atomic_dec,
  atomic_read,
  design,
  kernelFunction,
  label,
  loop,
  READ_ONCE,
  test_bit,
  WRITE_ONCE,
} from '../../memory/index.ts';
import type { Field } from '../../memory/index.ts';
import { bio_add_folio, bio_alloc, submit_bio } from '../block/bio.ts';
import { addToPlug, lockWithPlug } from '../block/plug.ts';
import type { BlkPlug } from '../block/plug.ts';
import { fillFrom } from '../block/disk-block.ts';
import type { DiskBlock } from '../block/disk-block.ts';
import { END_WRITEBACK, REQ_OP_WRITE } from '../block/request_queue.ts';
import type { Bio, RequestQueue } from '../block/request_queue.ts';
import type { AddressSpace } from './address_space.ts';
import { filemap_get_folio, markOf } from '../mm/filemap.ts';
import { folio_lock, folio_unlock, folio_wait_writeback } from '../mm/folio-lock.ts';
import { folio_mapping } from '../mm/mapping.ts';
import type { Folio } from '../mm/mm_types.ts';
import { folio_put } from '../mm/page_ref.ts';
import { folio_clear_dirty, folio_test_clear_dirty, folio_test_dirty } from '../mm/page-flags.ts';
import { waitUntilUnpinned, whileWaiting } from '../mm/pin-wait.ts';
import {
  folio_end_writeback,
  folio_prepare_writeback,
  folio_start_writeback,
  WriteOut,
} from '../mm/page-writeback.ts';
import {
  folio_buffers,
  forgetWrite,
  fsWasTold,
  hasBufferHeads,
  stopsWithoutBuffers,
} from './buffer-head.ts';
import { i_size_read, mappingOf, present } from './inode.ts';
import type { Inode } from './inode.ts';

/** Writes the dirty pages of a file; does not wait for the end of the I/O. */
export const iomap_writepages: (file: Inode, sync_mode: number, plug?: BlkPlug | null) => void =
  kernelFunction(
    'fs/iomap/buffered-io.c',
    '6.18',
    function iomap_writepages(file: Inode, sync_mode: number, plug: BlkPlug | null = null): void {
      const queue = queueOf(file);
      let bio: Bio | null = null;
      let added = 0;
      for (let index = 0; index < mappingOf(file).i_pages.length; index++) {
        let folio = writeback_iter(file, index, sync_mode, plug);
        if (folio === WriteOut.PINNED) {
          if (bio !== null && whileWaiting() !== 'the bio is not submitted') {
            submit_bio(queue, bio);
            bio = null;
            added = 0;
          }
          folio = iterUnpinned(file, index, sync_mode);
        }
        if (folio === null) continue;
        const block = iomap_writeback_folio(file, index, folio);
        if (block !== null) {
          bio ??= bio_alloc(queue, REQ_OP_WRITE, END_WRITEBACK);
          bio_add_folio(bio, added++, { page: folio, block });
        }
        folio_unlock(folio);
        folio_put(folio);
      }
      if (bio !== null && plug !== null) addToPlug(queue, bio, plug);
      else if (bio !== null) submit_bio(queue, bio);
    },
  );

function queueOf(file: Inode): RequestQueue {
  return present(READ_ONCE(file.queue), 'inode: queue');
}

/** A page to be written; none; or (designs) one that is pinned and waited for. */
type NextFolio = Folio | null | typeof WriteOut.PINNED;

/** The page of the file, locked and cleaned, if it is to be written in place; else null. */
export const writeback_iter: (
  file: Inode,
  index: number,
  sync_mode: number,
  plug?: BlkPlug | null,
) => NextFolio = kernelFunction(
  'mm/page-writeback.c',
  '6.18',
  function writeback_iter(
    file: Inode,
    index: number,
    sync_mode: number,
    plug: BlkPlug | null = null,
  ): NextFolio {
    const mapping = mappingOf(file);
    label('marked dirty?');
    if (!test_bit(markOf(index), mapping.dirty_tag)) return null;
    const folio = filemap_get_folio(mapping, index);
    if (folio === null) return null;
    if (plug === null) folio_lock(folio);
    else lockWithPlug(queueOf(file), folio, plug);
    const how = lacksBuffers(mapping, folio)
      ? WriteOut.NOTHING
      : folio_prepare_writeback(mapping, folio, sync_mode);
    if (how === WriteOut.IN_PLACE) return folio;
    if (how === WriteOut.COPY) writeCopy(file, index, folio);
    folio_unlock(folio);
    folio_put(folio);
    return how === WriteOut.PINNED ? how : null;
  },
);

/** Design `pinned-folio`: waits for the pins and tries again until there are none. */
function iterUnpinned(file: Inode, index: number, sync_mode: number): Folio | null {
  const mapping = mappingOf(file);
  let next: NextFolio = null;
  loop(() => {
    const pinned = filemap_get_folio(mapping, index);
    if (pinned !== null) {
      waitUntilUnpinned(pinned);
      folio_put(pinned);
    }
    next = writeback_iter(file, index, sync_mode);
    return next === WriteOut.PINNED;
  });
  return next;
}

/**
 * Whether a dirty folio has none of the buffers without which it cannot be written; it is taken for
 * clean then. What ext4's mpage_prepare_extent_to_map asks of every dirty folio (fs/ext4/inode.c).
 */
function lacksBuffers(mapping: AddressSpace, folio: Folio): boolean {
  if (!hasBufferHeads(mapping)) return false;
  if (folio_mapping(folio) !== mapping || !folio_test_dirty(folio)) return false;
  folio_wait_writeback(folio);
  label('has it buffers?');
  if (folio_buffers(folio)) return false;
  assert(!stopsWithoutBuffers(), 'kernel BUG: a dirty folio has no buffers');
  label('ext4 warns: no buffers');
  folio_clear_dirty(folio);
  return true;
}

/**
 * Sets PG_writeback, then decides where the folio goes. Over a hole nothing is written, and
 * write-back ends at once.
 *
 * @returns the block; null: the folio is behind the end of the file, or over a hole
 */
const iomap_writeback_folio: (file: Inode, index: number, folio: Folio) => DiskBlock | null =
  kernelFunction(
    'fs/iomap/buffered-io.c',
    '6.18',
    function iomap_writeback_folio(file: Inode, index: number, folio: Folio): DiskBlock | null {
      label('beyond the end?');
      if (index >= i_size_read(file)) return null;
      folio_start_writeback(folio);
      const block = blockFor(file, index, folio);
      forgetWrite(mappingOf(file), folio);
      if (block === null) folio_end_writeback(folio);
      return block;
    },
  );

/** The block that a page is written to; a new one where the file system was told and needs one. */
function blockFor(file: Inode, index: number, folio: Folio): DiskBlock | null {
  const slot = present(file.i_block[index] ?? null, 'inode: i_block');
  const block = READ_ONCE(slot);
  label('fs: was it told?');
  const wasTold = fsWasTold(folio);
  if (!wasTold || (block !== null && !isShared(block))) return block;
  return newBlock(file, slot, block);
}

/** The block that a direct write goes to: a new one over a hole, or if another file shares it. */
export function blockToWrite(file: Inode, index: number): DiskBlock {
  const slot = present(file.i_block[index] ?? null, 'inode: i_block');
  const block = READ_ONCE(slot);
  return block !== null && !isShared(block) ? block : newBlock(file, slot, block);
}

function newBlock(
  file: Inode,
  slot: Field<Inode['i_block'][number]['type']>,
  block: DiskBlock | null,
): DiskBlock {
  const own = allocBlock(present(READ_ONCE(file.queue), 'inode: queue'));
  if (block !== null) atomic_dec(block.owners);
  label('fs: map the new block');
  WRITE_ONCE(slot, own);
  return own;
}

function isShared(block: DiskBlock): boolean {
  return atomic_read(block.owners) > 1;
}

/** Takes a free block of the device. */
function allocBlock(queue: RequestQueue): DiskBlock {
  for (const slot of queue.free_block) {
    const block = READ_ONCE(slot);
    if (block !== null && atomic_cmpxchg(block.owners, 0, 1) === 0) return block;
  }
  throw new Error('allocBlock: the device is full; give it a spare block');
}

/**
 * Design `pinned-folio` = `bounce`: a copy goes to disk, at once, and the folio stays dirty; design
 * `bounced-folio` = `becomes clean` is the mistake that discussion 000 leaves room for.
 */
function writeCopy(file: Inode, index: number, folio: Folio): void {
  const block = blockFor(file, index, folio);
  if (block !== null) fillFrom(block, folio.data);
  if (design('bounced-folio', ['stays dirty', 'becomes clean']) === 'becomes clean') {
    forgetWrite(mappingOf(file), folio);
    folio_test_clear_dirty(folio);
  }
}
