/**
 * One state of the search as a record of 32-bit words.
 *
 *     hash 1, hash 2                       of everything below
 *     thread state of each thread          numbers of automaton rows
 *     grace mask of each thread            threads that its grace period still waits for
 *     tso: store buffer of each thread     count, then (index, value) pairs, oldest first
 *     weak: observer of each CPU           observers.ts
 *     weak: global view                    what strong fences have spread
 *     weak: coherence order of each word   coherence.ts; address a at listsAt + a
 *     memory                               address a at memoryAt + a, from address 1
 */

import type { Program } from './program.ts';
import type { Model } from './result.ts';

/** Where things stand in a record. */
export interface Layout {
  readonly model: Model;
  readonly threads: number;
  /** Index of the first thread's state. */
  readonly nodesAt: number;
  readonly graceAt: number;
  readonly buffersAt: number;
  /** Words of one store buffer; 0 under sc. */
  readonly bufferWords: number;
  readonly bufferEntries: number;
  readonly observersAt: number;
  readonly globalAt: number;
  /** The coherence order of address a is at listsAt + a. */
  readonly listsAt: number;
  /** The index of address a is memoryAt + a. */
  readonly memoryAt: number;
  readonly memoryWords: number;
  /** Words of a record. */
  readonly width: number;
  /** The thread whose store buffer a thread uses; -1 for devices, which have none. */
  readonly bufferOf: readonly number[];
  /** The thread on whose CPU an interrupt handler runs, or -1. */
  readonly interrupts: readonly number[];
}

/**
 * Lays out the states of a program.
 *
 * @param bufferEntries room in one store buffer; ignored under sc
 */
export function layOut(program: Program, model: Model, bufferEntries: number): Layout {
  const threads = program.threads.length;
  const nodesAt = 2;
  const graceAt = nodesAt + threads;
  const buffersAt = graceAt + threads;
  const bufferWords = model === 'tso' ? 1 + 2 * bufferEntries : 0;
  const weak = model === 'weak';
  const observersAt = buffersAt + bufferWords * threads;
  const globalAt = observersAt + (weak ? threads : 0);
  const listsAt = globalAt + (weak ? 1 : 0) - 1;
  const memoryAt = listsAt + (weak ? program.words.length : 0);
  return {
    model,
    threads,
    nodesAt,
    graceAt,
    buffersAt,
    bufferWords,
    bufferEntries,
    observersAt,
    globalAt,
    listsAt,
    memoryAt,
    memoryWords: program.words.length,
    width: memoryAt + 1 + program.words.length,
    bufferOf: program.threads.map((thread, index) => {
      if (thread.kind === 'device') return -1;
      return thread.interrupts ?? index;
    }),
    interrupts: program.threads.map((thread) => thread.interrupts ?? -1),
  };
}
