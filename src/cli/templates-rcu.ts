/** Starting scenarios for memory that is freed while others may look at it (docs/guide-rcu.md). */

import type { Template } from './templates.ts';

const RCU = `// A reader follows a pointer without a lock. The writer points it to a new object,
// waits until no reader can still be in the old one, and frees that.
// Try: holdfast check FILE --without writer/synchronize_rcu

import { assert, pointer, scenario, struct, u32 } from 'holdfast';
import {
  READ_ONCE,
  WRITE_ONCE,
  kfree,
  kmalloc,
  rcu_assign_pointer,
  rcu_dereference,
  rcu_read_lock,
  rcu_read_unlock,
  synchronize_rcu,
} from 'holdfast/linux';

const config = struct('config', { speed: u32 });
const device = struct('device', { config: pointer(config) });

export default scenario('NAME', ({ alloc, pool, thread, sometimes }) => {
  pool(config, 2);
  const nic = alloc(device, 'nic');
  const old = kmalloc(config);
  WRITE_ONCE(old.speed, 1);
  rcu_assign_pointer(nic.config, old);
  const seen = sometimes('the reader finds the new object');

  thread('reader', () => {
    rcu_read_lock();
    const now = rcu_dereference(nic.config);
    const speed = now === null ? 0 : READ_ONCE(now.speed);
    rcu_read_unlock();
    assert(speed !== 0, 'a finished object is found');
    if (speed === 2) seen.mark();
  });

  thread('writer', () => {
    const next = kmalloc(config);
    WRITE_ONCE(next.speed, 2);
    rcu_assign_pointer(nic.config, next);
    synchronize_rcu();
    kfree(old);
  });
});
`;

const SRCU = `// As with RCU, but readers sleep: a chain of callbacks has its own srcu_struct.
// Who takes a callback out waits for the calls that have begun, and for no other reader.
// Try: holdfast check FILE --without unregister/synchronize_srcu

import { pointer, scenario, struct, u32 } from 'holdfast';
import {
  RCU_INIT_POINTER,
  READ_ONCE,
  WRITE_ONCE,
  kfree,
  kmalloc,
  might_sleep,
  srcu_dereference,
  srcu_read_lock,
  srcu_read_unlock,
  srcu_struct,
  synchronize_srcu,
} from 'holdfast/linux';

const callback = struct('callback', { calls: u32 });
const chain = struct('chain', { head: pointer(callback), srcu: srcu_struct });

export default scenario('NAME', ({ alloc, pool, thread, sometimes }) => {
  pool(callback, 1);
  const notifier = alloc(chain, 'notifier');
  const mine = kmalloc(callback);
  RCU_INIT_POINTER(notifier.head, mine);
  const called = sometimes('the callback is called');

  thread('caller', () => {
    const idx = srcu_read_lock(notifier.srcu);
    const found = srcu_dereference(notifier.head, notifier.srcu);
    if (found !== null) {
      might_sleep();
      WRITE_ONCE(found.calls, READ_ONCE(found.calls) + 1);
      called.mark();
    }
    srcu_read_unlock(notifier.srcu, idx);
  });

  thread('unregister', () => {
    RCU_INIT_POINTER(notifier.head, null);
    synchronize_srcu(notifier.srcu);
    kfree(mine);
  });
});
`;

/** In the order of docs/guide-rcu.md. */
export const rcuTemplates: readonly Template[] = [
  { name: 'rcu', about: 'a pointer that is swapped, the old object freed', text: RCU },
  { name: 'srcu', about: 'callbacks that sleep, and are taken out', text: SRCU },
];
