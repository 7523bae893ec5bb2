/** What `holdfast new` writes: small scenarios that run as they are and are meant to be changed. */

import { pinningTemplates } from './templates-pinning.ts';
import { rcuTemplates } from './templates-rcu.ts';

/** A starting point; `NAME` in the text becomes the scenario's name. */
export interface Template {
  readonly name: string;
  readonly about: string;
  readonly text: string;
  /** What `why` is advised to ask: all models of kernel code take many minutes. */
  readonly models?: string;
}

const FLAG = `// Data behind a flag: the writer fills a box, then says so.
// Try: swap the two writes and look at the picture.

import { assert, scenario, struct, u32 } from 'holdfast';
import { READ_ONCE, WRITE_ONCE, smp_rmb, smp_wmb } from 'holdfast/linux';

const box = struct('box', { data: u32, ready: u32 });

export default scenario('NAME', ({ alloc, thread, sometimes }) => {
  const b = alloc(box);
  const seen = sometimes('the reader sees the flag');

  thread('writer', () => {
    WRITE_ONCE(b.data, 42);
    smp_wmb();
    WRITE_ONCE(b.ready, 1);
  });

  thread('reader', () => {
    if (!READ_ONCE(b.ready)) return;
    smp_rmb();
    assert(READ_ONCE(b.data) === 42);
    seen.mark();
  });
});
`;

const LOCK = `// Two threads count under a lock. Without it one of the additions is lost.
// Try: holdfast why FILE

import { scenario, struct, u32 } from 'holdfast';
import { READ_ONCE, WRITE_ONCE, spin_lock, spin_unlock, spinlock_t } from 'holdfast/linux';

const counter = struct('counter', { lock: spinlock_t, value: u32 });

export default scenario('NAME', ({ alloc, thread, always }) => {
  const c = alloc(counter);

  thread('adder', { count: 2 }, () => {
    spin_lock(c.lock);
    WRITE_ONCE(c.value, READ_ONCE(c.value) + 1);
    spin_unlock(c.lock);
  });

  always('nothing is lost', () => READ_ONCE(c.value) === 2);
});
`;

const REFCOUNT = `// The last user frees the object.
// A new user may come only while the count is not 0.
// Try: change atomic_inc_not_zero to atomic_inc and look at the picture.

import { scenario, struct, u32 } from 'holdfast';
import {
  READ_ONCE,
  WRITE_ONCE,
  atomic_dec_and_test,
  atomic_inc_not_zero,
  atomic_set,
  atomic_t,
} from 'holdfast/linux';

const object = struct('object', { refs: atomic_t, freed: u32, used: u32 });

export default scenario('NAME', ({ alloc, thread, never }) => {
  const o = alloc(object);
  atomic_set(o.refs, 1);

  const put = (): void => {
    if (atomic_dec_and_test(o.refs)) WRITE_ONCE(o.freed, 1);
  };

  thread('owner', put);

  thread('user', () => {
    if (!atomic_inc_not_zero(o.refs)) return;
    if (READ_ONCE(o.freed)) WRITE_ONCE(o.used, 1);
    put();
  });

  never('used after it was freed', () => READ_ONCE(o.used) === 1);
});
`;

const DMA = `// A driver gives a buffer to a device, which fills it and says that it is done.
// Try: remove the test of the flag and look at the picture.

import { assert, scenario, struct, u32 } from 'holdfast';
import { READ_ONCE, smp_rmb } from 'holdfast/linux';

const buffer = struct('buffer', { data: u32, done: u32 });

export default scenario('NAME', ({ alloc, thread, sometimes }) => {
  const b = alloc(buffer);
  const filled = sometimes('the driver finds the data');

  thread.device('nic', (dma) => {
    dma.write(b.data, 7);
    dma.write(b.done, 1);
  });

  thread('driver', () => {
    if (!READ_ONCE(b.done)) return;
    smp_rmb();
    assert(READ_ONCE(b.data) === 7);
    filled.mark();
  });
});
`;

/** All starting points; the first is the default. */
export const templates: readonly Template[] = [
  { name: 'flag', about: 'data behind a flag, with barriers', text: FLAG },
  { name: 'lock', about: 'two threads and a spin lock', text: LOCK },
  { name: 'refcount', about: 'the last user frees', text: REFCOUNT },
  { name: 'dma', about: 'a device that fills a buffer', text: DMA },
  ...rcuTemplates,
  ...pinningTemplates,
];
