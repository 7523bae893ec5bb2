/**
 * What a file system remembers of a folio: `folio->private`, and buffer heads (fs/buffer.c,
 * include/linux/pagemap.h, 6.18).
 *
 * Two kinds of file system. XFS with blocks of one page keeps nothing there; FS_TOLD stands for the
 * space that it has reserved because it was told of a write. ext4 attaches a list of buffer heads,
 * with a reference on the folio, and write-back cannot do without them (`AS_BUFFER_HEADS`). They
 * are attached when the file system is told of a write, stay when the folio has been written, and
 * go when memory is short. A buffer is dirty here when its folio is; `private_lock`, which keeps
 * the two together, is left out.
 */

import {
  design,
  kernelFunction,
  label,
  READ_ONCE,
  test_bit,
  WRITE_ONCE,
} from '../../memory/index.ts';
import type { Folio } from '../mm/mm_types.ts';
import { folio_get, folio_put } from '../mm/page_ref.ts';
import { folio_test_dirty, folio_test_writeback } from '../mm/page-flags.ts';
import { mapping_flags } from './address_space.ts';
import type { AddressSpace } from './address_space.ts';

/** Values of `folio->private`: nothing; told of a write (a bit); buffer heads (a bit). */
export const FS_CLEAN = 0;
export const FS_TOLD = 1;
export const FS_BUFFERS = 2;

/** Whether the file system was told that the folio would be written. */
export function fsWasTold(folio: Folio): boolean {
  return (READ_ONCE(folio.private) & FS_TOLD) !== 0;
}

/** Whether a folio has buffer heads (include/linux/buffer_head.h). */
export function folio_buffers(folio: Folio): boolean {
  return (READ_ONCE(folio.private) & FS_BUFFERS) !== 0;
}

/** Whether folios of the file have buffer heads; known from the start. */
export function hasBufferHeads(mapping: AddressSpace): boolean {
  return test_bit(mapping_flags.bit.AS_BUFFER_HEADS, mapping.flags);
}

/** The file system is told of a write; the folio is locked. Attaches what write-back needs. */
export function tellFs(mapping: AddressSpace, folio: Folio): void {
  if (hasBufferHeads(mapping)) return create_empty_buffers(folio);
  WRITE_ONCE(folio.private, FS_TOLD);
}

/** The folio is on its way to disk, and the file system expects it clean; buffers stay. */
export function forgetWrite(mapping: AddressSpace, folio: Folio): void {
  label('fs: expects it clean');
  WRITE_ONCE(folio.private, hasBufferHeads(mapping) ? FS_BUFFERS : FS_CLEAN);
}

/** Attaches buffers, with a reference, if there are none; the folio is locked. */
export const create_empty_buffers: (folio: Folio) => void = kernelFunction(
  'fs/buffer.c',
  '6.18',
  function create_empty_buffers(folio: Folio): void {
    label('has it buffers?');
    const had = folio_buffers(folio);
    if (!had) folio_get(folio);
    label('attach buffers');
    WRITE_ONCE(folio.private, FS_BUFFERS | FS_TOLD);
  },
);

/**
 * Takes the buffers off a locked folio, and drops their reference.
 *
 * @returns false: the folio is under write-back, or a buffer is dirty
 */
export const try_to_free_buffers: (folio: Folio) => boolean = kernelFunction(
  'fs/buffer.c',
  '6.18',
  function try_to_free_buffers(folio: Folio): boolean {
    if (folio_test_writeback(folio)) return false;
    label('dirty buffers?');
    if (folio_test_dirty(folio)) return false;
    folio_detach_private(folio);
    return true;
  },
);

/** The folio leaves its file for good: what the file system knew of it goes (mm/truncate.c). */
export function folio_invalidate(mapping: AddressSpace, folio: Folio): void {
  if (hasBufferHeads(mapping)) {
    label('has it buffers?');
    if (folio_buffers(folio)) folio_detach_private(folio);
  } else WRITE_ONCE(folio.private, FS_CLEAN);
}

/** Drops what the file system keeps, and its reference (include/linux/pagemap.h). */
function folio_detach_private(folio: Folio): void {
  label('drop the buffers');
  WRITE_ONCE(folio.private, FS_CLEAN);
  folio_put(folio);
}

/**
 * What ext4 does when write-back meets a dirty folio without buffers: somebody has dirtied it and
 * not told the file system. Design `bufferless-folio`: since 5.18 it warns and takes the folio for
 * clean, so what was written is lost; before, the machine stopped.
 */
export const BUFFERLESS_FOLIO = ['warn', 'BUG'] as const;

/** The answer to `bufferless-folio`. */
export function stopsWithoutBuffers(): boolean {
  return design('bufferless-folio', BUFFERLESS_FOLIO) === 'BUG';
}
