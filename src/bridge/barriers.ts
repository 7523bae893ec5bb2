/**
 * Barriers that are one only beside something else: an atomic, a lock, the end of a section.
 *
 * linux-kernel.cat gives `smp_mb__before_atomic()` no order by itself; it makes a full barrier of
 * the next read-modify-write, and so on. The search makes each a barrier where it stands, as the
 * kernel's code does. So here they are left out where what they need is missing, and the one that
 * comes before its atomic waits for it.
 */

import type { FenceKind } from '../litmus/ast.ts';

/** What a thread has done that such barriers need. */
export class Barriers {
  private waits = false;
  private atomic = false;
  private locked = false;
  private endedSection = false;

  /** Whether a barrier is one here. */
  counts(kind: FenceKind): boolean {
    switch (kind) {
      case 'before-atomic':
        this.waits = true;
        return false;
      case 'after-atomic':
        return this.atomic;
      case 'after-spinlock':
      // The unlock may be another thread's, from which the lock was taken over.
      case 'after-unlock-lock':
        return this.locked;
      case 'after-srcu-read-unlock':
        return this.endedSection;
      case 'mb':
      case 'rmb':
      case 'wmb':
      case 'barrier':
      case 'rcu-lock':
      case 'rcu-unlock':
      case 'sync-rcu':
        return true;
    }
  }

  /** A read-modify-write comes. @returns whether a barrier waits for it */
  beforeAtomic(): boolean {
    const { waits } = this;
    this.waits = false;
    this.atomic = true;
    return waits;
  }

  afterLock(): void {
    this.locked = true;
  }

  afterSection(): void {
    this.endedSection = true;
  }
}
