/**
 * Pins of the zero page, which every process shares for memory that it has only read.
 *
 * Before 6.5 they were counted like others: 2^21 of them, which unprivileged processes can have,
 * make the count negative, and whoever comes next is refused. VFIO mapped memory of guests that was
 * never written and did not unpin it, because its test for pages that are no memory took the zero
 * page for one (until 6.0). Since 6.5 (c8070b787519) neither pinning nor unpinning counts it, so
 * there is nothing to overflow and nothing to leak. A long-term pin gets a page of its own anyway
 * (6.2), which is why these pins are short.
 */

import { scenario } from 'holdfast';
import { READ_ONCE } from 'holdfast/linux';
import { pin_user_pages, system, unpinUserPages, ZERO_PAGE_PINS } from 'holdfast/linux/mm';

/** The largest number of references that is not negative. */
const NEARLY_ALL = 0x7fffffff;

const designs = ({ pins }: { pins: string }): Record<string, string> => ({
  'zero-page-pins': pins,
});

export const overflow = scenario.each(
  { pins: ZERO_PAGE_PINS },
  'zero-page-pin-overflow',
  (stage) => {
    const { proc } = system(stage, { zeroPage: NEARLY_ALL });
    const app = proc('app');
    app.anonymous();
    stage.thread('direct write', { count: 2 }, () => {
      const pages = pin_user_pages(app.mm, 0, 1, 0);
      unpinUserPages(pages, false);
    });
  },
  (chosen) => ({
    designs: designs(chosen),
    expect: chosen.pins === 'counted' ? 'fail' : 'pass',
  }),
);

export const leak = scenario.each(
  { pins: ZERO_PAGE_PINS },
  'vfio-zero-page',
  (stage) => {
    const { proc } = system(stage, { zeroPage: 1 });
    const app = proc('app');
    app.anonymous();
    stage.thread('vfio', () => {
      const pages = pin_user_pages(app.mm, 0, 1, 0);
      if (typeof pages === 'number') return;
      for (const page of pages) {
        const isReserved = READ_ONCE(page.is_zero); // is_invalid_reserved_pfn
        if (!isReserved) unpinUserPages([page], false);
      }
    });
  },
  (chosen) => ({
    designs: designs(chosen),
    about: 'a driver that does not unpin what it takes for no memory',
    expect: chosen.pins === 'counted' ? 'fail' : 'pass',
  }),
);
