/**
 * Registered buffers of io_uring: pinned until they are given back, filled by requests that take no
 * pin of their own, and marked dirty by nobody.
 *
 * That is right for memory and for files in memory, whose pages stay dirty while they are pinned.
 * Of a file with write-back even giving the buffer back and fsync afterwards would not bring the
 * data to disk; since 6.5 Linux refuses it (EFAULT). A request keeps the buffer of which it is
 * filled: otherwise giving it back unpins a page that is being written.
 */

import { assert, scenario } from 'holdfast';
import type { Stage } from 'holdfast';
import {
  deviceStores,
  do_truncate,
  EBUSY,
  EFAULT,
  fixedBufferRequest,
  io_sqe_buffers_register,
  io_sqe_buffers_unregister,
  PageBuddy,
  system,
  vfs_fsync,
} from 'holdfast/linux/mm';

const NEW = 7;

export const againstFsync = scenario.each(
  { pins: ['refused', 'allowed'] },
  'registered-buffer-vs-fsync',
  ({ pins, ...stage }) => {
    const { file, proc, ring } = system(stage);
    const log = file('log', { always: ['no loss'] });
    const app = proc('app');
    app.mmap(log, { pte: 'rw dirty' });
    const ctx = ring('ring');
    const owner = stage.thread('app', () => {
      const error = io_sqe_buffers_register(ctx, app.mm, 0);
      if (error !== 0) return error;
      fixedBufferRequest(ctx, (page) => deviceStores(page, NEW));
      io_sqe_buffers_unregister(ctx);
      vfs_fsync(log.inode);
      return 0;
    });
    stage.thread('fsync', () => vfs_fsync(log.inode));
    if (pins === 'refused') stage.always('EFAULT', () => owner.result() === -EFAULT);
  },
  ({ pins }) =>
    pins === 'refused'
      ? {}
      : {
          designs: { 'writable-file-pins': 'allowed' },
          expect: 'fail',
          about: 'Linux before 6.5: lost for good, fsync or not',
        },
);

/** A process with a ring, and memory (a file of it) that can be registered. */
function ringAndMemory(stage: Stage) {
  const { file, proc, ring } = system(stage);
  const memory = file('memory', { shmem: true });
  const app = proc('app');
  app.mmap(memory, { pte: 'rw dirty' });
  return { app, ctx: ring('ring'), memory };
}

export const againstUnregister = scenario(
  'registered-buffer-vs-unregister',
  { about: 'the buffer is given back and its file truncated while a request fills it' },
  (stage) => {
    const { app, ctx, memory } = ringAndMemory(stage);
    if (io_sqe_buffers_register(ctx, app.mm, 0) !== 0) return;
    const filled = stage.thread('request', () =>
      fixedBufferRequest(ctx, (page) => {
        assert(!PageBuddy(page), 'the page of a request is not free');
        deviceStores(page, NEW);
      }),
    );
    stage.thread('app', () => {
      io_sqe_buffers_unregister(ctx);
      do_truncate(memory.inode, 0);
    });
    stage.always('every page is free in the end', () => memory.folios.every(PageBuddy));
    stage.sometimes('the buffer is filled', () => filled.result() === 1);
    stage.sometimes('it is too late', () => filled.result() === -EFAULT);
  },
);

export const byTwo = scenario(
  'registered-buffer-by-two',
  { about: 'two threads register a buffer with one ring: one of them gets EBUSY, no pin is lost' },
  (stage) => {
    const { app, ctx } = ringAndMemory(stage);
    const threads = ['one', 'other'].map((name) =>
      stage.thread(name, () => io_sqe_buffers_register(ctx, app.mm, 0)),
    );
    stage.always('one of them has it', () => {
      const results = threads.map((thread) => thread.result());
      return results.includes(0) && results.includes(-EBUSY);
    });
  },
);
