/** Message passing: the flag is written after the data and read before it. */

import { assert, scenario, struct, u32 } from 'holdfast';
import { READ_ONCE, smp_rmb, smp_wmb, WRITE_ONCE } from 'holdfast/linux';

const box = struct('box', { data: u32, ready: u32 });

export default scenario('message-passing', ({ alloc, thread, sometimes }) => {
  const b = alloc(box);
  const seen = sometimes('the reader sees the flag');
  thread('writer', () => {
    WRITE_ONCE(b.data, 42);
    smp_wmb();
    WRITE_ONCE(b.ready, 1);
  });
  thread('reader', () => {
    if (READ_ONCE(b.ready) === 0) return;
    smp_rmb();
    assert(READ_ONCE(b.data) === 42, 'the data is there');
    seen.mark();
  });
});
