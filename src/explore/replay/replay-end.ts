/**
 * How a run of a thread (replay.ts) ends: with its result, by a violation that the run shows by
 * itself, or by a mistake of the user.
 *
 * What thread code throws on some path is a finding with that path as its trace: a NULL pointer
 * that is followed is what the kernel would oops on. Only what is thrown before the first access,
 * where there is no path, and a name that does not exist are mistakes in writing.
 */

import { PlaceLeftOut } from '../../memory/argument.ts';
import { leftHeld } from './context.ts';
import { UserMistake } from './direct.ts';
import { encodeResult } from './encoding.ts';
import { callStack, isKernelCode, userPositions } from '../position.ts';
import { problem } from '../problem.ts';
import { unknownName } from './unknown-name.ts';
import type { Failure, RunEnd, State } from './replay-state.ts';
import type { Position, Problem } from '../result.ts';
import { atUsersCall } from './users-call.ts';

/** Taken before threads are kept from calling it (hidden-inputs.ts). */
const whenSettled = Reflect.get(Promise.prototype, 'then') as (...parts: unknown[]) => unknown;

/** The end of a run whose function returned. */
export function returned(state: State, result: unknown): RunEnd {
  const late = lateResult(result, `The thread ${state.thread}`);
  if (late !== null) return mistake('HF033', late, state.stack()[0] ?? state.position);
  return state.end === null ? endOf(state, result) : swallowed(state);
}

/** The end of a run whose function threw. */
export function thrown(state: State, error: unknown): RunEnd {
  if (state.end?.kind === 'problem') return state.end;
  if (error instanceof UserMistake) return { kind: 'problem', problem: error.problem };
  if (state.end !== null) return swallowed(state);
  const position = positionOf(error);
  if (error instanceof PlaceLeftOut) return leftOut(state, error, position);
  const assigned = assignedMember(error);
  if (assigned !== null) return { kind: 'problem', problem: { ...assigned, position } };
  if (state.begins || error instanceof ReferenceError) {
    const what = `A thread throws: ${messageOf(error)}`;
    const found = problem('HF024', { what, position, ...unknownName(error) });
    const stack = error instanceof Error ? (error.stack ?? '') : '';
    return { kind: 'problem', problem: atUsersCall(found, stack, state) };
  }
  const misled = misledKernel(error, position);
  if (misled !== null) {
    return { kind: 'problem', problem: atUsersCall(misled, (error as Error).stack ?? '', state) };
  }
  return { kind: 'failed', failure: failureOf(error, position) };
}

/**
 * A call that leaves out a place, or is given `undefined` for it. Before the first access, and in
 * kernel code, that is a mistake in writing; behind an access it may be so on this path only.
 */
function leftOut(state: State, error: PlaceLeftOut, position: Position | null): RunEnd {
  const { message: what, stack = '' } = error;
  if (state.begins || (position !== null && isKernelCode(position.file))) {
    return { kind: 'problem', problem: atUsersCall(misgiven(what, position), stack, state) };
  }
  const call = what.replace(/\.$/, '');
  const message = `The thread cannot go on: ${call}, as an index beyond an array gives.`;
  const act = { primitive: 'throw', address: 0 };
  return {
    kind: 'failed',
    failure: { kind: 'automatic', name: 'exception', message, act, position },
  };
}

/** HF037 for a call that leaves something out. */
export function misgiven(what: string, position: Position | null): Problem {
  return problem('HF037', { what, position });
}

/**
 * Kernel code here never comes to `undefined` by itself: it was given something else than its
 * parameters say. NULL it may come to on some path.
 */
function misledKernel(error: unknown, position: Position | null): Problem | null {
  if (!(error instanceof TypeError) || position === null || !isKernelCode(position.file))
    return null;
  if (!/\bundefined\b/.test(error.message)) return null;
  return problem('HF037', { what: `A thread throws: ${error.message}`, position });
}

/**
 * What to say of a result that is not there yet, or null: the code behind an `await` or a `yield`
 * has not run. A promise that fails because its thread was suspended is nobody else's business.
 */
export function lateResult(result: unknown, who: string): string | null {
  if (typeof result !== 'object' || result === null) return null;
  if (result instanceof Promise) {
    void Reflect.apply(whenSettled, result, [undefined, () => {}]);
    return `${who} returned a promise.`;
  }
  const isGenerator = 'next' in result && Symbol.iterator in result;
  return isGenerator ? `${who} is a generator: its body has not run.` : null;
}

/** What is not the result of anything that a history can hold. */
export function describe(value: unknown): string {
  if (Array.isArray(value)) return `an array of ${value.length}`;
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** The text of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * What a NULL pointer was followed to, as C writes it (`->flags`); null if it was something else
 * that went wrong. The engines say it in words of their own.
 */
export function nullFollowed(error: unknown): string | null {
  if (!(error instanceof TypeError)) return null;
  const { message } = error;
  if (!/ of null\b| is null\b|\bnull is not an object\b/.test(message)) return null;
  const member = /(?:reading|setting|property) ['"]([^'"]*)['"]/.exec(message)?.[1];
  return member === undefined ? 'a NULL pointer' : `NULL->${member}`;
}

/** What V8 says of a place that cannot be assigned. */
const ASSIGNED = /^Cannot (?:assign to read only|set) property '?([\w$]+)'? of/;

/** `s.ready = 1` where C would store: members of a struct are places, and stay what they are. */
function assignedMember(error: unknown): Problem | null {
  const member = ASSIGNED.exec(messageOf(error))?.[1];
  if (!(error instanceof TypeError) || member === undefined) return null;
  const what = `The member ${member} is assigned; WRITE_ONCE writes what it holds.`;
  const next = `Write WRITE_ONCE(s.${member}, value), or store(...) for a plain access.`;
  return problem('HF036', { what, next });
}

function failureOf(error: unknown, position: Position | null): Failure {
  const followed = nullFollowed(error);
  if (followed !== null) return nullDereference(followed, position);
  const text = error instanceof Error && error.name !== 'Error' ? `${error.name}: ` : '';
  const message = `The thread threw: ${text}${messageOf(error)}`;
  const act = { primitive: 'throw', address: 0 };
  return { kind: 'automatic', name: 'exception', message, act, position };
}

/** The failure of a thread that goes through a NULL pointer. */
export function nullDereference(what: string, position: Position | null): Failure {
  const message = `The thread dereferences ${what}.`;
  const act = { primitive: what, address: 0 };
  return { kind: 'automatic', name: 'NULL dereference', message, act, position };
}

function endOf(state: State, result: unknown): RunEnd {
  if (!encodeResult([], result)) {
    return mistake('HF025', `A thread returned ${describe(result)}.`, state.position);
  }
  const left = leftHeld(state.context, state.world.nameOf);
  if (left === null) return { kind: 'done', result };
  const message = `The thread has ended, but ${left}.`;
  const act = { primitive: 'return', address: 0 };
  const position = null;
  const isLock = state.context.held.some(({ kind, removed }) => kind !== 'bit' && !removed);
  const name = isLock ? 'leaked lock' : 'unbalanced section';
  const failure: Failure = { kind: 'automatic', name, message, act, position };
  return { kind: 'failed', failure };
}

/** The code caught what suspends it, and returned or threw something of its own. */
function swallowed(state: State): RunEnd {
  if (state.end?.kind === 'problem') return state.end;
  const what = 'A thread catches what suspends it, and went on.';
  return mistake('HF023', what, state.stack()[0] ?? callStack()[0] ?? null);
}

function mistake(code: string, what: string, position: Position | null): RunEnd {
  const found: Problem = problem(code, { what, position });
  return { kind: 'problem', problem: found };
}

function positionOf(error: unknown): Position | null {
  return error instanceof Error ? (userPositions(error.stack ?? '')[0] ?? null) : null;
}
