/**
 * Two invalidations of one range at once, as of write-back and a hole: no copy of the PTEs is made
 * until both have ended, and it can be made then. Both count under one lock; the number that a
 * reader compares becomes even with the last.
 */

import { scenario } from 'holdfast';
import { READ_ONCE } from 'holdfast/linux';
import {
  mmu_interval_read_begin,
  mmu_notifier_invalidate_range_end,
  mmu_notifier_invalidate_range_start,
  mmu_notifier_release,
  system,
} from 'holdfast/linux/mm';

export default scenario.each(
  { second: ['invalidation', 'exit'] },
  'notifier-twice',
  ({ second, ...stage }) => {
    const { file, proc } = system(stage);
    const log = file('log');
    const app = proc('app');
    const region = app.odp('mr', app.mmap(log));
    const range = { start: 0, end: 1 };
    const invalidate = (): void => {
      mmu_notifier_invalidate_range_start(app.mm, range);
      mmu_notifier_invalidate_range_end(app.mm);
    };
    stage.thread('first', invalidate);
    stage.thread('second', () => {
      if (second === 'exit') mmu_notifier_release(app.mm);
      else invalidate();
    });
    stage.thread('reader', () => void mmu_interval_read_begin(region.notifier));
    const all = READ_ONCE(app.mm.notifier_subscriptions);
    stage.always('no invalidation is left', () => {
      return all !== null && READ_ONCE(all.active_invalidate_ranges) === 0;
    });
    stage.always('copies may be made again', () => {
      return all !== null && (READ_ONCE(all.invalidate_seq) & 1) === 0;
    });
  },
);
