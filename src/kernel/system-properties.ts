/**
 * What must hold of every page at the end of every execution, whatever the scenario is about.
 *
 * references  a page has as many references as there are users: page cache, buffers, PTEs, held
 *             pins; free pages have none. A leaked or a lost one shows here
 * mapped      a page that a PTE maps belongs to a file or is anonymous: what left its file was
 *             unmapped before (Linux: `still mapped when deleted`)
 *
 * of every file:
 *
 * marks       a dirty page is marked in its file's tree, else nobody would ever write it; a page is
 *             marked as under write-back if it is, and an empty slot has no marks
 *
 * and of every file (a scenario may leave out those that Linux is known not to keep):
 *
 * stable      data and checksum on disk agree: a page did not change while it was written
 * no loss     a page that is neither dirty nor under write-back is what the disk has
 * notified    the file system was told of the write of every dirty page
 */

import { atomic_read, READ_ONCE, test_bit } from '../memory/index.ts';
import { checkOptions } from '../memory/options.ts';
import type { AddressSpace } from './fs/address_space.ts';
import { holds, isIntact } from './block/disk-block.ts';
import { shmem_mapping } from './fs/address_space.ts';
import { folio_buffers, fsWasTold } from './fs/buffer-head.ts';
import { markOf } from './mm/filemap.ts';
import { page_folio } from './mm/mm_types.ts';
import type { Folio, MmStruct } from './mm/mm_types.ts';
import { folio_test_dirty, folio_test_writeback } from './mm/page-flags.ts';
import { GUP_PIN_COUNTING_BIAS } from './mm/pin-count.ts';
import { pte_page, pte_present, pte_special } from './mm/pte.ts';
import type { File, FileProperty, KernelStage } from './system.ts';

/** What the reference property looks at. */
export interface Referenced {
  readonly stage: KernelStage;
  readonly files: readonly File[];
  readonly mms: readonly MmStruct[];
  readonly folios: readonly Folio[];
  readonly holders: readonly ((page: Folio) => number)[];
}

/** Declares that no reference leaks and none is missing, and that what is mapped is somebody's. */
export function declareReferenceProperty(referenced: Referenced): void {
  referenced.stage.always('mapped', () =>
    entriesOf(referenced).every((page) => READ_ONCE(page.mapping) !== 0),
  );
  referenced.stage.always('references', () =>
    referenced.folios.every((page) => atomic_read(page._refcount) === usersOf(referenced, page)),
  );
}

/** How many references the users of a page have. */
function usersOf(referenced: Referenced, page: Folio): number {
  const { files, holders } = referenced;
  const cached = files.filter(({ mapping }) => isIn(mapping, page)).length;
  const mapped = entriesOf(referenced).filter((one) => one === page).length;
  const pinned = holders.reduce((sum, count) => sum + count(page), 0);
  const buffers = folio_buffers(page) ? 1 : 0;
  return cached + mapped + buffers + pinned * GUP_PIN_COUNTING_BIAS;
}

/** The pages that PTEs map, one for each PTE. */
function entriesOf({ mms }: Referenced): Folio[] {
  const entries = mms.flatMap(({ pte }) => pte.map((ptep) => READ_ONCE(ptep)));
  const counted = entries.filter((pte) => pte_present(pte) && !pte_special(pte));
  return counted.map((pte) => page_folio(pte_page(pte)));
}

function isIn(mapping: AddressSpace, page: Folio): boolean {
  return mapping.i_pages.some((slot) => READ_ONCE(slot) === page);
}

/** Declares the properties of a file, each under its name. */
export function declareFileProperties(
  stage: KernelStage,
  file: File,
  names: readonly FileProperty[],
): void {
  stage.always(`${file.name}: marks`, () => areMarked(file));
  for (const name of names) {
    checkOptions(`file '${file.name}'`, { always: name }, { always: Object.keys(PROPERTIES) });
    stage.always(`${file.name}: ${name}`, () => PROPERTIES[name](file));
  }
}

const PROPERTIES: Record<FileProperty, (file: File) => boolean> = {
  stable: ({ blocks }) => blocks.every(isIntact),
  'no loss': (file) => pagesOf(file).every(([page, index]) => !isLost(file, page, index)),
  notified: (file) => pagesOf(file).every(([page]) => !folio_test_dirty(page) || fsWasTold(page)),
};

/** The marks change under the xarray lock, the flags do not all: together they must agree. */
function areMarked({ mapping }: File): boolean {
  if (shmem_mapping(mapping)) return true;
  return mapping.i_pages.every((slot, index) => {
    const page = READ_ONCE(slot);
    const isDirty = test_bit(markOf(index), mapping.dirty_tag);
    const isWritten = test_bit(markOf(index), mapping.writeback_tag);
    if (page === null) return !isDirty && !isWritten;
    return isWritten === folio_test_writeback(page) && (isDirty || !folio_test_dirty(page));
  });
}

function pagesOf({ mapping }: File): [Folio, number][] {
  return mapping.i_pages.flatMap((slot, index): [Folio, number][] => {
    const page = READ_ONCE(slot);
    return page === null ? [] : [[page, index]];
  });
}

function isLost({ inode, mapping }: File, page: Folio, index: number): boolean {
  if (shmem_mapping(mapping) || folio_test_dirty(page) || folio_test_writeback(page)) return false;
  const slot = inode.i_block[index];
  const block = slot === undefined ? null : READ_ONCE(slot);
  if (block === null) return page.data.some((word) => READ_ONCE(word) !== 0);
  return !holds(block, page.data);
}
