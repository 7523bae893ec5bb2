/**
 * The set-up of a leased file: an open file, a lease that may be taken, and a memory region whose
 * pages are pinned under it (fs/locks.ts, device/ib-mr.ts).
 */

import { atomic_set, READ_ONCE, WRITE_ONCE } from '../memory/index.ts';
import { ib_mr } from './device/ib-mr.ts';
import type { IbMr } from './device/ib-mr.ts';
import { file_lease, file_lock_context, file_struct } from './fs/file-lease.ts';
import type { FileLease, OpenFile } from './fs/file-lease.ts';
import type { Inode } from './fs/inode.ts';
import type { Folio } from './mm/mm_types.ts';
import type { AllocStruct } from './setup.ts';

/** What a process needs to pin pages of a file for long. */
export interface LeasedRegion {
  readonly filp: OpenFile;
  readonly lease: FileLease;
  readonly mr: IbMr;
  /** How many pins it has on a page. For properties. */
  pins(page: Folio): number;
}

/** @param descriptors how many descriptors of the open file there are: 2 after a fork */
export function leasedRegion(
  alloc: AllocStruct,
  name: string,
  file: Inode,
  descriptors: number,
): LeasedRegion {
  const filp = alloc(file_struct, `${name}.file`);
  const lease = alloc(file_lease, `${name}.lease`);
  const mr = alloc(ib_mr, name);
  WRITE_ONCE(filp.f_inode, file);
  atomic_set(filp.f_ref, descriptors);
  WRITE_ONCE(lease.flc_file, filp);
  WRITE_ONCE(lease.flc_owner, mr);
  if (READ_ONCE(file.i_flctx) === null) {
    WRITE_ONCE(file.i_flctx, alloc(file_lock_context, `${name}.leases`));
  }
  return { filp, lease, mr, pins: (page) => (READ_ONCE(mr.mtt) === page ? 1 : 0) };
}
