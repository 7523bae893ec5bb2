/**
 * GUP-fast must not keep a pin on a page that KSM has just made shared: A1 to A4 against B1 to B5
 * of include/linux/rmap.h. The PTE is read-only from the start, so A4 may put back the very same
 * value.
 */

import { scenario } from 'holdfast';
import type { Stage } from 'holdfast';
import { anonPage, FOLL_PIN, gup_fast, write_protect_page } from 'holdfast/linux/mm';

export default scenario('pin-vs-share', protocol);

/** The PTE is cleared by a plain store and the TLB flush orders nothing: only smp_mb() is left. */
export const plainStore = scenario.each(
  { barrier: [true, false] },
  'pin-vs-share-plain-store',
  protocol,
  ({ barrier }) => ({
    designs: { 'pte-clear': 'store', 'tlb-flush': 'no order' },
    without: barrier ? [] : ['folio_try_share_anon_rmap_pte/smp_mb'],
    expect: barrier ? 'pass' : { sc: 'pass', tso: 'fail' },
  }),
);

/**
 * KSM asks twice: whether there are references that it does not know, and whether there are pins.
 */
export const withoutTests = scenario.each(
  { asks: ['references', 'pins', 'nothing'] },
  'pin-vs-share-questions',
  protocol,
  ({ asks }) => ({
    without: [
      ...(asks === 'references' ? [] : ['write_protect_page/no other references']),
      ...(asks === 'pins' ? [] : ['folio_try_share_anon_rmap_pte/pinned']),
    ],
    expect: asks === 'nothing' ? 'fail' : 'pass',
  }),
);

function protocol({ alloc, thread, never, sometimes }: Stage): void {
  const page = anonPage(alloc, { exclusive: true, pte: 'ro' });

  const gup = thread('gup-fast', () => gup_fast(page.mm, page.address, FOLL_PIN) !== null);
  thread('ksm', () => write_protect_page(page.vma, page.folio));

  never('pinned and shared', () => page.pinned() && !page.exclusive());
  sometimes('pinned', () => gup.result());
  sometimes('shared', () => !page.exclusive());
}
