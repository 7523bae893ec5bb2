/** How a page fault is asked for and how it ended (include/linux/mm_types.h, 6.18). */

/** The access is a write. */
export const FAULT_FLAG_WRITE: number = 1 << 0;
/** The fault shall make a possibly shared anonymous page exclusive, without writing. */
export const FAULT_FLAG_UNSHARE: number = 1 << 10;

/** There is no free page. */
export const VM_FAULT_OOM = 0x1;
/** The access goes beyond the end of the file. */
export const VM_FAULT_SIGBUS = 0x2;
/** There is no mapping, or it does not permit the access. */
export const VM_FAULT_SIGSEGV = 0x40;
/** The PTE changed meanwhile, or the page is gone: the access is simply tried again. */
export const VM_FAULT_NOPAGE = 0x100;
/** The folio is given back locked. */
export const VM_FAULT_LOCKED = 0x200;
/** Any outcome that makes trying again pointless. */
export const VM_FAULT_ERROR: number = VM_FAULT_OOM | VM_FAULT_SIGBUS | VM_FAULT_SIGSEGV;

/** Whether a fault has not mapped the page: an error, or something to try again. */
export function faultFailed(fault: number): boolean {
  return (fault & (VM_FAULT_ERROR | VM_FAULT_NOPAGE)) !== 0;
}
