/** The memory barriers of the kernel (Documentation/memory-barriers.txt). Orders: ordering.ts. */

import { machine } from './machine.ts';
import { Effect, operation } from './operation.ts';
import type { PrimitiveName } from './ordering.ts';

function barrier(primitive: PrimitiveName): void {
  machine().perform(operation(primitive, { effect: Effect.BARRIER }));
}

/** A full barrier: everything before it comes before everything after it. */
export function smp_mb(): void {
  barrier('smp_mb');
}

/**
 * A full barrier that hardware is by itself: no defence of the code, so nobody can leave it out.
 * Ours, not the kernel's.
 */
export function hardwareOrder(): void {
  barrier('hardwareOrder');
}

/** Orders earlier reads before later reads. */
export function smp_rmb(): void {
  barrier('smp_rmb');
}

/** Orders earlier writes before later writes. */
export function smp_wmb(): void {
  barrier('smp_wmb');
}

/** Makes the relaxed atomic that follows a full barrier together with it. */
export function smp_mb__before_atomic(): void {
  barrier('smp_mb__before_atomic');
}

/** Makes the relaxed atomic that precedes a full barrier together with it. */
export function smp_mb__after_atomic(): void {
  barrier('smp_mb__after_atomic');
}

/** Makes the lock just taken a full barrier together with it. */
export function smp_mb__after_spinlock(): void {
  barrier('smp_mb__after_spinlock');
}

/** Makes an unlock and the lock just taken after it a full barrier together. */
export function smp_mb__after_unlock_lock(): void {
  barrier('smp_mb__after_unlock_lock');
}

/** Behind the end of a section of SRCU: what came before the end comes before all that follows. */
export function smp_mb__after_srcu_read_unlock(): void {
  barrier('smp_mb__after_srcu_read_unlock');
}

/**
 * Orders a read on which a branch depends before later reads; the branch alone orders it before
 * later writes. Together an acquire (include/asm-generic/barrier.h).
 */
export function smp_acquire__after_ctrl_dep(): void {
  barrier('smp_acquire__after_ctrl_dep');
}
