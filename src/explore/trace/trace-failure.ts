/**
 * What a trace tells of a thread that fails by itself: the sections that it is in, each where it
 * was entered, and what it does where it fails. Neither is a step of the search.
 */

import type { Nesting } from '../../memory/machine.ts';
import type { Automaton, NodeDetail } from '../automaton/automaton.ts';
import type { FailingAct, OpenSection } from '../replay/replay-state.ts';
import type { Step } from '../result.ts';
import { emptyStep } from './trace-step.ts';

/** By thread: the sections that it enters and does not leave. */
export type LeftOpen = ReadonlyMap<number, readonly OpenSection[]>;

const ENTERED: Readonly<Record<Nesting, string>> = {
  rcu: 'rcu_read_lock',
  irq: 'interrupts off',
  bh: 'bottom halves off',
  preempt: 'preemption off',
};

/** Kinds of steps that the thread's code makes. */
const OWN_STEPS: ReadonlySet<Step['kind']> = new Set([
  'access',
  'choice',
  'allocation',
  'free',
  'grace',
]);

/** The sections of those threads that have failed. */
export function leftOpen(
  automaton: Automaton,
  threads: readonly number[],
  nodeOf: (thread: number) => number,
): LeftOpen {
  const failed = threads.filter((thread) => automaton.detail(nodeOf(thread)).failure !== null);
  return new Map(failed.map((thread) => [thread, automaton.openSections(nodeOf(thread))]));
}

/** Adds the sections that a thread enters between its last step and the next. */
export function addSections(steps: Step[], thread: number, open: LeftOpen): void {
  const sections = open.get(thread) ?? [];
  if (sections.length === 0) return;
  const made = steps.filter((step) => step.thread === thread && OWN_STEPS.has(step.kind)).length;
  for (const { accesses, what, calls, stack } of sections) {
    if (accesses !== made) continue;
    const number = steps.length + 1;
    const step = emptyStep({ number, thread, primitive: ENTERED[what], calls, stack: stack() });
    steps.push({ ...step, kind: 'section', changes: [] });
  }
}

/** An assertion stands behind what the thread has read, unless it has read nothing. */
function actWithoutSteps(steps: readonly Step[], thread: number): FailingAct | null {
  const isAlone = steps.every((step) => step.thread !== thread);
  return isAlone ? { primitive: 'assert', address: 0 } : null;
}

/** Adds what a thread does where it fails. */
export function addFailure(
  steps: Step[],
  thread: number,
  { calls, failure }: NodeDetail,
  fieldAt: (address: number) => string,
): void {
  if (failure === null) return;
  const { position } = failure;
  const act = failure.act ?? actWithoutSteps(steps, thread);
  if (act === null) return;
  const stack = position === null ? [] : [position];
  const head = { number: steps.length + 1, thread, primitive: act.primitive, calls, stack };
  const field = act.address === 0 ? null : fieldAt(act.address);
  steps.push({ ...emptyStep(head), kind: 'failure', field, changes: [] });
}
