/**
 * "DAX relies on it" (row 42): whoever takes a block of persistent memory away unmaps its page and
 * then asks whether it is in use; GUP-fast takes a reference and then looks at the PTE again. The
 * same two halves as with mkclean, and the same result: one of the two sees the other.
 */

import { scenario } from 'holdfast';
import { READ_ONCE, WRITE_ONCE } from 'holdfast/linux';
import {
  dax_break_layout,
  deviceStores,
  filePage,
  FOLL_PIN,
  FOLL_WRITE,
  gup_fast,
  unpin_user_page,
} from 'holdfast/linux/mm';
import { NEW } from './protocol.ts';

/** What the file that gets the block next writes. */
const NEXT_OWNER = 3;

export default scenario(
  'dax-busy-vs-fast-gup',
  { about: 'fsdax: the block goes to another file when its page is unmapped and idle' },
  ({ alloc, thread, always, sometimes }) => {
    const { mm, address, mapping, folio } = filePage(alloc);
    const [word] = folio.data;
    if (word === undefined) return;
    const driver = thread('gup-fast', () => {
      const page = gup_fast(mm, address, FOLL_PIN | FOLL_WRITE);
      if (page === null) return false;
      deviceStores(page, NEW);
      unpin_user_page(page);
      return true;
    });
    thread('truncate', () => {
      dax_break_layout(mapping);
      WRITE_ONCE(word, NEXT_OWNER);
    });
    always('the next owner keeps its data', () => READ_ONCE(word) === NEXT_OWNER);
    sometimes('the pin is taken', () => driver.result() === true);
    sometimes('GUP-fast backs off', () => driver.result() === false);
  },
);
