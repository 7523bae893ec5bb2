/** Peterson's lock for two threads. Without a full barrier both get in, on x86 too. */

import { scenario, loop, struct, u32 } from 'holdfast';
import { load, READ_ONCE, smp_mb, smp_store_release, store, WRITE_ONCE } from 'holdfast/linux';

const state = struct('peterson', { wants0: u32, wants1: u32, turn: u32, inside: u32 });

export default scenario.each(
  { barrier: [true, false] },
  'peterson',
  ({ barrier, alloc, thread, always }) => {
    const p = alloc(state);
    const wants = [p.wants0, p.wants1] as const;
    const enterAndLeave = (me: 0 | 1, other: 0 | 1): void => {
      WRITE_ONCE(wants[me], 1);
      WRITE_ONCE(p.turn, other);
      if (barrier) smp_mb();
      loop(() => READ_ONCE(wants[other]) === 1 && READ_ONCE(p.turn) === other);
      store(p.inside, load(p.inside) + 1);
      smp_store_release(wants[me], 0);
    };
    thread('left', () => enterAndLeave(0, 1));
    thread('right', () => enterAndLeave(1, 0));
    always('both were inside', () => READ_ONCE(p.inside) === 2);
  },
  ({ barrier }) => ({ expect: barrier ? 'pass' : { sc: 'pass', tso: 'fail' } }),
);
