/**
 * A reference count that wraps (CVE-2019-11487): with 140 GiB of references to one page, two more
 * make the count small, and the next put frees a page that everybody still uses.
 *
 * Since 5.1 whoever takes a reference on behalf of user space looks first whether the count is
 * negative. The look is not atomic with the addition; 2^31 is room enough for those who are
 * between the two.
 */

import { scenario } from 'holdfast';
import { atomic_set } from 'holdfast/linux';
import {
  filePage,
  folio_get,
  folio_put,
  FOLL_PIN,
  GUP_PIN_COUNTING_BIAS,
  PageBuddy,
  try_get_folio,
  try_grab_folio_fast,
} from 'holdfast/linux/mm';

/** As a signed number -1: 2^32 - 1 references. */
const NEARLY_ALL = 0xffffffff;

/** One pin more, and the count would be 1. */
const A_PIN_LESS = NEARLY_ALL - GUP_PIN_COUNTING_BIAS + 2;

/** A pin counts 1,024: it would jump over 0, so "unless zero" alone does not stop it. */
export const pinned = scenario('page-refcount-overflow-by-pin', (stage) => {
  const { folio } = filePage(stage.alloc);
  atomic_set(folio._refcount, A_PIN_LESS);
  const pin = stage.thread('gup', () => try_grab_folio_fast(folio, 1, FOLL_PIN) !== null);
  stage.thread('one of the others', () => folio_put(folio));
  stage.never('pinned', () => pin.result());
  stage.never('a used page is free', () => PageBuddy(folio));
});

export default scenario.each(
  { get: ['try_get_page', 'get_page'] },
  'page-refcount-overflow',
  ({ get, ...stage }) => {
    const { folio } = filePage(stage.alloc);
    atomic_set(folio._refcount, NEARLY_ALL);
    stage.thread('tee', { count: 2 }, () => {
      if (get === 'get_page') folio_get(folio);
      else if (try_get_folio(folio, 1) === null) return;
      folio_put(folio);
    });
    stage.never('a used page is free', () => PageBuddy(folio));
  },
  ({ get }) => ({ expect: get === 'try_get_page' ? 'pass' : 'fail' }),
);
