/** What goes along when a page of a file moves. */
import { expect, it } from 'vitest';
import { alone } from '../../../test/support/one-process.ts';
import { assert, READ_ONCE } from '../../memory/index.ts';
import { fsWasTold, tellFs } from '../fs/buffer-head.ts';
import { folio_isolate_lru, migrate_pages } from './migrate.ts';
import { folio_test_dirty } from './page-flags.ts';
import { folio_mark_dirty } from './page-writeback.ts';

it('the copy of a dirty page is dirty, and the file system was told of it', async () => {
  const found = await alone({}, ({ log, zone }, page) => {
    tellFs(log.mapping, page);
    folio_mark_dirty(page);
    assert(folio_isolate_lru(page) && migrate_pages(page, zone), 'it moves');
    const [slot] = log.mapping.i_pages;
    const copy = slot === undefined ? null : READ_ONCE(slot);
    if (copy === null) return assert(false, 'it is in the file');
    assert(folio_test_dirty(copy), 'dirty');
    assert(fsWasTold(copy) && !fsWasTold(page), 'told of the copy');
  });
  expect(found).toEqual([]);
});
