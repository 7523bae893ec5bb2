/**
 * Reclaim against users of a page: GUP-fast, which takes a reference without any lock, and a holder
 * who writes, marks the page dirty and gives his reference back.
 */

import { assert, scenario } from 'holdfast';
import { READ_ONCE, WRITE_ONCE } from 'holdfast/linux';
import {
  folio_get,
  folio_mark_dirty,
  folio_put,
  gup_fast,
  FOLL_PIN,
  PageBuddy,
  shrink_inactive_list,
  system,
  tellFs,
  unpin_user_page,
  vfs_fsync,
} from 'holdfast/linux/mm';

const NEW = 7;

export const fastGup = scenario(
  'reclaim-vs-gup-fast',
  { about: 'clear the PTE, then freeze the count; take a reference, then look at the PTE' },
  (stage) => {
    const { file, proc } = system(stage);
    const log = file('log');
    const app = proc('app');
    app.mmap(log, { pte: 'ro' });
    const [pinned, freed] = [stage.sometimes('pinned'), stage.sometimes('freed')];
    stage.thread('reader', () => {
      const page = gup_fast(app.mm, 0, FOLL_PIN);
      if (page === null) return;
      pinned.mark();
      assert(!PageBuddy(page), 'a pinned page is not free');
      unpin_user_page(page);
    });
    stage.thread('kswapd', () => {
      if (log.folios.some(shrink_inactive_list)) freed.mark();
    });
  },
);

export const writtenBack = scenario(
  'reclaim-vs-fsync',
  { about: 'write-back needs the buffers of a page that looks clean and is locked' },
  (stage) => {
    const { file } = system(stage);
    const log = file('log', { buffers: true });
    const [page] = log.folios;
    if (page === undefined) return;
    tellFs(log.mapping, page);
    folio_mark_dirty(page);
    stage.thread('fsync', () => vfs_fsync(log.inode));
    const kswapd = stage.thread('kswapd', () => shrink_inactive_list(page));
    stage.sometimes('freed', () => kswapd.result());
  },
);

export const dirtyThenPut = scenario.each(
  { order: ['dirty, put', 'put, dirty'] },
  'reclaim-vs-last-put',
  ({ order, ...stage }) => {
    const { file } = system(stage);
    const log = file('log', { always: ['no loss'] });
    const [page] = log.folios;
    if (page === undefined) return;
    folio_get(page);
    stage.thread('driver', () => {
      for (const word of page.data) WRITE_ONCE(word, NEW);
      if (order === 'put, dirty') folio_put(page);
      folio_mark_dirty(page);
      if (order === 'dirty, put') folio_put(page);
    });
    stage.thread('kswapd', () => shrink_inactive_list(page));
    stage.never('what was written is lost', () => {
      const isCached = log.mapping.i_pages.some((slot) => READ_ONCE(slot) === page);
      return !isCached && page.data.some((word) => READ_ONCE(word) === NEW);
    });
  },
  ({ order }) => ({ expect: order === 'dirty, put' ? 'pass' : 'fail' }),
);
