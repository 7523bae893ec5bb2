/**
 * A speculative reference fails, or the PTE differs and it is dropped: both are needed. The page is
 * unmapped, freed and given to somebody else while GUP-fast walks.
 */

import { scenario } from 'holdfast';
import { READ_ONCE, WRITE_ONCE } from 'holdfast/linux';
import {
  allocFolio,
  anonPage,
  FOLL_PIN,
  FOLL_WRITE,
  gup_fast,
  zap_pte_range,
} from 'holdfast/linux/mm';

const SOMEBODY_ELSE = 2;

export default scenario('fast-gup-vs-free', ({ alloc, thread, never, sometimes }) => {
  const page = anonPage(alloc, { pte: 'rw', exclusive: true, references: 0 });
  const gup = thread('gup-fast', () => {
    return gup_fast(page.mm, page.address, FOLL_PIN | FOLL_WRITE) !== null;
  });
  thread('munmap', () => {
    zap_pte_range(page.mm, page.address);
    if (allocFolio(page.folio)) WRITE_ONCE(page.folio.private, SOMEBODY_ELSE);
  });
  const reused = (): boolean => READ_ONCE(page.folio.private) === SOMEBODY_ELSE;
  never('a pin on the page of somebody else', () => gup.result() && reused());
  never('a pin that is not counted', () => gup.result() && !page.pinned());
  sometimes('the pin is taken', () => gup.result());
  sometimes('the page is given to somebody else', reused);
});
