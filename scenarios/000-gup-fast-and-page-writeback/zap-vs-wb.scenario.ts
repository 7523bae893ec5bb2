/**
 * munmap takes the last word on stores from a PTE and ends the mapping, while write-back asks the
 * reverse map who could still store. Since 6.2 the mapping of a dirty PTE ends after the TLB flush;
 * before, write-back found no mapping, cleaned the folio and wrote it, and a store through an old
 * TLB entry came after that.
 */

import { scenario } from 'holdfast';
import { filePage, storeThroughPte, writeFolio, ZAP_RMAP, zap_pte_range } from 'holdfast/linux/mm';
import { NEW } from './protocol.ts';

export default scenario.each(
  { rmap: ZAP_RMAP },
  'zap-vs-wb',
  ({ alloc, thread, always, sometimes }) => {
    const page = filePage(alloc);
    const store = thread('cpu', () => storeThroughPte(page.mm, page.address, NEW));
    thread('munmap', () => zap_pte_range(page.mm, page.address));
    thread('write-back', () => writeFolio(page.folio, page.disk));
    always('no loss', () => page.dirty() || page.written());
    sometimes('the store is made', () => store.result() === true);
    sometimes('the store is too late', () => store.result() === false);
  },
  ({ rmap }) => ({
    designs: { 'zap-rmap': rmap },
    expect: rmap === 'after the flush' ? 'pass' : 'fail',
  }),
);
