/** Findings and problems with their files named anew, for readers in another folder. */

import type { Finding, Position, Problem, Step } from '../explore/result.ts';

/** From the file of a position to the name to print. */
export type FileName = (file: string) => string;

/** A finding with every position of its trace renamed. */
export function relocatedFinding(finding: Finding, name: FileName): Finding {
  const { trace } = finding;
  return {
    ...finding,
    position: relocated(finding.position, name),
    trace: trace === null ? null : { ...trace, steps: trace.steps.map((step) => at(step, name)) },
  };
}

/** A problem with its position renamed. */
export function relocatedProblem(problem: Problem, name: FileName): Problem {
  return { ...problem, position: relocated(problem.position, name) };
}

function at(step: Step, name: FileName): Step {
  const stack = step.stack.map((position) => ({ ...position, file: name(position.file) }));
  return { ...step, position: relocated(step.position, name), stack };
}

function relocated(position: Position | null, name: FileName): Position | null {
  return position === null ? null : { ...position, file: name(position.file) };
}
