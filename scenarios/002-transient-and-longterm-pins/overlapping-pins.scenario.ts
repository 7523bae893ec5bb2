/**
 * A pin is never there for long, but there is always one: whether fsync, waiting under rule (b),
 * is overtaken by a pin that was asked for after fsync had begun to wait.
 *
 * If one pin can overtake it so can the next: the state is the same again, and fsync waits for as
 * long as direct reads overlap, though each of them ends by itself. New pins are held back if the
 * folio stays locked; then an I/O that pins the same page twice waits for ever
 * (rule-b-vs-same-page-twice), and one that marks it dirty too (rule-b-vs-set-dirty).
 */

import { scenario } from 'holdfast';
import { READ_ONCE, u32, WRITE_ONCE } from 'holdfast/linux';
import {
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
    const onDisk = (): boolean => block?.data.some((word) => READ_ONCE(word) === NEW) ?? false;
    stage.thread('first', () => {
      const pages = pin_user_pages(app.mm, 0, 1, FOLL_WRITE);
      if (typeof pages === 'number') return;
      WRITE_ONCE(pinned, 1);
      for (const page of pages) deviceStores(page, NEW);
      unpinUserPages(pages, true);
    });
    const second = stage.thread('second', () => {
      if (READ_ONCE(pinned) === 0) return false;
      if (pte_write(ptep_get(pte_offset_map(app.mm, 0)))) return false;
      const pages = pin_user_pages(app.mm, 0, 1, FOLL_WRITE);
      const overtakes = !onDisk();
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
