/**
 * Which old messages a thread can still come to need, looking some steps ahead (model `weak`).
 *
 * Its floor says which messages it could read now. But a thread does one thing after another: who
 * waits for a value with acquire, takes a lock, or leaves when smp_load_acquire gives 0, will have
 * seen more before it comes to another word, or will not come to it at all. So the next steps of
 * each thread are followed through its automaton, with every message that is there, and with what
 * others may still store, which carries at least what they have seen now. A message that no such
 * way can reach is needed by nobody, although the floor still allows it. The device that nobody has
 * asked yet is such a thread, and every thread behind a flag. Where these steps end, the guards of
 * the place that was reached say what the thread will have seen further on (weak-guards.ts).
 *
 * What others may still store is read off the automata, as all that is forgotten (liveness.ts); an
 * edge that is not known yet may lead to anything. Measured: docs/weak.md.
 */

import { Modify, Result } from '../../memory/operation.ts';
import { NO_WAY, WAYS } from './guards.ts';
import type { Guard } from './guards.ts';
import { Column, Flag, NodeKind, ROW_SHIFT } from '../automaton/node.ts';
import type { Stepper } from '../stepper.ts';
import { isFresh } from './observers.ts';
import { EMPTY_VIEW } from './views.ts';
import type { WeakMemory } from './weak-memory.ts';
import { MARK_BITS, WeakOrder } from './weak-order.ts';
import { mayFail } from './weak-rows.ts';
import { broughtBy, learnedAt, valueAfter } from './weak-guards.ts';
import type { Asking as Situation } from './weak-guards.ts';
import { promisedTo } from './weak-promises.ts';
import type { Ahead, End, Running } from './weak-running.ts';
import { holds, told, written } from './weak-values.ts';

/**
 * How many steps are followed, and how many ways at the most. `overlapping-pins (holds=the folio
 * lock)` has 54,612 states with one step, 50,272 with two, 49,862 with eight.
 */
const STEPS_MAX = 2;
const WAYS_MAX = 24;

const UNKNOWN = -1;

/** One thread, and the others whose stores it may meet. */
interface Asking extends Situation {
  readonly ahead: Ahead;
}

/** A place on the way of a thread. */
interface Place {
  readonly node: number;
  readonly floor: number;
  /** How many steps it is away. */
  readonly steps: number;
  /** Words that the thread has stored to itself: what they hold then is not known here. */
  readonly stored: readonly number[];
}

/**
 * Looks ahead for one thread, in the state after the step; null where its floor is all there is.
 *
 * @param running all threads that have not ended
 */
export function aheadOf(
  stepper: Stepper,
  memory: WeakMemory,
  running: readonly Running[],
  one: Running,
): Ahead | null {
  if (!memory.tables.liveness.isOn) return null;
  // A handler on this CPU can come at any moment.
  if (running.some((other) => other !== one && other.cpu === one.cpu)) return null;
  const { views } = memory.tables;
  const { floor, seen, owesFence } = memory.observer(one.cpu);
  const situation = { stepper, memory, running, one };
  const ahead = { uses: [], ends: [], brought: bringing(situation) };
  const asking = { ...situation, ahead };
  const fenced = owesFence ? views.join(floor, views.join(seen, memory.global)) : floor;
  follow(asking, { node: one.node, floor: fenced, steps: 0, stored: [] });
  return ahead;
}

/** The oldest message of a word that a thread may come to need; Infinity: none. */
export function oldestToCome(memory: WeakMemory, { cpu, ahead }: Running, word: number): number {
  const { views } = memory.tables;
  if (ahead === null) return views.at(memory.observer(cpu).floor, word);
  const { uses, ends } = ahead;
  let oldest = Infinity;
  for (let i = 0; i < uses.length; i += 2) {
    if (uses[i] === word) oldest = Math.min(oldest, uses[i + 1] as number);
  }
  for (const end of ends) oldest = Math.min(oldest, oldestBehind(memory, ahead, end, word));
  return oldest;
}

/** The oldest message that a thread may need from some place on, which may be behind guards. */
function oldestBehind(memory: WeakMemory, ahead: Ahead, end: End, word: number): number {
  const { liveness, views } = memory.tables;
  const { node, floor, fresh, lost } = end;
  if (fresh === word) return Infinity;
  const first = views.at(floor, word);
  if (node === UNKNOWN) return first;
  if (!liveness.accesses(node, word)) return Infinity;
  let oldest = Infinity;
  for (let way = 0; way < WAYS && oldest > first; way++) {
    const guards = liveness.guardsOf(node, word, way);
    if (guards === NO_WAY) continue;
    oldest = Math.min(oldest, Math.max(first, oldestGuarded(memory, ahead, guards & ~lost, word)));
  }
  return oldest;
}

/** The oldest message that a thread may need behind all of some guards. */
function oldestGuarded(memory: WeakMemory, ahead: Ahead, guards: number, word: number): number {
  const { views, liveness } = memory.tables;
  let oldest = 0;
  for (let bit = 0; guards >>> bit !== 0 && bit < liveness.guards.all.length; bit++) {
    if ((guards & (1 << bit)) === 0) continue;
    const brought = ahead.brought(bit);
    if (brought === null) return Infinity;
    oldest = Math.max(oldest, views.at(brought, word));
  }
  return oldest;
}

/** What a thread's guards bring: found once, when somebody asks. */
function bringing(situation: Situation): (guard: number) => number | null {
  const { guards } = situation.memory.tables.liveness;
  const known: (number | null)[] = [];
  return (guard) => {
    known[guard] ??= broughtBy(situation, guards.all[guard] as Guard);
    return known[guard] ?? null;
  };
}

function follow(asking: Asking, place: Place): void {
  const { stepper, ahead } = asking;
  const { node, steps } = place;
  const isEnd = steps === STEPS_MAX || ahead.ends.length >= WAYS_MAX;
  if (isEnd || node === UNKNOWN || !isFollowed(stepper, place)) {
    end(asking, place, 0);
    return;
  }
  const order = stepper.column(node, Column.ORDER);
  if (wordOf(stepper, node) === 0) barrier(asking, place, order);
  else if ((order & WeakOrder.STORE) !== 0) store(asking, place);
  else read(asking, place);
}

/** @param fresh a word of which the thread reads a message that is not there yet, or 0 */
function end({ memory, ahead }: Asking, { node, floor, stored }: Place, fresh: number): void {
  const { guards } = memory.tables.liveness;
  const lost = stored.reduce((bits, word) => bits | guards.on(word), 0);
  ahead.ends.push({ node, floor, fresh, lost });
}

/** Whether the thread's next step is an access to a word that nobody else decides about. */
function isFollowed(stepper: Stepper, { node, stored }: Place): boolean {
  if (stepper.column(node, Column.KIND) !== NodeKind.ACCESS) return false;
  // A word of a slot begins anew when the slot is given out again.
  if (stepper.column(node, Column.STATUS) !== 0) return false;
  return !stored.includes(wordOf(stepper, node));
}

function wordOf(stepper: Stepper, node: number): number {
  return stepper.column(node, Column.INDEX) - stepper.layout.memoryAt;
}

function barrier(asking: Asking, place: Place, order: number): void {
  const { stepper, memory, one } = asking;
  const { views } = memory.tables;
  const observer = memory.observer(one.cpu);
  const mark = MARK_BITS.findIndex((bit) => (order & bit) !== 0);
  const isWhole = (order & WeakOrder.AFTER_UNLOCK) === 0 && mark < 0;
  const isFull = isWhole || (place.steps === 0 && isFresh(observer, mark));
  const isFence = (order & WeakOrder.FENCE) !== 0 && isFull;
  const learned = isFence ? views.join(memory.global, observer.seen) : EMPTY_VIEW;
  const floor = views.join(place.floor, learned);
  const node = stepper.knownTarget(place.node, 0);
  follow(asking, { ...place, node, floor, steps: place.steps + 1 });
}

/** A store can take any place behind what the thread has seen, which is no less than its floor. */
function store(asking: Asking, place: Place): void {
  const { stepper, memory, ahead } = asking;
  const word = wordOf(stepper, place.node);
  ahead.uses.push(word, memory.tables.views.at(place.floor, word));
  const node = stepper.knownTarget(place.node, 0);
  const steps = place.steps + 1;
  follow(asking, { ...place, node, steps, stored: [...place.stored, word] });
}

function read(asking: Asking, place: Place): void {
  const { stepper, memory, one, running, ahead } = asking;
  const { node } = place;
  const word = wordOf(stepper, node);
  ahead.uses.push(word, readMessages(asking, place, word));
  const promised = promisedTo(memory, running, one, word);
  if (promised === null) return;
  const always = !mayFail(stepper.tables.rows, node << ROW_SHIFT);
  const learned = always && acquires(stepper, one, node) ? promised : EMPTY_VIEW;
  const floor = memory.tables.views.join(place.floor, learned);
  if (stepper.column(node, Column.RESULT) !== Result.NONE) {
    end(asking, { ...place, floor }, word);
    return;
  }
  follow(asking, {
    node: stepper.knownTarget(node, 0),
    floor,
    steps: place.steps + 1,
    stored: [...place.stored, word],
  });
}

/** Whether an access acquires where its test holds. */
function acquires(stepper: Stepper, { isDevice }: Running, node: number): boolean {
  const order = stepper.column(node, Column.ORDER);
  return (order & (WeakOrder.ACQUIRE | WeakOrder.FULL_AFTER)) !== 0 || isDevice;
}

/** Follows the ways on by the messages that are there. @returns the position of the first */
function readMessages(asking: Asking, place: Place, word: number): number {
  const { stepper, memory, one } = asking;
  const { node } = place;
  const { views } = memory.tables;
  const flags = stepper.column(node, Column.FLAGS);
  const access = { stepper, node, thread: one.thread, flags };
  const messages = memory.messages(word);
  const updates = stepper.column(node, Column.MODIFY) !== Modify.NOTHING;
  let first = Infinity;
  for (let at = views.at(place.floor, word); at < messages.length; at++) {
    const old = valueAfter(asking, word, at);
    const passes = holds(access, old);
    const isUsedUp = updates && messages[at + 1]?.attached === true;
    if (passes ? isUsedUp : (flags & Flag.WAIT) !== 0) continue;
    first = Math.min(first, at);
    const now = passes && updates ? written(access, old) : old;
    const learned =
      passes && acquires(stepper, one, node) ? learnedAt(asking, word, at) : EMPTY_VIEW;
    follow(asking, {
      node: stepper.knownTarget(node, told(access, old, now, passes)),
      floor: views.raise(views.join(place.floor, learned), word, at),
      steps: place.steps + 1,
      stored: updates ? [...place.stored, word] : place.stored,
    });
  }
  return first;
}
