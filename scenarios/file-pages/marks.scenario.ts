/**
 * A page is marked dirty without its folio lock, as the journal does with a buffer
 * (fs/buffer.c mark_buffer_dirty), while it is written, truncated or invalidated.
 *
 * The flag and the mark in the tree are two words. The xarray lock makes "does the page still
 * belong to the file? then mark it" one step against who takes it out of the file or, having seen
 * it clean, takes the mark away: else the page is dirty and nobody ever finds it.
 */

import { scenario } from 'holdfast';
import {
  do_truncate,
  folio_get,
  folio_mark_dirty,
  folio_put,
  invalidate_inode_pages2_range,
  system,
  tellFs,
  wb_writeback,
} from 'holdfast/linux/mm';
import type { File } from 'holdfast/linux/mm';

const OTHERS: Record<string, (log: File) => void> = {
  'write-back': ({ inode }) => wb_writeback(inode),
  truncation: ({ inode }) => void do_truncate(inode, 0),
  invalidation: ({ mapping }) => void invalidate_inode_pages2_range(mapping, 0, 1),
};

export default scenario.each(
  { other: Object.keys(OTHERS) },
  'mark-dirty-vs',
  ({ other, ...stage }) => {
    const { file } = system(stage);
    const log = file('log', { always: ['no loss'] });
    const [page] = log.folios;
    if (page === undefined) return;
    if (other === 'write-back') {
      tellFs(log.mapping, page);
      folio_mark_dirty(page);
    }
    folio_get(page);
    stage.thread('journal', () => {
      folio_mark_dirty(page);
      folio_put(page);
    });
    stage.thread('other', () => OTHERS[other]?.(log));
  },
);
