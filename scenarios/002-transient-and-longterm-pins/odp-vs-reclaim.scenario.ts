/**
 * Reclaim frees a page that a device maps which can fault: nothing is pinned, so nothing says that
 * the page is in use but the device's translation, which goes before the PTE does. The device then
 * faults and gets the page anew.
 */

import { scenario } from 'holdfast';
import { READ_ONCE } from 'holdfast/linux';
import { page_flags, pte_page, rdmaRead, shrink_inactive_list, system } from 'holdfast/linux/mm';

const DATA = 3;
const FREE = 1 << page_flags.bit.PG_buddy;

export default scenario('odp-vs-reclaim', (stage) => {
  const { file, proc } = system(stage, { freePages: 1 });
  const log = file('log', { data: DATA });
  const app = proc('app');
  const region = app.odp('mr', app.mmap(log, { pte: 'ro' }));
  const device = stage.thread.device('device', (dma) => {
    return rdmaRead(region, 0, dma) === DATA && rdmaRead(region, 0, dma) === DATA;
  });
  const [page] = log.folios;
  const reclaim = stage.thread('kswapd', () => page !== undefined && shrink_inactive_list(page));
  stage.always('the device reads the file', () => device.result() === true);
  stage.never('the device has a free page', () =>
    region.mtt.some((translation) => {
      const entry = READ_ONCE(translation);
      return entry !== 0 && (READ_ONCE(pte_page(entry).flags) & FREE) !== 0;
    }),
  );
  stage.sometimes('the page is freed', () => reclaim.result() === true);
});
