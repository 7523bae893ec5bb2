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

import { provenanceOf } from '../memory/function.ts';
import type { KernelResult, Machine, Nesting } from '../memory/machine.ts';
import { withMachine } from '../memory/machine.ts';
import { Effect, operation as makeOperation, Result } from '../memory/operation.ts';
import type { Operation } from '../memory/operation.ts';
import { ORDERING } from '../memory/ordering.ts';
import type { PrimitiveName } from '../memory/ordering.ts';
import type { Context, ContextStep } from './context.ts';
import {
  afterAccess,
  afterHold,
  afterNesting,
  atomicReason,
  beginsSection,
  EMPTY_CONTEXT,
  inSection,
  leftHeld,
  releaseOfRemoved,
  withRemovedLock,
} from './context.ts';
import { decodeResult, encodeResult } from './encoding.ts';
import { Entry } from './history.ts';
import { HISTORY_ENTRIES_MAX } from './limits.ts';
import { callStack, positionsOf } from './position.ts';
import { problem } from './problem.ts';
import type { Position, Problem } from './result.ts';
import type { ReplayWorld } from './world.ts';

/** A violated property that a thread found by itself. */
export interface Failure {
  readonly kind: 'assert' | 'automatic';
  readonly name: string;
  readonly message: string;
  readonly position: Position | null;
}

/** Where a run ended. */
export type RunEnd =
  | { readonly kind: 'access'; readonly operation: Operation }
  | { readonly kind: 'done'; readonly result: unknown }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'problem'; readonly problem: Problem };

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
  readonly stack: readonly Position[];
  /** A round of a `loop` ended and the next began. */
  readonly newRound: boolean;
}

/** Thrown to leave a thread's function; never an Error, so that no honest `catch` expects it. */
const SENTINEL = { toString: (): string => 'holdfast: a thread is being suspended' };

/** The state of one run. */
interface State {
  readonly world: ReplayWorld;
  readonly flat: boolean;
  readonly entries: number[];
  /** How far the history has been answered, and how much of it there is to answer. */
  cursor: number;
  replayed: number;
  /** The observation to deliver after the history, or null when it has been. */
  delivery: number | null;
  context: Context;
  readonly calls: string[];
  marks: number[];
  label: string | null;
  end: RunEnd | null;
  stack: readonly Position[];
  newRound: boolean;
  accesses: number;
  /** How many loops are running. */
  loops: number;
  /** Flat runs: the last accessed address and the defences met since, for pairing. */
  lastAddress: number;
  readonly sinceAccess: { readonly key: string; readonly before: number }[];
}

/**
 * Runs `body` against a collapsed history.
 *
 * @param observed the value to deliver after the history; null for the very first run
 */
export function runCollapsed(
  world: ReplayWorld,
  body: () => unknown,
  history: readonly number[],
  observed: number | null,
): Run {
  return run(start(world, false, history, observed), body);
}

/**
 * Runs `body` from the start with every value that it observes.
 *
 * @param values all observations since the start, in order
 */
export function runFlat(world: ReplayWorld, body: () => unknown, values: readonly number[]): Run {
  return run(start(world, true, values, null), body);
}

function start(
  world: ReplayWorld,
  flat: boolean,
  answers: readonly number[],
  delivery: number | null,
): State {
  return {
    world,
    flat,
    entries: [...answers],
    cursor: 0,
    replayed: answers.length,
    delivery,
    context: EMPTY_CONTEXT,
    calls: [],
    marks: [],
    label: null,
    end: null,
    stack: [],
    newRound: false,
    accesses: 0,
    loops: 0,
    lastAddress: 0,
    sinceAccess: [],
  };
}

function run(state: State, body: () => unknown): Run {
  try {
    const result = withMachine(machineOf(state), body);
    state.end = state.end === null ? endOf(state, result) : swallowed(state);
  } catch (error) {
    if (error !== SENTINEL || state.end === null) state.end = thrown(state, error);
  }
  const { end, entries, context, marks, label, calls, stack, newRound } = state;
  return { end, entries: state.flat ? [] : entries, context, marks, label, calls, stack, newRound };
}

function machineOf(state: State): Machine {
  return {
    perform: (operation) => perform(state, operation),
    call: (name, _provenance, body, args) => call(state, name, body, args),
    loop: (round) => (state.flat ? flatLoop(state, round) : loop(state, round)),
    allocate: (type) => perform(state, state.world.allocation(type, suspendWith(state))),
    nest: (what, change) => nest(state, what, change),
    label(text) {
      state.label = text;
    },
    assert: (condition, message) => assertion(state, condition, message),
    mark(word) {
      if (isLive(state)) state.marks.push(word);
    },
    defended: (name) => defended(state, name),
    design: (name, choices) => state.world.design(name, choices, suspendWith(state)),
  };
}

/** Whether the history has been answered and the thread makes new steps. */
function isLive(state: State): boolean {
  return state.cursor === state.replayed && state.delivery === null;
}

function suspend(state: State, end: RunEnd): never {
  state.end ??= end;
  throw SENTINEL;
}

function suspendWith(state: State): (found: Problem) => never {
  return (found) => suspend(state, { kind: 'problem', problem: found });
}

function fail(state: State, name: string, message: string): never {
  const position = callStack()[0] ?? null;
  return suspend(state, {
    kind: 'failed',
    failure: { kind: 'automatic', name, message, position },
  });
}

function perform(state: State, operation: Operation): number {
  if (state.end !== null) throw SENTINEL;
  if (operation.effect === Effect.BARRIER) return barrier(state, operation);
  const asked = operation.hold === null ? 'keep' : lockAsked(state, operation);
  if (asked === 'remove') return removedLock(state, operation);
  const unlocked = releaseOfRemoved(state.context, operation);
  if (unlocked !== null) {
    state.context = unlocked;
    return 0;
  }
  return access(state, checkSleep(state, operation));
}

function access(state: State, operation: Operation): number {
  if (entersSection(state, operation)) step(state, SECTION);
  return step(state, operation);
}

/**
 * A section begins with its first access, except where that access may wait: then others may have to
 * wait for the waiting section, and entering it is a step of its own.
 */
function entersSection(state: State, operation: Operation): boolean {
  return (operation.wait || state.loops > 0) && beginsSection(state.context);
}

const SECTION = makeOperation('section', {});

function step(state: State, operation: Operation): number {
  const observed = observe(state, operation);
  state.accesses++;
  if (operation === SECTION) {
    state.context = inSection(state.context);
    return observed;
  }
  state.label = null;
  if (operation.effect === Effect.CHOOSE) return observed;
  state.lastAddress = operation.address;
  const done = operation.result !== Result.TESTED || observed !== 0;
  const held = done ? afterHold(state.context, operation, state.world.nameOf) : state;
  state.context = afterAccess(checked(state, held));
  return observed;
}

/** The answer to an access: from the history, or the delivered value; else the run ends here. */
function observe(state: State, operation: Operation): number {
  if (state.cursor < state.replayed) return answer(state);
  if (state.delivery === null) {
    noteFields(state, operation);
    state.stack = state.flat ? [] : callStack();
    return suspend(state, { kind: 'access', operation });
  }
  const observed = state.delivery;
  state.delivery = null;
  state.entries.push(Entry.READ, observed);
  state.cursor = state.replayed = state.entries.length;
  if (state.entries.length > 2 * HISTORY_ENTRIES_MAX) endless(state);
  return observed;
}

function answer(state: State): number {
  if (state.flat) return state.entries[state.cursor++] ?? 0;
  if (state.entries[state.cursor] !== Entry.READ) different(state, 'an access');
  state.cursor += 2;
  return state.entries[state.cursor - 1] ?? 0;
}

function barrier(state: State, operation: Operation): number {
  const asked = state.world.sites.asked(state.calls, operation.primitive);
  noteDefence(state, 'barrier', operation.primitive, operation.primitive);
  if (asked === 'remove') return 0;
  const primitive: PrimitiveName = asked === 'keep' ? operation.primitive : asked;
  const drains = state.world.model === 'tso' && ORDERING[primitive].tso === 'drain';
  if (drains) state.context = { ...state.context, barrier: true };
  return 0;
}

function lockAsked(state: State, operation: Operation): 'keep' | 'remove' {
  const { hold, primitive } = operation;
  if (hold === null || !('take' in hold)) return 'keep';
  noteDefence(state, 'lock', primitive, primitive);
  return state.world.sites.asked(state.calls, primitive) === 'keep' ? 'keep' : 'remove';
}

/** A removed lock succeeds at once and leaves shared memory alone. */
function removedLock(state: State, operation: Operation): number {
  state.context = withRemovedLock(state.context, operation);
  return 1;
}

function defended(state: State, name: string): boolean {
  noteDefence(state, 'test', name, '');
  return state.world.sites.asked(state.calls, name) === 'keep';
}

function noteDefence(
  state: State,
  kind: 'barrier' | 'lock' | 'test',
  name: string,
  primitive: string,
): void {
  if (!isLive(state)) return;
  const key = state.world.sites.note(kind, state.calls, name, primitive);
  if (state.flat) state.sinceAccess.push({ key, before: state.lastAddress });
}

/** Pairs the defences met since the last access with the accesses around them. */
function noteFields(state: State, next: Operation): void {
  for (const { key, before } of state.sinceAccess) {
    const { nameOf } = state.world;
    const after = next.address === 0 ? null : nameOf(next.address);
    state.world.sites.noteFields(key, before === 0 ? null : nameOf(before), after);
  }
}

function checkSleep(state: State, operation: Operation): Operation {
  const { hold } = operation;
  const sleeps =
    hold !== null &&
    ('sleeps' in hold || (operation.wait && 'take' in hold && hold.take !== 'spin'));
  const reason = sleeps ? atomicReason(state.context) : null;
  if (reason !== null) {
    fail(state, 'sleeping in atomic context', `${operation.primitive} may sleep, but ${reason}.`);
  }
  return operation;
}

function checked(state: State, step: ContextStep): Context {
  return 'wrong' in step ? fail(state, 'wrong unlock', `${step.wrong}.`) : step.context;
}

function nest(state: State, what: Nesting, change: 1 | -1): void {
  if (state.end !== null) throw SENTINEL;
  state.context = checked(state, afterNesting(state.context, what, change));
}

function assertion(state: State, condition: boolean, message: string): void {
  if (state.end !== null) throw SENTINEL;
  if (condition) return;
  const position = callStack()[0] ?? null;
  const text = message === 'assert' ? 'The assertion is false.' : `${message}.`;
  const failure: Failure = { kind: 'assert', name: message, message: text, position };
  suspend(state, { kind: 'failed', failure });
}

function call<R extends KernelResult>(
  state: State,
  name: string,
  body: () => R,
  args: readonly unknown[],
): R {
  if (state.end !== null) throw SENTINEL;
  if (state.flat) return flatCall(state, name, body, args);
  const at = state.cursor;
  if (at < state.replayed && state.entries[at] !== Entry.ENTER) return recordedResult<R>(state);
  if (at < state.replayed) state.cursor += 2;
  else append(state, Entry.ENTER, 0);
  state.calls.push(name);
  const result = body();
  if (state.end !== null) throw SENTINEL;
  state.calls.pop();
  state.entries.length = at;
  if (!encodeResult(state.entries, result)) resultLost(state, name, result);
  append(state, Entry.CONTEXT, state.world.contexts.numberOf(state.context));
  return result;
}

function recordedResult<R>(state: State): R {
  const { value, next } = decodeResult(state.entries, state.cursor);
  if (state.entries[next] !== Entry.CONTEXT) different(state, 'a call');
  state.context = state.world.contexts.at(state.entries[next + 1] ?? 0);
  state.cursor = next + 2;
  return value as R;
}

function append(state: State, tag: number, value: number): void {
  state.entries.push(tag, value);
  state.cursor = state.replayed = state.entries.length;
}

/** In a flat run the body runs again; its arguments must be the same afterwards. */
function flatCall<R>(state: State, name: string, body: () => R, args: readonly unknown[]): R {
  const before = args.map(contentOf);
  state.calls.push(name);
  const result = body();
  if (state.end !== null) throw SENTINEL;
  state.calls.pop();
  if (args.some((arg, i) => contentOf(arg) !== before[i])) argumentChanged(state, name);
  return result;
}

/** The visible content of a plain object or array; of anything else, nothing. */
function contentOf(value: unknown): string {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return '';
  const items = Object.entries(value);
  return items.map(([key, item]) => `${key}:${String(item)}`).join();
}

function loop(state: State, round: () => boolean): void {
  if (state.end !== null) throw SENTINEL;
  if (state.cursor < state.replayed) {
    if (state.entries[state.cursor] !== Entry.ROUND) different(state, 'a loop');
    state.context = state.world.contexts.at(state.entries[state.cursor + 1] ?? 0);
    state.cursor += 2;
  } else {
    append(state, Entry.ROUND, state.world.contexts.numberOf(state.context));
  }
  const first = state.cursor;
  state.loops++;
  for (;;) {
    const before = state.accesses;
    if (!round()) break;
    if (state.end !== null) throw SENTINEL;
    if (state.accesses === before) idleLoop(state);
    state.entries.length = first - 2;
    append(state, Entry.ROUND, state.world.contexts.numberOf(state.context));
    state.newRound = true;
  }
  state.loops--;
}

function flatLoop(state: State, round: () => boolean): void {
  if (state.end !== null) throw SENTINEL;
  state.loops++;
  for (;;) {
    const before = state.accesses;
    if (!round()) break;
    if (state.end !== null) throw SENTINEL;
    if (state.accesses === before) idleLoop(state);
  }
  state.loops--;
}

function endOf(state: State, result: unknown): RunEnd {
  if (result instanceof Promise) {
    return { kind: 'problem', problem: problem('HF033', { what: 'A thread returned a promise.' }) };
  }
  if (!encodeResult([], result)) {
    const what = `A thread returned ${describe(result)}.`;
    return { kind: 'problem', problem: problem('HF025', { what }) };
  }
  const left = leftHeld(state.context, state.world.nameOf);
  if (left === null) return { kind: 'done', result };
  const message = `The thread has ended, but ${left}.`;
  const failure: Failure = { kind: 'automatic', name: 'leaked lock', message, position: null };
  return { kind: 'failed', failure };
}

function swallowed(state: State): RunEnd {
  const what = 'A thread catches what suspends it, and went on.';
  const position = state.stack[0] ?? null;
  const found =
    state.end?.kind === 'problem' ? state.end.problem : problem('HF023', { what, position });
  return { kind: 'problem', problem: found };
}

function thrown(state: State, error: unknown): RunEnd {
  if (state.end?.kind === 'problem') return state.end;
  const [position = null] = error instanceof Error ? positionsOf(error.stack ?? '') : [];
  const text = error instanceof Error ? error.message : String(error);
  return {
    kind: 'problem',
    problem: problem('HF024', { what: `A thread throws: ${text}`, position }),
  };
}

function different(state: State, expected: string): never {
  const what = `The thread makes other steps when it is run again: ${expected} came unexpectedly.`;
  const position = callStack()[0] ?? null;
  return suspendWith(state)(problem('HF021', { what, position }));
}

function endless(state: State): never {
  const what = `A thread makes more than ${HISTORY_ENTRIES_MAX} accesses and does not end.`;
  return suspendWith(state)(problem('HF022', { what, position: callStack()[0] ?? null }));
}

function idleLoop(state: State): never {
  const what = 'A round of loop() made no access, so nothing can ever end the loop.';
  return suspendWith(state)(problem('HF028', { what, position: callStack()[0] ?? null }));
}

function resultLost(state: State, name: string, result: unknown): never {
  const file = provenanceOf(name)?.file ?? '';
  const what = `The kernel function ${name} (${file}) returns ${describe(result)}.`;
  return suspendWith(state)(problem('HF025', { what, position: callStack()[0] ?? null }));
}

function argumentChanged(state: State, name: string): never {
  const what = `The kernel function ${name} writes into an object of its caller.`;
  return suspendWith(state)(problem('HF026', { what, position: callStack()[0] ?? null }));
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return `an array of ${value.length}`;
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** The operation of an allocation from the pool with this number. */
export function allocationFrom(pool: number): Operation {
  const parts = { effect: Effect.ALLOCATE, choices: pool, result: Result.OLD };
  return makeOperation('kmalloc', parts);
}
