/** What thread states can do beside accesses, read off their rows (model `weak`). */

import { Modify } from '../../memory/operation.ts';
import { Column, NodeKind } from '../automaton/node.ts';
import { dependsMask, ownSlot } from '../pointers.ts';
import { MARK_BITS, WeakOrder } from './weak-order.ts';

/** What a thread state can still do beside accesses. */
export const Ability = {
  /** Store, or make a full barrier: others may learn what it has seen. */
  TELL: 1,
  /** Begin a grace period. */
  GRACE: 2,
  /** Begin a section that grace periods wait for. */
  SECTION: 4,
  /** Pass smp_rmb; pass smp_wmb or give a spin lock back; take a spin lock. */
  RMB: 8,
  HAND_ON: 16,
  LOCK: 32,
  /** Make a full barrier. */
  FENCE: 64,
  /** Store without release, so that what smp_wmb has gathered is carried. */
  RELAXED: 128,
  /** Pass smp_mb__after_unlock_lock. */
  AFTER_UNLOCK: 256,
  /** Pass a barrier for what was marked: one ability for each Mark. */
  AFTER_SECTION: 512,
  AFTER_ATOMIC: 1024,
  AFTER_LOCK: 2048,
  BEFORE_ATOMIC: 4096,
  /** Pass one that orders nothing if there was no access before the mark. */
  ASKS_FOR_ACCESS: 8192,
  /** Acquire, go through a pointer, begin a section of SRCU: what was learned counts then. */
  LEARN: 16384,
} as const;

/** The abilities to pass the barriers for each Mark. */
export const MARK_ABILITIES: readonly number[] = [
  Ability.AFTER_SECTION,
  Ability.AFTER_ATOMIC,
  Ability.AFTER_LOCK,
  Ability.BEFORE_ATOMIC,
];

const FULL = WeakOrder.FULL_BEFORE | WeakOrder.FULL_AFTER | WeakOrder.FENCE | WeakOrder.AFTER_FULL;

const SECTIONS = WeakOrder.SECTION | WeakOrder.IRQ_SECTION | WeakOrder.TAKES_SECTION;

const GRACES: ReadonlySet<number> = new Set([NodeKind.GRACE_BEGIN, NodeKind.GRACE_WAIT]);

/**
 * The abilities for which a step marks anew what the CPU has seen: what was marked before it makes
 * no difference to the barriers behind it.
 *
 * @param stored whether it is a read-modify-write that has stored
 */
export function markedBy(rows: Int32Array, row: number, stored: boolean): number {
  if (rows[row] === NodeKind.SECTION_END) return Ability.AFTER_SECTION;
  const order = rows[row + Column.ORDER] as number;
  if ((order & WeakOrder.LOCK) !== 0) return stored ? Ability.AFTER_LOCK : 0;
  return (order & WeakOrder.ATOMIC) !== 0 ? Ability.AFTER_ATOMIC : 0;
}

/** What the next step of a thread state does. */
export function abilitiesOf(rows: Int32Array, row: number): number {
  const kind = rows[row] as number;
  const order = rows[row + Column.ORDER] as number;
  let abilities = 0;
  const stores = kind === NodeKind.ACCESS && rows[row + Column.MODIFY] !== Modify.NOTHING;
  if (stores || (order & FULL) !== 0 || kind === NodeKind.GRACE_BEGIN) abilities |= Ability.TELL;
  if (kind === NodeKind.GRACE_BEGIN || kind === NodeKind.GRACE_WAIT) {
    abilities |= Ability.GRACE | Ability.TELL;
  }
  if (kind === NodeKind.SECTION_END) abilities |= Ability.TELL;
  if ((order & SECTIONS) !== 0) abilities |= Ability.SECTION;
  if ((order & WeakOrder.RMB) !== 0) abilities |= Ability.RMB;
  if ((order & (WeakOrder.WMB | WeakOrder.UNLOCK)) !== 0) abilities |= Ability.HAND_ON;
  if ((order & WeakOrder.LOCK) !== 0) abilities |= Ability.LOCK;
  if ((order & WeakOrder.AFTER_UNLOCK) !== 0) abilities |= Ability.AFTER_UNLOCK;
  for (const [mark, bit] of MARK_BITS.entries()) {
    if ((order & bit) !== 0) abilities |= (MARK_ABILITIES[mark] ?? 0) | Ability.ASKS_FOR_ACCESS;
  }
  if ((order & FULL) !== 0 || GRACES.has(kind)) abilities |= Ability.FENCE;
  if (stores && (order & WeakOrder.RELEASE) === 0) abilities |= Ability.RELAXED;
  if (learns(rows, row)) abilities |= Ability.LEARN;
  return abilities;
}

/** Whether a step acquires, reads a pointer or goes through one, or begins a section of SRCU. */
function learns(rows: Int32Array, row: number): boolean {
  if (rows[row] === NodeKind.SECTION_BEGIN) return true;
  if (((rows[row + Column.ORDER] as number) & WeakOrder.ACQUIRE) !== 0) return true;
  const column = rows[row + Column.POINTERS] as number;
  return rows[row] === NodeKind.ACCESS && (ownSlot(column) >= 0 || dependsMask(column) !== 0);
}
