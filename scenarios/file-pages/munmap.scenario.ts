/**
 * A mapping ends, and its struct is freed, while somebody uses it.
 *
 * Who comes from the process (a page fault, slow GUP) holds mmap_lock from the look-up to the end;
 * who comes from the file (write-back, truncation, reclaim) holds i_mmap_rwsem while it walks the
 * list of mappings. munmap takes both, one after the other, for writing.
 */

import { scenario } from 'holdfast';
import type { Stage } from 'holdfast';
import { kfree, kmalloc, READ_ONCE, WRITE_ONCE } from 'holdfast/linux';
import {
  do_munmap,
  do_truncate,
  exit_mmap,
  folio_lock,
  folio_mkclean,
  folio_put,
  folio_unlock,
  FOLL_WRITE,
  get_user_pages,
  mmap_region,
  msync,
  pagefault_real_mr,
  pin_user_pages,
  pin_user_pages_fast,
  shrink_inactive_list,
  system,
  unpinUserPages,
  userStore,
  vm_area_struct,
} from 'holdfast/linux/mm';
import type { AllocStruct, File, KernelStage, MmStruct, Process } from 'holdfast/linux/mm';

const NEW = 7;

interface Mapped {
  readonly log: File;
  readonly app: Process;
}

/** Mappings come from a pool, so that their structs can be freed. */
function withFreedMappings(stage: Stage, count: number): KernelStage {
  stage.pool(vm_area_struct, count);
  const alloc: AllocStruct = (type, name) =>
    type.struct === vm_area_struct.struct ? kmalloc(type) : stage.alloc(type, name);
  return { ...stage, alloc };
}

/** A file that is mapped once, by a mapping that ends and whose struct is freed. */
function mappedOnce(stage: Stage, end: 'munmap' | 'exit', pte?: 'ro'): Mapped {
  const { file, proc } = system(withFreedMappings(stage, 1));
  const log = file('log', { always: [] });
  const app = proc('app');
  const vma = app.mmap(log, pte === undefined ? {} : { pte });
  stage.thread(end, () => {
    if (end === 'munmap') do_munmap(app.mm, vma);
    else exit_mmap(app.mm);
    kfree(vma);
  });
  return { log, app };
}

const USERS: Record<string, (mm: MmStruct) => void> = {
  'a store': (mm) => void userStore(mm, 0, NEW),
  pin_user_pages: (mm) => unpinUserPages(pin_user_pages(mm, 0, 1, FOLL_WRITE), true),
  pin_user_pages_fast: (mm) => unpinUserPages(pin_user_pages_fast(mm, 0, 1, FOLL_WRITE), true),
  get_user_pages: (mm) => {
    const pages = get_user_pages(mm, 0, 1, FOLL_WRITE);
    if (typeof pages !== 'number') pages.forEach(folio_put);
  },
};

export const fromTheProcess = scenario.each(
  { user: Object.keys(USERS) },
  'munmap-vs-user',
  ({ user, ...stage }) => {
    const { app } = mappedOnce(stage, 'munmap');
    stage.thread('user', () => USERS[user]?.(app.mm));
    stage.never('a PTE outlives its mapping', () => app.mm.pte.some((pte) => READ_ONCE(pte) !== 0));
  },
);

export const syncedBehind = scenario(
  'munmap-vs-msync',
  { about: 'msync of one mapping looks it up behind another, which ends' },
  (stage) => {
    const { file, proc } = system(withFreedMappings(stage, 2));
    const log = file('log', { always: [] });
    const app = proc('app');
    app.mmap(file('other', { shmem: true }), { at: 1 });
    const vma = app.mmap(log);
    stage.thread('munmap', () => {
      do_munmap(app.mm, vma);
      kfree(vma);
    });
    const sync = stage.thread('msync', () => msync(app.mm, 1));
    stage.always('found', () => sync.result());
  },
);

export const deviceFault = scenario('munmap-vs-device-fault', (stage) => {
  const { file, proc } = system(withFreedMappings(stage, 1));
  const app = proc('app');
  const vma = app.mmap(file('log', { always: [] }));
  const region = app.odp('mr', vma);
  stage.thread('munmap', () => {
    do_munmap(app.mm, vma);
    kfree(vma);
  });
  stage.thread('device fault', () => void pagefault_real_mr(region, 0, true));
  stage.never('a PTE outlives its mapping', () => app.mm.pte.some((pte) => READ_ONCE(pte) !== 0));
});

export const added = scenario.each(
  { by: ['one process', 'two processes'] },
  'mmap-by-two',
  ({ by, ...stage }) => {
    const { file, proc } = system(stage);
    const log = file('log');
    const processes = [proc('app'), proc('other')];
    const mms = processes.map(({ mm }) => (by === 'one process' ? processes[0]?.mm : mm));
    const vmas = mms.map((mm, i) => {
      const vma = stage.alloc(vm_area_struct, `vma${i}`);
      WRITE_ONCE(vma.vm_mm, mm ?? null);
      WRITE_ONCE(vma.vm_file, log.inode);
      return vma;
    });
    vmas.forEach((vma, i) => {
      stage.thread(`mmap${i}`, () => {
        const mm = READ_ONCE(vma.vm_mm);
        if (mm !== null) mmap_region(mm, vma);
      });
    });
    stage.always('the file has both mappings', () => {
      const first = READ_ONCE(log.mapping.i_mmap);
      return first !== null && READ_ONCE(first.next) !== null;
    });
    stage.always('each process has its own', () => {
      const heads = processes.map(({ mm }) => READ_ONCE(mm.mmap));
      const count = heads.flatMap((vma) => [vma, vma === null ? null : READ_ONCE(vma.vm_next)]);
      return count.filter((vma) => vma !== null).length === 2;
    });
  },
);

const WALKERS: Record<string, (mapped: Mapped) => void> = {
  'write-back': ({ log }) => {
    for (const folio of log.folios) {
      folio_lock(folio);
      folio_mkclean(folio);
      folio_unlock(folio);
    }
  },
  truncation: ({ log }) => void do_truncate(log.inode, 0),
  reclaim: ({ log }) => void log.folios.map(shrink_inactive_list),
};

export const fromTheFile = scenario.each(
  { end: ['munmap', 'exit'], walker: Object.keys(WALKERS) },
  'unmapped-vs-walk',
  ({ end, walker, ...stage }) => {
    const mapped = mappedOnce(stage, end, 'ro');
    stage.thread('walker', () => WALKERS[walker]?.(mapped));
  },
);
