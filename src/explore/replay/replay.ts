/**
 * Runs a thread's function as far as its history goes, and one access further.
 *
 * The function is an ordinary function; it cannot be stopped and copied. So it is started from the
 * beginning, its accesses are answered from the history, then one new observation is delivered, and
 * the function goes on to its next access. That access is noted and a sentinel is thrown, which
 * unwinds the function. Two ways of answering check each other:
 *
 * - *collapsed*: finished kernel functions are not run, their results come from the history, and a
 *   loop's earlier rounds are forgotten;
 * - *flat*: every value observed since the start is delivered again and everything runs.
 *
 * If the two disagree, something outlived a call or a round that must not (HF021).
 */

import { watchingFields } from '../../memory/field-use.ts';
import { withMachine } from '../../memory/machine.ts';
import type { Machine } from '../../memory/machine.ts';
import { Effect, operation as makeOperation, Result } from '../../memory/operation.ts';
import type { Operation } from '../../memory/operation.ts';
import { withoutHiddenInputs } from './hidden-inputs.ts';
import type { RefuseHidden } from './hidden-inputs.ts';
import { callStack, stackText } from '../position.ts';
import type { Position } from '../result.ts';
import { problem } from '../problem.ts';
import { assertion, nest, perform, requirement } from './replay-access.ts';
import { call, flatLoop, loop } from './replay-call.ts';
import { defended } from './replay-defences.ts';
import { returned, thrown } from './replay-end.ts';
import { isLive, SENTINEL, start, suspendWith } from './replay-state.ts';
import type { OpenSection, Run, State, Watch } from './replay-state.ts';
import { atUsersCall } from './users-call.ts';
import type { ReplayWorld } from './world.ts';

/** What is run: a thread's function, with its name and place for messages. */
export interface Runnable {
  readonly name: string;
  readonly body: () => unknown;
  readonly position: Position | null;
}

/**
 * Runs `body` against a collapsed history.
 *
 * @param observed the value to deliver after the history; null for the very first run
 */
export function runCollapsed(
  world: ReplayWorld,
  thread: Runnable,
  history: readonly number[],
  observed: number | null,
): Run {
  let found: readonly Position[] | null = null;
  const findStack = (): readonly Position[] =>
    (found ??= stackOf(world, thread, history, observed));
  return run({ ...start(world, thread, false, history, observed), findStack }, thread.body);
}

/**
 * Where the access stands that a collapsed run comes to, innermost call first: the same run again,
 * with its calls noted. Few are ever asked for; noting them in every run took 10 of 100 CPU seconds
 * of a check of all scenarios. A thread that does something else each time may come to none.
 */
function stackOf(
  world: ReplayWorld,
  thread: Runnable,
  history: readonly number[],
  observed: number | null,
): readonly Position[] {
  const state = { ...start(world, thread, false, history, observed), findStack: null };
  return run(state, thread.body).stack();
}

/**
 * Runs `body` from the start with every value that it observes.
 *
 * @param values all observations since the start, in order
 */
export function runFlat(world: ReplayWorld, thread: Runnable, values: readonly number[]): Run {
  return run(start(world, thread, true, values, null), thread.body);
}

/** The sections that a thread is in after these values, with where it entered each. */
export function sectionsAfter(
  world: ReplayWorld,
  thread: Runnable,
  values: readonly number[],
): readonly OpenSection[] {
  const sections: OpenSection[] = [];
  run({ ...start(world, thread, true, values, null), sections }, thread.body);
  return sections;
}

/** Runs `body` from the start with these values, while somebody looks on. */
export function runWatched(
  world: ReplayWorld,
  thread: Runnable,
  values: readonly number[],
  watch: Watch,
): Run {
  return run({ ...start(world, thread, true, values, null), watch }, thread.body);
}

function run(state: State, body: () => unknown): Run {
  try {
    // A flat run makes the accesses of earlier runs, which looked on already.
    const watch = state.flat ? null : state.world.namedFields.watchOf(state.thread);
    const result = withMachine(machineOf(state), () =>
      watchingFields(watch, () => withoutHiddenInputs(refuseHidden(state), body)),
    );
    state.end = returned(state, result);
  } catch (error) {
    if (error !== SENTINEL || state.end === null) state.end = thrown(state, error);
  }
  const { end, entries, context, marks, label, calls, stack, newRound } = state;
  const { pointers, returned: error } = state;
  const told = { context, marks, label, calls, stack, newRound, pointers, returned: error };
  return { end, entries: state.flat ? [] : entries, ...told };
}

function refuseHidden(state: State): RefuseHidden {
  return ({ code, name, reason, next }) => {
    const what = `The thread ${state.thread} calls ${name}, ${reason}.`;
    return suspendWith(state)(problem(code, { what, position: callStack()[0] ?? null, next }));
  };
}

function machineOf(state: State): Machine {
  return {
    perform: (operation, by) => perform(state, operation, by),
    call: (name, _provenance, body, args) => call(state, name, body, args),
    loop: (round) => (state.flat ? flatLoop(state, round) : loop(state, round)),
    allocate: (type) => perform(state, state.world.allocation(type, suspendWith(state))),
    nest: (what, change, isKept) => nest(state, what, change, isKept),
    sleepOn: (where) => void (state.context = { ...state.context, sleepsOn: where }),
    sleepsOn: () => state.context.sleepsOn,
    label(text) {
      state.label = text;
    },
    assert: (condition, message) => assertion(state, condition, message),
    callbacks: state.world.callbacks,
    require: (where, primitive) => requirement(state, where, { primitive, address: 0 }),
    mark(word) {
      state.watch?.mark(state.cursor, word);
      if (isLive(state)) state.marks.push(word);
    },
    refuse: (code, what) => refuse(state, code, what),
    defended: (name, kind) => defended(state, name, kind),
    design: (name, choices) => state.world.design(name, choices, suspendWith(state)),
  };
}

function refuse(state: State, code: string, what: string): never {
  const found = problem(code, { what, position: callStack()[0] ?? null });
  return suspendWith(state)(atUsersCall(found, stackText(), state));
}

/** The operation of an allocation from the pool with this number. */
export function allocationFrom(pool: number): Operation {
  const parts = { effect: Effect.ALLOCATE, choices: pool, result: Result.OLD };
  return makeOperation('kmalloc', parts);
}
