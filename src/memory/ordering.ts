/**
 * What orders what: one table for every primitive and memory model.
 *
 * `lkmm` is the order that the kernel promises (Documentation/atomic_t.txt, memory-barriers.txt,
 * tools/memory-model): a value-returning read-modify-write is fully ordered, one that returns
 * nothing is relaxed, a failed conditional one orders nothing, the suffixes say what they say.
 * `tso` is what the x86 instruction does: every locked instruction drains the store buffer whether
 * it succeeds or not; every store, also a release and an unlock by a plain store, goes into the
 * buffer. Some conditional calls look first and give up without a locked instruction
 * (`atomic_add_unless`, `spin_trylock`: include/linux/atomic/atomic-arch-fallback.h,
 * include/asm-generic/qspinlock.h, 6.18): `tsoFailed` says so. A row without an instruction on x86
 * (smp_rmb, smp_wmb, smp_mb__after_atomic) is a compiler barrier.
 */

/** The order a primitive promises under the Linux kernel memory model. */
export type Order = 'full' | 'acquire' | 'release' | 'relaxed' | 'read' | 'write';

/** What the primitive is on x86. */
export type Tso = 'load' | 'store' | 'locked' | 'drain' | 'nothing';

/** One row: the promise, the promise after a failed test, and the x86 instruction. */
export interface Ordering {
  readonly lkmm: Order;
  readonly failed: Order;
  readonly tso: Tso;
  /** What it is on x86 when its test fails. */
  readonly tsoFailed: Tso;
  /** A plain access: it may not race. */
  readonly plain: boolean;
}

function row(lkmm: Order, tso: Tso, failed: Order = lkmm): Ordering {
  return { lkmm, failed, tso, tsoFailed: tso, plain: false };
}

/** A conditional read-modify-write that looks before it locks. */
function looksFirst(lkmm: Order): Ordering {
  return { lkmm, failed: 'relaxed', tso: 'locked', tsoFailed: 'load', plain: false };
}

function plain(tso: Tso): Ordering {
  return { lkmm: 'relaxed', failed: 'relaxed', tso, tsoFailed: tso, plain: true };
}

/** The four forms of a value-returning read-modify-write that cannot fail. */
function forms<const N extends string>(
  name: N,
): Record<N | `${N}_acquire` | `${N}_release` | `${N}_relaxed`, Ordering> {
  return {
    [name]: row('full', 'locked'),
    [`${name}_acquire`]: row('acquire', 'locked'),
    [`${name}_release`]: row('release', 'locked'),
    [`${name}_relaxed`]: row('relaxed', 'locked'),
  } as Record<N | `${N}_acquire` | `${N}_release` | `${N}_relaxed`, Ordering>;
}

/** The four forms of one that may fail, and orders nothing then. */
function conditionalForms<const N extends string>(
  name: N,
): Record<N | `${N}_acquire` | `${N}_release` | `${N}_relaxed`, Ordering> {
  return {
    [name]: row('full', 'locked', 'relaxed'),
    [`${name}_acquire`]: row('acquire', 'locked', 'relaxed'),
    [`${name}_release`]: row('release', 'locked', 'relaxed'),
    [`${name}_relaxed`]: row('relaxed', 'locked'),
  } as Record<N | `${N}_acquire` | `${N}_release` | `${N}_relaxed`, Ordering>;
}

const ACCESSES = {
  READ_ONCE: row('relaxed', 'load'),
  WRITE_ONCE: row('relaxed', 'store'),
  load: plain('load'),
  store: plain('store'),
  smp_load_acquire: row('acquire', 'load'),
  smp_store_release: row('release', 'store'),
  smp_store_mb: row('full', 'locked'),
  rcu_dereference: row('relaxed', 'load'),
  rcu_assign_pointer: row('release', 'store'),
};

const BARRIERS = {
  smp_mb: row('full', 'drain'),
  smp_rmb: row('read', 'nothing'),
  smp_wmb: row('write', 'nothing'),
  smp_mb__before_atomic: row('full', 'nothing'),
  smp_mb__after_atomic: row('full', 'nothing'),
  smp_mb__after_spinlock: row('full', 'nothing'),
};

const EXCHANGES = {
  ...forms('xchg'),
  ...conditionalForms('cmpxchg'),
  ...conditionalForms('try_cmpxchg'),
};

const ATOMICS = {
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
  ...conditionalForms('atomic_try_cmpxchg'),
  atomic_add_unless: looksFirst('full'),
  atomic_fetch_add_unless: looksFirst('full'),
  atomic_inc_not_zero: looksFirst('full'),
  atomic_dec_if_positive: looksFirst('full'),
  atomic_dec_and_test: row('full', 'locked'),
  atomic_inc_and_test: row('full', 'locked'),
  atomic_sub_and_test: row('full', 'locked'),
  atomic_add_negative: row('full', 'locked'),
};

const BITS = {
  test_bit: row('relaxed', 'load'),
  test_bit_acquire: row('acquire', 'load'),
  set_bit: row('relaxed', 'locked'),
  clear_bit: row('relaxed', 'locked'),
  change_bit: row('relaxed', 'locked'),
  clear_bit_unlock: row('release', 'locked'),
  test_and_set_bit: row('full', 'locked'),
  test_and_clear_bit: row('full', 'locked'),
  test_and_change_bit: row('full', 'locked'),
  test_and_set_bit_lock: row('acquire', 'locked', 'relaxed'),
};

const LOCKS = {
  bit_spin_lock: row('acquire', 'locked'),
  bit_spin_trylock: row('acquire', 'locked', 'relaxed'),
  bit_spin_unlock: row('release', 'locked'),
  spin_lock: row('acquire', 'locked'),
  spin_trylock: looksFirst('acquire'),
  spin_unlock: row('release', 'store'),
  spin_is_locked: row('relaxed', 'load'),
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
};

const WAITING = {
  /** Marks the sleeper, then a full barrier (set_current_state). */
  prepare_to_wait: row('full', 'locked'),
  /** Sleeps until somebody clears the mark. */
  schedule: row('relaxed', 'load'),
  finish_wait: looksFirst('relaxed'),
  wake_up: row('full', 'locked'),
  wait_for_completion: row('acquire', 'locked'),
  complete: row('release', 'locked'),
  complete_all: row('release', 'locked'),
  wait_on_bit: row('acquire', 'load'),
  wait_on_bit_lock: row('acquire', 'locked'),
  wait_for_value: row('acquire', 'load'),
  synchronize_rcu: row('full', 'drain'),
  /** Sends an interrupt to every CPU and waits for it: smp_call_function(.., wait). */
  smp_call_function: row('full', 'drain'),
};

const OTHERS = {
  choose: row('relaxed', 'nothing'),
  /** Entering a section with interrupts off or of RCU, where that is a step of its own. */
  section: row('relaxed', 'nothing'),
  /** Entering an interrupt handler. */
  interrupt: row('relaxed', 'nothing'),
  kmalloc: row('relaxed', 'nothing'),
  /** The slab's fast path has no locked instruction; here a free drains (docs/LIMITS.md). */
  kfree: row('relaxed', 'drain'),
};

const TABLE = {
  ...ACCESSES,
  ...BARRIERS,
  ...EXCHANGES,
  ...ATOMICS,
  ...BITS,
  ...LOCKS,
  ...WAITING,
  ...OTHERS,
};

/** The name of a primitive: a row of the table. */
export type PrimitiveName = keyof typeof TABLE;

/** The table, by primitive. */
export const ORDERING: { readonly [Name in PrimitiveName]: Ordering } = TABLE;
