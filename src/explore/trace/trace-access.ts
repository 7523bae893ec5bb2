/** What an access of a trace read and wrote, and from where. */

import { modified, Modify, Result, resultOf, testHolds } from '../../memory/operation.ts';
import type { Operation } from '../../memory/operation.ts';
import type { BareStep } from './trace-step.ts';
import type { Telling } from './trace.ts';
import { accessedMessage, noteStore } from './trace-weak.ts';

/** The parts of a step that tell of an access; notes what it stores for the steps after it. */
export function accessParts(
  telling: Telling,
  thread: number,
  node: number,
  operation: Operation,
  outcome: number,
): Partial<BareStep> {
  const { layout } = telling.input;
  const index = indexOf(telling, operation);
  const weak =
    telling.origins === null
      ? null
      : accessedMessage(telling.origins, telling.record, index, outcome);
  const own = layout.bufferOf[thread] ?? -1;
  const forwarded =
    own < 0 ? undefined : telling.waiting[own]?.findLast((one) => one.index === index);
  const old = weak?.old ?? valueSeen(telling, thread, index);
  const argument = operation.ownBit ? 1 << thread : operation.testArgument;
  const tested = testHolds(operation.test, argument, old);
  const written = tested
    ? modified(operation.modify, modifyArgumentOf(operation, thread), old)
    : old;
  const buffered = layout.model === 'tso' && own >= 0 && isBuffered(telling, operation, node);
  const number = telling.steps.length + 1;
  if (buffered) telling.waiting[own]?.push({ step: number, index, node });
  const told = operation.result !== Result.NONE || operation.wait;
  const reads = told || operation.modify > Modify.SET;
  const source = weak?.source ?? forwarded?.step ?? telling.writers.get(index) ?? 0;
  const writes = operation.modify !== Modify.NOTHING && tested;
  if (writes && !buffered) telling.writers.set(index, number);
  if (writes && telling.origins !== null) noteStore(telling.origins, index, outcome, number);
  const missed = told && forwarded === undefined ? missedStore(telling, own, index) : null;
  return {
    field: fieldAt(telling, index),
    observed: observedText(telling, operation, index, old, written, tested),
    written: writes ? formatAt(telling, index, written) : null,
    buffered,
    readsFrom: reads ? source : null,
    missed: weak === null ? missed : told ? weak.newest : null,
    behind: writes ? (weak?.newest ?? null) : null,
  };
}

function modifyArgumentOf(operation: Operation, thread: number): number {
  if (!operation.ownBit) return operation.modifyArgument;
  return operation.modify === Modify.AND ? ~(1 << thread) : 1 << thread;
}

function isBuffered(telling: Telling, operation: Operation, node: number): boolean {
  return telling.stepper.isBuffered(node) && operation.modify === Modify.SET;
}

/** The newest store to the word that waits in another thread's buffer. */
function missedStore(telling: Telling, own: number, index: number): number | null {
  const others = telling.waiting.filter((_, thread) => thread !== own).flat();
  const steps = others.filter((one) => one.index === index).map((one) => one.step);
  return steps.length === 0 ? null : Math.max(...steps);
}

/** What the thread reads: the newest store in its own buffer, or memory. */
function valueSeen(telling: Telling, thread: number, index: number): number {
  const { layout } = telling.input;
  const own = layout.bufferOf[thread] ?? -1;
  if (own >= 0 && layout.bufferWords > 0) {
    const at = layout.buffersAt + layout.bufferWords * own;
    for (let i = 2 * (telling.record[at] ?? 0) - 1; i > 0; i -= 2) {
      if (telling.record[at + i] === index) return telling.record[at + i + 1] ?? 0;
    }
  }
  return telling.record[index] ?? 0;
}

function observedText(
  telling: Telling,
  operation: Operation,
  index: number,
  old: number,
  written: number,
  tested: boolean,
): string | null {
  const { result, resultArgument } = operation;
  if (result === Result.NONE) return null;
  const told = resultOf(result, resultArgument, old, written, tested);
  if (result === Result.OLD || result === Result.NEW) return formatAt(telling, index, told);
  // Who gives references back asks whether none is left.
  if (result === Result.NEW_SIGN) return told === 0 ? 'yes' : 'no';
  return told === 0 ? 'no' : 'yes';
}

export function indexOf(telling: Telling, operation: Operation): number {
  return telling.input.layout.memoryAt + operation.address;
}

export function fieldAt(telling: Telling, index: number): string {
  return telling.words.get(index)?.name ?? `word ${index - telling.input.layout.memoryAt}`;
}

export function formatAt(telling: Telling, index: number, value: number): string {
  const { words, input } = telling;
  const nameAt = (address: number): string | null =>
    words.get(input.layout.memoryAt + address)?.name ?? null;
  return words.get(index)?.type.format(value, nameAt) ?? String(value);
}
