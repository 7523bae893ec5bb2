/** The words of litmus tests, for `holdfast explain`: what herd7 and the memory model say. */

/** From each word to its page. */
export const litmusWords: Readonly<Record<string, string>> = {
  flag: `A flag says that an execution of a litmus test does what the memory model gives no
    meaning to: a data race, a section without its end. It stands behind the counts, as herd7
    prints it, and a line below names the accesses (line:column) of the first execution that
    has it. A flag is no verdict and does not change how the command ends; but where there is
    one, the outcomes above it need not be all. Flags: data-race, mixed-accesses,
    unmatched-rcu-lock, unmatched-rcu-unlock, unmatched-srcu-lock, unmatched-srcu-unlock,
    multiple-srcu-matches, srcu-bad-value-match, invalid-sleep, unmatched-unlock,
    mixed-lock-accesses, lock-final.`,
  'mixed accesses': `One thread makes a plain store (*x = 1) and a marked access (READ_ONCE,
    WRITE_ONCE, an atomic) to one global, and nothing stands between the two: the compiler may
    move the plain one across. Mark both, or put a barrier between them. Not every race: a
    warning of the memory model.`,
  'unmatched rcu lock': `A thread of a litmus test enters a section with rcu_read_lock and never
    leaves it, or leaves one with rcu_read_unlock that it has not entered (unmatched-rcu-unlock).
    Such a section holds up no grace period in the memory model. Sections nest, and each
    rcu_read_unlock ends the innermost.`,
  'unmatched srcu lock': `A section of SRCU is the srcu_read_lock and the srcu_read_unlock that is
    given its value, for the same srcu_struct. unmatched-srcu-lock: no srcu_read_unlock gets the
    value. unmatched-srcu-unlock: the value comes from no srcu_read_lock of that srcu_struct; often
    the wrong register, or the wrong srcu_struct.`,
  'multiple srcu matches': `Two srcu_read_unlock are given the value of one srcu_read_lock: the
    section would end twice.`,
  'srcu bad value match': `A srcu_read_unlock is given a value computed from that of a
    srcu_read_lock, and is not the same. Hand it on as it is.`,
  'invalid sleep': `synchronize_srcu stands between rcu_read_lock and rcu_read_unlock. It sleeps,
    and a section of RCU may not sleep.`,
  'unmatched unlock': `A thread of a litmus test releases a spin lock that it has not taken. The
    release takes no part in the order of the lock.`,
  'mixed lock accesses': `A spin lock or a srcu_struct is also accessed as if it were a number: the
    same name stands for both, perhaps in different threads. What order that gives is not
    specified. Use two names.`,
  'lock final': `The condition, or locations, asks for the value of a spin lock at the end. The
    memory model gives a lock no value that means anything. Let a thread look at it with
    spin_is_locked and ask for that.`,
};
