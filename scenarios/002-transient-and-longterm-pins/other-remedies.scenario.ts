/**
 * What else the discussion proposes for a pin that writes while its page is written back: waiting
 * for a stable page whenever there are pins, refusing pins of file pages, marking dirty at other
 * moments, and telling the file system when the pin goes.
 */

import { scenario } from 'holdfast';
import type { Stage } from 'holdfast';
import {
  deviceStores,
  DIO_DIRTY,
  FOLL_WRITE,
  markPinnedDirty,
  pin_user_pages_fast,
  system,
  unpin_user_page,
  unpinUserPages,
  vfs_fsync,
  wb_writeback,
  xfs_file_dio_read,
} from 'holdfast/linux/mm';
import { NEW, transientPin } from './rules.ts';

function pinAgainstFsync(stage: Stage): () => boolean {
  const { file, proc } = system(stage);
  const log = file('log', { always: ['stable', 'no loss', 'notified'] });
  const app = proc('app');
  app.mmap(log, { pte: 'rw dirty' });
  const driver = stage.thread('driver', () => transientPin(app.mm, 0));
  stage.thread('fsync', () => vfs_fsync(log.inode));
  return () => driver.result();
}

export const stableWhilePinned = scenario.fails(
  'stable-pages-while-pinned',
  {
    designs: { 'stable-pages': 'where the device needs them, or while pinned' },
    about: 'page_mkwrite waits if there is a pin: a pin from before asks no page_mkwrite',
  },
  (stage) => void pinAgainstFsync(stage),
);

export const refused = scenario.each(
  { asks: ['safe', 'usable'] },
  'writable-file-pins-refused',
  ({ asks, ...stage }) => {
    const isPinned = pinAgainstFsync(stage);
    if (asks === 'usable') stage.sometimes('a direct read into a file mapping', isPinned);
  },
  ({ asks }) => ({
    designs: { 'writable-file-pins': 'refused' },
    expect: asks === 'safe' ? 'pass' : 'fail',
  }),
);

export const tellAtUnpin = scenario.fails(
  'page-mkwrite-at-unpin',
  {
    designs: { 'unpin-page-mkwrite': 'called' },
    about: 'the file system hears of the write when the pin goes: too late for what is in flight',
  },
  (stage) => void pinAgainstFsync(stage),
);

export const whenDirty = scenario.each(
  { at: ['pin', 'completion', 'pin and completion', 'never'] },
  'set-dirty-at',
  ({ at, ...stage }) => {
    const { file, proc } = system(stage);
    const log = file('log', { always: ['no loss'] });
    const app = proc('app');
    app.mmap(log, { pte: 'rw dirty' });
    stage.thread('driver', () => {
      const pages = pin_user_pages_fast(app.mm, 0, 1, FOLL_WRITE);
      if (typeof pages === 'number') return;
      for (const page of pages) {
        if (at.startsWith('pin')) markPinnedDirty(page);
        deviceStores(page, NEW);
        if (at.endsWith('completion')) unpinUserPages([page], true);
        else unpin_user_page(page);
      }
    });
    stage.thread('flusher', () => wb_writeback(log.inode));
  },
  ({ at }) => ({ expect: at.endsWith('completion') ? 'pass' : 'fail' }),
);

export const directIoDirty = scenario.each(
  { marks: DIO_DIRTY },
  'dio-dirty',
  (stage) => {
    const { file, proc, disk } = system(stage);
    const other = disk('other disk', { directIo: true });
    const source = file('source', { data: NEW, cached: false, disk: other });
    const buffer = file('buffer', { always: ['no loss'] });
    const app = proc('app');
    app.mmap(buffer, { pte: 'rw dirty' });
    stage.thread('reader', () => xfs_file_dio_read(source.inode, 0, app.mm, 0));
    stage.thread('flusher', () => wb_writeback(buffer.inode));
  },
  ({ marks }) => ({
    designs: { 'dio-dirty': marks },
    about: 'read(O_DIRECT) into a file mapping: when its pages are marked dirty',
    expect: marks.endsWith('after') ? 'pass' : 'fail',
  }),
);
