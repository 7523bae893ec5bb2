/**
 * Tells an execution step by step: from the choices that make it to a trace that can be printed.
 */

import { provenanceOf } from '../../memory/function.ts';
import { Effect } from '../../memory/operation.ts';
import type { Operation } from '../../memory/operation.ts';
import { ORDERING } from '../../memory/ordering.ts';
import type { NodeDetail } from '../automaton/automaton.ts';
import { Column, ROW_SHIFT } from '../automaton/node.ts';
import { objectAt } from '../program.ts';
import type { ProgramWord } from '../program.ts';
import type { Change, Model, Step, Trace } from '../result.ts';
import type { SearchInput } from '../counting.ts';
import type { Choice } from '../automaton/way-table.ts';
import type { Stepper } from '../stepper.ts';
import { addFailure, addSections, leftOpen } from './trace-failure.ts';
import type { LeftOpen } from './trace-failure.ts';
import { emptyStep } from './trace-step.ts';
import type { BareStep } from './trace-step.ts';
import { accessParts, fieldAt, formatAt, indexOf } from './trace-access.ts';
import { forgetOrigins, noOrigins } from './trace-weak.ts';
import type { Origins } from './trace-weak.ts';
import { cpuOf } from '../weak/weak-pending.ts';
import { applyCandidate, candidateFor, createWalker, writeInitial } from '../walk.ts';
import { WeakOrder } from '../weak/weak-order.ts';

/** What stands in the head of a trace. */
export interface TraceHead {
  readonly model: Model;
  readonly without: readonly string[];
  readonly designs: Readonly<Record<string, string>>;
}

interface Store {
  readonly step: number;
  readonly index: number;
  readonly node: number;
}

/** An execution that is being told. */
export interface Telling {
  readonly input: SearchInput;
  readonly words: ReadonlyMap<number, ProgramWord>;
  readonly stepper: Stepper;
  readonly record: Int32Array;
  /** The last step that wrote each word, the same value too, by index. */
  readonly writers: Map<number, number>;
  /** Stores that wait in each thread's buffer. */
  readonly waiting: Store[][];
  readonly steps: Step[];
  readonly open: LeftOpen;
  /** weak: who stored what can still be read; null under the other models. */
  readonly origins: Origins | null;
}

/**
 * Tells an execution.
 *
 * @param pending threads whose next act, which is not done, belongs to what is told
 * @returns the trace; shorter than `choices` if one of them cannot be made
 */
export function tellExecution(
  input: SearchInput,
  head: TraceHead,
  choices: readonly Choice[],
  pending: readonly number[],
): Trace {
  const first = tellChoices(input, choices, pending, new Map());
  const nodeOf = (thread: number): number => nodeIn(first.telling, thread);
  const open = leftOpen(input.automaton, pending, nodeOf);
  // A section is told where it was entered, and only the end shows which are left open.
  const told = open.size === 0 ? first : tellChoices(input, choices, pending, open);
  const { telling, initial, made } = told;
  return {
    scenario: input.program.name,
    ...head,
    threads: input.program.threads.map((thread) => thread.name),
    initial: initialFields(telling, initial),
    steps: telling.steps,
    choices: made,
  };
}

function tellChoices(
  input: SearchInput,
  choices: readonly Choice[],
  pending: readonly number[],
  open: LeftOpen,
): { telling: Telling; initial: Int32Array; made: Choice[] } {
  const telling = startTelling(input, open);
  const initial = Int32Array.from(telling.record);
  const made: Choice[] = [];
  for (const choice of choices) {
    if (!tellStep(telling, choice)) break;
    made.push(choice);
  }
  if (made.length === choices.length) {
    for (const thread of pending) tellPending(telling, thread);
  }
  return { telling, initial, made };
}

function nodeIn({ record, input }: Telling, thread: number): number {
  return record[input.layout.nodesAt + thread] ?? 0;
}

function startTelling(input: SearchInput, open: LeftOpen): Telling {
  const { layout, program } = input;
  const { stepper } = createWalker(input, false);
  const record = new Int32Array(layout.width);
  writeInitial(input, stepper, record);
  return {
    input,
    words: new Map(program.words.map((word) => [layout.memoryAt + word.address, word])),
    stepper,
    record,
    writers: new Map(),
    waiting: program.threads.map(() => []),
    steps: [],
    open,
    origins: layout.model === 'weak' ? noOrigins(input) : null,
  };
}

/** Makes one step and tells it; false if the thread cannot make it. */
function tellStep(telling: Telling, choice: Choice): boolean {
  const { stepper, record } = telling;
  const at = candidateFor(stepper, record, choice);
  if (at < 0) return false;
  const [thread, outcome] = choice;
  if (outcome >= 0) addSections(telling.steps, thread, telling.open);
  const after = new Int32Array(record.length);
  applyCandidate(stepper.out, at, record, 0, after, 0, record.length);
  // That a grace period is passed, or what a barrier gives: what is read later shows it.
  if (outcome > PASSED) tellWhat(telling, thread, outcome, after);
  if (telling.origins !== null) forgetOrigins(telling.origins, after);
  record.set(after);
  return true;
}

function tellWhat(telling: Telling, thread: number, outcome: number, after: Int32Array): void {
  const node = nodeIn(telling, thread);
  const step = bareStep(telling, thread, node, outcome);
  const changes = changesOf(telling, after);
  telling.steps.push({ ...step, observed: step.observed ?? allocated(step, changes), changes });
  noteWriters(telling, after);
  tellReturn(telling, thread, node, after);
}

/** An error that the thread gets from a function that it called. */
function tellReturn(telling: Telling, thread: number, node: number, after: Int32Array): void {
  const { automaton, layout } = telling.input;
  const returned = automaton.returned(node, after[layout.nodesAt + thread] ?? 0);
  if (returned === null) return;
  const number = telling.steps.length + 1;
  const head = { number, thread, primitive: returned.name, calls: [], stack: [] };
  const observed = String(returned.error);
  telling.steps.push({ ...emptyStep(head), kind: 'return', observed, changes: [] });
}

/** Outcomes from here downwards: candidates.ts. */
const PASSED = -3;

function bareStep(telling: Telling, thread: number, node: number, outcome: number): BareStep {
  if (outcome === -1) return drainStep(telling, thread);
  if (outcome === -2) return fenceStep(telling, thread, node);
  return actStep(telling, thread, node, outcome);
}

/**
 * The barrier of a fully ordered access, as part of that: of the last one on this CPU if it owes
 * a barrier, else of the one to come. The label is the access's own.
 */
function fenceStep(telling: Telling, thread: number, node: number): BareStep {
  const base = stepBase(telling, thread, detailOf(telling, node));
  const owner = owesFence(telling, thread) ? lastOnCpu(telling, thread) : undefined;
  const { primitive, calls, stack } = owner ?? base;
  const head = { number: base.number, thread, primitive, calls, stack };
  return { ...emptyStep(head), kind: 'fence', order: 'full' };
}

function owesFence({ input, stepper, record }: Telling, thread: number): boolean {
  const observers = input.automaton.tables.weak?.observers;
  const number = record[input.layout.observersAt + cpuOf(stepper, thread)] ?? 0;
  return observers?.observer(number).owesFence ?? false;
}

function lastOnCpu({ steps, stepper }: Telling, thread: number): Step | undefined {
  const cpu = cpuOf(stepper, thread);
  return steps.findLast((step) => cpuOf(stepper, step.thread) === cpu);
}

function detailOf(telling: Telling, node: number): NodeDetail {
  return telling.input.automaton.detail(node);
}

function actStep(telling: Telling, thread: number, node: number, outcome: number): BareStep {
  const detail = telling.input.automaton.detail(node);
  const { operation } = detail;
  if (operation === null) throw new Error('trace: a finished thread makes a step');
  const base = stepBase(telling, thread, detail);
  switch (operation.effect) {
    case Effect.ACCESS:
      // A label names the next access; a barrier is none.
      if (operation.address === 0) {
        return told(telling, node, operation, { ...base, label: null });
      }
      return told(telling, node, operation, {
        ...base,
        ...accessParts(telling, thread, node, operation, outcome),
      });
    case Effect.CHOOSE:
      return { ...base, kind: 'choice', observed: String(outcome) };
    case Effect.ALLOCATE:
      return { ...base, kind: 'allocation' };
    case Effect.FREE:
      return { ...base, kind: 'free', field: fieldOf(telling, operation) };
    case Effect.SECTION_BEGIN:
    case Effect.SECTION_END:
      return { ...base, kind: 'grace', field: fieldOf(telling, operation) };
    case Effect.BARRIER:
      return { ...base, kind: 'grace' };
    case Effect.GRACE_BEGIN:
    case Effect.GRACE_WAIT:
      // That of SRCU has the srcu_struct, all others no word.
      return { ...base, kind: 'grace', field: fieldOf(telling, operation) };
  }
}

/** An access with what it orders: a failed test promises less. */
function told(telling: Telling, node: number, { primitive }: Operation, step: BareStep): BareStep {
  const { lkmm, failed } = ORDERING[primitive];
  const order = step.field !== null && step.written === null ? failed : lkmm;
  return { ...step, order, barriers: barriersBefore(telling, node) };
}

/** What orders an access with those before it and is no step of its own (weak-order.ts). */
function barriersBefore({ input }: Telling, node: number): string[] {
  const order = input.automaton.tables.rows[(node << ROW_SHIFT) + Column.ORDER] as number;
  const names = [];
  if ((order & WeakOrder.RMB) !== 0) names.push('smp_rmb');
  if ((order & WeakOrder.WMB) !== 0) names.push('smp_wmb');
  return names;
}

function stepBase(telling: Telling, thread: number, detail: NodeDetail): BareStep {
  const number = telling.steps.length + 1;
  const primitive = detail.operation?.primitive ?? '';
  const head = { number, thread, primitive, calls: detail.calls, stack: detail.stack() };
  return { ...emptyStep(head), label: namedStep(detail), inSection: detail.inSection };
}

/**
 * The step's label; in a function that is not the kernel's, after what the function stands for,
 * unless the label begins with that.
 */
function namedStep({ label, calls }: NodeDetail): string | null {
  const from = provenanceOf(calls.at(-1) ?? '');
  if (label === null || from === undefined || !('standsFor' in from)) return label;
  const isNamed = [' ', ': '].some((end) => label.startsWith(from.standsFor + end));
  return isNamed ? label : `${from.standsFor}: ${label}`;
}

/** The word that an operation goes to, the struct that it frees, or null. */
function fieldOf(telling: Telling, operation: Operation): string | null {
  if (operation.effect === Effect.FREE) return objectAt(telling.input.program, operation.address);
  return operation.address === 0 ? null : fieldAt(telling, indexOf(telling, operation));
}

function drainStep(telling: Telling, thread: number): BareStep {
  const store = telling.waiting[thread]?.shift();
  if (store === undefined) throw new Error('trace: an empty store buffer is drained');
  const { layout, automaton } = telling.input;
  const at = layout.buffersAt + layout.bufferWords * thread;
  const base = stepBase(telling, thread, automaton.detail(store.node));
  const written = formatAt(telling, store.index, telling.record[at + 2] ?? 0);
  telling.writers.set(store.index, telling.steps.length + 1);
  return { ...base, kind: 'drain', field: fieldAt(telling, store.index), written };
}

function changesOf(telling: Telling, after: Int32Array): Change[] {
  const changes: Change[] = [];
  for (const [index, word] of telling.words) {
    const before = telling.record[index] ?? 0;
    const now = after[index] ?? 0;
    if (before === now) continue;
    const [from, to] = [formatAt(telling, index, before), formatAt(telling, index, now)];
    changes.push({ field: word.name, before: from, after: to });
  }
  return changes;
}

/** Which struct `kmalloc` gave. */
function allocated({ kind }: BareStep, changes: readonly Change[]): string | null {
  if (kind !== 'allocation') return null;
  return changes.find(({ after }) => after === 'allocated')?.field ?? null;
}

function noteWriters(telling: Telling, after: Int32Array): void {
  for (const index of telling.words.keys()) {
    if (telling.record[index] !== after[index]) telling.writers.set(index, telling.steps.length);
  }
}

/** What belongs to the violation but is not done: it changes nothing. */
function tellPending(telling: Telling, thread: number): void {
  const node = nodeIn(telling, thread);
  const detail = telling.input.automaton.detail(node);
  addSections(telling.steps, thread, telling.open);
  const { memoryAt } = telling.input.layout;
  addFailure(telling.steps, thread, detail, (address) => fieldAt(telling, memoryAt + address));
  const { operation } = detail;
  if (operation === null) return;
  const field = fieldOf(telling, operation);
  const barriers = barriersBefore(telling, node);
  const step = { ...stepBase(telling, thread, detail), kind: 'pending', field, barriers } as const;
  telling.steps.push({ ...step, changes: [] });
}

function initialFields(telling: Telling, initial: Int32Array): Trace['initial'] {
  const changed = new Set(telling.steps.flatMap((step) => step.changes.map((one) => one.field)));
  return [...telling.words]
    .filter(([, word]) => changed.has(word.name))
    .map(([index, { name }]) => {
      return { field: name, value: formatAt(telling, index, initial[index] ?? 0) };
    });
}
