/**
 * One folio on its way to disk: what a file system's writepages does with it
 * (mm/page-writeback.c writeback_iter, fs/iomap/buffered-io.c, 6.18), and the disk.
 *
 * The disk's own reading of memory is done by the thread that submits or completes: it reads the
 * contents twice, once for the data and once for a checksum, as a RAID or a device with integrity
 * metadata does. A page that changes in between has a wrong checksum on disk.
 */

import { assert, design, label, modelFunction, READ_ONCE, WRITE_ONCE } from '../../memory/index.ts';
import { fillFrom } from '../block/disk-block.ts';
import type { DiskBlock } from '../block/disk-block.ts';
import { folio_lock, folio_unlock } from '../mm/folio-lock.ts';
import { folio_mapping } from '../mm/mapping.ts';
import type { Folio } from '../mm/mm_types.ts';
import { folio_test_clear_dirty } from '../mm/page-flags.ts';
import {
  folio_end_writeback,
  folio_prepare_writeback,
  folio_start_writeback,
  WB_SYNC_ALL,
  WriteOut,
} from '../mm/page-writeback.ts';
import { FS_CLEAN } from './buffer-head.ts';

/**
 * Writes the folio if it is dirty, and waits until it is on disk.
 *
 * @returns how it was written
 */
export function writeFolio(folio: Folio, block: DiskBlock): WriteOut {
  const how = submitFolio(folio, block);
  if (how === WriteOut.IN_PLACE) completeFolio(folio, block);
  return how;
}

/**
 * The part before the disk reads memory. A copy is made and written at once: PG_dirty and the file
 * system's state stay, because the folio is not clean. Design `bounced-folio`: the second answer is
 * the mistake that discussion 000 leaves room for.
 */
export const submitFolio: (folio: Folio, block: DiskBlock) => WriteOut = modelFunction(
  'file system',
  function submitFolio(folio: Folio, block: DiskBlock): WriteOut {
    const mapping = folio_mapping(folio);
    if (mapping === null) throw new Error('submitFolio: the folio belongs to no file');
    folio_lock(folio);
    const how = folio_prepare_writeback(mapping, folio, WB_SYNC_ALL);
    assert(how !== WriteOut.PINNED, 'one folio by itself is not waited for: use vfs_fsync');
    if (how === WriteOut.IN_PLACE) {
      folio_start_writeback(folio);
      label('expects it clean');
      WRITE_ONCE(folio.private, FS_CLEAN);
    }
    if (how === WriteOut.COPY) {
      fillFrom(block, folio.data);
      if (design('bounced-folio', ['stays dirty', 'becomes clean']) === 'becomes clean') {
        WRITE_ONCE(folio.private, FS_CLEAN);
        folio_test_clear_dirty(folio);
      }
    }
    folio_unlock(folio);
    return how;
  },
);

/** The disk reads the contents, twice; then write-back ends. */
export const completeFolio: (folio: Folio, block: DiskBlock) => void = modelFunction(
  'disk',
  function completeFolio(folio: Folio, block: DiskBlock): void {
    transfer(folio, block, 'data');
    transfer(folio, block, 'checksum');
    folio_end_writeback(folio);
  },
);

function transfer(folio: Folio, block: DiskBlock, to: 'data' | 'checksum'): void {
  folio.data.forEach((word, i) => {
    const target = block[to][i];
    if (target === undefined) return;
    label(`reads the page (${to})`);
    WRITE_ONCE(target, READ_ONCE(word));
  });
}
