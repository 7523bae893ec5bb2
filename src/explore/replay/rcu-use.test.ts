import { expect, it } from 'vitest';
import {
  pointer,
  rcu_assign_pointer,
  rcu_dereference,
  rcu_read_lock,
  rcu_read_unlock,
  READ_ONCE,
  spin_lock,
  spin_unlock,
  spinlock_t,
  srcu_dereference,
  srcu_read_lock,
  srcu_read_unlock,
  srcu_struct,
  struct,
  u32,
  WRITE_ONCE,
} from '../../memory/index.ts';
import type { Field } from '../../memory/index.ts';
import { check } from '../../scenario/check.ts';
import { scenario } from '../../scenario/scenario.ts';

const item = struct('item', { value: u32 });
const toItem = pointer(item);

/** The warnings on a reader with this body, beside one that publishes an item. */
async function warningsOn(
  read: (
    head: Field<typeof toItem>,
    lock: Field<typeof spinlock_t>,
    ss: Field<typeof srcu_struct>,
  ) => void,
): Promise<readonly string[]> {
  const one = scenario('rcu', ({ alloc, thread }) => {
    const [head, lock] = [alloc(toItem, 'head'), alloc(spinlock_t, 'lock')];
    const [first, ss] = [alloc(item), alloc(srcu_struct, 'ss')];
    thread('updater', () => {
      WRITE_ONCE(first.value, 1);
      rcu_assign_pointer(head, first);
    });
    thread('reader', () => read(head, lock, ss));
  });
  return (await check(one)).warnings;
}

it('rcu_dereference outside of a section is warned of, with its place, once', async () => {
  const warnings = await warningsOn((head) => {
    for (let i = 0; i < 2; i++) rcu_dereference(head);
  });
  expect(warnings).toEqual([
    expect.stringMatching(
      /^RCU usage: reader dereferences head \(rcu-use\.test\.ts:\d+\) outside of a read-side/,
    ),
  ]);
});

it('inside one, or under a spin lock, it is not, and READ_ONCE never is', async () => {
  const section = await warningsOn((head) => {
    rcu_read_lock();
    rcu_dereference(head);
    rcu_read_unlock();
  });
  const locked = await warningsOn((head, lock) => {
    spin_lock(lock);
    rcu_dereference(head);
    spin_unlock(lock);
  });
  const marked = await warningsOn((head) => void READ_ONCE(head));
  expect([section, locked, marked]).toEqual([[], [], []]);
});

it('inside of a section of SRCU it is told of that, and of the primitive for it', async () => {
  const warnings = await warningsOn((head, _, ss) => {
    const idx = srcu_read_lock(ss);
    rcu_dereference(head);
    srcu_read_unlock(ss, idx);
  });
  expect(warnings.map((text) => text.replace(/\(.*?\)/, '(where)'))).toEqual([
    'RCU usage: reader dereferences head (where) by rcu_dereference where only a section of SRCU ' +
      'is open, of ss: lockdep warns of that (CONFIG_PROVE_RCU), and only synchronize_srcu waits ' +
      'for it; srcu_dereference(head, ss) is the primitive for it',
  ]);
});

it('the primitive of SRCU is not, nor one of RCU inside of both; behind it one is', async () => {
  const right = await warningsOn((head, _, ss) => {
    const idx = srcu_read_lock(ss);
    srcu_dereference(head, ss);
    rcu_read_lock();
    rcu_dereference(head);
    rcu_read_unlock();
    srcu_read_unlock(ss, idx);
  });
  const behind = await warningsOn((head, _, ss) => {
    srcu_read_unlock(ss, srcu_read_lock(ss));
    rcu_dereference(head);
  });
  expect(right).toEqual([]);
  expect(behind).toEqual([expect.stringContaining('outside of a read-side section')]);
});
