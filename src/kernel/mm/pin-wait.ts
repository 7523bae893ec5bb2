/**
 * Waiting until a folio is not pinned, and what write-back may do with a pinned one. None of this
 * is in Linux 6.18; it is what discussion 002 proposes (December 2018), and what stands against it.
 *
 * `pinned-folio`: what write-back does with a pinned folio, after mkclean
 *
 *   linux                  nothing else than with any other
 *   bounce                 writes a copy; the folio stays dirty (discussion 000)
 *   skip                   leaves it dirty
 *   wait for WB_SYNC_ALL   rule (b) as written: fsync waits, the flusher does not ask
 *   wait or skip           rule (b) completed: fsync waits, the flusher leaves the folio dirty
 *
 * `while-waiting-for-pins`: what write-back holds meanwhile. `pin-counter`: which count is looked
 * at; the text of the rules says "map count", which counts PTEs and not pins.
 */

import { design, label } from '../../memory/index.ts';
import { machine } from '../../memory/machine.ts';
import { operation, Test } from '../../memory/operation.ts';
import type { Field } from '../../memory/index.ts';
import type { Folio } from './mm_types.ts';
import { folio_maybe_dma_pinned, GUP_PIN_COUNTING_BIAS } from './pin-count.ts';
import { folio_mapped } from './rmap.ts';

/** The answers to `pinned-folio`; the first is Linux's. */
export const PINNED_FOLIO = [
  'linux',
  'bounce',
  'skip',
  'wait for WB_SYNC_ALL',
  'wait or skip',
] as const;

/** The answers to `while-waiting-for-pins`; the last two are mistakes to learn from. */
export const WHILE_WAITING = [
  'nothing is held',
  'the bio is not submitted',
  'the folio is locked',
] as const;

/** The design that was selected for `while-waiting-for-pins`. */
export function whileWaiting(): (typeof WHILE_WAITING)[number] {
  return design('while-waiting-for-pins', WHILE_WAITING);
}

/** The answers to `pin-counter`. */
export const PIN_COUNTER = ['pins', 'map count'] as const;

/** Whether the folio counts as pinned, by the selected counter. */
export function isElevated(folio: Folio): boolean {
  label('pinned?');
  if (design('pin-counter', PIN_COUNTER) === 'map count') return folio_mapped(folio);
  return folio_maybe_dma_pinned(folio);
}

/** Sleeps until the folio does not count as pinned; it may be pinned again when this returns. */
export function waitUntilUnpinned(folio: Folio): void {
  if (design('pin-counter', PIN_COUNTER) === 'map count') return waitUntilUnmapped(folio);
  label('wait for the pins');
  sleepUntil(folio._refcount, Test.BITS_CLEAR, ~(GUP_PIN_COUNTING_BIAS - 1));
}

function waitUntilUnmapped(folio: Folio): void {
  label('wait until nobody maps it');
  sleepUntil(folio._mapcount, Test.EQUALS, -1);
}

function sleepUntil({ address }: Field, test: Test, testArgument: number): void {
  const wait = { address, test, testArgument, wait: true, hold: { sleeps: true } } as const;
  machine().perform(operation('wait_for_value', wait));
}
