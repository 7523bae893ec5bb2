/** Critical sections of random programs: how to get in and out. */

/** A way into a critical section and out of it. */
export interface Section {
  readonly words: readonly string[];
  readonly enter: string;
  /** The form that does not wait, and what it tells when it has entered. */
  readonly attempt?: string;
  readonly entered?: 0 | 1;
  readonly leave: string;
  /** What stands before it and after it. */
  readonly around?: readonly [before: string, after: string];
  /** Whether the operand of both is a bit. */
  readonly bit?: true;
}

/** Sections in which a thread must not sleep. */
export const SPINNING: readonly Section[] = [
  {
    words: ['spin1', 'spin2'],
    enter: 'spin_lock',
    attempt: 'spin_trylock',
    entered: 1,
    leave: 'spin_unlock',
  },
  { words: ['spin1', 'spin2'], enter: 'spin_lock_irq', leave: 'spin_unlock_irq' },
  { words: ['spin1', 'spin2'], enter: 'spin_lock_irqsave', leave: 'spin_unlock_irqrestore' },
  { words: ['spin1', 'spin2'], enter: 'spin_lock_bh', leave: 'spin_unlock_bh' },
  {
    words: ['rwlock'],
    enter: 'read_lock',
    attempt: 'read_trylock',
    entered: 1,
    leave: 'read_unlock',
  },
  {
    words: ['rwlock'],
    enter: 'write_lock',
    attempt: 'write_trylock',
    entered: 1,
    leave: 'write_unlock',
  },
  {
    words: ['bits'],
    enter: 'bit_spin_lock',
    attempt: 'bit_spin_trylock',
    entered: 1,
    leave: 'bit_spin_unlock',
    bit: true,
  },
  {
    words: ['sequence'],
    enter: 'write_seqcount_begin',
    leave: 'write_seqcount_end',
    around: ['preempt_disable', 'preempt_enable'],
  },
  { words: ['sequence'], enter: 'raw_write_seqcount_begin', leave: 'raw_write_seqcount_end' },
];

/** Sections in which a thread may sleep. */
export const SLEEPING: readonly Section[] = [
  {
    words: ['mutex1', 'mutex2'],
    enter: 'mutex_lock',
    attempt: 'mutex_trylock',
    entered: 1,
    leave: 'mutex_unlock',
  },
  {
    words: ['rwsem'],
    enter: 'down_read',
    attempt: 'down_read_trylock',
    entered: 1,
    leave: 'up_read',
  },
  {
    words: ['rwsem'],
    enter: 'down_write',
    attempt: 'down_write_trylock',
    entered: 1,
    leave: 'up_write',
  },
  {
    words: ['bits'],
    enter: 'wait_on_bit_lock',
    attempt: 'test_and_set_bit_lock',
    entered: 0,
    leave: 'clear_bit_unlock',
    bit: true,
  },
  { words: ['bits'], enter: 'folio_lock', leave: 'clear_bit_unlock', bit: true },
];

/** Sections that are no lock but hold a grace period back. */
export const UNQUIET: readonly (readonly [enter: string, leave: string])[] = [
  ['rcu_read_lock', 'rcu_read_unlock'],
  ['rcu_read_lock', 'rcu_read_unlock'],
  ['local_irq_disable', 'local_irq_enable'],
  ['local_irq_save', 'local_irq_restore'],
  ['local_bh_disable', 'local_bh_enable'],
  ['preempt_disable', 'preempt_enable'],
];

export const GRACE_PERIODS: readonly string[] = ['synchronize_rcu', 'smp_call_function'];
