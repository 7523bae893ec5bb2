/**
 * Forgets accesses from which nothing can come back any more (model `weak`; returns.ts), and says
 * how old a message must be kept for the others.
 */

import { mapViews } from './observers.ts';
import type { Observer } from './observers.ts';
import { accessesOf, withAccess, withReturns } from './returns.ts';
import type { Access, Returns } from './returns.ts';
import type { WeakMemory } from './weak-memory.ts';
import type { Running } from './weak-running.ts';

/** What an observer learns with a view: what comes back with it, too. */
export function broughtBack(memory: WeakMemory, { returns }: Observer, learned: number): number {
  return withReturns(memory.tables.views, returns, learned, (word) => memory.messages(word));
}

/** An observer who begins a section: what grace periods have left for it, with what that brings. */
export function withLeft(memory: WeakMemory, observer: Observer): Observer {
  return { ...observer, left: broughtBack(memory, observer, observer.left) };
}

/**
 * More messages behind that of an access than are kept for it: then it is forgotten. Without that,
 * a loop that reads a word which others go on changing would have an access more each time
 * (`longterm-pin-vs-offline (pages=moved before the pin)`: no end; 6,985 states without accesses).
 */
const BEHIND_MAX = 4;

/** Forgets the accesses to words that nobody else will touch, and that nobody has overwritten. */
export function forgetReturns(memory: WeakMemory, running: readonly Running[]): void {
  const { views } = memory.tables;
  for (let cpu = 0; cpu < memory.observers.length; cpu++) {
    const observer = memory.observer(cpu);
    if (observer.returns.length === 0) continue;
    const accesses = accessesOf(views, observer.returns);
    const kept = accesses.filter(({ word, position }) => {
      if (memory.messages(word).length - 1 - position > BEHIND_MAX) return false;
      const same = accesses.filter((one) => one.word === word);
      return canReturn(memory, running, cpu, same);
    });
    if (kept.length === accesses.length) continue;
    const returns = kept.reduce((list: Returns, one) => withAccess(views, list, one), []);
    memory.setObserver(cpu, { ...observer, returns });
  }
}

/**
 * Whether anything can come back from a CPU's accesses to one word: somebody has overwritten it, or
 * may; somebody has seen what was stored, or may.
 */
function canReturn(
  memory: WeakMemory,
  running: readonly Running[],
  cpu: number,
  accesses: readonly Access[],
): boolean {
  const { liveness } = memory.tables;
  const [first] = accesses;
  if (first === undefined) return false;
  const { word } = first;
  const newest = memory.messages(word).length - 1;
  if (accesses.some(({ position }) => position < newest)) return true;
  const others = running.filter((one) => one.cpu !== cpu);
  if (!accesses.some(({ isStore }) => isStore)) {
    return others.some(({ node }) => liveness.stores(node, word));
  }
  return others.some(({ node }) => liveness.accesses(node, word)) || isSeen(memory, cpu, first);
}

/** Whether another CPU has seen a message, or a message of another word carries it. */
function isSeen(memory: WeakMemory, cpu: number, { word, position }: Access): boolean {
  const { views, observers } = memory.tables;
  let seen = false;
  const look = (view: number): number => {
    seen ||= views.at(view, word) >= position;
    return view;
  };
  look(memory.global);
  for (const [other, number] of memory.observers.entries()) {
    if (other !== cpu && number !== 0) mapViews(observers.observer(number), look);
  }
  for (let other = 1; other < memory.lists.length && !seen; other++) {
    if (other === word) continue;
    for (const { view, strong } of memory.messages(other)) look(views.join(view, strong));
  }
  return seen;
}

/** The oldest message of each word that a remembered access is about, by word. */
export function oldestOfReturns(memory: WeakMemory): ReadonlyMap<number, number> {
  const oldest = new Map<number, number>();
  const { views } = memory.tables;
  for (let cpu = 0; cpu < memory.observers.length; cpu++) {
    for (const { word, isStore, position } of accessesOf(views, memory.observer(cpu).returns)) {
      // Behind another one, or nobody could tell that it was seen.
      const first = isStore ? position - 1 : position;
      oldest.set(word, Math.max(0, Math.min(first, oldest.get(word) ?? Infinity)));
    }
  }
  return oldest;
}
