/**
 * Executions of a litmus test that never end: a lock that is taken twice, a grace period inside of
 * its own section, a loop that waits for what nobody writes.
 *
 * Such an execution has no final state, so it does not count in an observation; but where none ends
 * at all, `Never` would be believed.
 */

import type { Place } from '../litmus/ast.ts';
import type { Unending, Wait } from '../litmus/result.ts';
import { label } from '../memory/control.ts';
import type { CheckResult, Finding, Step } from '../explore/result.ts';

/** Notes in the trace where the next access stands: it may wait for ever. */
export function markWait({ line, column }: Place): void {
  label(`${line}:${column}`);
}

const UNENDING = ['deadlock', 'stuck thread', 'livelock'];

/** The primitive of a thread that stands still: at a mark within its own section, else at a cut. */
const STANDS_STILL = 'wait_for_value';

/** The executions that never end, or null if every one does. */
export function unendingOf({ findings, complete, finals }: CheckResult): Unending | null {
  const found = findings.find(({ property }) => UNENDING.includes(property.name));
  const waits = found === undefined ? [] : waitsOf(found);
  // A loop that is cut stands still on purpose, and is told as such.
  if (waits.length === 0 || waits.some((one) => one.primitive === STANDS_STILL)) return null;
  const ends = findings.some(({ property }) => !UNENDING.includes(property.name));
  return { all: complete && finals === 0 && !ends, waits };
}

function waitsOf({ trace }: Finding): Wait[] {
  const steps = trace?.steps ?? [];
  return steps
    .filter(({ kind }) => kind === 'pending')
    .map((step) => waitOf(step, placeOf(step, steps)));
}

function waitOf({ thread, primitive, field }: Step, at: Place | null): Wait {
  if (primitive !== STANDS_STILL || at === null) {
    return { thread, primitive, location: field, own: false, at };
  }
  return { thread, primitive: 'synchronize_rcu', location: null, own: true, at };
}

/** A grace period begins and ends in two steps, and the first has the mark. */
function placeOf({ thread, primitive }: Step, steps: readonly Step[]): Place | null {
  const own = steps.filter((step) => step.thread === thread && step.primitive === primitive);
  const mark = own.findLast((step) => step.label !== null)?.label ?? '';
  const [line, column] = mark.split(':').map(Number);
  return line === undefined || column === undefined ? null : { line, column };
}
