/**
 * Write-back that copies a pinned page (discussion 000, row 28: "bounce and fine"), and what comes
 * after it: reclaim, truncation, and the holder who gives the pin back.
 *
 * The page stays dirty, so reclaim leaves it and its buffers alone, and the file system goes on
 * expecting it to be written. Had it been called clean, reclaim of before 6.4 would take the
 * buffers off it, and what the device writes later would be dropped.
 */

import { scenario } from 'holdfast';
import type { Stage } from 'holdfast';
import {
  deviceStores,
  do_truncate,
  FOLL_WRITE,
  pin_user_pages_fast,
  shrink_inactive_list,
  system,
  unpinUserPages,
  vfs_fsync,
} from 'holdfast/linux/mm';
import type { File } from 'holdfast/linux/mm';

const NEW = 7;

const NEXT: Record<'reclaim' | 'truncate', (log: File) => void> = {
  reclaim: ({ folios }) => void folios.map(shrink_inactive_list),
  truncate: ({ inode }) => void do_truncate(inode, 0),
};

function bounceThen(stage: Stage, next: 'reclaim' | 'truncate'): void {
  const { file, proc } = system(stage);
  const log = file('log', { buffers: true, stable: true });
  const app = proc('app');
  app.mmap(log, { pte: 'rw dirty' });
  const pages = pin_user_pages_fast(app.mm, 0, 1, FOLL_WRITE);
  if (typeof pages === 'number') return;
  stage.thread('driver', () => {
    for (const page of pages) deviceStores(page, NEW);
    unpinUserPages(pages, true);
  });
  stage.thread('kernel', () => {
    vfs_fsync(log.inode);
    NEXT[next](log);
    vfs_fsync(log.inode);
  });
}

export const staysDirty = scenario.each(
  { next: ['reclaim', 'truncate'] },
  'bounce-then-rest',
  ({ next, ...stage }) => bounceThen(stage, next),
  () => ({ designs: { 'pinned-folio': 'bounce' } }),
);

export const becomesClean = scenario.fails(
  'bounce-then-rest-called-clean',
  { designs: { 'pinned-folio': 'bounce', 'bounced-folio': 'becomes clean' } },
  (stage) => bounceThen(stage, 'reclaim'),
);
