/**
 * What messages that others have still to store will carry at least (model `weak`).
 *
 * A message carries what its CPU has seen, or what it has ordered before, and that only grows. If
 * it comes from a read-modify-write it also carries what the message before it carries (the
 * rmw-sequence of linux-kernel.cat): so where nobody but the reader can overwrite a word, every
 * message to come continues one of those that are there and are not used up.
 */

import type { Message } from './coherence.ts';
import { EMPTY_VIEW } from './views.ts';
import type { WeakMemory } from './weak-memory.ts';
import type { Running } from './weak-running.ts';

/**
 * What later messages of a word bring at least to the threads other than who stores them; null:
 * there will be none.
 *
 * @param one who reads, and does not store to the word before
 */
export function promisedTo(
  memory: WeakMemory,
  running: readonly Running[],
  one: Running,
  word: number,
): number | null {
  const { liveness, views } = memory.tables;
  const others = running.filter((other) => other !== one && liveness.stores(other.node, word));
  const continues = !others.some(({ node }) => liveness.overwrites(node, word));
  return others.reduce<number | null>((least, other) => {
    const own = carriedBy(memory, other, word);
    const promised = continues ? views.join(own, continuedBy(memory, other, word)) : own;
    return least === null ? promised : views.meet(least, promised);
  }, null);
}

/** What a later message of a thread carries at least. */
function carriedBy(memory: WeakMemory, { node, cpu, isDevice }: Running, word: number): number {
  const { liveness, views } = memory.tables;
  const { seen, carried, strong } = memory.observer(cpu);
  const releases = isDevice || !liveness.storesRelaxed(node, word);
  return releases ? seen : views.join(carried, strong);
}

/** What the messages have in common that a thread's update may continue. */
function continuedBy(memory: WeakMemory, { cpu }: Running, word: number): number {
  const { views } = memory.tables;
  const messages = memory.messages(word);
  let least: number | null = null;
  for (let at = views.at(memory.observer(cpu).seen, word); at < messages.length; at++) {
    if (messages[at + 1]?.attached === true) continue;
    const view = views.raise((messages[at] as Message).view, word, at);
    least = least === null ? view : views.meet(least, view);
  }
  return least ?? EMPTY_VIEW;
}
