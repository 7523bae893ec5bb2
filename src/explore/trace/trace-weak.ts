/** Which step stored the message that a read gives: for traces under model `weak`. */

import type { SearchInput } from '../counting.ts';

/** The steps that stored the live messages of each word, oldest first; 0 the initial value. */
export interface Origins {
  readonly input: SearchInput;
  readonly steps: Map<number, number[]>;
}

/** What an access under model `weak` had to do with. */
export interface WeakAccess {
  /** The value of the message that was read. */
  readonly old: number;
  /** The step that stored it. */
  readonly source: number;
  /** The newest store, if the access used or stands behind an older one; else null. */
  readonly newest: number | null;
}

/** No step has been made. */
export function noOrigins(input: SearchInput): Origins {
  return { input, steps: new Map() };
}

/** The message that outcome number `outcome` of an access to the word at `index` is about. */
export function accessedMessage(
  { input, steps }: Origins,
  record: Int32Array,
  index: number,
  outcome: number,
): WeakAccess {
  const { memoryAt, listsAt } = input.layout;
  const list = record[listsAt + index - memoryAt] ?? 0;
  const messages = input.automaton.tables.weak?.coherence.messages(list) ?? [];
  const origins = steps.get(index) ?? [0];
  const newest = origins.length - 1;
  const at = newest - outcome;
  return {
    old: outcome === 0 ? (record[index] ?? 0) : (messages[at]?.value ?? 0),
    source: origins[at] ?? 0,
    newest: outcome === 0 ? null : (origins[newest] ?? 0),
  };
}

/** Notes that a step stored a message behind `outcome` newer ones. */
export function noteStore({ steps }: Origins, index: number, outcome: number, step: number): void {
  const origins = steps.get(index) ?? [0];
  steps.set(index, origins.toSpliced(origins.length - outcome, 0, step));
}

/** Forgets the steps whose messages are gone after a step. */
export function forgetOrigins({ input, steps }: Origins, after: Int32Array): void {
  const { memoryAt, listsAt } = input.layout;
  for (const [index, origins] of steps) {
    const list = after[listsAt + index - memoryAt] ?? 0;
    const live = input.automaton.tables.weak?.coherence.messages(list).length ?? 1;
    steps.set(index, origins.slice(origins.length - live));
  }
}
