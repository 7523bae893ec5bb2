/**
 * Which pins of file pages are refused: design `writable-file-pins`.
 *
 *   long-term refused         Linux since 6.5: a long-term pin for writing gets no page of a file
 *                             that must hear of every first write
 *   allowed                   Linux before: a long-term pin is like any other
 *   long-term under a lease   such a pin is refused unless there is a layout lease on the file
 *                             (discussion 002; never merged for user space)
 *   refused                   no pin for writing at all; "ban O_DIRECT from writing to file backed
 *                             pages"
 */

import { design } from '../../memory/index.ts';
import { FOLL_LONGTERM, FOLL_PIN, FOLL_WRITE } from './pin-count.ts';

/** The answers to `writable-file-pins`; the first is Linux's. */
export const WRITABLE_FILE_PINS = [
  'long-term refused',
  'allowed',
  'long-term under a lease',
  'refused',
] as const;

/** Whether a pin with these flags gets no page of a file with page_mkwrite. */
export function mayNotPinFiles(flags: number): boolean {
  const writePin = FOLL_PIN | FOLL_WRITE;
  if ((flags & writePin) !== writePin) return false;
  switch (design('writable-file-pins', WRITABLE_FILE_PINS)) {
    case 'long-term refused':
    case 'long-term under a lease':
      return (flags & FOLL_LONGTERM) !== 0;
    case 'allowed':
      return false;
    case 'refused':
      return true;
  }
}

/** Whether a lease on the file makes a long-term pin for writing possible. */
export function leaseAllowsPin(): boolean {
  return design('writable-file-pins', WRITABLE_FILE_PINS) === 'long-term under a lease';
}
