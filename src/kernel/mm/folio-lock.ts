/**
 * The folio lock and waiting for write-back (include/linux/pagemap.h, mm/filemap.c,
 * mm/page-writeback.c, 6.18).
 *
 * The folio lock is the bit PG_locked; waiting for it sleeps. It keeps write-back, page faults that
 * make a page writable, truncation and migration of one folio apart. It does not keep GUP or a
 * device away. Taking it is an acquire, giving it back a release.
 */

import {
  clear_bit_unlock,
  defence,
  label,
  test_and_set_bit_lock,
  wait_on_bit,
  wait_on_bit_lock,
} from '../../memory/index.ts';
import { mapping_stable_writes } from '../fs/address_space.ts';
import { folio_mapping } from './mapping.ts';
import { page_flags } from './mm_types.ts';
import type { Folio } from './mm_types.ts';

const { PG_locked, PG_writeback } = page_flags.bit;

/** Takes the folio lock; sleeps until it is free. Inlined: the lock bears its taker's name. */
export function folio_lock(folio: Folio): void {
  label('lock the folio');
  wait_on_bit_lock(PG_locked, folio.flags);
}

/** Takes the folio lock if it is free; tells whether it did. */
export function folio_trylock(folio: Folio): boolean {
  label('try to lock the folio');
  return !test_and_set_bit_lock(PG_locked, folio.flags);
}

/** Gives the folio lock back. */
export function folio_unlock(folio: Folio): void {
  label('unlock the folio');
  clear_bit_unlock(PG_locked, folio.flags);
}

/** Sleeps until the folio is not under write-back. */
export function folio_wait_writeback(folio: Folio): void {
  label('wait for write-back');
  wait_on_bit(PG_writeback, folio.flags);
}

/**
 * Sleeps until the folio is not under write-back, if its device needs contents that stay the same
 * while they are written; on other devices it does not wait at all.
 */
export function folio_wait_stable(folio: Folio): void {
  const mapping = folio_mapping(folio);
  if (mapping === null || !mapping_stable_writes(mapping)) return;
  if (defence('wait for write-back', () => true)) folio_wait_writeback(folio);
}
