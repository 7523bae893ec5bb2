/**
 * What rules (b) and (c) must not hold while they wait for a pin, because its holder may need it
 * before the pin goes: the folio lock, a bio that is filled and not submitted, the invalidate lock.
 *
 * Some of these deadlocks need two pages, and one needs a buffer that has the same page twice: an
 * I/O takes its pins one after the other and gives none back before the last is there.
 */

import { scenario } from 'holdfast';
import type { Stage } from 'holdfast';
import {
  deviceStores,
  do_truncate,
  FOLL_WRITE,
  markPinnedDirty,
  pin_user_pages,
  pin_user_pages_fast,
  system,
  unpinUserPages,
  vfs_fsync,
} from 'holdfast/linux/mm';
import type { MmStruct, Pages } from 'holdfast/linux/mm';
import { A, ABC, B, C, NEW } from './rules.ts';

const pinOne = (mm: MmStruct, address: number): Pages =>
  pin_user_pages_fast(mm, address, 1, FOLL_WRITE);

export const folioLock = scenario.each(
  { holds: ['nothing', 'the folio lock'] },
  'rule-b-vs-set-dirty',
  (stage) => {
    const { file, proc } = system(stage);
    const log = file('log');
    const app = proc('app');
    app.mmap(log, { pte: 'rw dirty' });
    stage.thread('reader', () => {
      const pages = pinOne(app.mm, 0);
      if (typeof pages === 'number') return;
      for (const page of pages) {
        markPinnedDirty(page);
        deviceStores(page, NEW);
      }
      unpinUserPages(pages, true);
    });
    stage.thread('fsync', () => vfs_fsync(log.inode));
  },
  ({ holds }) => whileHolding(holds === 'nothing' ? holds : 'the folio is locked'),
);

function whileHolding(held: 'nothing' | 'the folio is locked' | 'the bio is not submitted'): {
  readonly designs: Record<string, string>;
  readonly expect: 'pass' | 'fail';
} {
  if (held === 'nothing') return { designs: { ...A, ...B }, expect: 'pass' };
  return { designs: { ...A, ...B, 'while-waiting-for-pins': held }, expect: 'fail' };
}

/** A buffer of two pieces, which are pinned one after the other. */
function pinTwo(stage: Stage, pages: number, first: number, second: number): void {
  const { file, proc } = system(stage);
  const log = file('log', { pages });
  const app = proc('app');
  app.mmap(log, { pte: 'rw dirty' });
  stage.thread('readv', () => {
    const one = pin_user_pages(app.mm, first, 1, FOLL_WRITE);
    const other = pin_user_pages(app.mm, second, 1, FOLL_WRITE);
    unpinUserPages(one, false);
    unpinUserPages(other, false);
  });
  stage.thread('fsync', () => vfs_fsync(log.inode));
}

export const unsubmitted = scenario.each(
  { holds: ['nothing', 'a bio'] },
  'rule-b-vs-second-page',
  (stage) => pinTwo(stage, 2, 1, 0),
  ({ holds }) => whileHolding(holds === 'nothing' ? holds : 'the bio is not submitted'),
);

export const samePageTwice = scenario.each(
  { holds: ['nothing', 'the folio lock'] },
  'rule-b-vs-same-page-twice',
  (stage) => pinTwo(stage, 1, 0, 0),
  ({ holds }) => whileHolding(holds === 'nothing' ? holds : 'the folio is locked'),
);

export const invalidateLock = scenario.each(
  { holds: ['nothing', 'the invalidate lock'] },
  'rule-c-vs-second-page',
  (stage) => {
    const { file, proc } = system(stage);
    const log = file('log', { pages: 2 });
    const app = proc('app');
    app.mmap(log, { pte: 'rw dirty' });
    stage.thread('driver', () => {
      const pages = pin_user_pages_fast(app.mm, 0, 2, FOLL_WRITE);
      if (typeof pages !== 'number') for (const page of pages) deviceStores(page, NEW);
      unpinUserPages(pages, true);
    });
    stage.thread('truncate', () => do_truncate(log.inode, 0));
  },
  ({ holds }) => ({
    designs: {
      ...ABC,
      ...(holds === 'nothing' ? {} : { 'truncate-waits': 'invalidate lock held' }),
    },
    expect: holds === 'nothing' ? 'pass' : 'fail',
  }),
);

export const ownPin = scenario.fails(
  'rule-c-vs-own-pin',
  { designs: { ...A, ...C }, about: 'whoever holds the pin truncates: waits for itself' },
  (stage) => {
    const { file, proc } = system(stage);
    const log = file('log');
    const app = proc('app');
    app.mmap(log, { pte: 'rw dirty' });
    stage.thread('app', () => {
      const pages = pinOne(app.mm, 0);
      do_truncate(log.inode, 0);
      unpinUserPages(pages, false);
    });
  },
);
