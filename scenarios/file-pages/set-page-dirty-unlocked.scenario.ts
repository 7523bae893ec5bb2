/**
 * Marking a page dirty without its lock, while the file is deleted (fixed driver by driver with
 * set_page_dirty_lock, 2.6 to 5.x).
 *
 * folio_mark_dirty reads folio->mapping and then uses it. Nothing keeps the inode alive meanwhile:
 * truncation takes the page out of the file, and the inode is freed. Under the folio lock the
 * mapping stays, because truncation needs that lock.
 */

import { scenario } from 'holdfast';
import { kfree, kmalloc } from 'holdfast/linux';
import {
  address_space,
  bio_add_folio,
  bio_alloc,
  bio_set_pages_dirty,
  END_DIRECT_READ,
  filePage,
  folio_get,
  folio_lock,
  folio_mark_dirty,
  folio_put,
  folio_unlock,
  REQ_OP_READ,
  request_queue,
  truncate_inode_folio,
} from 'holdfast/linux/mm';
import type { AllocStruct } from 'holdfast/linux/mm';

export default scenario.each(
  { call: ['set_page_dirty_lock', 'bio_set_pages_dirty', 'set_page_dirty'] },
  'dirty-vs-inode-free',
  ({ call, ...stage }) => {
    stage.pool(address_space, 1);
    const alloc: AllocStruct = (type, name) =>
      type.struct === address_space.struct ? kmalloc(type) : stage.alloc(type, name);
    const { folio, mapping, disk } = filePage(alloc, { pte: 'ro' });
    folio_get(folio);
    const bio = bio_alloc(stage.alloc(request_queue, 'disk queue'), REQ_OP_READ, END_DIRECT_READ);
    bio_add_folio(bio, 0, { page: folio, block: disk });
    stage.thread('driver', () => {
      if (call === 'set_page_dirty_lock') folio_lock(folio);
      if (call === 'bio_set_pages_dirty') bio_set_pages_dirty(bio);
      else folio_mark_dirty(folio);
      if (call === 'set_page_dirty_lock') folio_unlock(folio);
      folio_put(folio);
    });
    stage.thread('evict', () => {
      folio_get(folio);
      folio_lock(folio);
      truncate_inode_folio(mapping, folio);
      folio_unlock(folio);
      folio_put(folio);
      kfree(mapping);
    });
  },
  ({ call }) => ({ expect: call === 'set_page_dirty' ? 'fail' : 'pass' }),
);
