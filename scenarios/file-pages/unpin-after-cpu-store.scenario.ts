/**
 * A CPU writes through a pin and gives the pin back (process_vm_writev): the last look at PG_dirty
 * has no barrier before it.
 *
 * unpin_user_pages_dirty_lock does not mark a page that is dirty already: it is going to be
 * written, and what was stored is in it. But the store may still wait in the store buffer while
 * PG_dirty is read; write-back clears the flag and the disk reads the page in between. The page is
 * clean then, and newer than the disk. A device's store is not concerned, because an interrupt
 * tells of its end. The window is the life of a store in the buffer, against the start of an I/O:
 * nobody has reported this from a running machine.
 */

import { scenario } from 'holdfast';
import { smp_mb, WRITE_ONCE } from 'holdfast/linux';
import { filePage, FOLL_PIN, FOLL_WRITE, gup_fast } from 'holdfast/linux/mm';
import { unpin_user_pages_dirty_lock, writeFolio } from 'holdfast/linux/mm';

const NEW = 7;

export default scenario.each(
  { barrier: [false, true] },
  'unpin-after-cpu-store',
  ({ barrier, ...stage }) => {
    const page = filePage(stage.alloc);
    stage.thread('process_vm_writev', () => {
      const pinned = gup_fast(page.mm, page.address, FOLL_PIN | FOLL_WRITE);
      if (pinned === null) return;
      for (const word of pinned.data) WRITE_ONCE(word, NEW);
      if (barrier) smp_mb();
      unpin_user_pages_dirty_lock([pinned], 1, true);
    });
    stage.thread('write-back', () => writeFolio(page.folio, page.disk));
    stage.always('clean means written', () => page.dirty() || page.written());
  },
  ({ barrier }) => ({ expect: barrier ? 'pass' : { sc: 'pass', tso: 'fail' } }),
);
