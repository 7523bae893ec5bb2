/** What to say of the body of a scenario that throws, or that waits. */

import { PlaceLeftOut } from '../memory/argument.ts';
import { UserMistake } from '../explore/replay/direct.ts';
import { userPositions } from '../explore/position.ts';
import { problem } from '../explore/problem.ts';
import type { Problem } from '../explore/result.ts';
import { misgiven } from '../explore/replay/replay-end.ts';
import { unknownName } from '../explore/replay/unknown-name.ts';
import type { Scenario } from './scenario.ts';

/** Code behind an `await` or a `yield` would declare its threads and properties too late. */
export function isLate(result: unknown): boolean {
  if (typeof result !== 'object' || result === null) return false;
  if (result instanceof Promise) result.catch(() => {});
  return result instanceof Promise || 'next' in result;
}

/** A body that is async or a generator. */
export function lateBody({ name, position }: Scenario): Problem {
  const what = `The body of '${name}' is async or a generator.`;
  const next = 'Remove async, await and yield: a body only declares, and nothing in it waits.';
  return problem('HF020', { what, position, next });
}

/** The mistake that something thrown stands for. */
export function mistakeOf(scenario: Scenario, error: unknown): Problem {
  if (error instanceof UserMistake) return error.problem;
  const text = error instanceof Error ? error.message : String(error);
  const [position = scenario.position] =
    error instanceof Error ? userPositions(error.stack ?? '') : [];
  if (error instanceof PlaceLeftOut) return misgiven(error.message, position);
  const what = `The body of '${scenario.name}' throws: ${text}`;
  return problem('HF020', { what, position, ...unknownName(error) });
}
