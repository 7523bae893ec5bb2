/**
 * Peterson's lock for two threads. x86 needs a full barrier before the reads; other CPUs need one
 * between the two stores as well, and smp_wmb would not be enough.
 */

import { scenario, loop, struct, u32 } from 'holdfast';
import { load, READ_ONCE, smp_load_acquire, smp_mb } from 'holdfast/linux';
import { smp_store_release, store, WRITE_ONCE } from 'holdfast/linux';

const state = struct('peterson', { wants0: u32, wants1: u32, turn: u32, inside: u32 });

export default scenario.each(
  { barriers: [2, 1, 0] },
  'peterson',
  ({ barriers, alloc, thread, always }) => {
    const p = alloc(state);
    const wants = [p.wants0, p.wants1] as const;
    const enterAndLeave = (me: 0 | 1, other: 0 | 1): void => {
      WRITE_ONCE(wants[me], 1);
      if (barriers === 2) smp_mb();
      WRITE_ONCE(p.turn, other);
      if (barriers >= 1) smp_mb();
      loop(() => smp_load_acquire(wants[other]) === 1 && smp_load_acquire(p.turn) === other);
      store(p.inside, load(p.inside) + 1);
      smp_store_release(wants[me], 0);
    };
    thread('left', () => enterAndLeave(0, 1));
    thread('right', () => enterAndLeave(1, 0));
    always('both were inside', () => READ_ONCE(p.inside) === 2);
  },
  ({ barriers }) => ({
    expect: barriers === 2 ? 'pass' : barriers === 1 ? { weak: 'fail' } : { tso: 'fail' },
  }),
);
