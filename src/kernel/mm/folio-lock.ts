/**
 * The folio lock and waiting for write-back (include/linux/pagemap.h, mm/filemap.c,
 * mm/page-writeback.c, 6.18).
 *
 * The folio lock is the bit PG_locked; waiting for it sleeps. It keeps write-back, page faults that
 * make a page writable, truncation and migration of one folio apart. It does not keep GUP or a
 * device away. Taking it is an acquire, giving it back a release. Waiting for another bit orders
 * nothing but later stores, by the control dependency.
 *
 * Who waits looks at the bit itself: the wait queue that folios share by hash, PG_waiters and
 * folio_wake_bit are not here, nor is the hand-over that keeps the lock fair, nor the forms that
 * signals interrupt.
 */

import { defence, design, label, test_and_set_bit_lock, xorUnlock } from '../../memory/index.ts';
import type { Bit } from '../../memory/index.ts';
import { machine } from '../../memory/machine.ts';
import { Modify, operation, Test } from '../../memory/operation.ts';
import type { OperationParts } from '../../memory/operation.ts';
import { mapping_stable_writes } from '../fs/address_space.ts';
import type { AddressSpace } from '../fs/address_space.ts';
import { folio_mapping } from './mapping.ts';
import { page_flags } from './mm_types.ts';
import type { Folio, PageFlag } from './mm_types.ts';
import { folio_test_writeback } from './page-flags.ts';
import { folio_maybe_dma_pinned } from './pin-count.ts';

const { PG_locked, PG_writeback } = page_flags.bit;

/**
 * Takes the folio lock (include/linux/pagemap.h); sleeps until it is free. Only where sleeping is
 * allowed, also when it is free. Inlined: the lock bears its taker's name.
 */
export function folio_lock(folio: Folio): void {
  label('lock the folio');
  machine().perform(operation('folio_lock', LOCKS, folio.flags.address));
}

/** Takes the folio lock if it is free (include/linux/pagemap.h); tells whether it did. */
export function folio_trylock(folio: Folio): boolean {
  label('try to lock the folio');
  return !test_and_set_bit_lock(PG_locked, folio.flags);
}

/** Gives the folio lock back (mm/filemap.c). */
export function folio_unlock(folio: Folio): void {
  label('unlock the folio');
  xorUnlock(1 << PG_locked, folio.flags);
}

/** Sleeps until the bit is clear (mm/filemap.c); it was set when the caller looked. */
export function folio_wait_bit(folio: Folio, bit_nr: Bit<PageFlag>): void {
  const parts = { ...untilClear(bit_nr), hold: SLEEPS };
  machine().perform(operation('folio_wait_bit', parts, folio.flags.address));
}

/**
 * Sleeps until the folio is not under write-back (mm/page-writeback.c). Linux looks at the flag
 * again after each wake-up; here the wait ends by such a look. A folio that is not under write-back
 * may be waited for anywhere, also where sleeping is not allowed.
 */
export function folio_wait_writeback(folio: Folio): void {
  label('under write-back?');
  if (!folio_test_writeback(folio)) return;
  label('wait for write-back');
  folio_wait_bit(folio, PG_writeback);
}

/**
 * Sleeps until the folio is not under write-back, if its device needs contents that stay the same
 * while they are written (mm/page-writeback.c); on other devices it does not wait at all. Design
 * `stable-pages`: always (rule (a) of discussion 002), or also for a folio that is pinned.
 */
export function folio_wait_stable(folio: Folio): void {
  const mapping = folio_mapping(folio);
  if (mapping === null || !mustBeStable(mapping, folio)) return;
  if (defence('wait for write-back', () => true)) folio_wait_writeback(folio);
}

/** The answers to `stable-pages`; the first is Linux's. */
export const STABLE_PAGES = [
  'where the device needs them',
  'always',
  'where the device needs them, or while pinned',
] as const;

function mustBeStable(mapping: AddressSpace, folio: Folio): boolean {
  switch (design('stable-pages', STABLE_PAGES)) {
    case 'where the device needs them':
      return mapping_stable_writes(mapping);
    case 'always':
      return true;
    case 'where the device needs them, or while pinned':
      return mapping_stable_writes(mapping) || folio_maybe_dma_pinned(folio);
  }
}

const SLEEPS = { sleeps: true } as const;

/** Waits until a bit is clear. */
function untilClear(nr: Bit<PageFlag>): OperationParts {
  return { test: Test.BITS_CLEAR, testArgument: 1 << nr, wait: true };
}

/** Waits until the lock is free and takes it; made once, not at each call. */
const LOCKS: OperationParts = {
  ...untilClear(PG_locked),
  modify: Modify.OR,
  modifyArgument: 1 << PG_locked,
  hold: { take: 'bit', shared: false },
};
