/**
 * A machine that makes accesses at once, on one array of words.
 *
 * The body of a scenario runs on it to set up the initial memory; a property runs on it to look at
 * a final state, and may not write then.
 */

import type { Machine } from '../../memory/machine.ts';
import {
  Effect,
  goesToNull,
  modified,
  Modify,
  resultOf,
  testHolds,
} from '../../memory/operation.ts';
import type { Operation } from '../../memory/operation.ts';
import { callStack, stackText } from '../position.ts';
import { problem } from '../problem.ts';
import type { Problem } from '../result.ts';
import { atUsersCall } from './users-call.ts';

/** Thrown by code that the user wrote wrongly, where a machine has no other way to say so. */
export class UserMistake extends Error {
  readonly problem: Problem;

  constructor(found: Problem) {
    super(found.what);
    this.problem = found;
  }
}

/** Where a direct machine finds its words. */
export interface DirectMemory {
  readonly words: Int32Array | number[];
  /** The index of address 0. */
  readonly offset: number;
}

/**
 * Makes a direct machine.
 *
 * @param memory gives the words at each access; they may be others next time
 * @param design answers design questions
 * @param mayWrite false for properties: a write is a mistake (HF027)
 */
export function directMachine(
  memory: () => DirectMemory,
  design: (name: string, choices: readonly string[]) => string,
  mayWrite: boolean,
): Machine {
  return {
    perform: (operation) => perform(memory(), operation, mayWrite),
    call: (_name, _provenance, body) => body(),
    loop(round) {
      for (let rounds = 0; round(); rounds++) {
        if (rounds > ROUNDS_MAX) throw mistake('HF022', 'A loop outside of a thread does not end.');
      }
    },
    allocate: () => refuse('kmalloc needs a thread or the body of a scenario.'),
    nest: () => undefined,
    sleepOn: () => undefined,
    sleepsOn: () => null,
    label: () => undefined,
    assert(condition, message) {
      if (!condition) throw mistake('HF027', `An assertion outside of a thread fails: ${message}.`);
    },
    require: () => undefined,
    refuse(code, what) {
      throw mistake(code, what);
    },
    callbacks: {
      wordOf: () => refuse('call_rcu can only be called by a thread.'),
      words: () => refuse('rcu_barrier can only be called by a thread.'),
      numberOf: () => refuse('call_rcu can only be called by a thread.'),
      functionOf: () => refuse('Callbacks can only be run by a thread.'),
    },
    mark: () => refuse('mark() can only be called by a thread.'),
    defended: () => true,
    design,
  };
}

const ROUNDS_MAX = 100_000;

function perform(memory: DirectMemory, operation: Operation, mayWrite: boolean): number {
  if (operation.effect === Effect.BARRIER) return 0;
  if (goesToNull(operation)) throw mistake('HF030', `${operation.primitive} follows NULL.`);
  if (operation.effect !== Effect.ACCESS) refuse(`${operation.primitive} needs a thread.`);
  if (operation.modify !== Modify.NOTHING && !mayWrite) refuse('A property may only read memory.');
  const index = memory.offset + operation.address;
  const old = memory.words[index] ?? 0;
  const tested = testHolds(operation.test, operation.testArgument, old);
  if (!tested && operation.wait) refuse(`${operation.primitive} would wait for ever here.`);
  const written = tested ? modified(operation.modify, operation.modifyArgument, old) : old;
  if (written !== old) memory.words[index] = written;
  return resultOf(operation.result, operation.resultArgument, old, written, tested);
}

function refuse(what: string): never {
  throw mistake('HF027', what);
}

function mistake(code: string, what: string): UserMistake {
  const found = problem(code, { what, position: callStack()[0] ?? null });
  return new UserMistake(atUsersCall(found, stackText(), { calls: [], given: [] }));
}
