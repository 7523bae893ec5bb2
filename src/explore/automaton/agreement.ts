/** Whether a collapsed and a flat run of the same thread agree, and what to say if they do not. */

import { Effect, Modify, Result, Test } from '../../memory/operation.ts';
import type { Operation } from '../../memory/operation.ts';
import type { Context, Held } from '../replay/context.ts';
import { encodeResult } from '../replay/encoding.ts';
import type { Growing } from './growth.ts';
import { problem } from '../problem.ts';
import type { Run, RunEnd } from '../replay/replay-state.ts';
import type { Problem } from '../result.ts';

export function same(a: Run, b: Run): boolean {
  return sameEnd(a.end, b.end) && sameMarks(a.marks, b.marks) && sameContext(a.context, b.context);
}

function sameEnd(a: RunEnd, b: RunEnd): boolean {
  if (a.kind === 'access') return b.kind === 'access' && sameOperation(a.operation, b.operation);
  return a.kind === b.kind && endText(a) === endText(b);
}

function endText(end: Exclude<RunEnd, { kind: 'access' }>): string {
  switch (end.kind) {
    case 'done':
      return resultKey(end.result).join();
    case 'failed':
      return `${end.failure.name} ${end.failure.message}`;
    case 'problem':
      return end.problem.code;
  }
}

export function sameMarks(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((mark, i) => mark === b[i]);
}

/** Whether two accesses are the same. Written out: it is asked at every access of every run. */
export function sameOperation(a: Operation, b: Operation): boolean {
  if (a === b) return true;
  return (
    a.primitive === b.primitive &&
    a.effect === b.effect &&
    a.address === b.address &&
    sameCondition(a, b) &&
    sameChange(a, b) &&
    a.choices === b.choices &&
    a.target === b.target &&
    a.source === b.source &&
    sameValue(a.dependsOn, b.dependsOn) &&
    sameValue(a.computedFrom, b.computedFrom) &&
    sameValue(a.hold, b.hold)
  );
}

function sameCondition(a: Operation, b: Operation): boolean {
  return a.test === b.test && a.testArgument === b.testArgument && a.wait === b.wait;
}

function sameChange(a: Operation, b: Operation): boolean {
  return (
    a.modify === b.modify &&
    a.modifyArgument === b.modifyArgument &&
    a.result === b.result &&
    a.resultArgument === b.resultArgument &&
    a.ownBit === b.ownBit
  );
}

export function sameContext(a: Context, b: Context): boolean {
  if (a === b) return true;
  return (
    a.rcu === b.rcu &&
    a.irq === b.irq &&
    a.bh === b.bh &&
    a.preempt === b.preempt &&
    a.inReader === b.inReader &&
    a.inIrqOff === b.inIrqOff &&
    a.barrier === b.barrier &&
    a.orders === b.orders &&
    a.beforeAtomic === b.beforeAtomic &&
    sameValue(a.sleepsOn, b.sleepsOn) &&
    sameValue(a.removed, b.removed) &&
    sameHeld(a.held, b.held)
  );
}

function sameHeld(a: readonly Held[], b: readonly Held[]): boolean {
  if (a === b) return true;
  return a.length === b.length && a.every((one, i) => sameLock(one, b[i]));
}

function sameLock(a: Held, b: Held | undefined): boolean {
  return (
    a.address === b?.address &&
    a.bit === b.bit &&
    a.kind === b.kind &&
    a.shared === b.shared &&
    a.removed === b.removed
  );
}

/**
 * Nearly all are numbers; the rest are small records of them, such as what is done to a lock.
 * Compared as texts they took 6 of 100 CPU seconds of a check of scenarios/file-pages, now 1.
 */
function sameValue(a: unknown, b: unknown): boolean {
  if (a === b || !isRecord(a) || !isRecord(b)) return a === b;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => sameValue(a[key], b[key]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** A result as integers, to compare it. */
export function resultKey(result: unknown): number[] {
  const entries: number[] = [];
  encodeResult(entries, result);
  return entries;
}

/** What to say of a thread that did one thing and, run again, does another. */
export function notDeterministic(growing: Growing, owner: number, once: Run, again: Run): Problem {
  const thread = growing.program.threads[owner];
  const [before, now] = difference(growing, again, once);
  return problem('HF021', {
    what: 'The scenario does something different when it is run again.',
    position: once.stack()[0] ?? again.stack()[0] ?? thread?.position ?? growing.program.position,
    details: [`thread ${thread?.name ?? ''}: ${before} became ${now}`],
  });
}

/** The first thing in which two runs differ, as each of them has it. */
function difference(growing: Growing, a: Run, b: Run): readonly [string, string] {
  const [first, second] = [endWords(growing, a.end), endWords(growing, b.end)];
  if (first !== second) return [first, second];
  const [one, other] = [marksWords(growing, a.marks), marksWords(growing, b.marks)];
  if (one !== other) return [`${first} ${one}`, `the same ${other}`];
  const [held, now] = [contextWords(growing, a.context), contextWords(growing, b.context)];
  return [`${first} ${held}`, `the same ${now}`];
}

function endWords(growing: Growing, end: RunEnd): string {
  switch (end.kind) {
    case 'access':
      return accessWords(growing, end.operation);
    case 'done':
      return end.result === undefined ? 'its end' : `its end with ${valueWords(end.result)}`;
    case 'failed':
      return `${end.failure.name} (${end.failure.message.replace(/\.$/, '')})`;
    case 'problem':
      return end.problem.code;
  }
}

/** A number, or what a struct or a tuple is encoded as: enough to see that two differ. */
function valueWords(value: unknown): string {
  return typeof value === 'object' && value !== null
    ? `result ${resultKey(value).join(' ')}`
    : String(value);
}

/** An access with its field and everything that it compares, writes or adds. */
export function accessWords(growing: Growing, operation: Operation): string {
  const { address, primitive, effect, choices } = operation;
  if (effect === Effect.CHOOSE) return `choose(${choices})`;
  if (address === 0) return primitive;
  const words = [`${primitive} of ${growing.world.nameOf(address)}`];
  const type = growing.program.words.find((word) => word.address === address)?.type;
  const text = (value: number): string => type?.format(value) ?? String(value);
  if (operation.test !== Test.ALWAYS) words.push(`if ${text(operation.testArgument)}`);
  const sign = SIGNS[operation.modify];
  if (sign !== undefined && !operation.ownBit) {
    words.push(`${sign} ${text(operation.modifyArgument)}`);
  }
  if (operation.result >= Result.NEW_EQUALS) words.push(`? ${text(operation.resultArgument)}`);
  return words.join(' ');
}

/** How each change is written between a word and its operand. */
const SIGNS: Partial<Record<Modify, string>> = {
  [Modify.SET]: ':=',
  [Modify.ADD]: '+=',
  [Modify.AND]: '&=',
  [Modify.OR]: '|=',
  [Modify.XOR]: '^=',
};

function marksWords(growing: Growing, marks: readonly number[]): string {
  if (marks.length === 0) return 'without a mark';
  return `with mark() of ${marks.map((mark) => growing.world.nameOf(mark)).join(', ')}`;
}

function contextWords(growing: Growing, context: Context): string {
  const held = context.held.map(({ address }) => growing.world.nameOf(address));
  const depths = (['rcu', 'irq', 'preempt'] as const)
    .filter((what) => context[what] > 0)
    .map((what) => `${what} ${context[what]}`);
  const all = [...held, ...depths, ...(context.barrier ? ['a barrier just passed'] : [])];
  return all.length === 0 ? 'with nothing held' : `with ${all.join(', ')}`;
}
