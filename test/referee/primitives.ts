/**
 * What each primitive is on x86, and what it does to its word: the referee's own account, by name,
 * from Documentation/atomic_t.txt, atomic_bitops.txt and the x86 and generic implementations of
 * Linux 6.18.
 */

// 1. What each primitive is on x86. Everything that is not named here is a locked instruction.

export const NO_INSTRUCTION = new Set([
  'smp_rmb',
  'smp_wmb',
  'smp_mb__before_atomic',
  'smp_mb__after_atomic',
  'smp_mb__after_spinlock',
  'smp_mb__after_unlock_lock',
  'smp_mb__after_srcu_read_unlock',
  'smp_acquire__after_ctrl_dep',
]);

export const FULL_BARRIERS = new Set(['smp_mb']);

export const LOADS = new Set([
  'READ_ONCE',
  'load',
  'data_race',
  'smp_load_acquire',
  'smp_cond_load_acquire',
  'smp_cond_load_relaxed',
  'rcu_dereference',
  'srcu_dereference',
  'readEquals',
  'readAnyBit',
  'atomic_read',
  'atomic_read_acquire',
  'atomicAtLeast',
  'refcount_read',
  'waitqueue_active',
  'test_bit',
  'test_bit_acquire',
  'spin_is_locked',
  'raw_read_seqcount',
  'read_seqcount_begin',
  'read_seqcount_retry',
  'wait_on_bit',
  'waitUntilEquals',
]);

/** Those that take and release a lock of their own around a look at their word. */
export const LOOKS_UNDER_LOCK = new Set(['schedule', 'schedule on a task', 'folio_wait_bit']);

export const STORES = new Set([
  'WRITE_ONCE',
  'store',
  'smp_store_release',
  'rcu_assign_pointer',
  'atomic_set',
  'atomic_set_release',
  'refcount_set',
  'refcount_set_release',
  '__set_current_state',
  'spin_unlock',
  'write_unlock',
]);

/** Those that read, and lock the bus only if what they read lets them. */
export const LOOKS_FIRST = new Set([
  'atomic_add_unless',
  'atomic_fetch_add_unless',
  'atomic_inc_not_zero',
  'atomic_dec_if_positive',
  'refcount_add_not_zero',
  'refcount_inc_not_zero',
  'refcount_add_not_zero_acquire',
  'refcount_inc_not_zero_acquire',
  'refcount_dec_not_one',
  'spin_trylock',
  'read_trylock',
  'write_trylock',
  'down_read_trylock',
  'mutex_trylock',
  'finish_wait',
]);

/** How deep a thread is in sections that a grace period waits for, and with interrupts off. */
export interface Sections {
  sections: number;
  interruptsOff: number;
}

export const SECTIONS: Record<string, (own: Sections) => void> = {
  rcu_read_lock: (own) => void own.sections++,
  rcu_read_unlock: (own) => void own.sections--,
  local_bh_disable: (own) => void own.sections++,
  local_bh_enable: (own) => void own.sections--,
  preempt_disable: (own) => void own.sections++,
  preempt_enable: (own) => void own.sections--,
  'interrupt entry': (own) => void (own.sections++, own.interruptsOff++),
  'interrupt exit': (own) => void (own.sections--, own.interruptsOff--),
  local_irq_disable: (own) => void (own.sections++, own.interruptsOff++),
  local_irq_enable: (own) => void (own.sections--, own.interruptsOff--),
  local_irq_save: (own) => void (own.sections++, own.interruptsOff++),
  local_irq_restore: (own) => void (own.sections--, own.interruptsOff--),
};

/** Whoever gets one of these spins no more, but has preemption off until he gives it back. */
export const SPINNING_LOCKS = new Set([
  'spin_lock',
  'spin_trylock',
  'read_lock',
  'read_trylock',
  'write_lock',
  'write_trylock',
  'bit_spin_lock',
  'bit_spin_trylock',
]);

export const SPINNING_UNLOCKS = new Set([
  'spin_unlock',
  'read_unlock',
  'write_unlock',
  'bit_spin_unlock',
]);

// 2. What each primitive does to its word

/**
 * What is written (null: nothing), and what the caller is told; or that it must wait, or that the
 * kernel would warn.
 */
type Effect = readonly [written: number | null, told: number] | 'wait' | 'warns';
type Meaning = (old: number, a: number, b: number, ownBit: number) => Effect;

const ARITHMETIC: Record<string, (old: number, operand: number) => number> = {
  add: (old, i) => (old + i) | 0,
  sub: (old, i) => (old - i) | 0,
  inc: (old) => (old + 1) | 0,
  dec: (old) => (old - 1) | 0,
  and: (old, i) => old & i,
  or: (old, i) => old | i,
  xor: (old, i) => old ^ i,
  andnot: (old, i) => old & ~i,
};

/** The order that a name asks for plays no part in what it does. */
export function meaningOf(primitive: string): Meaning {
  const name = primitive.replace(/_(acquire|release|relaxed)$/, '');
  const known = MEANINGS[name] ?? MEANINGS[name.replace(/^atomic_/, '')];
  if (known !== undefined) return known;
  const [, fetch, verb = '', gives] = /^atomic_(fetch_)?([a-z]+)(_return)?$/.exec(name) ?? [];
  const arithmetic = ARITHMETIC[verb];
  if (arithmetic === undefined) throw new Error(`referee: what does ${primitive} do?`);
  return (old, a) => {
    const now = arithmetic(old, a);
    if (fetch !== undefined) return [now, old];
    return [now, gives === undefined ? 0 : now];
  };
}

const bool = (condition: boolean): number => (condition ? 1 : 0);
const read: Meaning = (old) => [null, old];
const write: Meaning = (_, value) => [value, 0];
const bit = (nr: number): number => 1 << nr;

/** A lock: what it takes for the taker to get it, and what the word is then. */
const taken =
  (free: (old: number) => boolean, now: (old: number) => number): Meaning =>
  (old) =>
    free(old) ? [now(old), 0] : 'wait';
const tried =
  (free: (old: number) => boolean, now: (old: number) => number): Meaning =>
  (old) =>
    free(old) ? [now(old), 1] : [null, 0];

const isFree = (old: number): boolean => old === 0;
const noWriter = (old: number): boolean => old !== -1;
const one = (): number => 1;
const writer = (): number => -1;
const oneMore = (old: number): number => old + 1;
const oneLess: Meaning = (old) => [old - 1, 0];
const unlocked: Meaning = () => [0, 0];

/** complete_all: UINT_MAX, which lets everybody pass and stays. */
const EVERYBODY = -1;

const MEANINGS: Record<string, Meaning> = {
  READ_ONCE: read,
  load: read,
  data_race: read,
  smp_load: read,
  smp_cond_load: read,
  rcu_dereference: read,
  srcu_dereference: read,
  atomic_read: read,
  raw_read_seqcount: read,
  readEquals: (old, value) => [null, bool(old === value)],
  readAnyBit: (old, mask) => [null, bool((old & mask) !== 0)],
  atomicAtLeast: (old, limit) => [null, bool(old >>> 0 >= limit >>> 0)],
  WRITE_ONCE: write,
  store: write,
  smp_store: write,
  smp_store_mb: write,
  rcu_assign_pointer: write,
  atomic_set: write,

  xchg: (old, value) => [value, old],
  cmpxchg: (old, expected, value) => [old === expected ? value : null, old],
  try_cmpxchg: (old, expected, value) => (old === expected ? [value, 1] : [null, 0]),

  atomic_add_unless: (old, a, u) => (old === u ? [null, 0] : [(old + a) | 0, 1]),
  atomic_fetch_add_unless: (old, a, u) => [old === u ? null : (old + a) | 0, old],
  atomic_inc_not_zero: (old) => (old === 0 ? [null, 0] : [(old + 1) | 0, 1]),
  atomic_dec_if_positive: (old) => [old > 0 ? old - 1 : null, (old - 1) | 0],
  atomic_dec_and_test: (old) => [(old - 1) | 0, bool(old === 1)],
  atomic_inc_and_test: (old) => [(old + 1) | 0, bool(old === -1)],
  atomic_sub_and_test: (old, i) => [(old - i) | 0, bool(old === i)],
  atomic_add_negative: (old, i) => [(old + i) | 0, bool(((old + i) | 0) < 0)],

  refcount_read: read,
  refcount_set: write,
  refcount_add: (old, i) => (old < 1 ? 'warns' : [old + i, 0]),
  refcount_inc: (old) => (old < 1 ? 'warns' : [old + 1, 0]),
  refcount_add_not_zero: (old, i) => (old === 0 ? [null, 0] : [old + i, 1]),
  refcount_inc_not_zero: (old) => (old === 0 ? [null, 0] : [old + 1, 1]),
  refcount_sub_and_test: (old, i) => (old < i ? 'warns' : [old - i, bool(old === i)]),
  refcount_dec_and_test: (old) => (old < 1 ? 'warns' : [old - 1, bool(old === 1)]),
  refcount_dec: (old) => (old < 2 ? 'warns' : [old - 1, 0]),
  refcount_dec_if_one: (old) => (old === 1 ? [0, 1] : [null, 0]),
  refcount_dec_not_one: (old) => (old < 2 ? [null, 0] : [old - 1, 1]),

  test_bit: (old, nr) => [null, bool((old & bit(nr)) !== 0)],
  set_bit: (old, nr) => [old | bit(nr), 0],
  clear_bit: (old, nr) => [old & ~bit(nr), 0],
  clear_bit_unlock: (old, nr) => [old & ~bit(nr), 0],
  xor_unlock_is_negative_byte: (old, mask) => [old ^ mask, bool((old & 0x80) !== 0)],
  change_bit: (old, nr) => [old ^ bit(nr), 0],
  test_and_set_bit: (old, nr) => [old | bit(nr), bool((old & bit(nr)) !== 0)],
  test_and_clear_bit: (old, nr) => [old & ~bit(nr), bool((old & bit(nr)) !== 0)],
  test_and_change_bit: (old, nr) => [old ^ bit(nr), bool((old & bit(nr)) !== 0)],
  test_and_set_bit_lock: (old, nr) => [old | bit(nr), bool((old & bit(nr)) !== 0)],
  bit_spin_lock: (old, nr) => ((old & bit(nr)) === 0 ? [old | bit(nr), 0] : 'wait'),
  bit_spin_trylock: (old, nr) => ((old & bit(nr)) === 0 ? [old | bit(nr), 1] : [null, 0]),
  bit_spin_unlock: (old, nr) => [old & ~bit(nr), 0],
  wait_on_bit: (old, nr) => ((old & bit(nr)) === 0 ? [null, 0] : 'wait'),
  folio_wait_bit: (old, nr) => ((old & bit(nr)) === 0 ? [null, 0] : 'wait'),
  folio_lock: (old, nr) => ((old & bit(nr)) === 0 ? [old | bit(nr), 0] : 'wait'),
  wait_on_bit_lock: (old, nr) => ((old & bit(nr)) === 0 ? [old | bit(nr), 0] : 'wait'),

  spin_lock: taken(isFree, one),
  spin_trylock: tried(isFree, one),
  spin_unlock: unlocked,
  spin_is_locked: (old) => [null, bool(old !== 0)],
  read_lock: taken(noWriter, oneMore),
  read_trylock: tried(noWriter, oneMore),
  read_unlock: oneLess,
  write_lock: taken(isFree, writer),
  write_trylock: tried(isFree, writer),
  write_unlock: unlocked,
  down_read: taken(noWriter, oneMore),
  down_read_trylock: tried(noWriter, oneMore),
  up_read: oneLess,
  down_write: taken(isFree, writer),
  down_write_trylock: tried(isFree, writer),
  up_write: unlocked,
  downgrade_write: () => [1, 0],
  mutex_lock: taken(isFree, one),
  mutex_trylock: tried(isFree, one),
  mutex_unlock: unlocked,

  read_seqcount_begin: (old) => (old % 2 === 0 ? [null, old] : 'wait'),
  read_seqcount_retry: (old, begun) => [null, bool(old !== begun)],

  prepare_to_wait: (old, _a, _b, ownBit) => [old | ownBit, 0],
  schedule: (old, _a, _b, ownBit) => ((old & ownBit) === 0 ? [null, 0] : 'wait'),
  'rcu_do_batch begins': (old) => (old === 0 ? 'wait' : [-1, 0]),
  'rcu_do_batch is done': (old) => [old === -1 ? 0 : null, 0],
  call_rcu: (old) => (old > 0 ? 'warns' : [1, 0]),
  rcu_barrier: (old) => (old === 0 ? [null, 0] : 'wait'),
  'schedule on a task': (old) => (old === 0 ? [null, 0] : 'wait'),
  set_current_state: write,
  __set_current_state: write,
  wake_up_process: (old) => (old === 0 ? [null, 0] : [0, 1]),
  waitqueue_active: (old) => [null, bool(old !== 0)],
  finish_wait: (old, _a, _b, own) => ((old & own) === 0 ? [null, 0] : [old & ~own, 0]),
  wake_up: () => [0, 0],
  complete: (old) => [old === EVERYBODY ? old : old + 1, 0],
  complete_all: () => [EVERYBODY, 0],
  wait_for_completion: (old) => (old === 0 ? 'wait' : [old === EVERYBODY ? old : old - 1, 0]),
  waitUntilEquals: (old, value) => (old === value ? [null, 0] : 'wait'),
};
