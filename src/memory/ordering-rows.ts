/**
 * The rows of the ordering table, by primitive: ordering.ts says what the columns mean.
 *
 * A row is written row(promise, x86) or row(promise, x86, promise where the test fails).
 */

import type { Basis, Order, Ordering, Tso } from './ordering.ts';

type Row = Omit<Ordering, 'basis'>;

function row(lkmm: Order, tso: Tso, failed: Order = lkmm): Row {
  return { lkmm, failed, unchanged: lkmm, tso, tsoFailed: tso, plain: false };
}

/** A conditional read-modify-write that looks before it locks. */
function looksFirst(lkmm: Order): Row {
  return { ...row(lkmm, 'locked', 'relaxed'), tsoFailed: 'load' };
}

function plain(tso: Tso): Row {
  return { ...row('relaxed', tso), plain: true };
}

/** Says where the promises of some rows stand. */
function by<const Rows extends Record<string, Row>>(
  basis: Basis,
  rows: Rows,
): { readonly [Name in keyof Rows]: Ordering } {
  const entries = Object.entries(rows).map(([name, one]) => [name, { ...one, basis }] as const);
  return Object.fromEntries(entries) as { readonly [Name in keyof Rows]: Ordering };
}

type Forms<N extends string> = Record<N | `${N}_acquire` | `${N}_release` | `${N}_relaxed`, Row>;

/** The four forms of a value-returning read-modify-write that cannot fail. */
function forms<const N extends string>(name: N): Forms<N> {
  return {
    [name]: row('full', 'locked'),
    [`${name}_acquire`]: row('acquire', 'locked'),
    [`${name}_release`]: row('release', 'locked'),
    [`${name}_relaxed`]: row('relaxed', 'locked'),
  } as Forms<N>;
}

/** The four forms of one that may fail, and orders nothing then. */
function conditionalForms<const N extends string>(name: N): Forms<N> {
  return {
    [name]: row('full', 'locked', 'relaxed'),
    [`${name}_acquire`]: row('acquire', 'locked', 'relaxed'),
    [`${name}_release`]: row('release', 'locked', 'relaxed'),
    [`${name}_relaxed`]: row('relaxed', 'locked'),
  } as Forms<N>;
}

const ACCESSES = by('model', {
  READ_ONCE: row('relaxed', 'load'),
  WRITE_ONCE: row('relaxed', 'store'),
  load: plain('load'),
  store: plain('store'),
  smp_load_acquire: row('acquire', 'load'),
  smp_store_release: row('release', 'store'),
  // The store first, then a full barrier: nothing orders it after what precedes.
  smp_store_mb: row('full-after', 'locked'),
  rcu_dereference: row('relaxed', 'load'),
  // The macro makes a constant NULL a WRITE_ONCE; the model has a release for every value.
  rcu_assign_pointer: row('release', 'store'),
});

const SPINNING = by('documents', {
  // The look that ends the wait.
  smp_cond_load_acquire: row('acquire', 'load'),
  smp_cond_load_relaxed: row('relaxed', 'load'),
});

const BARRIERS = {
  ...by('model', {
    smp_mb: row('full', 'drain'),
    smp_rmb: row('read', 'nothing'),
    smp_wmb: row('write', 'nothing'),
    smp_mb__before_atomic: row('full-before-rmw', 'nothing'),
    smp_mb__after_atomic: row('full-after-rmw', 'nothing'),
    smp_mb__after_spinlock: row('full-after-lock', 'nothing'),
    smp_mb__after_unlock_lock: row('full-after-unlock-lock', 'nothing'),
    smp_mb__after_srcu_read_unlock: row('full-after-section', 'nothing'),
  }),
  ...by('documents', {
    // A read barrier; with the control dependency before it, an acquire.
    smp_acquire__after_ctrl_dep: row('read', 'nothing'),
  }),
};

const EXCHANGES = {
  ...by('model', { ...forms('xchg'), ...conditionalForms('cmpxchg') }),
  ...by('documents', conditionalForms('try_cmpxchg')),
};

const ATOMICS = {
  ...by('model', {
    atomic_read: row('relaxed', 'load'),
    atomic_read_acquire: row('acquire', 'load'),
    atomic_set: row('relaxed', 'store'),
    atomic_set_release: row('release', 'store'),
    atomic_add: row('relaxed', 'locked'),
    atomic_sub: row('relaxed', 'locked'),
    atomic_inc: row('relaxed', 'locked'),
    atomic_dec: row('relaxed', 'locked'),
    atomic_and: row('relaxed', 'locked'),
    atomic_or: row('relaxed', 'locked'),
    atomic_xor: row('relaxed', 'locked'),
    atomic_andnot: row('relaxed', 'locked'),
    ...forms('atomic_add_return'),
    ...forms('atomic_sub_return'),
    ...forms('atomic_inc_return'),
    ...forms('atomic_dec_return'),
    ...forms('atomic_fetch_add'),
    ...forms('atomic_fetch_sub'),
    ...forms('atomic_fetch_inc'),
    ...forms('atomic_fetch_dec'),
    ...forms('atomic_fetch_and'),
    ...forms('atomic_fetch_or'),
    ...forms('atomic_fetch_xor'),
    ...forms('atomic_fetch_andnot'),
    ...forms('atomic_xchg'),
    ...conditionalForms('atomic_cmpxchg'),
    atomic_add_unless: looksFirst('full'),
    atomic_dec_and_test: row('full', 'locked'),
    atomic_inc_and_test: row('full', 'locked'),
    atomic_sub_and_test: row('full', 'locked'),
    atomic_add_negative: row('full', 'locked'),
  }),
  ...by('documents', {
    ...conditionalForms('atomic_try_cmpxchg'),
    atomic_fetch_add_unless: looksFirst('full'),
    atomic_inc_not_zero: looksFirst('full'),
    atomic_dec_if_positive: looksFirst('full'),
  }),
};

const REFERENCES = by('documents', {
  refcount_read: row('relaxed', 'load'),
  refcount_set: row('relaxed', 'store'),
  refcount_set_release: row('release', 'store'),
  refcount_add: row('relaxed', 'locked'),
  refcount_inc: row('relaxed', 'locked'),
  refcount_add_not_zero: looksFirst('relaxed'),
  refcount_inc_not_zero: looksFirst('relaxed'),
  refcount_add_not_zero_acquire: looksFirst('acquire'),
  refcount_inc_not_zero_acquire: looksFirst('acquire'),
  // The last one: smp_acquire__after_ctrl_dep() comes after it.
  refcount_sub_and_test: row('release', 'locked'),
  refcount_dec_and_test: row('release', 'locked'),
  // Where the test fails there is a finding, whatever the order.
  refcount_dec: row('release', 'locked'),
  refcount_dec_if_one: row('release', 'locked', 'relaxed'),
  refcount_dec_not_one: looksFirst('release'),
});

const BITS = by('documents', {
  test_bit: row('relaxed', 'load'),
  test_bit_acquire: row('acquire', 'load'),
  set_bit: row('relaxed', 'locked'),
  clear_bit: row('relaxed', 'locked'),
  change_bit: row('relaxed', 'locked'),
  clear_bit_unlock: row('release', 'locked'),
  xor_unlock_is_negative_byte: row('release', 'locked'),
  test_and_set_bit: row('full', 'locked'),
  test_and_clear_bit: row('full', 'locked'),
  test_and_change_bit: row('full', 'locked'),
  test_and_set_bit_lock: row('acquire', 'locked', 'relaxed'),
});

const SEQUENCES = by('documents', {
  // smp_load_acquire, again and again while the count is odd.
  read_seqcount_begin: row('acquire', 'load'),
});

const LOCKS = {
  ...by('model', {
    spin_lock: row('acquire', 'locked'),
    spin_trylock: looksFirst('acquire'),
    spin_unlock: row('release', 'store'),
    spin_is_locked: row('relaxed', 'load'),
  }),
  ...by('documents', {
    bit_spin_lock: row('acquire', 'locked'),
    bit_spin_trylock: row('acquire', 'locked', 'relaxed'),
    bit_spin_unlock: row('release', 'locked'),
    read_lock: row('acquire', 'locked'),
    read_trylock: looksFirst('acquire'),
    read_unlock: row('release', 'locked'),
    write_lock: row('acquire', 'locked'),
    write_trylock: looksFirst('acquire'),
    write_unlock: row('release', 'store'),
    down_read: row('acquire', 'locked'),
    down_read_trylock: looksFirst('acquire'),
    up_read: row('release', 'locked'),
    down_write: row('acquire', 'locked'),
    down_write_trylock: row('acquire', 'locked', 'relaxed'),
    up_write: row('release', 'locked'),
    downgrade_write: row('release', 'locked'),
    mutex_lock: row('acquire', 'locked'),
    mutex_trylock: looksFirst('acquire'),
    mutex_unlock: row('release', 'locked'),
  }),
};

const WAITING = {
  ...by('documents', {
    // set_current_state stores, then a full barrier. That the queue's lock is taken too is code.
    prepare_to_wait: row('full-after', 'locked'),
    // The same store and barrier by itself; without the barrier; and the full barrier of
    // try_to_wake_up, before it looks whether there is somebody to wake.
    set_current_state: row('full-after', 'locked'),
    __set_current_state: row('relaxed', 'store'),
    wake_up_process: row('full', 'locked'),
    // Looks at the queue without its lock.
    waitqueue_active: row('relaxed', 'load'),
    // __schedule takes the run queue's lock, then smp_mb__after_spinlock.
    schedule: row('full', 'locked'),
    finish_wait: looksFirst('relaxed'),
    // A full barrier if somebody is woken; else no more than the queue's lock, taken and released.
    wake_up: { ...row('full', 'locked'), unchanged: 'acquire-release' },
  }),
  ...by('code', {
    // The lock inside of the completion. complete() that wakes somebody is a full barrier, but
    // the word does not show who waits. On one that is complete for good it writes nothing.
    wait_for_completion: row('acquire', 'locked'),
    complete: row('release', 'locked', 'relaxed'),
    complete_all: row('release', 'locked'),
    // Starts with test_bit_acquire, and test_and_set_bit.
    wait_on_bit: row('acquire', 'load'),
    wait_on_bit_lock: row('acquire', 'locked'),
    // test_and_set_bit_lock, or the same bit under the lock of the folio's wait queue.
    folio_lock: row('acquire', 'locked'),
    // Looks at the bit by test_bit, under the lock of the queue.
    folio_wait_bit: row('relaxed', 'locked'),
  }),
  ...by('ours', { wait_for_value: row('acquire', 'load') }),
  ...by('model', {
    synchronize_rcu: row('full', 'drain'),
    synchronize_srcu: row('full', 'drain'),
    // __srcu_read_lock and __srcu_read_unlock have smp_mb(), which nobody is promised.
    srcu_read_lock: row('relaxed', 'drain'),
    srcu_read_unlock: row('relaxed', 'drain'),
    srcu_down_read: row('relaxed', 'drain'),
    srcu_up_read: row('relaxed', 'drain'),
  }),
  ...by('documents', {
    // What comes before the call comes before the callback; rcu_segcblist_add_len has smp_mb().
    call_rcu: row('release', 'locked', 'relaxed'),
    rcu_barrier: row('acquire', 'locked'),
  }),
  // The callback is taken off its list, and done.
  ...by('code', { rcu_do_batch: row('acquire-release', 'locked', 'relaxed') }),
  // Sends an interrupt to every CPU and waits for it: smp_call_function(.., wait).
  ...by('code', { smp_call_function: row('full', 'drain') }),
};

const OTHERS = {
  ...by('ours', {
    choose: row('relaxed', 'nothing'),
    /** Entering a section with interrupts off or of RCU, where that is a step of its own. */
    section: row('relaxed', 'nothing'),
    /** Entering an interrupt handler. */
    interrupt: row('relaxed', 'nothing'),
    /** What a device or a bus keeps in order. */
    hardwareOrder: row('full', 'drain'),
  }),
  ...by('documents', {
    kmalloc: row('relaxed', 'nothing'),
    // The slab's fast path has no locked instruction; here a free drains (docs/LIMITS.md).
    kfree: row('relaxed', 'drain'),
  }),
};

/** The table: ORDERING of ordering.ts. */
export const TABLE = {
  ...ACCESSES,
  ...SPINNING,
  ...BARRIERS,
  ...EXCHANGES,
  ...ATOMICS,
  ...REFERENCES,
  ...BITS,
  ...SEQUENCES,
  ...LOCKS,
  ...WAITING,
  ...OTHERS,
};
