/**
 * What keeps the read of the count behind the write of the PTE? Page-table lock only, and nothing
 * of what Linux does around it: the argument of the last mails of discussion 000 in its bare form.
 *
 * `clear`: the PTE is cleared by an exchange, or by a plain store. `between`: what follows, before
 * the count is read. The TLB flush, whose barrier stands here in Linux, is taken away.
 */

import { scenario } from 'holdfast';
import type { Expectation } from 'holdfast';
import {
  afterMkclean,
  filePage,
  folio_maybe_dma_pinned,
  folio_mkclean,
  folio_lock,
  folio_unlock,
  FOLL_PIN,
  FOLL_WRITE,
  gup_fast,
  page_vma_mkclean_one,
} from 'holdfast/linux/mm';
import { label, modelFunction, smp_mb, smp_rmb } from 'holdfast/linux';
import type { Folio } from 'holdfast/linux/mm';

/** Asks whether the folio is pinned, after what `after-mkclean` puts in between. */
const judgePinned = modelFunction('the judge', function judgePinned(folio: Folio): boolean {
  const between = afterMkclean();
  if (between === 'smp_rmb') smp_rmb();
  if (between === 'smp_mb') smp_mb();
  label('pinned?');
  return folio_maybe_dma_pinned(folio);
});

const CASES = {
  clear: ['exchange', 'store'],
  between: ['nothing', 'smp_rmb', 'smp_mb'],
} as const;

interface Chosen {
  readonly clear: 'exchange' | 'store';
  readonly between: 'nothing' | 'smp_rmb' | 'smp_mb';
}

const designs = ({ clear, between }: Chosen): Record<string, string> => ({
  'pte-clear': clear,
  'after-mkclean': between,
  'tlb-flush': 'no order',
});

/** On x86 an exchange is a full barrier; the kernel's own memory model promises none here. */
function lockAloneExpected({ clear, between }: Chosen): Expectation {
  if (between === 'smp_mb') return 'pass';
  return clear === 'store' ? { tso: 'fail' } : { weak: 'fail' };
}

export const lockOnly = scenario.each(
  CASES,
  'mkclean-locks-only',
  ({ alloc, thread, never }) => {
    const page = filePage(alloc);
    const gup = thread('gup-fast', () => {
      return gup_fast(page.mm, page.address, FOLL_PIN | FOLL_WRITE) !== null;
    });
    const pinned = thread('mkclean', () => {
      page_vma_mkclean_one(page.folio, page.vma);
      return judgePinned(page.folio);
    });
    never('pinned, and judged unpinned', () => gup.result() && !pinned.result());
  },
  (chosen) => ({
    designs: designs(chosen),
    expect: lockAloneExpected(chosen),
  }),
);

export const wholeWalk = scenario.each(
  CASES,
  'mkclean-whole-walk',
  ({ alloc, thread, never }) => {
    const page = filePage(alloc);
    const gup = thread('gup-fast', () => {
      return gup_fast(page.mm, page.address, FOLL_PIN | FOLL_WRITE) !== null;
    });
    const pinned = thread('mkclean', () => {
      folio_lock(page.folio);
      folio_mkclean(page.folio);
      const judged = judgePinned(page.folio);
      folio_unlock(page.folio);
      return judged;
    });
    never('pinned, and judged unpinned', () => gup.result() && !pinned.result());
  },
  (chosen) => ({
    designs: designs(chosen),
    expect: chosen.between === 'smp_mb' ? 'pass' : { weak: 'fail' },
  }),
);
