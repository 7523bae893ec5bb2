/**
 * The mappings of a process: finding, adding and removing them (mm/mmap.c, mm/vma.c, 6.18).
 *
 * mmap_lock is held for reading to look, for writing to change. Removing: the PTEs go first (the
 * mapping's pages may be pinned; nobody looks), then the mapping leaves its file's list.
 */

import {
  down_write,
  kernelFunction,
  label,
  READ_ONCE,
  up_write,
  WRITE_ONCE,
} from '../../memory/index.ts';
import type { Field } from '../../memory/index.ts';
import { mappingOf } from '../fs/inode.ts';
import { zap_pte_range } from './memory.ts';
import type { MmStruct, VmArea } from './mm_types.ts';
import {
  isNotified,
  mmu_notifier_invalidate_range_end,
  mmu_notifier_invalidate_range_start,
  mmu_notifier_release,
} from './mmu_notifier.ts';
import { vma_is_anonymous, vmFile } from './vma.ts';

/** The mapping that contains an address; mmap_lock is held. */
export const find_vma: (mm: MmStruct, address: number) => VmArea | null = kernelFunction(
  'mm/mmap.c',
  '6.18',
  function find_vma(mm: MmStruct, address: number): VmArea | null {
    label('find the mapping');
    let vma = READ_ONCE(mm.mmap);
    while (vma !== null && !contains(vma, address)) vma = READ_ONCE(vma.vm_next);
    return vma;
  },
);

function contains(vma: VmArea, address: number): boolean {
  return READ_ONCE(vma.vm_start) <= address && address < READ_ONCE(vma.vm_end);
}

/** Adds a mapping that the set-up has filled. */
export const mmap_region: (mm: MmStruct, vma: VmArea) => void = kernelFunction(
  'mm/vma.c',
  '6.18',
  function mmap_region(mm: MmStruct, vma: VmArea): void {
    down_write(mm.mmap_lock);
    linkVma(mm, vma);
    up_write(mm.mmap_lock);
  },
);

/** The same without the lock; also for the set-up of a scenario. */
export function linkVma(mm: MmStruct, vma: VmArea): void {
  WRITE_ONCE(vma.vm_next, READ_ONCE(mm.mmap));
  WRITE_ONCE(mm.mmap, vma);
  if (vma_is_anonymous(vma)) return;
  const { i_mmap, i_mmap_rwsem } = mappingOf(vmFile(vma));
  down_write(i_mmap_rwsem);
  WRITE_ONCE(vma.next, READ_ONCE(i_mmap));
  WRITE_ONCE(i_mmap, vma);
  up_write(i_mmap_rwsem);
}

/** Removes a whole mapping, if it is still there. */
export const do_munmap: (mm: MmStruct, vma: VmArea) => void = kernelFunction(
  'mm/vma.c',
  '6.18',
  function do_munmap(mm: MmStruct, vma: VmArea): void {
    down_write(mm.mmap_lock);
    if (unlink(mm.mmap, vma, 'vm_next')) unmapVma(mm, vma);
    up_write(mm.mmap_lock);
  },
);

/** The process ends: all copies of its PTEs go (`mmu_notifier_release`), then all mappings. */
export const exit_mmap: (mm: MmStruct) => void = kernelFunction(
  'mm/mmap.c',
  '6.18',
  function exit_mmap(mm: MmStruct): void {
    if (isNotified(mm)) mmu_notifier_release(mm);
    down_write(mm.mmap_lock);
    for (let vma = READ_ONCE(mm.mmap); vma !== null; vma = READ_ONCE(mm.mmap)) {
      WRITE_ONCE(mm.mmap, READ_ONCE(vma.vm_next));
      unmapVma(mm, vma);
    }
    up_write(mm.mmap_lock);
  },
);

/** `unmap_vmas` of one mapping, then `free_pgtables`, which unlinks it from its file. */
function unmapVma(mm: MmStruct, vma: VmArea): void {
  const [start, end] = [READ_ONCE(vma.vm_start), READ_ONCE(vma.vm_end)];
  const notified = isNotified(mm);
  if (notified) mmu_notifier_invalidate_range_start(mm, { start, end });
  for (let address = start; address < end; address++) zap_pte_range(mm, address);
  if (notified) mmu_notifier_invalidate_range_end(mm);
  if (vma_is_anonymous(vma)) return;
  const { i_mmap, i_mmap_rwsem } = mappingOf(vmFile(vma));
  down_write(i_mmap_rwsem);
  unlink(i_mmap, vma, 'next');
  up_write(i_mmap_rwsem);
}

/** Takes a mapping out of a list; tells whether it was in it. */
function unlink(head: Field<VmArea['next']['type']>, vma: VmArea, by: 'next' | 'vm_next'): boolean {
  let link = head;
  let at = READ_ONCE(link);
  while (at !== null && at !== vma) {
    link = at[by];
    at = READ_ONCE(link);
  }
  if (at === null) return false;
  WRITE_ONCE(link, READ_ONCE(vma[by]));
  return true;
}
