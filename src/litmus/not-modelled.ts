/**
 * Names that look like primitives and that linux-kernel.def does not have (any more), with what to
 * write instead. Old tests have those that the kernel has dropped, tests for herd7's C11 models
 * those of C11.
 */

const READ_ONCE = 'READ_ONCE keeps what depends on it in order';
const RCU = 'All flavours of RCU are one by now';
const WAIT = 'Write a loop, as `while (r == 0)';
const LATER = 'Write `synchronize_rcu();` and what follows it in a thread of its own.';

const INSTEAD: ReadonlyMap<string, string> = new Map([
  ['lockless_dereference', `${READ_ONCE}: write READ_ONCE(*p).`],
  ['smp_read_barrier_depends', `${READ_ONCE}: leave the barrier out.`],
  ['read_barrier_depends', `${READ_ONCE}: leave the barrier out.`],
  ['ACCESS_ONCE', 'Write READ_ONCE(*x) or WRITE_ONCE(*x, v).'],
  ['spin_unlock_wait', 'Write `spin_lock(s); spin_unlock(s);`, as the kernel does by now.'],
  ['smp_mb__before_spinlock', 'Write smp_mb__after_spinlock() behind the lock.'],
  ['rcu_read_lock_sched', `${RCU}: write rcu_read_lock().`],
  ['rcu_read_unlock_sched', `${RCU}: write rcu_read_unlock().`],
  ['rcu_read_lock_bh', `${RCU}: write rcu_read_lock().`],
  ['rcu_read_unlock_bh', `${RCU}: write rcu_read_unlock().`],
  ['synchronize_sched', `${RCU}: write synchronize_rcu().`],
  ['synchronize_rcu_bh', `${RCU}: write synchronize_rcu().`],
  ['call_rcu', LATER],
  ['kfree_rcu', LATER],
  ['smp_cond_load_acquire', `${WAIT} r = smp_load_acquire(x);\`.`],
  ['smp_cond_load_relaxed', `${WAIT} r = READ_ONCE(*x);\`.`],
  ['atomic_inc_not_zero', 'Write `r = atomic_add_unless(v, 1, 0);`.'],
  ['refcount_inc_not_zero', 'Write `r = atomic_add_unless(v, 1, 0);` for an atomic_t.'],
  ['atomic_try_cmpxchg', 'Write `r = atomic_cmpxchg(x, old, new);`, and compare r with old.'],
  ['try_cmpxchg', 'Write `r = cmpxchg(x, old, new);`, and compare r with old.'],
]);

const C11 = /^atomic_(\w+_explicit|load|store|exchange|compare_exchange\w*|thread_fence)$/;

/** What to write instead of a name, or null. */
export function insteadOf(name: string): string | null {
  const instead = INSTEAD.get(name);
  if (instead !== undefined) return instead;
  if (!C11.test(name)) return null;
  return 'It is of C11: the kernel has READ_ONCE, smp_load_acquire, xchg_relaxed and others.';
}
