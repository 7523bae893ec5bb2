/**
 * A pin whose end is up to user space, under the rules for transient ones: which calls never
 * return. Linux refuses such a pin of a file page (since 6.5).
 */

import { scenario } from 'holdfast';
import { READ_ONCE } from 'holdfast/linux';
import {
  do_munmap,
  do_truncate,
  EBUSY,
  EFAULT,
  exit_mmap,
  FALLOC_FL_PUNCH_HOLE,
  FOLL_LONGTERM,
  FOLL_WRITE,
  msync,
  pin_user_pages_fast,
  PINNED_FOLIO,
  shrink_inactive_list,
  system,
  userStore,
  vfs_clone_file_range,
  vfs_fallocate,
  vfs_fsync,
  wb_writeback,
  xfs_file_buffered_write,
  xfs_file_dio_read,
  xfs_file_dio_write,
} from 'holdfast/linux/mm';
import type { File, Inode, MmStruct, Process, VmArea } from 'holdfast/linux/mm';
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

/** Calls on a file of which one page is pinned; `memory` is mapped behind it. */
const OTHER_CALLS: Record<OtherCall, (log: File, app: Process, copy: File, vma: VmArea) => void> = {
  fsync: ({ inode }) => vfs_fsync(inode),
  msync: (_log, { mm }) => void msync(mm, 0),
  truncate: ({ inode }) => void do_truncate(inode, 0),
  'punch a hole': ({ inode }) => void vfs_fallocate(inode, FALLOC_FL_PUNCH_HOLE, 0),
  reflink: ({ inode }, _app, copy) => vfs_clone_file_range(inode, copy.inode, 0),
  'direct read of the file': ({ inode }, { mm }) => void xfs_file_dio_read(inode, 0, mm, 1),
  'direct write to the file': ({ inode }, { mm }) => void xfs_file_dio_write(inode, 0, mm, 1),
  'buffered write': ({ inode }, { mm }) => void xfs_file_buffered_write(inode, 0, mm, 1),
  store: (_log, { mm }) => void userStore(mm, 0, NEW),
  flusher: ({ inode }) => wb_writeback(inode),
  reclaim: ({ folios }) => void folios.map(shrink_inactive_list),
  munmap: (_log, { mm }, _copy, vma) => do_munmap(mm, vma),
  exit: (_log, { mm }) => exit_mmap(mm),
};

const NEVER_RETURN = [
  'fsync',
  'msync',
  'truncate',
  'punch a hole',
  'reflink',
  'direct read of the file',
  'direct write to the file',
] as const;

const RETURN = ['buffered write', 'store', 'flusher', 'reclaim', 'munmap', 'exit'] as const;

type OtherCall = (typeof NEVER_RETURN)[number] | (typeof RETURN)[number];

export const whichReturn = scenario.each(
  { call: [...NEVER_RETURN, ...RETURN] },
  'longterm-pin-then-call',
  ({ call, ...stage }) => {
    const { file, proc, holder } = system(stage, { directIo: true });
    const log = file('log', { always: [] });
    const memory = file('memory', { shmem: true });
    const copy = file('copy', { cached: false, always: [] });
    const app = proc('app');
    const vma = app.mmap(log, { pte: 'rw dirty' });
    app.mmap(memory, { at: 1, pte: 'rw dirty' });
    stage.thread('app', () => {
      register(app.mm);
      OTHER_CALLS[call](log, app, copy, vma);
    });
    holder((page) => (page === log.folios[0] ? 1 : 0));
  },
  ({ call }) => ({
    designs: { ...ABC, ...ALLOWED },
    about: 'under the rules for transient pins',
    expect: NEVER_RETURN.some((one) => one === call) ? 'fail' : 'pass',
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
