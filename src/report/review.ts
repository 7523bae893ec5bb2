/**
 * The one line at which a reviewer should look: where the violated assertion stands, else the step
 * that the explanation ends with, else the last step.
 *
 * An annotation is shown beside the code only if the code belongs to the repository. So of each
 * step the innermost call that does is taken: the kernel's line in Holdfast itself, the line of the
 * scenario elsewhere.
 */

import type { Finding, Position, PropertyName, Step, Trace } from '../explore/result.ts';
import { causeOf } from './cause.ts';
import { layoutOf } from './layout.ts';

/** Whether a file belongs to the repository under review. */
export type IsOwn = (file: string) => boolean;

/** The line, or null where no step has a known place. */
export function reviewPosition(finding: Finding, isOwn: IsOwn): Position | null {
  const { trace, position } = finding;
  const wanted = [
    ...(position === null ? [] : [[position]]),
    ...(trace === null ? [] : stepsToLookAt(trace, finding.property).map(callsOf)),
  ];
  for (const calls of wanted) {
    const own = calls.find(({ file }) => isOwn(file));
    if (own !== undefined) return own;
  }
  return wanted.flat()[0] ?? null;
}

/** What the explanation names, its end first; then all steps from the last one on. */
function stepsToLookAt(trace: Trace, property: PropertyName): Step[] {
  const { positions } = causeOf(trace, layoutOf(trace), property);
  const named = positions
    .toReversed()
    .flatMap((one) => trace.steps.find(({ position }) => same(position, one)) ?? []);
  return [...named, ...trace.steps.toReversed()];
}

function same(one: Position | null, other: Position): boolean {
  return (
    one !== null &&
    one.file === other.file &&
    one.line === other.line &&
    one.column === other.column
  );
}

/** The calls around a step, innermost first. */
function callsOf({ position, stack }: Step): readonly Position[] {
  return stack.length > 0 || position === null ? stack : [position];
}
