/**
 * Read-copy-update and interrupts off (include/linux/rcupdate.h, include/linux/irqflags.h, 6.18).
 *
 * A read-side section costs nothing and orders nothing. `synchronize_rcu` waits until every other
 * thread has been outside of a section at least once, with a full barrier on that thread's behalf.
 * A section with preemption off, also by a held spinning lock, is a read-side section too (there is
 * one flavour of RCU since 4.20); so is one with interrupts off, which
 * additionally holds back the interrupt that `smp_call_function` sends: that is what GUP-fast uses
 * against the freeing of page tables.
 *
 * Sections and grace periods are defences: each can be left out by the name of its function.
 */

import { waitFor, waitForReaders, waits } from './grace-period.ts';
import { machine } from './machine.ts';
import { INTERRUPT_ALL } from './operation.ts';
import { enterSection } from './section.ts';

/** Enters a read-side section. Sections nest. */
export function rcu_read_lock(): void {
  enterSection('rcu', 'rcu_read_lock');
}

/** Leaves a read-side section. */
export function rcu_read_unlock(): void {
  machine().nest('rcu', -1);
}

/** Sleeps until every read-side section that has begun is over. */
export function synchronize_rcu(): void {
  if (waits('synchronize_rcu')) waitForReaders();
}

/**
 * Sends an interrupt to every other CPU and waits until each has taken it
 * (kernel/smp.c `smp_call_function` with `wait`; the function called does nothing).
 */
export function smp_call_function(): void {
  if (waits('smp_call_function')) waitFor('smp_call_function', { choices: INTERRUPT_ALL });
}

/** Interrupts off on this CPU. */
export function local_irq_disable(): void {
  enterSection('irq', 'local_irq_disable');
}

/** Interrupts on again. */
export function local_irq_enable(): void {
  machine().nest('irq', -1);
}

/** Interrupts off; sections may nest, `local_irq_restore` ends the innermost. */
export function local_irq_save(): void {
  enterSection('irq', 'local_irq_save');
}

/** Ends the innermost section that `local_irq_save` began. */
export function local_irq_restore(): void {
  machine().nest('irq', -1);
}

/**
 * Bottom halves off on this CPU: no sleeping until `local_bh_enable`, and a read-side section.
 * Softirqs are not modelled; a handler is a hard interrupt, which this does not hold back.
 */
export function local_bh_disable(): void {
  enterSection('bh', 'local_bh_disable');
}

/** Bottom halves on again. */
export function local_bh_enable(): void {
  machine().nest('bh', -1);
}

/** Preemption off on this CPU: no sleeping until `preempt_enable`. */
export function preempt_disable(): void {
  enterSection('preempt', 'preempt_disable');
}

/** Preemption on again. */
export function preempt_enable(): void {
  machine().nest('preempt', -1);
}
