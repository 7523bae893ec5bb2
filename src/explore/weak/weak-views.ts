/**
 * What a CPU learns from what it does: the rules of model `weak`, one function each.
 *
 * The model is the Linux kernel memory model without load-store reordering, as a machine (docs/
 * weak.md says why each rule is there and which axiom of linux-kernel.cat it stands for):
 *
 * - a read may give any message that is not older than the CPU's `floor`;
 * - what was read is `seen`: later stores come after it, a release or a full barrier carries it;
 * - acquire and smp_rmb raise the floor to what the messages read so far carry;
 * - what comes back from an access of the CPU's own is learned as if it came with it (returns.ts);
 * - smp_wmb makes later stores carry the earlier ones;
 * - a full barrier exchanges all that was seen with one global view, both ways; what is known to be
 *   there travels with every later message (`strong`).
 */

import type { Message } from './coherence.ts';
import { HAS_ACTED, NO_MARKS, NOTHING_TAKEN, withMark, withTaken } from './observers.ts';
import type { Observer } from './observers.ts';
import { withAccess } from './returns.ts';
import type { Views } from './views.ts';
import { EMPTY_VIEW } from './views.ts';
import { Mark, UNLOCK_MARK, WeakOrder } from './weak-order.ts';

/** What stands before an access on its own CPU: barriers, the beginning of a section. */
export function beforeAccess(
  views: Views,
  observer: Observer,
  order: number,
  beginsSection: boolean,
): Observer {
  let { floor, read, carried } = observer;
  if ((order & WeakOrder.RMB) !== 0) floor = views.join(floor, read);
  if ((order & WeakOrder.WMB) !== 0) carried = views.join(carried, observer.stored);
  const isMarked = (order & WeakOrder.MARKS) !== 0;
  const marked = isMarked ? markedBefore(observer) : observer;
  const passed = { ...marked, marked: marked.marked | HAS_ACTED, floor, carried, fenced: false };
  const before = beginsSection ? inSection(views, passed) : passed;
  read = views.beyond(read, before.floor);
  return { ...before, read };
}

/** An observer behind smp_mb__before_atomic, who may have marked that already (weak-early.ts). */
export function markedBefore(observer: Observer): Observer {
  const { marked, marks, seen } = observer;
  const isKnown = (marked & (1 << Mark.BEFORE_ATOMIC)) !== 0;
  if (isKnown && marks[Mark.BEFORE_ATOMIC] === seen) return observer;
  return withMark(observer, Mark.BEFORE_ATOMIC);
}

/** At the beginning of a section: what the grace periods that it comes after have left for it. */
export function inSection(views: Views, observer: Observer): Observer {
  return { ...afterJoin(views, observer, observer.left), left: EMPTY_VIEW };
}

/** A message that a CPU reads. */
export interface Reading {
  readonly message: Message;
  readonly word: number;
  readonly position: number;
  /** The CPU stored it itself. */
  readonly own: boolean;
  /** What comes with it, and what that brings back (returns.ts). */
  readonly learned: number;
}

/** What comes with a message: nothing that its own writer did not know. */
export function learnedFrom(views: Views, message: Message, own: boolean): number {
  return own ? EMPTY_VIEW : views.join(message.view, message.strong);
}

/** After a read, alone or as a part of a read-modify-write. */
export function afterRead(
  views: Views,
  observer: Observer,
  reading: Reading,
  order: number,
): Observer {
  const { message, word, position, own, learned } = reading;
  let { floor, read, carried, unlockSeen, unlockStored, beforeUnlock, isAfterUnlock } = observer;
  floor = views.raise(floor, word, position);
  const seen = views.raise(views.join(observer.seen, learned), word, position);
  const strong = own ? observer.strong : views.join(observer.strong, message.strong);
  // A message of its own brings what its value was computed from (dep ; rfi).
  const known = own ? message.depends : learned;
  if ((order & WeakOrder.NORETURN) === 0) read = views.join(read, known);
  if ((order & WeakOrder.ACQUIRE) !== 0) floor = views.join(floor, known);
  if ((order & WeakOrder.LOCK) !== 0) {
    const before = views.join(observer.lastUnlock, message.unlocks ? message.view : EMPTY_VIEW);
    beforeUnlock = views.join(beforeUnlock, before);
    isAfterUnlock ||= observer.hasUnlocked || message.unlocks;
    floor = views.join(floor, unlockSeen);
    carried = views.join(views.join(carried, unlockStored), message.handed);
    unlockSeen = EMPTY_VIEW;
    unlockStored = EMPTY_VIEW;
  }
  const isLock = (order & WeakOrder.LOCK) !== 0;
  const { taken } = isLock ? withTaken(observer, UNLOCK_MARK, null) : observer;
  const unlocks = { unlockSeen, unlockStored, beforeUnlock, isAfterUnlock, taken };
  return { ...observer, floor, seen, read, strong, carried, ...unlocks, fenced: false };
}

/**
 * The message of a store.
 *
 * @param from what a read-modify-write has read, which its message continues (rmw-sequence)
 * @param dependency what the reads have seen that the store depends on
 */
export function messageOf(
  views: Views,
  observer: Observer,
  order: number,
  parts: {
    value: number;
    writer: number;
    plain: boolean;
    unlocks: boolean;
    from: Reading | null;
    dependency: number;
  },
): Message {
  const { from, value, writer, plain, unlocks, dependency } = parts;
  const releases = (order & WeakOrder.RELEASE) !== 0;
  const own = releases ? observer.seen : observer.carried;
  const isComputed = from !== null && (order & WeakOrder.DATA) !== 0;
  const ofOld = isComputed ? (from.own ? from.message.depends : from.learned) : EMPTY_VIEW;
  return {
    value,
    view: from === null ? own : views.join(own, from.message.view),
    strong: observer.strong,
    handed: (order & WeakOrder.UNLOCK) === 0 ? EMPTY_VIEW : observer.stored,
    depends: views.join(ofOld, dependency),
    writer,
    // Whoever gives a spin lock back is the only one who stores: the message before is its own.
    attached: from !== null || (order & WeakOrder.UNLOCK) !== 0,
    plain,
    unlocks,
  };
}

/** After a store whose message stands at `position` now. */
export function afterStore(
  views: Views,
  observer: Observer,
  order: number,
  word: number,
  position: number,
  message: Message,
): Observer {
  const unlocks = (order & WeakOrder.UNLOCK) !== 0;
  const access = { word, isStore: true, position, after: observer.seen };
  return {
    ...observer,
    floor: views.raise(observer.floor, word, position),
    seen: views.raise(views.join(observer.seen, message.view), word, position),
    stored: views.raise(views.join(observer.stored, message.view), word, position),
    unlockSeen: unlocks ? observer.seen : observer.unlockSeen,
    lastUnlock: unlocks ? observer.seen : observer.lastUnlock,
    hasUnlocked: unlocks || observer.hasUnlocked,
    unlockStored: unlocks ? observer.stored : observer.unlockStored,
    owesFence: (order & WeakOrder.FULL_AFTER) !== 0,
    returns: message.plain ? observer.returns : withAccess(views, observer.returns, access),
  };
}

/** After a full barrier. `global`: the global view with what the CPU has seen. */
export function afterFence(views: Views, observer: Observer, global: number): Observer {
  return {
    ...observer,
    floor: global,
    seen: global,
    read: EMPTY_VIEW,
    strong: global,
    carried: views.join(observer.carried, observer.seen),
    unlockSeen: EMPTY_VIEW,
    unlockStored: EMPTY_VIEW,
    lastUnlock: EMPTY_VIEW,
    beforeUnlock: EMPTY_VIEW,
    marks: NO_MARKS,
    taken: NOTHING_TAKEN,
    marked: observer.marked & HAS_ACTED,
    fenced: true,
    owesFence: false,
  };
}

/**
 * After a full barrier that orders only some of what came before it.
 *
 * @param earlier what had been seen by then
 * @param global the global view with that
 */
export function afterPartialFence(
  views: Views,
  observer: Observer,
  earlier: number,
  global: number,
): Observer {
  return {
    ...afterJoin(views, observer, global),
    carried: views.join(observer.carried, earlier),
  };
}

/** After what a grace period has collected, or left, is seen by everybody who comes later. */
export function afterJoin(views: Views, observer: Observer, view: number): Observer {
  return {
    ...observer,
    floor: views.join(observer.floor, view),
    seen: views.join(observer.seen, view),
    strong: views.join(observer.strong, view),
  };
}
