/**
 * get_user_pages and pin_user_pages: several pages, with page faults (mm/gup.c, 6.18).
 *
 * Slow: for each page look it up under the page-table lock; where that fails, fault as the CPU
 * would and *look again*: what the fault mapped may be gone already, and only the lookup counts.
 * A read-only pin of a page that may be shared (-EMLINK) faults to un-share it, without writing.
 * mmap_lock is held for reading throughout. Fast: gup-fast.ts, and slow for the rest.
 *
 * The result is the pages, which may be fewer than asked for, or an error if there is none. Left
 * out: dropping mmap_lock during a fault (FOLL_UNLOCKABLE), and MMF_HAS_PINNED (fork).
 */

import { truth } from '../../memory/argument.ts';
import {
  defence,
  down_read,
  kernelFunction,
  loop,
  READ_ONCE,
  up_read,
} from '../../memory/index.ts';
import { EAGAIN, EFAULT, EINVAL, EMLINK, ENOMEM } from '../errno.ts';
import { isLeased } from '../fs/file-lease.ts';
import { leaseAllowsPin, mayNotPinFiles } from './file-pins.ts';
import { gup_fast } from './gup-fast.ts';
import { check_and_migrate_movable_pages } from './gup-longterm.ts';
import { follow_page_pte } from './gup-slow.ts';
import { handle_mm_fault } from './fault.ts';
import { find_vma } from './mmap.ts';
import type { MmStruct, Page, VmArea } from './mm_types.ts';
import {
  FOLL_FORCE,
  FOLL_GET,
  FOLL_LONGTERM,
  FOLL_PIN,
  FOLL_TOUCH,
  FOLL_WRITE,
} from './pin-count.ts';
import { unpin_user_pages_dirty_lock } from './unpin.ts';
import { FAULT_FLAG_UNSHARE, FAULT_FLAG_WRITE, VM_FAULT_ERROR, VM_FAULT_OOM } from './vm_fault.ts';
import {
  is_cow_mapping,
  VM_MAYREAD,
  VM_READ,
  VM_WRITE,
  vma_is_anonymous,
  vma_needs_dirty_tracking,
} from './vma.ts';

/** The pages, or a negative error number. */
export type Pages = readonly Page[] | number;

/** Pins pages whose contents somebody will read or write. @param flags FOLL_WRITE, FOLL_LONGTERM */
export const pin_user_pages: (mm: MmStruct, start: number, nr: number, flags: number) => Pages =
  kernelFunction(
    'mm/gup.c',
    '6.18',
    function pin_user_pages(mm: MmStruct, start: number, nr: number, flags: number): Pages {
      if (!is_valid_gup_args(flags, FOLL_PIN)) return -EINVAL;
      return __gup_longterm_locked(mm, start, nr, flags | FOLL_PIN);
    },
  );

/** The same, without locks where the pages are mapped already. */
export const pin_user_pages_fast: (
  mm: MmStruct,
  start: number,
  nr: number,
  flags: number,
) => Pages = kernelFunction(
  'mm/gup.c',
  '6.18',
  function pin_user_pages_fast(mm: MmStruct, start: number, nr: number, flags: number): Pages {
    if (!is_valid_gup_args(flags, FOLL_PIN)) return -EINVAL;
    return gupFastFallback(mm, start, nr, flags | FOLL_PIN);
  },
);

/** Takes plain references: for whoever looks at the struct page and not at its contents. */
export const get_user_pages: (mm: MmStruct, start: number, nr: number, flags: number) => Pages =
  kernelFunction(
    'mm/gup.c',
    '6.18',
    function get_user_pages(mm: MmStruct, start: number, nr: number, flags: number): Pages {
      if (!is_valid_gup_args(flags, FOLL_GET | FOLL_TOUCH)) return -EINVAL;
      return __get_user_pages_locked(mm, start, nr, flags | FOLL_GET | FOLL_TOUCH);
    },
  );

/**
 * Whether the caller may ask for this: a pin or a plain reference and not both, a long life only of
 * a pin, and nothing that is the kernel's own to set.
 *
 * @param to_set what the function adds
 */
export function is_valid_gup_args(flags: number, to_set: number): boolean {
  if ((flags & (FOLL_PIN | FOLL_TOUCH)) !== 0) return false;
  const all = flags | to_set;
  const isPin = (all & FOLL_PIN) !== 0;
  if (isPin && (all & FOLL_GET) !== 0) return false;
  return isPin || (all & FOLL_LONGTERM) === 0;
}

/** `gup_fast_fallback`: as many pages as GUP-fast gives, and slow GUP for the rest. */
function gupFastFallback(mm: MmStruct, start: number, nr: number, flags: number): Pages {
  const fast: Page[] = [];
  while (fast.length < nr) {
    const page = gup_fast(mm, start + fast.length, flags);
    if (page === null) break;
    fast.push(page);
  }
  if (fast.length === nr) return fast;
  const [next, left] = [start + fast.length, nr - fast.length];
  const slow = __gup_longterm_locked(mm, next, left, flags | FOLL_TOUCH);
  if (typeof slow !== 'number') return [...fast, ...slow];
  return fast.length > 0 ? fast : slow;
}

/** A long-term pin moves pages that it must not hold, and begins again (gup-longterm.ts). */
const __gup_longterm_locked: (mm: MmStruct, start: number, nr: number, flags: number) => Pages =
  kernelFunction(
    'mm/gup.c',
    '6.18',
    function __gup_longterm_locked(mm: MmStruct, start: number, nr: number, flags: number): Pages {
      if ((flags & FOLL_LONGTERM) === 0) return __get_user_pages_locked(mm, start, nr, flags);
      let result: Pages = [];
      loop(() => {
        result = __get_user_pages_locked(mm, start, nr, flags);
        if (typeof result === 'number') return false;
        const error = check_and_migrate_movable_pages(mm, result);
        if (error === -EAGAIN) return true;
        if (error !== 0) result = error;
        return false;
      });
      return result;
    },
  );

/** The walk with mmap_lock held for reading. */
function __get_user_pages_locked(mm: MmStruct, start: number, nr: number, flags: number): Pages {
  down_read(mm.mmap_lock);
  const pages = __get_user_pages(mm, start, nr, flags);
  up_read(mm.mmap_lock);
  return pages;
}

/** Page after page; an error counts only if there is no page before it. */
export const __get_user_pages: (mm: MmStruct, start: number, nr: number, flags: number) => Pages =
  kernelFunction(
    'mm/gup.c',
    '6.18',
    function __get_user_pages(mm: MmStruct, start: number, nr: number, flags: number): Pages {
      const pages: Page[] = [];
      while (pages.length < nr) {
        const page = getUserPage(mm, start + pages.length, flags);
        if (typeof page === 'number') return pages.length > 0 ? pages : page;
        pages.push(page);
      }
      return pages;
    },
  );

function getUserPage(mm: MmStruct, address: number, flags: number): Page | number {
  const vma = find_vma(mm, address);
  if (vma === null || !check_vma_flags(vma, flags)) return -EFAULT;
  let found: Page | number = 0;
  loop(() => {
    const page = follow_page_pte(vma, address, flags);
    if (page === null || page === -EMLINK) {
      found = faultin_page(vma, address, flags, page === -EMLINK);
    } else found = page;
    return found === 0;
  });
  return found;
}

/**
 * Faults as the CPU would for this access, or to make the page exclusive.
 *
 * @returns 0: look again; else a negative error number
 */
export const faultin_page: (
  vma: VmArea,
  address: number,
  flags: number,
  unshare: boolean,
) => number = kernelFunction(
  'mm/gup.c',
  '6.18',
  function faultin_page(vma: VmArea, address: number, flags: number, unshare: boolean): number {
    const isWrite = (flags & FOLL_WRITE) !== 0;
    const read = unshare ? FAULT_FLAG_UNSHARE : 0;
    const fault = handle_mm_fault(vma, address, isWrite ? FAULT_FLAG_WRITE : read);
    if ((fault & VM_FAULT_ERROR) === 0) return 0;
    return (fault & VM_FAULT_OOM) === 0 ? -EFAULT : -ENOMEM;
  },
);

/**
 * Whether the mapping permits what is asked for. FOLL_FORCE (a debugger) may also write to a
 * private mapping that is read-only now, because the process gets a page of its own.
 */
export function check_vma_flags(vma: VmArea, flags: number): boolean {
  const vm_flags = READ_ONCE(vma.vm_flags);
  const isForced = (flags & FOLL_FORCE) !== 0;
  if ((flags & FOLL_WRITE) === 0) {
    return (vm_flags & VM_READ) !== 0 || (isForced && (vm_flags & VM_MAYREAD) !== 0);
  }
  if (!vma_is_anonymous(vma) && !writable_file_mapping_allowed(vma, flags)) return false;
  return (vm_flags & VM_WRITE) !== 0 || (isForced && is_cow_mapping(vm_flags));
}

/** No long-term write pin on a file that must hear of every first write (6.5). */
export function writable_file_mapping_allowed(vma: VmArea, flags: number): boolean {
  if (!mayNotPinFiles(flags)) return true;
  if (leaseAllowsPin() && isLayoutLeased(vma)) return true;
  return !defence('long-term pin of a file', () => vma_needs_dirty_tracking(vma));
}

function isLayoutLeased(vma: VmArea): boolean {
  const file = READ_ONCE(vma.vm_file);
  return file !== null && isLeased(READ_ONCE(file.i_flctx));
}

/** Gives back what a pin call gave, one call for each page; nothing where it gave an error. */
export function unpinUserPages(pages: Pages, make_dirty: boolean): void {
  truth(make_dirty, 'The second argument of unpinUserPages');
  if (typeof pages === 'number') return;
  for (const page of pages) unpin_user_pages_dirty_lock([page], 1, make_dirty);
}
