/**
 * Pins that are called transient and whose end user space controls after all, under the rules.
 *
 * vmsplice leaves pages in a pipe until somebody reads it. Linux takes plain references for that,
 * which do not count as pins: nobody waits. As pins they would stop fsync until the pipe is read,
 * and here the reader comes after fsync. Direct I/O whose file a FUSE server serves ends when the
 * server answers, and the server may want to sync the very file that is the buffer.
 */

import { scenario } from 'holdfast';
import { complete, completion, wait_for_completion } from 'holdfast/linux';
import {
  deviceStores,
  folio_put,
  FOLL_WRITE,
  get_user_pages,
  page_folio,
  pin_user_pages,
  pin_user_pages_fast,
  system,
  unpinUserPages,
  vfs_fsync,
} from 'holdfast/linux/mm';
import { ABC, NEW } from './rules.ts';

export const pipe = scenario.each(
  { takes: ['references', 'pins'] },
  'vmsplice-then-fsync',
  ({ takes, ...stage }) => {
    const { file, proc } = system(stage);
    const log = file('log');
    const app = proc('app');
    app.mmap(log, { pte: 'rw dirty' });
    stage.thread('app', () => {
      const grab = takes === 'references' ? get_user_pages : pin_user_pages;
      const inPipe = grab(app.mm, 0, 1, 0);
      vfs_fsync(log.inode);
      if (takes === 'pins') return unpinUserPages(inPipe, false);
      if (typeof inPipe !== 'number') inPipe.forEach((page) => folio_put(page_folio(page)));
    });
  },
  ({ takes }) => ({ designs: ABC, expect: takes === 'references' ? 'pass' : 'fail' }),
);

export const fuse = scenario.each(
  { server: ['answers', 'syncs the buffer first'] },
  'fuse-served-direct-read',
  ({ server, ...stage }) => {
    const { file, proc } = system(stage);
    const buffer = file('buffer');
    const app = proc('app');
    app.mmap(buffer, { pte: 'rw dirty' });
    const request = stage.alloc(completion, 'request');
    const answer = stage.alloc(completion, 'answer');
    stage.thread('reader', () => {
      const pages = pin_user_pages_fast(app.mm, 0, 1, FOLL_WRITE);
      complete(request);
      wait_for_completion(answer);
      if (typeof pages !== 'number') for (const page of pages) deviceStores(page, NEW);
      unpinUserPages(pages, true);
    });
    stage.thread('server', () => {
      wait_for_completion(request);
      if (server !== 'answers') vfs_fsync(buffer.inode);
      complete(answer);
    });
    stage.thread('fsync', () => vfs_fsync(buffer.inode));
  },
  ({ server }) => ({ designs: ABC, expect: server === 'answers' ? 'pass' : 'fail' }),
);
