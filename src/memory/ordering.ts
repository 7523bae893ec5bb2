/**
 * What orders what: one table for every primitive and memory model.
 *
 * `lkmm` is the order that kernel code may rely on, and nothing more: a weak memory model that
 * keeps exactly this much finds every execution that some CPU may show. `basis` says where the
 * promise stands:
 *
 *   model      tools/memory-model (linux-kernel.def, .bell, .cat, lock.cat): the formal model
 *   documents  Documentation/atomic_t.txt, atomic_bitops.txt, memory-barriers.txt,
 *              core-api/refcount-vs-atomic.rst, or the comment above the function
 *   code       promised nowhere: the least that every implementation does. Code should not build
 *              on it more than it must; here it stands where nothing would work without
 *   ours       not the kernel's
 *
 * The rules behind the rows: a read-modify-write that gives a value is fully ordered, one that
 * gives nothing is relaxed, a conditional one whose condition fails orders nothing (but
 * test_and_set_bit and its like are always fully ordered, since 6.0), the suffixes say what they
 * say. An acquire orders its read before what follows, a release what precedes before its write.
 * Address, data and control dependencies are no rows: they order as they do after READ_ONCE,
 * whatever the row of the read says, and so does rcu_dereference.
 *
 * `tso` is what the x86 instruction does: every locked instruction drains the store buffer whether
 * it succeeds or not; every store, also a release and an unlock by a plain store, goes into the
 * buffer. Some conditional calls look first and give up without a locked instruction
 * (`atomic_add_unless`, `spin_trylock`: include/linux/atomic/atomic-arch-fallback.h,
 * include/asm-generic/qspinlock.h, 6.18): `tsoFailed` says so. A row without an instruction on x86
 * (smp_rmb, smp_wmb, smp_mb__after_atomic) is a compiler barrier.
 */

import { TABLE } from './ordering-rows.ts';

/**
 * The order a primitive promises. The barriers that only work beside something say beside what:
 * the read-modify-write before or after which they stand, the lock just taken, the unlock and the
 * lock before them, or the end of a section of SRCU.
 */
export type Order =
  | 'relaxed'
  | 'acquire'
  | 'release'
  | 'acquire-release'
  | 'full'
  | 'full-after'
  | 'read'
  | 'write'
  | 'full-before-rmw'
  | 'full-after-rmw'
  | 'full-after-lock'
  | 'full-after-unlock-lock'
  | 'full-after-section';

/** What the primitive is on x86. */
export type Tso = 'load' | 'store' | 'locked' | 'drain' | 'nothing';

/** Where the promise stands. */
export type Basis = 'model' | 'documents' | 'code' | 'ours';

/** One row: the promise, the promise after a failed test, and the x86 instruction. */
export interface Ordering {
  readonly lkmm: Order;
  /** The promise where the test fails: nothing is written then. */
  readonly failed: Order;
  /** The promise where the word is written and stays what it was: a wake-up that wakes nobody. */
  readonly unchanged: Order;
  readonly basis: Basis;
  readonly tso: Tso;
  /** What it is on x86 when its test fails. */
  readonly tsoFailed: Tso;
  /** A plain access: it may not race. */
  readonly plain: boolean;
}

/** The name of a primitive: a row of the table. */
export type PrimitiveName = keyof typeof TABLE;

/** The table, by primitive. */
export const ORDERING: { readonly [Name in PrimitiveName]: Ordering } = TABLE;
