/**
 * A page of a file moves to another place in memory while it is written or read.
 *
 * Who has a reference stops the move by the count. Write-back has none while the disk is at work:
 * the folio lock keeps it from beginning between the look at PG_writeback and the move. A reader
 * finds the copy without a lock, so the copy is complete before it says that it is.
 */

import { scenario } from 'holdfast';
import type { Stage } from 'holdfast';
import { READ_ONCE } from 'holdfast/linux';
import {
  filemap_get_folio,
  folio_isolate_lru,
  folio_mark_dirty,
  folio_put,
  folio_test_dirty,
  folio_test_uptodate,
  migrate_pages,
  PageBuddy,
  system,
  tellFs,
  vfs_fsync,
} from 'holdfast/linux/mm';
import type { File } from 'holdfast/linux/mm';

const OLD = 3;

/** A file of one page that a thread moves, and a free page to move it to. */
function moving(stage: Stage): File {
  const { file, zone } = system(stage, { freePages: 1 });
  const log = file('log', { data: OLD });
  const [page] = log.folios;
  if (page === undefined) return log;
  stage.thread('compaction', () => {
    if (folio_isolate_lru(page)) migrate_pages(page, zone);
  });
  stage.sometimes('moved', () => PageBuddy(page));
  return log;
}

export const written = scenario('migrate-vs-fsync', (stage) => {
  const log = moving(stage);
  for (const page of log.folios) {
    tellFs(log.mapping, page);
    folio_mark_dirty(page);
  }
  stage.thread('fsync', () => vfs_fsync(log.inode));
  stage.never('fsync leaves it dirty', () => {
    return log.mapping.i_pages.some((slot) => {
      const page = READ_ONCE(slot);
      return page !== null && folio_test_dirty(page);
    });
  });
});

export const read = scenario('migrate-vs-read', (stage) => {
  const log = moving(stage);
  const reader = stage.thread('reader', () => {
    const page = filemap_get_folio(log.mapping, 0);
    if (page === null) return OLD;
    const word = page.data[0];
    const value = word === undefined || !folio_test_uptodate(page) ? OLD : READ_ONCE(word);
    folio_put(page);
    return value;
  });
  stage.always('the data is read', () => reader.result() === OLD);
});
