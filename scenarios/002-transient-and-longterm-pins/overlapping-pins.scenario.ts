/**
 * A pin is never there for long, but there is always one: fsync, waiting under rule (b), is
 * overtaken by pins that were asked for after it had begun to wait.
 *
 * `overlapping-pins` shows one of them. `pins-without-end` is a program that keeps one direct read
 * in flight until its fsync is done: it begins the next before it takes the end of the last. Each
 * pin ends by itself, and the count is never 0: no schedule whatever lets fsync return. New pins
 * are held back if the folio stays locked; then the two wait for each other, as with an I/O that
 * pins the same page twice (rule-b-vs-same-page-twice) or marks it dirty (rule-b-vs-set-dirty).
 * A copy of the page needs no waiting, and Linux does not wait either.
 */

import { scenario } from 'holdfast';
import {
  loop,
  READ_ONCE,
  smp_load_acquire,
  smp_store_release,
  u32,
  WRITE_ONCE,
} from 'holdfast/linux';
import {
  askDisk,
  deviceStores,
  FOLL_WRITE,
  pin_user_pages,
  pte_offset_map,
  pte_write,
  ptep_get,
  system,
  unpinUserPages,
  vfs_fsync,
} from 'holdfast/linux/mm';
import { A, B, NEW } from './rules.ts';

const WITHOUT_END = {
  'Linux 6.18': {},
  'rule b': { ...A, ...B },
  'rule b, folio locked': { ...A, ...B, 'while-waiting-for-pins': 'the folio is locked' },
  'a copy': { 'pinned-folio': 'bounce' },
};

export const withoutEnd = scenario.each(
  { writeBack: ['Linux 6.18', 'a copy', 'rule b', 'rule b, folio locked'] },
  'pins-without-end',
  (stage) => {
    const { file, proc } = system(stage);
    const log = file('log', { always: [] });
    const app = proc('app');
    app.mmap(log, { pte: 'rw dirty' });
    const isDone = stage.alloc(u32, 'fsync is done');
    stage.thread('reader', () => {
      const pages = pin_user_pages(app.mm, 0, 1, FOLL_WRITE);
      loop(() => {
        pin_user_pages(app.mm, 0, 1, FOLL_WRITE); // the next read begins,
        unpinUserPages(pages, false); // and the last one ends
        return READ_ONCE(isDone) === 0;
      });
      unpinUserPages(pages, false);
    });
    stage.thread('fsync', () => {
      vfs_fsync(log.inode);
      WRITE_ONCE(isDone, 1);
    });
  },
  ({ writeBack }) => ({
    designs: WITHOUT_END[writeBack],
    expect: writeBack.startsWith('rule b') ? 'fail' : 'pass',
  }),
);

export default scenario.each(
  { holds: ['nothing', 'the folio lock'] },
  'overlapping-pins',
  (stage) => {
    const { file, proc } = system(stage);
    const log = file('log');
    const app = proc('app');
    app.mmap(log, { pte: 'rw dirty' });
    const pinned = stage.alloc(u32, 'pinned');
    const [block] = log.blocks;
    stage.thread('first', () => {
      const pages = pin_user_pages(app.mm, 0, 1, FOLL_WRITE);
      if (typeof pages === 'number') return;
      smp_store_release(pinned, 1);
      for (const page of pages) deviceStores(page, NEW);
      unpinUserPages(pages, true);
    });
    const second = stage.thread('second', () => {
      if (smp_load_acquire(pinned) === 0) return false;
      if (pte_write(ptep_get(pte_offset_map(app.mm, 0)))) return false;
      const pages = pin_user_pages(app.mm, 0, 1, FOLL_WRITE);
      const overtakes = askDisk(block) !== NEW;
      unpinUserPages(pages, false);
      return overtakes;
    });
    stage.thread('fsync', () => vfs_fsync(log.inode));
    stage.never('a pin overtakes the waiting fsync', () => second.result());
  },
  ({ holds }) => ({
    designs: {
      ...A,
      ...B,
      'while-waiting-for-pins': holds === 'nothing' ? 'nothing is held' : 'the folio is locked',
    },
    expect: holds === 'nothing' ? 'fail' : 'pass',
  }),
);
