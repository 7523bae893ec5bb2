/**
 * Writes the row of a thread state: its pending access as integers for the inner loop (node.ts).
 */

import { Effect, goesToNull, INTERRUPT_ALL } from '../../memory/operation.ts';
import type { Operation } from '../../memory/operation.ts';
import { ORDERING } from '../../memory/ordering.ts';
import { accessClassOf } from '../access-class.ts';
import type { Context } from '../replay/context.ts';
import type { Growing } from './growth.ts';
import { mix1, mix2 } from '../hash.ts';
import { CHOICES_MAX } from '../limits.ts';
import { Column, Flag, NodeKind, ROW_SHIFT } from './node.ts';
import type { LazyStack } from '../position.ts';
import { foreignFree, problem, wildAddress } from '../problem.ts';
import type { Run } from '../replay/replay-state.ts';
import type { Problem } from '../result.ts';
import { Feature } from './tables.ts';
import { weakOrderOf } from '../weak/weak-order.ts';

export function writeRow(growing: Growing, number: number, ran: Run): Problem | null {
  const { rows, hashes } = growing.tables;
  const at = number << ROW_SHIFT;
  const { threads } = growing.layout;
  fillHashes(hashes, number, threads);
  rows[at + Column.CACHED_NEXT] = -1;
  if (ran.end.kind !== 'access') {
    rows[at + Column.KIND] = ran.end.kind === 'done' ? NodeKind.DONE : NodeKind.FAILED;
    return null;
  }
  rows[at + Column.POINTERS] = ran.pointers;
  return writeOperation(growing, number, ran.end.operation, ran.context, ran.stack);
}

function writeOperation(
  growing: Growing,
  number: number,
  operation: Operation,
  context: Context,
  stack: LazyStack,
): Problem | null {
  const { rows } = growing.tables;
  const { layout } = growing;
  const { address } = operation;
  const at = number << ROW_SHIFT;
  const wrong = mistakeIn(operation, layout.memoryWords, stack);
  if (wrong !== null) return wrong;
  const status = growing.statusOf.get(address) ?? 0;
  if (operation.effect === Effect.FREE && !isSlot(growing, address)) {
    return foreignFree(stack()[0] ?? null);
  }
  rows[at + Column.KIND] = KINDS[operation.effect];
  rows[at + Column.INDEX] = layout.memoryAt + address;
  rows[at + Column.TEST] = operation.test;
  rows[at + Column.TEST_ARGUMENT] = operation.testArgument;
  rows[at + Column.MODIFY] = operation.modify;
  rows[at + Column.MODIFY_ARGUMENT] = operation.modifyArgument;
  rows[at + Column.RESULT] = operation.result;
  rows[at + Column.RESULT_ARGUMENT] = operation.resultArgument;
  rows[at + Column.FLAGS] = flagsOf(operation, context, layout.model === 'tso');
  rows[at + Column.ARGUMENT] = operation.choices;
  rows[at + Column.STATUS] = status === 0 ? 0 : layout.memoryAt + status;
  rows[at + Column.CLASS] = accessClassOf(operation, layout.model);
  if (layout.model === 'weak') {
    rows[at + Column.ORDER] = weakOrderOf(operation, context, isTied(growing, number));
  }
  noteFeatures(growing.tables.features, operation);
  return null;
}

/** Whether a handler interrupts a thread with this automaton, or it is one that does. */
function isTied({ program, owners }: Growing, number: number): boolean {
  const { threads } = program;
  const group = threads[owners[number] ?? 0]?.group;
  return threads.some(
    (thread, i) =>
      thread.group === group &&
      (thread.interrupts !== null || threads.some(({ interrupts }) => interrupts === i)),
  );
}

/** What is wrong with an operation by itself. */
function mistakeIn(operation: Operation, words: number, stack: LazyStack): Problem | null {
  const { address, effect, choices, primitive } = operation;
  const wrong = (code: string, what: string): Problem =>
    problem(code, { what, position: stack()[0] ?? null });
  if (effect === Effect.CHOOSE) {
    if (Number.isInteger(choices) && choices >= 1 && choices <= CHOICES_MAX) return null;
    return wrong('HF034', `choose(${choices}) has no outcomes from 0 to ${CHOICES_MAX - 1}.`);
  }
  if (goesToNull(operation)) return wrong('HF030', `${primitive} follows NULL.`);
  return address >= 0 && address <= words ? null : wildAddress(address, stack()[0] ?? null);
}

/** Whether a struct that kmalloc gives begins here. */
function isSlot(growing: Growing, address: number): boolean {
  return growing.program.pools.some((pool) => pool.slots.includes(address));
}

function noteFeatures(features: Int32Array, operation: Operation): void {
  if (operation.effect >= Effect.GRACE_BEGIN) features[Feature.GRACE] = 1;
  if (operation.effect === Effect.GRACE_BEGIN && operation.choices === INTERRUPT_ALL) {
    features[Feature.INTERRUPT_ALL] = 1;
  }
  if (operation.effect === Effect.ALLOCATE) features[Feature.POOL] = 1;
  if (operation.ownBit) features[Feature.OWN_BIT] = 1;
  if (ORDERING[operation.primitive].plain) features[Feature.PLAIN] = 1;
}

const KINDS: Record<Effect, number> = {
  [Effect.ACCESS]: NodeKind.ACCESS,
  [Effect.BARRIER]: NodeKind.ACCESS,
  [Effect.CHOOSE]: NodeKind.CHOOSE,
  [Effect.ALLOCATE]: NodeKind.ALLOCATE,
  [Effect.FREE]: NodeKind.FREE,
  [Effect.GRACE_BEGIN]: NodeKind.GRACE_BEGIN,
  [Effect.GRACE_WAIT]: NodeKind.GRACE_WAIT,
  [Effect.SECTION_BEGIN]: NodeKind.SECTION_BEGIN,
  [Effect.SECTION_END]: NodeKind.SECTION_END,
};

function flagsOf(operation: Operation, context: Context, tso: boolean): number {
  const order = ORDERING[operation.primitive];
  let flags = 0;
  if (operation.wait) flags |= Flag.WAIT;
  if (operation.ownBit) flags |= Flag.OWN_BIT;
  if (waitsForWork(operation)) flags |= Flag.IDLE;
  if (order.plain) flags |= Flag.PLAIN;
  if (operation.modify !== 0) flags |= Flag.WRITES;
  if (context.inReader) flags |= Flag.READER;
  if (context.inIrqOff) flags |= Flag.IRQ_OFF;
  if (context.irq > 0) flags |= Flag.GUARDED;
  if (!tso) return flags;
  if (context.barrier) flags |= Flag.DRAIN;
  if (order.tso === 'store') flags |= Flag.BUFFERED;
  if (order.tso === 'locked' || order.tso === 'drain') flags |= Flag.LOCKED;
  if (order.tsoFailed === 'load') flags |= Flag.LOOKS_FIRST;
  return flags;
}

/** Whether a thread that waits here has nothing to do. */
function waitsForWork({ hold }: Operation): boolean {
  return hold !== null && 'sleeps' in hold && hold.idle === true;
}

/** Two lanes for each position that a thread in this state can have. */
function fillHashes(hashes: Int32Array, node: number, threads: number): void {
  for (let position = 0; position < threads; position++) {
    const at = 2 * (node * threads + position);
    const place = Math.imul(position + 1, 0x7feb352d);
    hashes[at] = mix1(Math.imul(node + 1, 0x9e3779b1) ^ place);
    hashes[at + 1] = mix2(Math.imul(node + 1, 0x846ca68b) ^ place);
  }
}
