/**
 * A file system with buffer heads (ext4), a page that is pinned and written through the pin,
 * write-back that has cleaned it meanwhile, and reclaim that takes the buffers off a clean page.
 *
 * When the page is marked dirty at the end, nobody asks the file system: write-back meets a dirty
 * page that it cannot write. process_vm_writev on a mapped file of ext4 was enough. Before 5.18 the
 * machine stopped; from 5.18 on the data is dropped with a warning (cc5095747edf); since 6.4
 * reclaim leaves pinned pages alone (d824ec2a1546), and nothing is lost. The file system is still
 * not told of the write.
 */

import { scenario } from 'holdfast';
import type { Stage } from 'holdfast';
import { smp_mb, WRITE_ONCE } from 'holdfast/linux';
import {
  FOLL_WRITE,
  pin_user_pages_fast,
  shrink_inactive_list,
  system,
  unpinUserPages,
  vfs_fsync,
} from 'holdfast/linux/mm';

const NEW = 7;

/** Reclaim as it was before 6.4. */
const RECLAIMS_PINNED = ['shrink_folio_list/pinned'];

function pinAgainstReclaim(stage: Stage): void {
  const { file, proc } = system(stage);
  const log = file('log', { buffers: true, always: ['no loss'] });
  const app = proc('app');
  app.mmap(log, { pte: 'rw dirty' });
  const pages = pin_user_pages_fast(app.mm, 0, 1, FOLL_WRITE);
  if (typeof pages === 'number') return;
  const reclaimed = stage.sometimes('reclaim frees the page');
  stage.thread('process_vm_writev', () => {
    for (const { data } of pages) for (const word of data) WRITE_ONCE(word, NEW);
    smp_mb(); // Linux has none: unpin-after-cpu-store.
    unpinUserPages(pages, true);
  });
  stage.thread('kswapd', () => {
    vfs_fsync(log.inode);
    if (log.folios.some(shrink_inactive_list)) reclaimed.mark();
    vfs_fsync(log.inode);
  });
}

export const today = scenario(
  'bufferless-folio',
  { about: 'ext4, a pin, write-back and reclaim: nothing is lost since 6.4' },
  pinAgainstReclaim,
);

export const dropped = scenario.fails(
  'bufferless-folio-before-6.4',
  { without: RECLAIMS_PINNED, about: 'what the device wrote is dropped with a warning' },
  pinAgainstReclaim,
);

export const stopped = scenario.fails(
  'bufferless-folio-before-5.18',
  {
    without: RECLAIMS_PINNED,
    designs: { 'bufferless-folio': 'BUG' },
    about: 'write-back stops the machine',
  },
  pinAgainstReclaim,
);
