/**
 * What each call is to be given, by the names that Linux has for its parameters, or we where a call
 * is ours: for messages about one that is left out. `*` marks a place in memory.
 */

const ROWS: readonly (readonly [parameters: string, calls: string])[] = [
  ['*x', 'READ_ONCE data_race'],
  ['*x, val', 'WRITE_ONCE'],
  ['*p', 'smp_load_acquire rcu_dereference rcu_access_pointer'],
  ['*p, v', 'smp_store_release rcu_assign_pointer RCU_INIT_POINTER'],
  ['*var, value', 'smp_store_mb'],
  ['*field', 'load waitForWork'],
  ['*field, value', 'store waitUntilEquals'],
  ['*field, expected', 'readEquals'],
  ['*field, mask', 'readAnyBit'],
  ['*ptr, cond_expr', 'smp_cond_load_acquire smp_cond_load_relaxed'],
  ['*v, c', 'atomic_cond_read_acquire atomic_cond_read_relaxed'],
  ['*v', 'atomic_read atomic_read_acquire atomic_inc_not_zero atomic_dec_if_positive'],
  ['*v', 'atomic_inc atomic_dec atomic_dec_and_test atomic_inc_and_test'],
  ['*v, i', 'atomic_set atomic_set_release'],
  ['*v, limit', 'atomicAtLeast'],
  ['*v, a, u', 'atomic_add_unless atomic_fetch_add_unless'],
  ['i, *v', 'atomic_add atomic_sub atomic_and atomic_or atomic_xor atomic_andnot'],
  ['i, *v', 'atomic_sub_and_test atomic_add_negative'],
  ['*r', 'refcount_read refcount_inc refcount_inc_not_zero refcount_inc_not_zero_acquire'],
  ['*r', 'refcount_dec refcount_dec_and_test refcount_dec_if_one refcount_dec_not_one'],
  ['*r, n', 'refcount_set refcount_set_release'],
  ['i, *r', 'refcount_add refcount_add_not_zero refcount_add_not_zero_acquire'],
  ['i, *r', 'refcount_sub_and_test'],
  ['*r, *lock', 'refcount_dec_and_mutex_lock refcount_dec_and_lock'],
  ['*kref', 'kref_init kref_read kref_get kref_get_unless_zero'],
  ['*kref, release', 'kref_put'],
  ['*kref, release, *mutex', 'kref_put_mutex'],
  ['*kref, release, *lock', 'kref_put_lock'],
  ['*lock', 'spin_lock spin_trylock spin_unlock spin_is_locked spin_lock_irq spin_unlock_irq'],
  ['*lock', 'spin_lock_irqsave spin_unlock_irqrestore spin_lock_bh spin_unlock_bh'],
  ['*lock', 'read_lock read_trylock read_unlock write_lock write_trylock write_unlock'],
  ['*lock', 'mutex_lock mutex_trylock mutex_unlock'],
  ['*sem', 'down_read down_read_trylock up_read down_write down_write_trylock up_write'],
  ['*sem', 'downgrade_write'],
  ['nr, *addr', 'test_bit test_bit_acquire set_bit clear_bit change_bit clear_bit_unlock'],
  ['nr, *addr', 'test_and_set_bit test_and_clear_bit test_and_change_bit test_and_set_bit_lock'],
  ['bitnum, *addr', 'bit_spin_lock bit_spin_trylock bit_spin_unlock'],
  ['bit, *word', 'wait_on_bit wait_on_bit_lock'],
  ['mask, *addr', 'xor_unlock_is_negative_byte xorUnlock'],
  ['mask, nr, *addr', 'testAnyAndSetBit'],
  ['*s', 'raw_read_seqcount read_seqcount_begin raw_write_seqcount_begin raw_write_seqcount_end'],
  ['*s', 'write_seqcount_begin write_seqcount_end'],
  ['*s, start', 'read_seqcount_retry'],
  ['*sl', 'read_seqbegin write_seqlock write_sequnlock write_seqlock_irq write_sequnlock_irq'],
  ['*sl', 'write_seqlock_irqsave write_sequnlock_irqrestore write_seqlock_bh write_sequnlock_bh'],
  ['*sl', 'read_seqlock_excl read_sequnlock_excl'],
  ['*sl, start', 'read_seqretry'],
  ['*ssp', 'srcu_read_lock srcu_down_read synchronize_srcu'],
  ['*ssp, idx', 'srcu_read_unlock srcu_up_read'],
  ['*p, *ssp', 'srcu_dereference'],
  ['*head, func', 'call_rcu'],
  ['*ptr, rhf', 'kfree_rcu'],
  ['*ptr', 'kfree_rcu_mightsleep'],
  ['*wq_head', 'prepare_to_wait finish_wait wake_up waitqueue_active wq_has_sleeper'],
  ['*wq_head, condition', 'wait_event'],
  ['*x', 'wait_for_completion complete complete_all'],
  ['*current, state', 'set_current_state __set_current_state'],
  ['*p', 'wake_up_process'],
  ['*object', 'kfree'],
  ['type', 'kmalloc'],
  ['*ptr, type, member', 'container_of'],
  ['round', 'loop'],
  ['n', 'choose'],
  ['text', 'label'],
  ['name, danger', 'defence'],
  ['name, choices', 'design'],
  ['name, members', 'struct'],
  ['name, bits', 'flags'],
];

/** The families of atomics, whose operand comes first, and the exchanges. */
const FAMILIES: readonly (readonly [parameters: string, calls: RegExp])[] = [
  ['*v', /^atomic_((inc|dec)_return|fetch_(inc|dec))/],
  ['i, *v', /^atomic_(\w+_return|fetch_\w+)/],
  ['*v, new', /^atomic_xchg/],
  ['*v, old, new', /^atomic_(try_)?cmpxchg/],
  ['*ptr, new', /^xchg/],
  ['*ptr, old, new', /^(try_)?cmpxchg/],
];

const BY_CALL: ReadonlyMap<string, string> = new Map(
  ROWS.flatMap(([parameters, calls]) => calls.split(' ').map((call) => [call, parameters])),
);

/** A parameter, and whether it is a place in memory. */
export interface Parameter {
  readonly name: string;
  readonly isPlace: boolean;
}

/** The parameters of a call; none where it is not listed. */
export function signatureOf(call: string): readonly Parameter[] {
  const text = BY_CALL.get(call) ?? FAMILIES.find(([, calls]) => calls.test(call))?.[0];
  const names = text === undefined ? [] : text.split(', ');
  return names.map((name) => ({ name: name.replace('*', ''), isPlace: name.startsWith('*') }));
}
