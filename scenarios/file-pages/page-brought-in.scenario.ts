/**
 * A page comes into memory while somebody else wants it, or takes it away.
 *
 * Two faults of the same page: one brings it in, locked until it has been read; the other finds it
 * and waits for the lock. A hole punched meanwhile: the invalidate lock keeps the fault from
 * reading a block that is freed behind its back. A fault that makes a page writable: the folio lock
 * keeps the page in its file, but unmapping needs no folio lock, so the PTE is compared again.
 * Whoever has waited for a lock looks again at what he knew before: is the page still the file's,
 * is it inside the file, is the PTE still the one that he saw?
 */

import { scenario } from 'holdfast';
import { READ_ONCE, WRITE_ONCE } from 'holdfast/linux';
import {
  do_truncate,
  FALLOC_FL_PUNCH_HOLE,
  filemap_read,
  linkVma,
  PageBuddy,
  pte_present,
  system,
  userLoad,
  userStore,
  vfs_fallocate,
  vm_area_struct,
  VM_READ,
  VM_WRITE,
  xfs_file_buffered_write,
} from 'holdfast/linux/mm';
import type { Zone } from 'holdfast/linux/mm';

const OLD = 3;
const NEW = 7;
/** What userLoad gives then. */
const SIGBUS = -1;

/** Who brings it in and changes it, and who only wants to see it. */
const PAIRS = ['store, load', 'store, read', 'write, load'] as const;

export const byTwo = scenario.each(
  { calls: PAIRS },
  'page-brought-in-by-two',
  ({ calls, ...stage }) => {
    const { file, proc } = system(stage, { freePages: 2 });
    const log = file('log', { data: OLD, cached: false });
    const memory = file('memory', { data: NEW, shmem: true });
    const [writer, reader] = [proc('writer'), proc('reader')];
    const source = calls === 'write, load' ? writer : reader;
    source.mmap(memory, { at: 1, pte: 'rw dirty' });
    if (calls !== 'write, load') writer.mmap(log);
    if (calls !== 'store, read') reader.mmap(log);
    stage.thread('writer', () => {
      if (calls === 'write, load') xfs_file_buffered_write(log.inode, 0, writer.mm, 1);
      else userStore(writer.mm, 0, NEW);
    });
    const seen = stage.thread('reader', () => {
      if (calls !== 'store, read') return userLoad(reader.mm, 0);
      filemap_read(log.inode, 0, reader.mm, 1);
      return userLoad(reader.mm, 1);
    });
    stage.always('what was written is in the file', () => {
      const page = READ_ONCE(log.mapping.i_pages[0] ?? raise());
      return page !== null && page.data.some((word) => READ_ONCE(word) === NEW);
    });
    stage.sometimes('the old data is read', () => seen.result() === OLD);
    stage.sometimes('the new data is read', () => seen.result() === NEW);
  },
);

export const punched = scenario.each(
  { by: ['a load', 'a read'] },
  'page-brought-in-vs-punch',
  ({ by, ...stage }) => {
    const { file, proc } = system(stage, { freePages: 2 });
    const log = file('log', { data: OLD, cached: false, always: ['no loss'] });
    const app = proc('app');
    if (by === 'a load') app.mmap(log);
    else app.mmap(file('memory', { shmem: true }), { pte: 'rw dirty' });
    const reader = stage.thread('reader', () => {
      if (by === 'a read') filemap_read(log.inode, 0, app.mm, 0);
      return userLoad(app.mm, 0);
    });
    stage.thread('punch', () => vfs_fallocate(log.inode, FALLOC_FL_PUNCH_HOLE, 0));
    stage.sometimes('the old data is read', () => reader.result() === OLD);
    stage.sometimes('zeroes are read', () => reader.result() === 0);
  },
);

export const beyondTheEnd = scenario(
  'page-brought-in-vs-truncate',
  { about: 'the end of the file is looked at again with the folio locked: else SIGBUS' },
  (stage) => {
    const { file, proc } = system(stage, { freePages: 1 });
    const log = file('log', { data: OLD });
    const app = proc('app');
    app.mmap(log);
    const reader = stage.thread('reader', () => userLoad(app.mm, 0));
    stage.thread('truncate', () => void do_truncate(log.inode, 0));
    stage.never('a page behind the end is mapped', () => {
      return app.mm.pte.some((ptep) => pte_present(READ_ONCE(ptep)));
    });
    stage.sometimes('the data is read', () => reader.result() === OLD);
    stage.sometimes('SIGBUS', () => reader.result() === SIGBUS);
  },
);

export const madeWritable = scenario.each(
  { how: ['truncated', 'punched'] },
  'mkwrite-vs-truncate',
  ({ how, ...stage }) => {
    const { file, proc } = system(stage, { freePages: how === 'punched' ? 1 : 0, freeBlocks: 1 });
    const log = file('log', { data: OLD });
    const app = proc('app');
    app.mmap(log, { pte: 'ro' });
    const store = stage.thread('store', () => userStore(app.mm, 0, NEW));
    stage.thread('truncate', () => {
      if (how === 'truncated') do_truncate(log.inode, 0);
      else vfs_fallocate(log.inode, FALLOC_FL_PUNCH_HOLE, 0);
    });
    if (how === 'truncated') stage.sometimes('SIGBUS', () => !store.result());
    stage.sometimes('stored', () => store.result());
  },
);

export const anonymous = scenario(
  'anonymous-page-by-two',
  { about: 'two threads touch a new page of anonymous memory: both see one and the same' },
  (stage) => {
    const { proc, zone } = system(stage, { freePages: 2 });
    const { mm } = proc('app');
    const vma = stage.alloc(vm_area_struct, 'heap');
    WRITE_ONCE(vma.vm_mm, mm);
    WRITE_ONCE(vma.vm_end, 1);
    WRITE_ONCE(vma.vm_flags, VM_READ | VM_WRITE);
    linkVma(mm, vma);
    stage.thread('store', () => userStore(mm, 0, NEW));
    const load = stage.thread('load', () => userLoad(mm, 0));
    stage.always('one page is taken', () => zone.page.filter(isUsed).length === 1);
    stage.sometimes('zeroes are read', () => load.result() === 0);
    stage.sometimes('the new data is read', () => load.result() === NEW);
  },
);

export const copied = scenario(
  'private-page-by-two',
  { about: 'two threads store to one page of a private mapping: one copy is made' },
  (stage) => {
    const { file, proc, zone } = system(stage, { freePages: 2 });
    const { mm, mmap } = proc('app');
    mmap(file('log', { data: OLD }), { isPrivate: true, pte: 'ro' });
    for (const name of ['left', 'right']) stage.thread(name, () => userStore(mm, 0, NEW));
    stage.always("the file's page, and one copy", () => zone.page.filter(isUsed).length === 2);
  },
);

function isUsed(slot: Zone['page'][number]): boolean {
  const page = READ_ONCE(slot);
  return page !== null && !PageBuddy(page);
}

function raise(): never {
  throw new Error('the file has a page');
}
