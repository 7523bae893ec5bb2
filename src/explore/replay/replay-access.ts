/** Accesses, barriers, locks and assertions of a thread that is run by replay.ts. */

import type { Nesting, Where } from '../../memory/machine.ts';
import {
  Effect,
  goesToNull,
  Modify,
  operation as makeOperation,
  Result,
  resultOf,
  testHolds,
} from '../../memory/operation.ts';
import type { Operation } from '../../memory/operation.ts';
import { ORDERING } from '../../memory/ordering.ts';
import type { Order, PrimitiveName } from '../../memory/ordering.ts';
import { relaxedForm } from '../../memory/relaxed-form.ts';
import { afterBarrier, BeforeAtomic, isAtomic } from '../weak/atomic-barriers.ts';
import {
  afterAccess,
  afterHold,
  afterNesting,
  atomicReason,
  beginsSection,
  givesBack,
  inSection,
  isPreemptible,
  releaseOfRemoved,
  withoutSection,
  withRemovedLock,
} from './context.ts';
import type { Context, ContextStep } from './context.ts';
import { Entry } from './history.ts';
import { HISTORY_ENTRIES_MAX } from '../limits.ts';
import { callStack, captureStack } from '../position.ts';
import { problem } from '../problem.ts';
import { asked, askedOf, noteAccess, noteOrder, notesAccesses, opens } from './replay-defences.ts';
import { different } from './replay-different.ts';
import { nullDereference } from './replay-end.ts';
import { pointersColumn, withRead } from '../pointers.ts';
import { SENTINEL, fail, isLive, suspend, suspendWith } from './replay-state.ts';
import type { FailingAct, Failure, OpenSection, State } from './replay-state.ts';
import { AFTER_UNLOCK_LOCK, Orders } from '../weak/weak-order.ts';

/** Makes an access, or answers it: what every primitive comes down to. */
export function perform(state: State, operation: Operation, by?: 'hardware'): number {
  if (state.end !== null) throw SENTINEL;
  if (operation.effect === Effect.BARRIER) return barrier(state, operation);
  const constant = state.world.constantAt(operation.address);
  // kfree names a whole struct by its first word, which may be a constant.
  if (constant !== undefined && operation.effect !== Effect.FREE)
    return readConstant(state, operation, constant);
  const lock = operation.hold === null ? 'keep' : lockAsked(state, operation);
  if (lock === 'remove') return removedLock(state, operation);
  const unlocked = releaseOfRemoved(state.context, operation);
  if (unlocked !== null) {
    state.context = unlocked;
    state.label = null;
    return 0;
  }
  const relaxed = by === 'hardware' ? null : relaxedForm(operation.primitive);
  if (relaxed !== null && !givesBack(state.context, operation)) {
    return orderedAccess(state, operation, relaxed);
  }
  return access(state, checkSleep(state, operation));
}

/** An access whose order is a defence of its own: without it, it is the relaxed one. */
function orderedAccess(state: State, operation: Operation, relaxed: PrimitiveName): number {
  const key = noteOrder(state, operation);
  const isKept = askedOf(state, operation.primitive) === 'keep';
  const observed = access(state, isKept ? operation : { ...operation, primitive: relaxed });
  if (key !== null) opens(state, key);
  return observed;
}

/** No step: the word has this value in every state. */
function readConstant(state: State, operation: Operation, value: number): number {
  if (operation.modify !== Modify.NOTHING) {
    const name = state.world.nameOf(operation.address);
    const what = `${operation.primitive} writes ${name}, a constant.`;
    return suspendWith(state)(problem('HF035', { what, position: callStack()[0] ?? null }));
  }
  const tested = testHolds(operation.test, operation.testArgument, value);
  // Who waits for another value waits for ever: a step like any other, which cannot be made.
  if (operation.wait && !tested) return access(state, checkSleep(state, operation));
  return resultOf(operation.result, operation.resultArgument, value, value, tested);
}

function access(state: State, operation: Operation): number {
  if (!state.begins && goesToNull(operation)) followNull(state, operation);
  if (operation.primitive === 'rcu_dereference') noteRcuUse(state, operation);
  if (entersSection(state, operation)) step(state, SECTION);
  if (state.context.beforeAtomic !== 0) fenceBefore(state, operation);
  return step(state, operation);
}

/** What smp_mb__before_atomic orders before the read-modify-write that it stands before. */
function fenceBefore(state: State, operation: Operation): void {
  if (!isAtomic(operation)) return;
  const { beforeAtomic } = state.context;
  if ((beforeAtomic & BeforeAtomic.APART) !== 0) step(state, PARTIAL['full-before-rmw']);
  if ((beforeAtomic & BeforeAtomic.DIRECTLY) !== 0) step(state, FENCE);
}

/** A NULL pointer that is handed to a primitive; the first access of all is a mistake (row.ts). */
function followNull(state: State, operation: Operation): never {
  const position = callStack()[0] ?? null;
  const failure = nullDereference(`NULL in ${operation.primitive}`, position);
  return suspend(state, { kind: 'failed', failure });
}

/**
 * A section begins with its first access, except where that access may wait: then others may have
 * to wait for the waiting section, and entering it is a step of its own.
 */
function entersSection(state: State, operation: Operation): boolean {
  return (operation.wait || state.loops > 0) && beginsSection(state.context);
}

const SECTION = makeOperation('section', {});

/** A full barrier as a step of its own: a handler may come between it and the next access. */
const FENCE = makeOperation('smp_mb', {});

/** The same for what came before an unlock. */
const FENCE_AFTER_UNLOCK = makeOperation(AFTER_UNLOCK_LOCK, {});

/** Full barriers for what came before something earlier: weak-order.ts. */
const PARTIAL = {
  'full-after-section': makeOperation('smp_mb__after_srcu_read_unlock', {}),
  'full-after-rmw': makeOperation('smp_mb__after_atomic', {}),
  'full-after-lock': makeOperation('smp_mb__after_spinlock', {}),
  'full-before-rmw': makeOperation('smp_mb__before_atomic', {}),
} as const;

type Behind = 'full-after-section' | 'full-after-rmw' | 'full-after-lock';

const FENCES: ReadonlySet<Operation> = new Set([
  FENCE,
  FENCE_AFTER_UNLOCK,
  ...Object.values(PARTIAL),
]);

/** Steps that begin no section, and that no barrier stands before. */
const NO_ACCESS: ReadonlySet<Effect> = new Set([Effect.CHOOSE, Effect.ALLOCATE]);

/** The two ends of a section of SRCU: no barrier stands before them either. */
const SRCU_SECTION: ReadonlySet<Effect> = new Set([Effect.SECTION_BEGIN, Effect.SECTION_END]);

function step(state: State, operation: Operation): number {
  const observed = observe(state, operation);
  state.accesses++;
  if (operation === SECTION) {
    state.context = inSection(state.context);
    return observed;
  }
  // A label names the next access: a barrier before that is none.
  if (!FENCES.has(operation)) state.label = null;
  if (SRCU_SECTION.has(operation.effect)) {
    if (state.flat) noteSrcu(state, operation);
    state.context = inSection(state.context);
    return observed;
  }
  if (NO_ACCESS.has(operation.effect)) return observed;
  if (notesAccesses(state)) noteAccess(state, operation);
  const done = operation.result !== Result.TESTED || observed !== 0;
  const held = done ? afterHold(state.context, operation, state.world.nameOf) : state;
  const after = afterAccess(checked(state, held));
  const isBehind = after.beforeAtomic !== 0 && !FENCES.has(operation);
  state.context = isBehind ? withBarrier(after, operation) : after;
  return observed;
}

function withBarrier(context: Context, operation: Operation): Context {
  return { ...context, beforeAtomic: afterBarrier(context.beforeAtomic, operation) };
}

/** The answer to an access: from the history, or the delivered value; else the run ends here. */
function observe(state: State, operation: Operation): number {
  if (state.cursor < state.replayed) {
    const isExpected = state.watch?.access(state.cursor, operation, state.context) ?? true;
    if (!isExpected) return suspend(state, { kind: 'access', operation });
    return noteRead(state, operation, answer(state));
  }
  if (state.delivery === null) {
    state.pointers = pointersColumn(state.sources, operation);
    if (notesAccesses(state)) noteAccess(state, operation);
    if (!state.flat) state.stack = state.findStack ?? captureStack();
    return suspend(state, { kind: 'access', operation });
  }
  const observed = state.delivery;
  state.delivery = null;
  state.entries.push(Entry.READ, observed);
  state.cursor = state.replayed = state.entries.length;
  if (state.entries.length > 2 * HISTORY_ENTRIES_MAX) endless(state);
  return noteRead(state, operation, observed);
}

/** Notes a pointer that was read: what is accessed through it depends on it. */
function noteRead(state: State, operation: Operation, observed: number): number {
  if (state.world.model === 'weak') {
    state.sources = withRead(state.sources, operation, observed);
  }
  return observed;
}

export function answer(state: State): number {
  if (state.flat) return state.entries[state.cursor++] ?? 0;
  if (state.entries[state.cursor] !== Entry.READ) different(state, 'an access');
  state.cursor += 2;
  return state.entries[state.cursor - 1] ?? 0;
}

function barrier(state: State, { primitive }: Operation): number {
  const form = primitive === 'hardwareOrder' ? 'keep' : asked(state, 'barrier', primitive);
  return form === 'remove' ? 0 : pass(state, form === 'keep' ? primitive : form);
}

function pass(state: State, primitive: PrimitiveName): number {
  if (state.world.model === 'weak') return weakBarrier(state, ORDERING[primitive].lkmm);
  const drains = state.world.model === 'tso' && ORDERING[primitive].tso === 'drain';
  if (drains && state.world.isInterrupted(state.thread)) step(state, FENCE);
  else if (drains) state.context = { ...state.context, barrier: true };
  return 0;
}

/**
 * Under weak a full barrier is a step of its own, because others see whether it has happened; the
 * barriers for reads and for stores concern this CPU alone and are part of its next access.
 */
function weakBarrier(state: State, order: Order): number {
  const { context } = state;
  const { orders } = context;
  if (order === 'full') step(state, FENCE);
  if (order === 'full-after-unlock-lock') step(state, FENCE_AFTER_UNLOCK);
  if (order in PARTIAL && order !== 'full-before-rmw') step(state, PARTIAL[order as Behind]);
  if (order === 'full-before-rmw') {
    const beforeAtomic = context.beforeAtomic | BeforeAtomic.DIRECTLY;
    state.context = { ...context, beforeAtomic };
  }
  if (order === 'read') state.context = { ...context, orders: orders | Orders.READ };
  if (order === 'write') state.context = { ...context, orders: orders | Orders.WRITE };
  return 0;
}

function noteLockOrder(state: State, operation: Operation): void {
  const { world, thread, context } = state;
  if (!isLive(state) || state.flat) return;
  world.lockOrder.note(thread, world.isHandler(thread), context, operation.address);
}

/** A flat run comes by all sections, a collapsed one not by those of calls that have returned. */
function noteSrcu({ srcu }: State, { effect, address }: Operation): void {
  if (effect === Effect.SECTION_BEGIN) srcu.push(address);
  else if (srcu.includes(address)) srcu.splice(srcu.lastIndexOf(address), 1);
}

function noteRcuUse(state: State, operation: Operation): void {
  const { world, thread, context, srcu } = state;
  if (!isLive(state) || !state.flat) return;
  world.rcuUse.note(thread, { context, srcu }, operation.address);
}

function lockAsked(state: State, operation: Operation): 'keep' | 'remove' {
  const { hold, primitive } = operation;
  if (hold === null || !('take' in hold)) return 'keep';
  if (operation.wait) noteLockOrder(state, operation);
  return asked(state, 'lock', primitive) === 'keep' ? 'keep' : 'remove';
}

/** A removed lock succeeds at once and leaves shared memory alone; its label is nobody else's. */
function removedLock(state: State, operation: Operation): number {
  state.context = withRemovedLock(state.context, operation);
  state.label = null;
  return 1;
}

function checkSleep(state: State, operation: Operation): Operation {
  const { hold } = operation;
  const sleeps =
    hold !== null &&
    ('sleeps' in hold || (operation.wait && 'take' in hold && hold.take !== 'spin'));
  if (sleeps) requirement(state, 'may sleep', operation);
  return operation;
}

/** Checks where the thread is, whether or not what is to follow will sleep or be preempted. */
export function requirement(state: State, where: Where, caller: FailingAct): void {
  if (state.end !== null) throw SENTINEL;
  const reason = atomicReason(state.context);
  const { primitive } = caller;
  if (where === 'may sleep' && reason !== null) {
    fail(state, 'sleeping in atomic context', `${primitive} may sleep, but ${reason}.`, caller);
  }
  if (where === 'preemption off' && isPreemptible(state.context)) {
    const message = `${primitive} must not be preempted, but preemption is on.`;
    fail(state, 'preemption is on', message, caller);
  }
}

function checked(state: State, step: ContextStep): Context {
  return 'wrong' in step ? fail(state, 'wrong unlock', `${step.wrong}.`, null) : step.context;
}

export function nest(state: State, what: Nesting, change: 1 | -1, isKept = true): void {
  if (state.end !== null) throw SENTINEL;
  const without = withoutSection(state.context, what, change, isKept);
  if (without !== null) {
    state.context = without;
    return;
  }
  // A section without an access orders what stands around it: under weak others can tell.
  const isEmpty = change === -1 && beginsSection(state.context);
  if (isEmpty && state.world.model === 'weak') step(state, SECTION);
  state.context = checked(state, afterNesting(state.context, what, change));
  if (state.sections !== null) noteSection(state, state.sections, what, change);
}

function noteSection(
  { accesses, calls }: State,
  sections: OpenSection[],
  what: Nesting,
  change: 1 | -1,
): void {
  if (change === 1) sections.push({ what, accesses, calls: [...calls], stack: captureStack() });
  else
    sections.splice(
      sections.findLastIndex((one) => one.what === what),
      1,
    );
}

export function assertion(state: State, condition: boolean, message: string): void {
  if (state.end !== null) throw SENTINEL;
  if (condition) return;
  const position = callStack()[0] ?? null;
  const text = message === 'assert' ? 'The assertion is false.' : `${message}.`;
  const failure: Failure = { kind: 'assert', name: message, message: text, act: null, position };
  suspend(state, { kind: 'failed', failure });
}

function endless(state: State): never {
  const what = `A thread makes more than ${HISTORY_ENTRIES_MAX} accesses and does not end.`;
  return suspendWith(state)(problem('HF022', { what, position: callStack()[0] ?? null }));
}
