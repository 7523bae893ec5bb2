/**
 * Forgets what nobody needs any more, so that states with one future are one state (model `weak`).
 *
 * - A message that no CPU can read, and before which none can store, is gone; positions count from
 *   the oldest that is left. A word that nobody will access again has one message.
 * - What a CPU has seen of words that it will not access again is forgotten, and all that it could
 *   tell others if it will never tell anybody anything.
 */

import { SETTLED } from './coherence.ts';
import type { Message } from './coherence.ts';
import { Ability, MARK_ABILITIES } from './weak-abilities.ts';
import type { Liveness } from './liveness.ts';
import { Column, NodeKind } from '../automaton/node.ts';
import { HAS_ACTED, mapMarks, mapViews, NEW_OBSERVER, NOTHING_TAKEN } from './observers.ts';
import type { Observer, Taken } from './observers.ts';
import { Feature } from '../automaton/tables.ts';
import { EMPTY_VIEW } from './views.ts';
import type { Views } from './views.ts';
import type { WeakMemory } from './weak-memory.ts';
import { aheadOf, oldestToCome } from './weak-ahead.ts';
import { cpuOf, isDeviceThread } from './weak-pending.ts';
import type { Pending } from './weak-pending.ts';
import { dropRepeats, MESSAGES_MIN, readersOf } from './weak-repeats.ts';
import { accessesOf, mapReturns } from './returns.ts';
import { forgetReturns, oldestOfReturns } from './weak-returns.ts';
import { dropRounds } from './weak-rounds.ts';
import type { Running } from './weak-running.ts';

/** Forgets what nobody needs after the step. */
export function forget(pending: Pending): void {
  const { stepper, memory } = pending;
  const running: Running[] = [];
  for (let thread = 0; thread < stepper.layout.threads; thread++) {
    const node = stepper.nodeAfter(thread);
    if (stepper.column(node, Column.KIND) === NodeKind.DONE) continue;
    const isDevice = isDeviceThread(stepper, thread);
    running.push({ thread, node, cpu: cpuOf(stepper, thread), isDevice, ahead: null });
  }
  trimObservers(pending, running);
  forgetReturns(memory, running);
  for (const one of running) one.ahead = aheadOf(stepper, memory, running, one);
  if (!running.some(({ node }) => memory.tables.liveness.can(node, Ability.FENCE))) {
    memory.global = EMPTY_VIEW;
  }
  forgetMessages(pending, running);
}

function forgetMessages({ stepper, memory }: Pending, running: readonly Running[]): void {
  const { lists } = memory;
  const { dropsRepeats } = memory.tables.liveness;
  const only = new Map<Running, number[]>();
  const returns = oldestOfReturns(memory);
  for (let word = 1; word < lists.length; word++) {
    if (lists[word] === SETTLED) continue;
    const oldest = Math.min(oldestNeeded(memory, word, running), returns.get(word) ?? Infinity);
    if (oldest === Infinity) {
      memory.settle(word);
      continue;
    }
    const drops = dropsRepeats && memory.messages(word).length - oldest >= MESSAGES_MIN;
    const readers = drops ? readersOf(memory, word, running) : [];
    if (oldest > 0) memory.prune(word, oldest);
    if (drops) dropRepeats(stepper, memory, word, readers);
    const [reader] = readers;
    if (readers.length === 1 && reader !== undefined) {
      only.set(reader, [...(only.get(reader) ?? []), word]);
    }
  }
  for (const [reader, words] of only) dropRounds({ stepper, memory, reader, words });
}

function oldestNeeded(memory: WeakMemory, word: number, running: readonly Running[]): number {
  const { liveness } = memory.tables;
  const messages = memory.messages(word);
  let oldest = Infinity;
  for (const one of running) {
    const { node } = one;
    const reads = liveness.reads(node, word);
    const zero = liveness.failsOnZero(node, word);
    if (!reads && !zero && !liveness.updates(node, word)) continue;
    const first = oldestToCome(memory, one, word);
    oldest = Math.min(oldest, reads ? first : firstUseful(messages, first, zero));
    if (oldest === 0) return 0;
  }
  return oldest;
}

/** The first message from `at` on that an update can use: not used up, or zero. */
function firstUseful(messages: readonly Message[], at: number, zero: boolean): number {
  let first = at;
  while (messages[first + 1]?.attached === true && !(zero && messages[first]?.value === 0)) first++;
  return first;
}

function trimObservers({ stepper, memory }: Pending, running: readonly Running[]): void {
  const { liveness, trimmed } = memory.tables;
  if (memory.tables.trimmedVersion !== liveness.version) {
    trimmed.clear();
    memory.tables.trimmedVersion = liveness.version;
  }
  const graces = running.some(({ node }) => liveness.can(node, Ability.GRACE));
  const interrupts = stepper.tables.features[Feature.INTERRUPT_ALL] === 1;
  for (let cpu = 0; cpu < memory.observers.length; cpu++) {
    if (memory.observers[cpu] === 0) continue;
    const own = running.filter((one) => one.cpu === cpu);
    if (own.length === 0) memory.setObserver(cpu, ended(memory.observer(cpu), graces, interrupts));
    else if (liveness.isOn) trimObserver(memory, cpu, own, graces);
  }
}

/** What is left of an observer whose CPU has nothing more to do: what a grace period collects. */
function ended({ section, seen }: Observer, graces: boolean, interrupts: boolean): Observer {
  if (!graces) return NEW_OBSERVER;
  return { ...NEW_OBSERVER, section, seen: interrupts ? seen : EMPTY_VIEW };
}

function trimObserver(
  memory: WeakMemory,
  cpu: number,
  own: readonly Running[],
  graces: boolean,
): void {
  const { trimmed, observers, liveness, views } = memory.tables;
  const number = memory.observers[cpu] as number;
  // Handlers and the thread they interrupt share an observer; that is rare, and not remembered.
  const [first] = own;
  const key = own.length === 1 && first !== undefined ? keyOf(number, first.node, graces) : -1;
  const known = trimmed.get(key);
  if (known !== undefined) {
    memory.observers[cpu] = known;
    return;
  }
  const nodes = own.map(({ node }) => node);
  const result = observers.intern(
    trimmedTo(views, liveness, observers.observer(number), nodes, graces),
  );
  if (key >= 0) trimmed.set(key, result);
  memory.observers[cpu] = result;
}

function keyOf(observer: number, node: number, graces: boolean): number {
  return (observer * NODES + node) * 2 + (graces ? 1 : 0);
}

/** The bits of `Observer.marked` that still matter. */
function marksOf(can: (ability: number) => boolean): number {
  const bits = MARK_ABILITIES.map((ability, mark) => (can(ability) ? 1 << mark : 0));
  const acted = can(Ability.ASKS_FOR_ACCESS) ? HAS_ACTED : 0;
  return bits.reduce((all, bit) => all | bit, acted);
}

function takenFor(taken: Taken, can: (ability: number) => boolean): Taken {
  if (taken === NOTHING_TAKEN) return taken;
  const abilities = [...MARK_ABILITIES, Ability.AFTER_UNLOCK];
  return taken.map((view, mark) => (can(abilities[mark] ?? 0) ? view : null));
}

const NODES = 2 ** 20;

function trimmedTo(
  views: Views,
  liveness: Liveness,
  observer: Observer,
  nodes: readonly number[],
  graces: boolean,
): Observer {
  const can = (ability: number): boolean => nodes.some((node) => liveness.can(node, ability));
  const accesses = (word: number): boolean =>
    nodes.some((node) => liveness.reads(node, word) || liveness.updates(node, word));
  const own = (view: number): number => views.about(view, accesses);
  const isLeft = can(Ability.SECTION) && (graces || observer.left !== EMPTY_VIEW);
  const returns = isLeft || can(Ability.LEARN) ? observer.returns : [];
  // A pointer's view of a word that it will not access may bring what an earlier access came after.
  const remembered = new Set(accessesOf(views, returns).map(({ word }) => word));
  const brings = (view: number): number =>
    views.about(view, (word) => accesses(word) || remembered.has(word));
  const tells = can(Ability.TELL);
  const fences = can(Ability.AFTER_UNLOCK);
  const when = (ability: number, view: number): number => (can(ability) ? view : EMPTY_VIEW);
  return {
    ...observer,
    fenced: observer.fenced && nodes.some((node) => liveness.asksForFence(node)),
    floor: own(observer.floor),
    read: when(Ability.RMB, own(observer.read)),
    unlockSeen: when(Ability.LOCK, own(observer.unlockSeen)),
    pointers: mapViews(observer, brings).pointers,
    returns: mapReturns(returns, (place) => place, brings),
    // What others collect, and what a later store or barrier tells them.
    seen: tells || graces ? observer.seen : EMPTY_VIEW,
    strong: when(Ability.TELL, observer.strong),
    stored: when(Ability.HAND_ON, observer.stored),
    carried: when(Ability.RELAXED, observer.carried),
    unlockStored: can(Ability.LOCK) ? when(Ability.RELAXED, observer.unlockStored) : EMPTY_VIEW,
    lastUnlock: fences ? observer.lastUnlock : EMPTY_VIEW,
    beforeUnlock: fences ? observer.beforeUnlock : EMPTY_VIEW,
    hasUnlocked: fences && observer.hasUnlocked,
    isAfterUnlock: fences && observer.isAfterUnlock,
    marks: mapMarks(observer.marks, (view, mark) => when(MARK_ABILITIES[mark] ?? 0, view)),
    taken: takenFor(observer.taken, can),
    marked: observer.marked & marksOf(can),
    left: can(Ability.SECTION) ? observer.left : EMPTY_VIEW,
    section: graces ? observer.section : EMPTY_VIEW,
  };
}
