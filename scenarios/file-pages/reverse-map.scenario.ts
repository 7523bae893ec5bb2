/**
 * Two roads to one PTE: the process's (munmap) and the page's (reclaim, KSM). The page-table lock
 * keeps them apart; without it both take the same entry away, or one puts it back behind the other.
 */

import { scenario } from 'holdfast';
import { READ_ONCE } from 'holdfast/linux';
import {
  anonPage,
  do_munmap,
  folio_ref_count,
  shrink_inactive_list,
  system,
  write_protect_page,
  zap_pte_range,
} from 'holdfast/linux/mm';

export const reclaimed = scenario('reclaim-vs-munmap', (stage) => {
  const { file, proc } = system(stage);
  const log = file('log', { always: ['no loss'] });
  const app = proc('app');
  const vma = app.mmap(log, { pte: 'ro' });
  const freed = stage.sometimes('freed');
  stage.thread('munmap', () => do_munmap(app.mm, vma));
  stage.thread('kswapd', () => {
    if (log.folios.some(shrink_inactive_list)) freed.mark();
  });
});

export const shared = scenario('share-vs-zap', ({ alloc, thread, always, sometimes }) => {
  const page = anonPage(alloc, { exclusive: true, pte: 'ro' });
  thread('zap', () => zap_pte_range(page.mm, page.address));
  const ksm = thread('ksm', () => write_protect_page(page.vma, page.folio));
  always('unmapped', () => page.mm.pte.every((pte) => READ_ONCE(pte) === 0));
  always('one reference, of KSM', () => folio_ref_count(page.folio) === 1);
  sometimes('shared before', () => ksm.result());
  sometimes('gone before', () => !ksm.result());
});
