/** Accesses under model `weak`: what a read may give, where a store may go. */

import { Modify } from '../../memory/operation.ts';
import type { Message } from './coherence.ts';
import { MESSAGES_MAX } from '../limits.ts';
import { Ability } from './weak-abilities.ts';
import { Column, Flag } from '../automaton/node.ts';
import { mapViews, withMark } from './observers.ts';
import type { Observer } from './observers.ts';
import { ownSlot } from '../pointers.ts';
import { hasStored, withAccess } from './returns.ts';
import { broughtBack, withLeft } from './weak-returns.ts';
import { Trouble } from '../trouble.ts';
import { fence, fenceAfterUnlock, fenceForMark, fenceOnly, follow } from './weak-candidate.ts';
import { Mark, MARK_BITS, WeakOrder } from './weak-order.ts';
import { pointerKey, wordOf } from './weak-pending.ts';
import type { Pending } from './weak-pending.ts';
import { holds, told, written } from './weak-values.ts';
import {
  afterFence,
  afterRead,
  afterStore,
  beforeAccess,
  learnedFrom,
  messageOf,
} from './weak-views.ts';
import type { Reading } from './weak-views.ts';

/** Writes the candidates of a pending access. */
export function access(pending: Pending, observer: Observer): void {
  const { stepper, thread, node, order } = pending;
  const word = wordOf(pending);
  if (word === 0) return withoutWord(pending, observer);
  const status = stepper.column(node, Column.STATUS);
  if (status !== 0 && stepper.records[stepper.base + status] !== 1) {
    return stepper.meet(Trouble.USE_AFTER_FREE, thread);
  }
  const before = entered(pending, observer);
  if (isRace(pending, before, word)) return stepper.meet(Trouble.RACE, thread);
  if ((order & WeakOrder.STORE) !== 0) return store(pending, before, word);
  if (stepper.column(node, Column.MODIFY) === Modify.NOTHING) return readAny(pending, before, word);
  if ((order & WeakOrder.ONE_STEP) !== 0) return updateAtOnce(pending, before, word);
  update(pending, observer, before, word);
}

/** What the barriers and the section before the access do. */
function entered({ memory, order, flags }: Pending, observer: Observer): Observer {
  const inside = (flags & Flag.READER) !== 0;
  const begins = (order & WeakOrder.SECTION) !== 0 && !inside;
  const entering = begins ? withLeft(memory, observer) : observer;
  return beforeAccess(memory.tables.views, entering, order, begins);
}

/** smp_mb as a step of its own, and the beginning of a section or a handler. */
function withoutWord(pending: Pending, observer: Observer): void {
  const { memory, cpu } = pending;
  pending.stepper.begin();
  memory.setObserver(cpu, entered(pending, observer));
  const marked = MARK_BITS.findIndex((bit) => (pending.order & bit) !== 0);
  if ((pending.order & WeakOrder.AFTER_UNLOCK) !== 0) fenceAfterUnlock(pending);
  else if (marked >= 0) fenceForMark(pending, marked);
  else if ((pending.order & WeakOrder.FENCE) !== 0) fence(pending);
  follow(pending, 0, 0);
}

/**
 * A plain access to a word of which somebody else's message has not been seen, or any access to one
 * whose unseen message was stored plainly.
 */
function isRace({ memory, flags, dependency }: Pending, before: Observer, word: number): boolean {
  const messages = memory.messages(word);
  const { views } = memory.tables;
  const seen = views.at(views.join(before.floor, dependency), word);
  if (messages.length - 1 <= seen) return false;
  return (flags & Flag.PLAIN) !== 0 || messages.some((one, i) => i > seen && one.plain);
}

/** A store: one step for each place in the coherence order after everything that was seen. */
function store(pending: Pending, before: Observer, word: number): void {
  const { stepper, memory, node } = pending;
  const messages = memory.messages(word);
  const newest = messages.length - 1;
  const value = stepper.column(node, Column.MODIFY_ARGUMENT);
  const earliest = memory.tables.views.at(before.seen, word);
  for (let after = newest; after >= earliest; after--) {
    if (after < newest && messages[after + 1]?.attached === true) continue;
    if (newest >= MESSAGES_MAX) return stepper.meet(Trouble.MESSAGES_FULL, pending.thread);
    pending.stepper.begin();
    put(pending, before, { word, after, value, from: null });
    follow(pending, 0, newest - after);
  }
}

/** A read: one step for each message that is not too old. */
function readAny(pending: Pending, before: Observer, word: number): void {
  const newest = pending.memory.messages(word).length - 1;
  const oldest = oldestFor(pending, before, word);
  for (let at = newest; at >= oldest; at--) {
    const old = valueAt(pending, word, at);
    const tested = holds(pending, old);
    if (!tested && (pending.flags & Flag.WAIT) !== 0) continue;
    pending.stepper.begin();
    const order = tested ? pending.order : pending.order & ~PROMISES;
    const reading = readingOf(pending, word, at);
    setAfterRead(pending, before, reading, order);
    remember(pending, reading);
    follow(pending, told(pending, old, old, tested), newest - at);
  }
}

/**
 * A read-modify-write. It succeeds on a message that no other has used up, and fails on any; a full
 * one that succeeds has passed a full barrier before, as a step of its own.
 */
function update(pending: Pending, observer: Observer, before: Observer, word: number): void {
  const messages = pending.memory.messages(word);
  const newest = messages.length - 1;
  const { views } = pending.memory.tables;
  const oldest = oldestFor(pending, before, word);
  const earliest = views.at(before.seen, word);
  const isFull = (pending.order & WeakOrder.FULL_BEFORE) !== 0 && !observer.fenced;
  let fences = false;
  for (let at = newest; at >= oldest; at--) {
    const old = valueAt(pending, word, at);
    if (!holds(pending, old)) {
      if ((pending.flags & Flag.WAIT) !== 0) continue;
      if (isFull && (pending.order & WeakOrder.FAILS_FULL) !== 0) fences = true;
      else fail(pending, before, word, at, old);
    } else if (at >= earliest && messages[at + 1]?.attached !== true) {
      const asked = isQuiet(pending, old) ? quiet(pending) : pending;
      if (isFull && asked === pending) fences = true;
      else succeed(asked, before, word, at, old);
    }
  }
  if (fences) fenceOnly(pending);
}

/**
 * A fully ordered read-modify-write as one step with the barrier before it. Nothing is lost by
 * that: what comes between could have come before the barrier or after the access. It is not so
 * with the barrier behind it (docs/weak.md).
 */
function updateAtOnce(pending: Pending, before: Observer, word: number): void {
  const { memory, order, flags } = pending;
  const messages = memory.messages(word);
  const { views } = memory.tables;
  const global = views.join(memory.global, before.seen);
  const fenced = afterFence(views, before, global);
  const failing = (order & WeakOrder.FAILS_FULL) !== 0 ? fenced : before;
  const oldestFailing = oldestFor(pending, failing, word);
  const earliest = views.at(before.seen, word);
  const earliestFenced = views.at(global, word);
  const oldest = oldestFor(pending, before, word);
  for (let at = messages.length - 1; at >= oldest; at--) {
    const old = valueAt(pending, word, at);
    if (!holds(pending, old)) {
      if ((flags & Flag.WAIT) !== 0 || at < oldestFailing) continue;
      fail(pending, failing, word, at, old);
    } else if (messages[at + 1]?.attached !== true) {
      if (isQuiet(pending, old)) {
        if (at >= earliest) succeed(quiet(pending), before, word, at, old);
      } else if (at >= earliestFenced) succeed(pending, fenced, word, at, old);
    }
  }
}

/** Whether the word would stay what it was, and less is promised then. */
function isQuiet(pending: Pending, old: number): boolean {
  return (pending.order & WeakOrder.QUIET) !== 0 && written(pending, old) === old;
}

function quiet(pending: Pending): Pending {
  const order = (pending.order & ~PROMISES) | WeakOrder.ACQUIRE | WeakOrder.RELEASE;
  return { ...pending, order };
}

function fail(pending: Pending, before: Observer, word: number, at: number, old: number): void {
  const newest = pending.memory.messages(word).length - 1;
  begin(pending, before);
  const reading = readingOf(pending, word, at);
  setAfterRead(pending, before, reading, pending.order & ~PROMISES);
  remember(pending, reading);
  if ((pending.order & WeakOrder.ATOMIC) !== 0) mark(pending, Mark.AFTER_ATOMIC);
  follow(pending, told(pending, old, old, false), newest - at);
}

/** Marks what has been seen, for a barrier that is still to come. */
function mark({ memory, cpu, node }: Pending, which: number): void {
  if (!memory.tables.liveness.expects(node, Ability.ASKS_FOR_ACCESS)) return;
  memory.setObserver(cpu, withMark(memory.observer(cpu), which));
}

/** Bits that a failed test takes away. */
const PROMISES =
  WeakOrder.ACQUIRE |
  WeakOrder.RELEASE |
  WeakOrder.FULL_BEFORE |
  WeakOrder.FULL_AFTER |
  WeakOrder.LOCK |
  WeakOrder.UNLOCK;

function succeed(pending: Pending, before: Observer, word: number, at: number, old: number): void {
  const { stepper, memory, cpu } = pending;
  const newest = memory.messages(word).length - 1;
  if (newest >= MESSAGES_MAX) return stepper.meet(Trouble.MESSAGES_FULL, pending.thread);
  const value = written(pending, old);
  const from = readingOf(pending, word, at);
  begin(pending, before);
  setAfterRead(pending, before, from, pending.order);
  put(pending, memory.observer(cpu), { word, after: at, value, from });
  if ((pending.order & WeakOrder.LOCK) !== 0) mark(pending, Mark.AFTER_LOCK);
  else if ((pending.order & WeakOrder.ATOMIC) !== 0) mark(pending, Mark.AFTER_ATOMIC);
  follow(pending, told(pending, old, value, true), newest - at);
}

/** Begins a step, with the full barrier before it if that has just been passed. */
function begin({ stepper, memory }: Pending, before: Observer): void {
  stepper.begin();
  if (before.fenced) memory.global = before.seen;
}

/** The oldest message that a read may give. */
function oldestFor({ memory, dependency }: Pending, before: Observer, word: number): number {
  const { views } = memory.tables;
  return Math.max(views.at(before.floor, word), views.at(dependency, word));
}

function setAfterRead(pending: Pending, before: Observer, reading: Reading, order: number): void {
  const { stepper, memory, cpu, node, dependency } = pending;
  const { views } = memory.tables;
  const after = afterRead(views, before, reading, order);
  const slot = ownSlot(stepper.column(node, Column.POINTERS));
  const acquires = (order & WeakOrder.ACQUIRE) !== 0;
  const floor = acquires ? views.join(after.floor, dependency) : after.floor;
  if (slot < 0) return memory.setObserver(cpu, { ...after, floor });
  const learned = learnedBy(reading);
  const key = pointerKey(pending.thread, slot);
  const pointers = [...after.pointers, key, views.join(learned, dependency)];
  memory.setObserver(cpu, { ...after, floor, pointers });
}

/** What a read has learned; from a message of its own, what that depended on. */
function learnedBy({ own, message, learned }: Reading): number {
  return own ? message.depends : learned;
}

/** Remembers a read that stores nothing, for what may come back from it. */
function remember({ memory, cpu, flags, dependency }: Pending, reading: Reading): void {
  if ((flags & Flag.PLAIN) !== 0) return;
  const { views } = memory.tables;
  const observer = memory.observer(cpu);
  const { word, position } = reading;
  const after = views.join(learnedBy(reading), dependency);
  const access = { word, isStore: false, position, after };
  memory.setObserver(cpu, { ...observer, returns: withAccess(views, observer.returns, access) });
}

/** Puts the message of a store in, and the value into memory if it is the newest. */
function put(
  pending: Pending,
  observer: Observer,
  store: { word: number; after: number; value: number; from: Reading | null },
): void {
  const { stepper, memory, cpu, order, flags } = pending;
  const { word, after, value, from } = store;
  const { views } = memory.tables;
  const plain = (flags & Flag.PLAIN) !== 0;
  const dependency = views.join(pending.dependency, pending.computed);
  const unlocks = (order & WeakOrder.UNLOCK) !== 0 && somebodyMayFence(pending);
  const parts = { value, writer: cpu, plain, unlocks, from, dependency };
  const message = messageOf(views, observer, order, parts);
  const newest = memory.messages(word).length - 1;
  const index = stepper.layout.memoryAt + word;
  memory.insert(word, after, message, stepper.records[stepper.base + index] as number);
  // The store comes after all that was seen, but not after what grace periods have left.
  const moved =
    after === newest
      ? observer
      : mapViews(observer, (view) => views.inserted(view, word, after + 1));
  memory.setObserver(cpu, afterStore(views, moved, order, word, after + 1, message));
  if (after === newest) stepper.change(index, value);
}

/** Whether it matters to anybody that a lock was given back: only to what passes that barrier. */
function somebodyMayFence({ stepper, memory }: Pending): boolean {
  for (let thread = 0; thread < stepper.layout.threads; thread++) {
    const node = stepper.nodeOf(thread);
    if (memory.tables.liveness.can(node, Ability.AFTER_UNLOCK)) return true;
  }
  return false;
}

function readingOf({ memory, cpu }: Pending, word: number, position: number): Reading {
  const { views } = memory.tables;
  const message = memory.messages(word)[position] as Message;
  const own = message.writer === cpu;
  const carried = learnedFrom(views, message, own);
  const observer = memory.observer(cpu);
  const { returns } = observer;
  // The writer of a message that carries nothing is not kept.
  if (own || returns.length === 0 || hasStored(views, returns, word, position)) {
    return { message, word, position, own, learned: carried };
  }
  const learned = broughtBack(memory, observer, views.raise(carried, word, position));
  return { message, word, position, own, learned };
}

/** The value of a message: the newest one's is the word in memory. */
function valueAt({ stepper, memory }: Pending, word: number, at: number): number {
  const messages = memory.messages(word);
  if (at < messages.length - 1) return messages[at]?.value ?? 0;
  return stepper.records[stepper.base + stepper.layout.memoryAt + word] as number;
}
