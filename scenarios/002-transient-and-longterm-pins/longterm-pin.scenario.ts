/**
 * A pin whose end is up to user space, under the rules for transient ones: which calls never
 * return. Linux refuses such a pin of a file page (since 6.5).
 */

import { scenario } from 'holdfast';
import { READ_ONCE } from 'holdfast/linux';
import {
  do_truncate,
  EBUSY,
  EFAULT,
  FOLL_LONGTERM,
  FOLL_WRITE,
  pin_user_pages_fast,
  PINNED_FOLIO,
  system,
  userStore,
  vfs_fsync,
} from 'holdfast/linux/mm';
import type { Inode, MmStruct } from 'holdfast/linux/mm';
import { ABC, NEW } from './rules.ts';

const ALLOWED = { 'writable-file-pins': 'allowed' };

/** Registers a memory region with a device: the pin stays until user space takes it back. */
function register(mm: MmStruct): number {
  const pages = pin_user_pages_fast(mm, 0, 1, FOLL_WRITE | FOLL_LONGTERM);
  return typeof pages === 'number' ? pages : pages.length;
}

const CALLS = {
  fsync: (file: Inode) => {
    vfs_fsync(file);
    return 0;
  },
  truncate: (file: Inode) => do_truncate(file, 0),
};

export const calls = scenario.each(
  { call: ['fsync', 'truncate'], pins: ['refused', 'as transient', 'as transient, EBUSY'] },
  'longterm-pin-vs-call',
  ({ call, pins, ...stage }) => {
    const { file, proc, holder } = system(stage);
    const log = file('log', { always: [] });
    const app = proc('app');
    app.mmap(log, { pte: 'rw dirty' });
    const owner = stage.thread('register', () => register(app.mm));
    holder((page) => (owner.result() === 1 && page === log.folios[0] ? 1 : 0));
    const caller = stage.thread(call, () => CALLS[call](log.inode));
    if (pins === 'refused') stage.always('refused', () => owner.result() === -EFAULT);
    else stage.sometimes('registered', () => owner.result() === 1);
    if (call === 'truncate' && pins === 'as transient, EBUSY') {
      stage.sometimes('EBUSY', () => caller.result() === -EBUSY);
    }
  },
  ({ call, pins }) => ({
    designs: {
      ...ABC,
      ...(pins === 'refused' ? {} : ALLOWED),
      ...(pins === 'as transient, EBUSY' ? { 'truncate-pinned': 'EBUSY' } : {}),
    },
    expect:
      pins === 'refused' || (call === 'truncate' && pins !== 'as transient') ? 'pass' : 'fail',
  }),
);

export const durable = scenario.each(
  { pinned: PINNED_FOLIO },
  'longterm-pin-then-fsync',
  (stage) => {
    const { file, proc, holder } = system(stage);
    const log = file('log', { always: ['no loss'] });
    const app = proc('app');
    app.mmap(log);
    stage.thread('app', () => {
      userStore(app.mm, 0, NEW);
      register(app.mm);
      vfs_fsync(log.inode);
    });
    holder((page) => (page === log.folios[0] ? 1 : 0));
    const [block] = log.blocks;
    stage.always('what was stored before fsync is on disk', () => {
      return block?.data.every((word) => READ_ONCE(word) === NEW) ?? false;
    });
  },
  ({ pinned }) => ({
    designs: { ...ALLOWED, 'pinned-folio': pinned },
    expect: pinned === 'linux' || pinned === 'bounce' ? 'pass' : 'fail',
  }),
);
