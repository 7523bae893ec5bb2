/**
 * What must hold of every page at the end of every execution, whatever the scenario is about.
 *
 * references  a page has as many references as there are users: page cache, buffers, PTEs, held
 *             pins; free pages have none. A leaked or a lost one shows here
 *
 * and of every file (a scenario may leave out those that Linux is known not to keep):
 *
 * stable      data and checksum on disk agree: a page did not change while it was written
 * no loss     a page that is neither dirty nor under write-back is what the disk has
 * notified    the file system was told of the write of every dirty page
 */

import { atomic_read, READ_ONCE } from '../memory/index.ts';
import type { AddressSpace } from './fs/address_space.ts';
import { holds, isIntact } from './block/disk-block.ts';
import { shmem_mapping } from './fs/address_space.ts';
import { folio_buffers, fsWasTold } from './fs/buffer-head.ts';
import type { Folio, MmStruct } from './mm/mm_types.ts';
import { folio_test_dirty, folio_test_writeback } from './mm/page-flags.ts';
import { GUP_PIN_COUNTING_BIAS } from './mm/pin-count.ts';
import { pte_page, pte_present } from './mm/pte.ts';
import type { File, FileProperty, KernelStage } from './system.ts';

/** What the reference property looks at. */
export interface Referenced {
  readonly stage: KernelStage;
  readonly files: readonly File[];
  readonly mms: readonly MmStruct[];
  readonly folios: readonly Folio[];
  readonly holders: readonly ((page: Folio) => number)[];
}

/** Declares that no reference leaks and none is missing. */
export function declareReferenceProperty(referenced: Referenced): void {
  referenced.stage.always('references', () =>
    referenced.folios.every((page) => atomic_read(page._refcount) === usersOf(referenced, page)),
  );
}

/** How many references the users of a page have. */
function usersOf({ files, mms, holders }: Referenced, page: Folio): number {
  const cached = files.filter(({ mapping }) => isIn(mapping, page)).length;
  const entries = mms.flatMap(({ pte }) => pte.map((ptep) => READ_ONCE(ptep)));
  const mapped = entries.filter((pte) => pte_present(pte) && pte_page(pte) === page).length;
  const pinned = holders.reduce((sum, count) => sum + count(page), 0);
  const buffers = folio_buffers(page) ? 1 : 0;
  return cached + mapped + buffers + pinned * GUP_PIN_COUNTING_BIAS;
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
  for (const name of names) {
    stage.always(`${file.name}: ${name}`, () => PROPERTIES[name](file));
  }
}

const PROPERTIES: Record<FileProperty, (file: File) => boolean> = {
  stable: ({ blocks }) => blocks.every(isIntact),
  'no loss': (file) => pagesOf(file).every(([page, index]) => !isLost(file, page, index)),
  notified: (file) => pagesOf(file).every(([page]) => !folio_test_dirty(page) || fsWasTold(page)),
};

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
