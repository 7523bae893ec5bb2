/** Store buffering: each thread writes its word and reads the other's. On x86 both may read 0. */

import { scenario, struct, u32 } from 'holdfast';
import { READ_ONCE, smp_mb, WRITE_ONCE } from 'holdfast/linux';

const words = struct('words', { x: u32, y: u32 });

export default scenario.each(
  { barrier: [false, true] },
  'store-buffering',
  ({ barrier, alloc, thread, never }) => {
    const w = alloc(words);
    const left = thread('left', () => {
      WRITE_ONCE(w.x, 1);
      if (barrier) smp_mb();
      return READ_ONCE(w.y);
    });
    const right = thread('right', () => {
      WRITE_ONCE(w.y, 1);
      if (barrier) smp_mb();
      return READ_ONCE(w.x);
    });
    never('both read 0', () => left.result() === 0 && right.result() === 0);
  },
  ({ barrier }) => ({ expect: barrier ? 'pass' : { sc: 'pass', tso: 'fail' } }),
);
