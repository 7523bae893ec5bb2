/**
 * Runs one recorded execution again.
 *
 * A trace keeps who stepped and with which outcome. If the code has changed since, the same choices
 * lead somewhere else at some step; up to there the execution is the same, and that step is named.
 */

import { withValidFutures } from '../explore/trace/valid-futures.ts';
import type { Step, Trace } from '../explore/result.ts';
import type { Problem } from '../explore/result.ts';
import { tellExecution } from '../explore/trace/trace.ts';
import { inputFor } from './check.ts';
import type { Scenario } from './scenario.ts';

/** What became of a recorded execution. */
export interface Replayed {
  /** The execution as it is now, up to where it is still possible. */
  readonly trace: Trace;
  /** How many steps are the same. */
  readonly matched: number;
  /** The first step that differs; null if none does. A missing step is null. */
  readonly divergence: { readonly recorded: Step | null; readonly now: Step | null } | null;
}

/**
 * Runs a trace again.
 *
 * @returns how far it is still the same, or the user's mistake that stops it
 */
export function replayTrace(scenario: Scenario, trace: Trace): Replayed | Problem {
  const { model, without, designs } = trace;
  const input = inputFor(scenario, { model, without, designs });
  if ('code' in input) return input;
  const isPending = ({ kind }: Step): boolean => kind === 'pending' || kind === 'failure';
  const pending = trace.steps.filter(isPending).map((step) => step.thread);
  // Nothing is known of the threads yet: what they do behind a wait counts once it is met.
  const now = withValidFutures(input.automaton.tables, () =>
    tellExecution(input, { model, without, designs }, trace.choices, pending),
  );
  const [before, after] = [ownSteps(trace), ownSteps(now)];
  const differs = before.findIndex((step, at) => !isSame(trace, step, now, after[at]));
  const recorded = before[differs] ?? null;
  const found = after[differs < 0 ? before.length : differs] ?? null;
  const matched = recorded === null ? trace.steps.length : recorded.number - 1;
  const divergence = recorded === null && found === null ? null : { recorded, now: found };
  return { trace: now, matched, divergence };
}

/** What a call gives back follows from the other steps, and traces were saved without it once. */
function ownSteps({ steps }: Trace): readonly Step[] {
  return steps.filter(({ kind }) => kind !== 'return');
}

function isSame(recorded: Trace, a: Step, now: Trace, b: Step | undefined): boolean {
  return (
    b !== undefined &&
    recorded.threads[a.thread] === now.threads[b.thread] &&
    a.kind === b.kind &&
    a.primitive === b.primitive &&
    a.field === b.field &&
    a.observed === b.observed &&
    a.written === b.written
  );
}
