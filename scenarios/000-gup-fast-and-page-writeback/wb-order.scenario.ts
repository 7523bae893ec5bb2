/**
 * Write-back in time: the folio is unlocked while it is written, and the end comes as an interrupt,
 * perhaps on the CPU that just set PG_writeback.
 */

import { scenario } from 'holdfast';
import { READ_ONCE } from 'holdfast/linux';
import {
  completeFolio,
  filePage,
  folio_test_writeback,
  page_flags,
  submitFolio,
} from 'holdfast/linux/mm';

const LOCKED = 1 << page_flags.bit.PG_locked;
const WRITEBACK = 1 << page_flags.bit.PG_writeback;

export default scenario('wb-order', ({ alloc, thread, always, sometimes }) => {
  const page = filePage(alloc);
  const submit = thread('write-back', () => submitFolio(page.folio, page.disk));
  thread.irq(
    'completion',
    () => {
      if (folio_test_writeback(page.folio)) completeFolio(page.folio, page.disk);
    },
    { on: submit },
  );
  const observer = thread('observer', () => {
    return (READ_ONCE(page.folio.flags) & (LOCKED | WRITEBACK)) === WRITEBACK;
  });
  always('the disk holds one version', () => page.intact());
  sometimes('unlocked, and still under write-back', () => observer.result() === true);
});
