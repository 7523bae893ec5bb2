/**
 * Write-back write-protects every page table that maps the page writable: two shared mappings, and
 * a private one that is left alone because it never maps the file's page writable.
 */

import { scenario } from 'holdfast';
import { READ_ONCE } from 'holdfast/linux';
import { filePage, mapAgain, pte_write, storeThroughPte, writeFolio } from 'holdfast/linux/mm';
import { declareProperties, NEW } from './protocol.ts';

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
  () => ({ designs: { 'tlb-flush': 'interrupt' } }),
);
