/** The state of one run of a thread (replay.ts): what is answered, what is held, how it ended. */

import type { Nesting } from '../../memory/machine.ts';
import type { Operation } from '../../memory/operation.ts';
import { EMPTY_CONTEXT } from './context.ts';
import type { Context } from './context.ts';
import { callStack } from '../position.ts';
import type { LazyStack } from '../position.ts';
import type { Position, Problem } from '../result.ts';
import type { PointerSource } from '../pointers.ts';
import type { ReplayWorld } from './world.ts';

/** A violated property that a thread found by itself. */
export interface Failure {
  readonly kind: 'assert' | 'automatic';
  readonly name: string;
  readonly message: string;
  /** What the thread was about to do, for pictures; null where its last access is what fails. */
  readonly act: FailingAct | null;
  readonly position: Position | null;
}

/** What a thread does where it fails: no access, or one that must not be made there. */
export interface FailingAct {
  /** The primitive, or `return` at the end of the thread. */
  readonly primitive: string;
  /** The word that it goes to, or 0. */
  readonly address: number;
}

/** A section that a thread is in: where it was entered. */
export interface OpenSection {
  readonly what: Nesting;
  /** The accesses that the thread had made by then. */
  readonly accesses: number;
  readonly calls: readonly string[];
  readonly stack: LazyStack;
}

/** Where a run ended. */
export type RunEnd =
  | { readonly kind: 'access'; readonly operation: Operation }
  | { readonly kind: 'done'; readonly result: unknown }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'problem'; readonly problem: Problem };

/** An error that a function gave back to the code that is no function of the library. */
export interface ReturnedError {
  readonly name: string;
  /** As Linux gives it: -14 for EFAULT. */
  readonly error: number;
}

/** What a run found out. */
export interface Run {
  readonly end: RunEnd;
  /** The history, collapsed (empty after a flat run). */
  readonly entries: readonly number[];
  readonly context: Context;
  /** Marks that were set since the last delivered value. */
  readonly marks: readonly number[];
  readonly label: string | null;
  readonly calls: readonly string[];
  /** Where the noted access stands, innermost call first. */
  readonly stack: LazyStack;
  /** A round of a `loop` ended and the next began. */
  readonly newRound: boolean;
  /** The pointers in use at the noted access: pointers.ts. */
  readonly pointers: number;
  /** The last error that the outermost function gave back since the delivered value, or null. */
  readonly returned: ReturnedError | null;
}

const nowhere: LazyStack = () => [];

/** Thrown to leave a thread's function; made once, so that its stack costs nothing. */
export const SENTINEL: Error = new Error('holdfast: a thread is being suspended');

/** Who looks on while a thread is run along a way. */
export interface Watch {
  /** The thread makes the access whose answer is number `at`; false stops it there. */
  readonly access: (at: number, operation: Operation, context: Context) => boolean;
  /** The thread sets a mark after `at` answers. */
  readonly mark: (at: number, word: number) => void;
}

/** The state of one run. */
export interface State {
  readonly world: ReplayWorld;
  /** The name of the thread, or of the first of its twins. */
  readonly thread: string;
  /** Where the thread is declared. */
  readonly position: Position | null;
  /** The very first run: nothing has been observed yet. */
  readonly begins: boolean;
  readonly flat: boolean;
  readonly entries: number[];
  /** How far the history has been answered, and how much of it there is to answer. */
  cursor: number;
  replayed: number;
  /** The observation to deliver after the history, or null when it has been. */
  delivery: number | null;
  context: Context;
  readonly calls: string[];
  /** What each of these calls was given; empty in a flat run. */
  readonly given: (readonly unknown[])[];
  marks: number[];
  label: string | null;
  returned: ReturnedError | null;
  end: RunEnd | null;
  stack: LazyStack;
  /** Finds the calls around the noted access by running once more; null while that is done. */
  readonly findStack: LazyStack | null;
  newRound: boolean;
  accesses: number;
  /** weak: the pointers that were read and may be used. */
  sources: readonly PointerSource[];
  pointers: number;
  /** How many loops are running. */
  loops: number;
  /** Flat runs: the accesses so far; the barriers, each with how many came before it. */
  readonly recent: string[];
  readonly open: { readonly key: string; readonly since: number }[];
  /** Flat runs: the srcu_structs of the sections of SRCU that are open. */
  readonly srcu: number[];
  /** The sections that are open, innermost last; null where nobody asks for them. */
  readonly sections: OpenSection[] | null;
  readonly watch: Watch | null;
}

export function start(
  world: ReplayWorld,
  { name, position }: { readonly name: string; readonly position: Position | null },
  flat: boolean,
  answers: readonly number[],
  delivery: number | null,
): State {
  return {
    world,
    thread: name,
    position,
    begins: answers.length === 0 && delivery === null,
    flat,
    entries: [...answers],
    cursor: 0,
    replayed: answers.length,
    delivery,
    context: EMPTY_CONTEXT,
    calls: [],
    given: [],
    marks: [],
    label: null,
    returned: null,
    end: null,
    stack: nowhere,
    findStack: nowhere,
    newRound: false,
    accesses: 0,
    sources: [],
    pointers: 0,
    loops: 0,
    recent: [],
    open: [],
    srcu: [],
    sections: null,
    watch: null,
  };
}

/** Whether the history has been answered and the thread makes new steps. */
export function isLive(state: State): boolean {
  return state.cursor === state.replayed && state.delivery === null;
}

export function suspend(state: State, end: RunEnd): never {
  state.end ??= end;
  throw SENTINEL;
}

export function suspendWith(state: State): (found: Problem) => never {
  return (found) => suspend(state, { kind: 'problem', problem: found });
}

export function fail(state: State, name: string, message: string, act: FailingAct | null): never {
  const position = callStack()[0] ?? null;
  return suspend(state, {
    kind: 'failed',
    failure: { kind: 'automatic', name, message, act, position },
  });
}

export function append(state: State, tag: number, value: number): void {
  state.entries.push(tag, value);
  state.cursor = state.replayed = state.entries.length;
}
