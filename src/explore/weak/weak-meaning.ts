/**
 * What old values of a word mean to those who may still read them (model `weak`).
 *
 * Whoever asks whether a count is large, or one bit of the flags, cannot tell 2 from 3. Two values
 * mean the same to a thread if every read of the word that it may still come to (old-reads.ts) goes
 * on in the same way with both: it fails, waits, or leads to one thread state. Where an edge is not
 * known yet, what the read tells must be the same.
 */

import { Modify } from '../../memory/operation.ts';
import { Column, Flag } from '../automaton/node.ts';
import type { Stepper } from '../stepper.ts';
import type { WeakMemory } from './weak-memory.ts';
import type { Running } from './weak-running.ts';
import { holds, told } from './weak-values.ts';

/** Equal for values of a word that mean the same to these threads. */
export function meaningOf(
  stepper: Stepper,
  memory: WeakMemory,
  readers: readonly Running[],
  word: number,
  value: number,
): string {
  return readers.map((reader) => meaningTo(stepper, memory, reader, word, value)).join('|');
}

function meaningTo(
  stepper: Stepper,
  memory: WeakMemory,
  { thread, node }: Running,
  word: number,
  value: number,
): string {
  const { liveness } = memory.tables;
  const reads = liveness.readsOf(node, word);
  if (reads === null) return `=${value}`;
  return reads.map((read) => outcomeOf(stepper, thread, read, value)).join();
}

/** How a read goes on. An update that stores needs the newest message: here it does not matter. */
function outcomeOf(stepper: Stepper, thread: number, node: number, value: number): string {
  const flags = stepper.column(node, Column.FLAGS);
  const asking = { stepper, node, thread, flags };
  const passes = holds(asking, value);
  if (!passes && (flags & Flag.WAIT) !== 0) return 'waits';
  if (passes && stepper.column(node, Column.MODIFY) !== Modify.NOTHING) return 'stores';
  const tells = told(asking, value, value, passes);
  const target = stepper.knownTarget(node, tells);
  return `${passes ? 'passes' : 'fails'} ${target < 0 ? `with ${tells}` : `to ${target}`}`;
}
