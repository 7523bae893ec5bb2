/**
 * Write-back write-protects every page table that maps the page writable: two shared mappings, and
 * a private one that is left alone because it never maps the file's page writable. A mapping that
 * is added while it walks is missed, or waits for i_mmap_rwsem; either way its first store faults.
 */

import { scenario } from 'holdfast';
import { READ_ONCE } from 'holdfast/linux';
import {
  filePage,
  mapAgain,
  mmap_region,
  pte_write,
  storeThroughPte,
  system,
  userStore,
  vfs_fsync,
  writeFolio,
} from 'holdfast/linux/mm';
import { declareProperties, NEW } from './protocol.ts';

export const addedMeanwhile = scenario(
  'mkclean-walk-vs-mmap',
  { about: 'a mapping that appears during the walk has no PTE yet: its first store must fault' },
  (stage) => {
    const { file, proc } = system(stage);
    const log = file('log', { stable: true });
    proc('app').mmap(log, { pte: 'rw dirty' });
    const other = proc('other');
    const vma = other.later(log);
    const store = stage.thread('mmap, store', () => {
      mmap_region(other.mm, vma);
      return userStore(other.mm, 0, NEW);
    });
    stage.thread('fsync', () => vfs_fsync(log.inode));
    stage.always('the store is made', () => store.result() === true);
  },
);

export default scenario.each(
  { second: ['shared', 'private'] },
  'mkclean-walk',
  ({ second, ...stage }) => {
    const page = filePage(stage.alloc);
    const other = mapAgain(stage.alloc, page, second);
    stage.thread('cpu', () => storeThroughPte(other, 0, NEW));
    stage.thread('write-back', () => writeFolio(page.folio, page.disk));
    declareProperties(stage, page);
    const entries = [...page.mm.pte, ...other.pte];
    stage.never('writable after write-back', () => entries.some((p) => pte_write(READ_ONCE(p))));
  },
);
